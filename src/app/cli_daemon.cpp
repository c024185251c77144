#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sodium.h>
#include <termios.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/cli.hpp"
#include "app/cli_options.hpp"
#include "app/config.hpp"
#include "app/control_client.hpp"
#include "app/user_file.hpp"
#include "backend/directory.hpp"
#include "base/bytes.hpp"

namespace godwit::app {
namespace {

using nlohmann::json;

constexpr std::size_t user_file_bytes_max = 64 * 1024 * 1024;
constexpr std::size_t generated_password_bytes = 12;

/// The socket of the command line, else of the configuration, else the default.
std::string socket_of(const CliOptions& options) {
  if (!options.socket.empty()) return options.socket;
  if (const auto config = read_config(options.config_file)) return config->server.control_socket;
  return Config{}.server.control_socket;
}

std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

int no_daemon(const CliOptions& options, const std::string& message) {
  report_failure(options, message);
  return static_cast<int>(Exit::no_daemon);
}

using Printer = void (*)(const json& result);

/// Asks the daemon, prints what it says, in JSON with `made` in its result; the value is the exit
/// code.
int ask(const CliOptions& options, const char* operation, const json& arguments, Printer print,
        const json& made = json::object()) {
  auto client = ControlClient::connect(socket_of(options));
  if (!client) return no_daemon(options, client.error().message);
  const auto reply = client->ask(dump({{"operation", operation}, {"arguments", arguments}}));
  if (!reply) return no_daemon(options, reply.error().message);
  json parsed = json::parse(*reply, nullptr, false);
  if (!parsed.is_object()) return report_failure(options, "godwitd answered nonsense");
  const bool ok = parsed.value("ok", false);
  if (options.json) {
    if (ok) parsed["result"].update(made);
    std::cout << dump(parsed) << '\n';
  } else if (ok) {
    print(parsed.value("result", json::object()));
  } else {
    std::cerr << "godwit: "
              << parsed.value("error", json::object()).value("message", "no reason given") << '\n';
  }
  return static_cast<int>(ok ? Exit::done : Exit::failed);
}

void print_nothing(const json&) {}

void print_users(const json& result) {
  std::cout << fmt::format("{:<32} {:<24} {:>10} {:>10}  {}\n", "login", "name", "used MB",
                           "quota MB", "aliases");
  for (const json& user : result.value("users", json::array())) {
    constexpr std::uint64_t megabyte = 1024 * 1024;
    const auto quota = user.value("quota_bytes", std::uint64_t{0}) / megabyte;
    std::string aliases;
    for (const json& alias : user.value("aliases", json::array())) {
      aliases += alias.get<std::string>() + ' ';
    }
    std::cout << fmt::format("{:<32} {:<24} {:>10} {:>10}  {}\n", user.value("login", ""),
                             user.value("display_name", ""),
                             user.value("used_bytes", std::uint64_t{0}) / megabyte,
                             quota == 0 ? "-" : std::to_string(quota), aliases);
  }
}

std::string date_text(const json& seconds) {
  if (!seconds.is_number_integer()) return "never";
  const std::chrono::sys_seconds time{std::chrono::seconds(seconds.get<std::int64_t>())};
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(time));
  return fmt::format("{}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

void print_devices(const json& result) {
  std::cout << fmt::format("{:<28} {:<34} {:<14} {:<5} {:<13} {:<10}\n", "user", "device", "type",
                           "EAS", "state", "last seen");
  for (const json& device : result.value("devices", json::array())) {
    std::cout << fmt::format("{:<28} {:<34} {:<14} {:<5} {:<13} {:<10}\n", device.value("user", ""),
                             device.value("device", ""), device.value("type", ""),
                             device.value("version", ""), device.value("state", ""),
                             date_text(device.value("seen", json())));
  }
}

void print_device(const json& result) {
  for (const char* name : {"user", "device", "type", "model", "agent", "version", "state"}) {
    std::cout << fmt::format("{:<18} {}\n", name, result.value(name, ""));
  }
  std::cout << fmt::format("{:<18} {}\n", "last seen", date_text(result.value("seen", json())));
  const json kept = result.value("recovery_password", json());
  std::cout << fmt::format("{:<18} {}\n", "recovery password",
                           kept.is_string() ? kept.get<std::string>() : "none");
}

std::string time_text(const json& seconds) {
  if (!seconds.is_number_integer()) return "";
  const std::chrono::sys_seconds time{std::chrono::seconds(seconds.get<std::int64_t>())};
  return fmt::format("{:%Y-%m-%d %H:%M}", time);
}

void print_queue(const json& result) {
  std::cout << fmt::format("{:<32} {:<17} {:<17} {:>5} {:>9}  {}\n", "mail", "accepted (UTC)",
                           "next", "tries", "bytes", "from -> to: why it waits");
  for (const json& mail : result.value("mails", json::array())) {
    std::string to;
    for (const json& address : mail.value("to", json::array())) {
      to += (to.empty() ? "" : ", ") + address.get<std::string>();
    }
    std::cout << fmt::format("{:<32} {:<17} {:<17} {:>5} {:>9}  {} -> {}: {}\n",
                             mail.value("mail", ""), time_text(mail.value("accepted", json())),
                             time_text(mail.value("next", json())), mail.value("attempts", 0U),
                             mail.value("bytes", std::uint64_t{0}), mail.value("from", ""), to,
                             mail.value("reason", ""));
  }
}

void print_status(const json& result) {
  std::cout << fmt::format("godwitd {}: {}\n", result.value("version", ""),
                           result.value("mode", ""));
  if (const auto problem = result.value("problem", ""); !problem.empty()) {
    std::cout << "problem: " << problem << '\n';
  }
  std::cout << fmt::format("up {} s, {} connections, {} requests waiting for changes\n",
                           result.value("uptime_seconds", std::int64_t{0}),
                           result.value("connections", std::uint64_t{0}),
                           result.value("parked", std::uint64_t{0}));
  for (const json& address : result.value("listening", json::array())) {
    std::cout << "listening on " << address.get<std::string>() << '\n';
  }
}

/// Reads a line from the terminal without showing it.
std::string ask_hidden(const char* prompt) {
  std::cerr << prompt << std::flush;
  termios shown{};
  const bool terminal = ::tcgetattr(STDIN_FILENO, &shown) == 0;
  if (terminal) {
    termios hidden = shown;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  }
  std::string line;
  std::getline(std::cin, line);
  if (terminal) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
  std::cerr << '\n';
  return line;
}

struct PasswordOptions {
  std::string file;
  bool standard_input = false;
  bool generate = false;
};

Result<Secret> password_from(const PasswordOptions& given) {
  if (!given.file.empty()) return read_secret(given.file);
  if (given.generate) {
    if (sodium_init() < 0) return fail(Errc::refused, "libsodium cannot be used");
    std::string random(generated_password_bytes, '\0');
    randombytes_buf(random.data(), random.size());
    return Secret(base64_encode(random));
  }
  if (given.standard_input) {
    std::string line;
    std::getline(std::cin, line);
    if (line.empty()) return fail(Errc::malformed, "standard input holds no password");
    return Secret(std::move(line));
  }
  if (::isatty(STDIN_FILENO) == 0) {
    return fail(Errc::incomplete,
                "no terminal to ask for the password: use --password-file, --password-stdin or "
                "--generate");
  }
  Secret first(ask_hidden("Password: "));
  if (!(first == Secret(ask_hidden("Once more: ")))) {
    return fail(Errc::refused, "the two differ; nothing was changed");
  }
  return first;
}

void add_password_options(CLI::App& command, PasswordOptions& given) {
  auto* file = command.add_option("--password-file", given.file, "Its first line is the password");
  auto* input = command.add_flag("--password-stdin", given.standard_input, "Read it from there");
  auto* generate = command.add_flag("--generate", given.generate, "Make one, and print it");
  file->excludes(input)->excludes(generate);
  input->excludes(generate);
}

struct UserOptions {
  std::string login;
  std::string display_name;
  std::vector<std::string> aliases;
  std::uint64_t quota_megabytes = 0;
  PasswordOptions password;
  std::string file;
};

/// `user add` and `user passwd`.
int with_password(const CliOptions& options, const UserOptions& user, const char* operation) {
  const auto password = password_from(user.password);
  if (!password) return report_failure(options, password.error().message);
  json arguments{{"login", user.login}, {"password", std::string(password->reveal())}};
  if (std::string_view(operation) == "user.add") {
    arguments["display_name"] = user.display_name;
    arguments["aliases"] = user.aliases;
    arguments["quota_bytes"] = user.quota_megabytes * 1024 * 1024;
  }
  json made = json::object();
  if (user.password.generate) made["password"] = password->reveal();
  const int code = ask(options, operation, arguments, &print_nothing, made);
  if (code == 0 && user.password.generate && !options.json) {
    std::cout << user.login << ' ' << password->reveal() << '\n';
  }
  return code;
}

int import_users(const CliOptions& options, const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return report_failure(options, file + ": cannot be read");
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (text.size() > user_file_bytes_max) return report_failure(options, file + ": above 64 MiB");
  const auto users = parse_user_file(text);
  if (!users) return report_failure(options, file + ", " + users.error().message);
  auto client = ControlClient::connect(socket_of(options));
  if (!client) return no_daemon(options, client.error().message);
  json failures = json::array();
  for (const UserLine& user : *users) {
    const json arguments{{"login", user.login},
                         {"password", std::string(user.password.reveal())},
                         {"display_name", user.display_name},
                         {"aliases", user.aliases},
                         {"quota_bytes", user.quota_bytes}};
    const auto reply = client->ask(dump({{"operation", "user.add"}, {"arguments", arguments}}));
    if (!reply) return no_daemon(options, reply.error().message);
    const json parsed = json::parse(*reply, nullptr, false);
    if (parsed.is_object() && parsed.value("ok", false)) continue;
    const auto why = parsed.value("error", json::object()).value("message", "");
    failures.push_back({{"line", user.line}, {"login", user.login}, {"message", why}});
    if (!options.json)
      std::cerr << fmt::format("{}:{}: {}: {}\n", file, user.line, user.login, why);
  }
  const std::size_t added = users->size() - failures.size();
  if (options.json) {
    const json result{{"added", added}, {"failures", failures}};
    std::cout << dump({{"ok", failures.empty()}, {"result", result}}) << '\n';
  } else {
    std::cout << fmt::format("{} of {} users added\n", added, users->size());
  }
  return static_cast<int>(failures.empty() ? Exit::done : Exit::failed);
}

struct PersonOptions {
  std::string login;
  std::vector<std::pair<std::string_view, std::string>> fields;  // by the names of the socket
  bool hidden = false;
  bool listed = false;
  std::string photo_file;
  bool no_photo = false;
  std::vector<std::string> certificate_files;
  bool no_certificates = false;
};

/// A file as base64; `bytes_max` bounds what is read.
Result<std::string> encoded_file(const std::string& path, std::size_t bytes_max) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(Errc::not_found, path + ": cannot be read");
  std::string bytes(bytes_max + 1, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  if (bytes.size() > bytes_max) {
    return fail(Errc::too_large, fmt::format("{}: above {} KB", path, bytes_max / 1024));
  }
  return base64_encode(bytes);
}

int set_person(const CliOptions& options, const CLI::App& command, const PersonOptions& person) {
  constexpr std::size_t certificate_bytes_max = 16 * std::size_t{1024};
  json arguments{{"login", person.login}};
  for (const auto& [name, value] : person.fields) {
    std::string option = "--" + std::string(name);
    std::ranges::replace(option, '_', '-');
    if (command.count(option) > 0) arguments[std::string(name)] = value;
  }
  if (person.hidden || person.listed) arguments["listed"] = person.listed;
  if (person.no_photo) arguments["photo"] = "";
  if (!person.photo_file.empty()) {
    auto photo = encoded_file(person.photo_file, backend::photo_bytes_max);
    if (!photo) return report_failure(options, photo.error().message);
    arguments["photo"] = std::move(*photo);
  }
  if (person.no_certificates) arguments["certificates"] = json::array();
  for (const std::string& file : person.certificate_files) {
    auto certificate = encoded_file(file, certificate_bytes_max);
    if (!certificate) return report_failure(options, certificate.error().message);
    arguments["certificates"].push_back(std::move(*certificate));
  }
  if (arguments.size() == 1) return report_failure(options, "nothing was said to be changed");
  return ask(options, "user.set", arguments, &print_nothing);
}

void print_person(const json& result) {
  std::cout << fmt::format("{:<14} {}\n", "login", result.value("login", ""));
  for (const backend::PersonField& field : backend::person_fields) {
    const auto value = result.value(std::string(field.name), "");
    if (!value.empty()) std::cout << fmt::format("{:<14} {}\n", field.name, value);
  }
  std::cout << fmt::format("{:<14} {}\n{:<14} {} bytes\n{:<14} {}\n", "listed",
                           result.value("listed", false) ? "yes" : "no", "photo",
                           result.value("photo_bytes", std::uint64_t{0}), "certificates",
                           result.value("certificates", std::uint64_t{0}));
}

void register_person_commands(CLI::App& user, CliOptions& options) {
  auto given = std::make_shared<PersonOptions>();
  auto* set = user.add_subcommand("set", "Change the user's entry in the address list");
  set->add_option("login", given->login, "user@domain")->required();
  given->fields.reserve(backend::person_fields.size());  // options refer to what is in it
  for (const backend::PersonField& field : backend::person_fields) {
    given->fields.emplace_back(field.name, std::string());
    std::string option = "--" + std::string(field.name);
    std::ranges::replace(option, '_', '-');
    set->add_option(option, given->fields.back().second, "Empty: none");
  }
  auto* photo = set->add_option("--photo", given->photo_file, "JPEG or PNG of at most 100 KB");
  set->add_flag("--no-photo", given->no_photo, "Remove the photo")->excludes(photo);
  auto* certificates = set->add_option("--certificate", given->certificate_files,
                                       "For encrypted mail, PEM or DER; may be repeated");
  set->add_flag("--no-certificates", given->no_certificates, "Remove them all")
      ->excludes(certificates);
  auto* hidden = set->add_flag("--hidden", given->hidden, "Nobody finds the entry");
  set->add_flag("--listed", given->listed, "Everybody finds it")->excludes(hidden);
  set->callback([&options, set, given] {
    options.run = [&options, set, given] { return set_person(options, *set, *given); };
  });
  auto* show = user.add_subcommand("show", "The user's entry in the address list");
  show->add_option("login", given->login, "user@domain")->required();
  show->callback([&options, given] {
    options.run = [&options, given] {
      return ask(options, "user.show", {{"login", given->login}}, &print_person);
    };
  });
}

void register_user_commands(CLI::App& app, CliOptions& options) {
  auto given = std::make_shared<UserOptions>();
  auto* user = app.add_subcommand("user", "The users of the embedded store");
  user->require_subcommand(1);
  auto* add = user->add_subcommand("add", "A new user with an empty mailbox");
  add->add_option("login", given->login, "user@domain")->required();
  add->add_option("--name", given->display_name, "Name that others see");
  add->add_option("--alias", given->aliases, "Further address; may be repeated");
  add->add_option("--quota", given->quota_megabytes, "Megabytes; 0 = as configured")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1} << 40U));
  add_password_options(*add, given->password);
  add->callback([&options, given] {
    options.run = [&options, given] { return with_password(options, *given, "user.add"); };
  });
  user->add_subcommand("list", "All users, with what they use")->callback([&options] {
    options.run = [&options] { return ask(options, "user.list", json::object(), &print_users); };
  });
  auto* passwd = user->add_subcommand("passwd", "Another password; ends what used the old one");
  passwd->add_option("login", given->login, "user@domain")->required();
  add_password_options(*passwd, given->password);
  passwd->callback([&options, given] {
    options.run = [&options, given] { return with_password(options, *given, "user.passwd"); };
  });
  auto* remove = user->add_subcommand("remove", "The user and all of the user's mail");
  remove->add_option("login", given->login, "user@domain")->required();
  remove->callback([&options, given] {
    options.run = [&options, given] {
      return ask(options, "user.remove", {{"login", given->login}}, &print_nothing);
    };
  });
  register_person_commands(*user, options);
  auto* import = user->add_subcommand("import", "Many users from a file; see godwit(1)");
  import->add_option("file", given->file, "login,password,name,aliases,quota")->required();
  import->callback([&options, given] {
    options.run = [&options, given] { return import_users(options, given->file); };
  });
}

struct DeviceOptions {
  std::string user;
  std::string device;
  bool account_only = false;
};

void register_device_commands(CLI::App& app, CliOptions& options) {
  auto given = std::make_shared<DeviceOptions>();
  auto* device = app.add_subcommand("device", "The phones that synchronize here");
  device->require_subcommand(1);
  auto* list = device->add_subcommand("list", "All devices, or those of one user");
  list->add_option("user", given->user, "user@domain");
  list->callback([&options, given] {
    options.run = [&options, given] {
      return ask(options, "device.list", {{"user", given->user}}, &print_devices);
    };
  });
  struct Row {
    const char* name;
    const char* operation;
    const char* what;
    Printer print = &print_nothing;
    bool of_account = false;  // knows --account-only
  };
  for (const Row& row :
       {Row{"show", "device.show", "What is known of it, its recovery password, too",
            &print_device},
        Row{"wipe", "device.wipe", "Erase it with its next request", &print_nothing, true},
        Row{"block", "device.block", "Let it in no more"},
        Row{"unblock", "device.unblock", "Let it in again; ends a wipe, too"},
        Row{"resync", "device.resync", "Make it start over"}}) {
    auto* command = device->add_subcommand(row.name, row.what);
    command->add_option("user", given->user, "user@domain")->required();
    command->add_option("device", given->device, "Its id, as the list shows it")->required();
    if (row.of_account) {
      command->add_flag("--account-only", given->account_only,
                        "Only this account and what it synchronized; devices from 16.1 on");
    }
    command->callback([&options, given, row] {
      options.run = [&options, given, row] {
        json arguments{{"user", given->user}, {"device", given->device}};
        if (row.of_account) arguments["account_only"] = given->account_only;
        return ask(options, row.operation, arguments, row.print);
      };
    });
  }
}

void register_queue_commands(CLI::App& app, CliOptions& options) {
  auto mail = std::make_shared<std::string>();
  auto* queue = app.add_subcommand("queue", "Mail that waits for the next mail server");
  queue->require_subcommand(1);
  queue->add_subcommand("list", "At most 1,000, the next one due first")->callback([&options] {
    options.run = [&options] { return ask(options, "queue.list", json::object(), &print_queue); };
  });
  struct Row {
    const char* name;
    const char* operation;
    const char* what;
  };
  for (const Row& row : {Row{"retry", "queue.retry", "Try it again now"},
                         Row{"remove", "queue.remove", "Drop it; nobody is told"}}) {
    auto* command = queue->add_subcommand(row.name, row.what);
    command->add_option("mail", *mail, "Its name, as the list shows it")->required();
    command->callback([&options, mail, operation = row.operation] {
      options.run = [&options, mail, operation] {
        return ask(options, operation, {{"mail", *mail}}, &print_nothing);
      };
    });
  }
}

}  // namespace

void register_daemon_commands(CLI::App& app, CliOptions& options) {
  register_user_commands(app, options);
  register_device_commands(app, options);
  register_queue_commands(app, options);
  app.add_subcommand("status", "What the daemon is doing")->callback([&options] {
    options.run = [&options] { return ask(options, "status", json::object(), &print_status); };
  });
}

}  // namespace godwit::app
