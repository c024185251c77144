#include <fmt/format.h>
#include <sodium.h>
#include <termios.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/cli.hpp"
#include "app/cli_ask.hpp"
#include "app/config.hpp"
#include "app/control_client.hpp"
#include "app/user_file.hpp"
#include "backend/directory.hpp"
#include "base/bytes.hpp"
#include "base/printable.hpp"

namespace godwit::app {
namespace {

using nlohmann::json;

constexpr std::size_t user_file_bytes_max = 64 * 1024 * 1024;
constexpr std::size_t generated_password_bytes = 12;
constexpr std::uint64_t megabyte = 1024 * 1024;

void print_users(const json& result) {
  std::cout << fmt::format("{:<32} {:<24} {:>10} {:>10}  {:<9}  {}\n", "login", "name", "used MB",
                           "quota MB", "from", "aliases");
  for (const json& user : result.value("users", json::array())) {
    const auto quota = user.value("quota_bytes", std::uint64_t{0}) / megabyte;
    std::string aliases;
    for (const json& alias : user.value("aliases", json::array())) {
      aliases += alias.get<std::string>() + ' ';
    }
    const bool local = user.value("origin", "local") == "local";
    std::cout << fmt::format(
        "{:<32} {:<24} {:>10} {:>10}  {:<9}  {}\n", user.value("login", ""),
        user.value("display_name", ""), user.value("used_bytes", std::uint64_t{0}) / megabyte,
        quota == 0 ? "-" : std::to_string(quota), local ? "local" : "directory", aliases);
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
    arguments["quota_bytes"] = user.quota_megabytes * megabyte;
  }
  json made = json::object();
  if (user.password.generate) made["password"] = password->reveal();
  const int code = ask(options, operation, arguments, &print_nothing, made);
  if (code == 0 && user.password.generate && !options.json) {
    std::cout << user.login << ' ' << password->reveal() << '\n';
  }
  return code;
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
  std::vector<std::string> aliases;
  bool no_aliases = false;
  std::vector<std::string> send_as;
  bool no_send_as = false;
  std::optional<std::uint64_t> quota_megabytes;
};

void add_quota_option(CLI::App& command, auto& megabytes) {
  command.add_option("--quota", megabytes, "Megabytes; 0 = as configured")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1} << 40U));
}

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

/// Into `arguments` as `user.set` takes it.
Result<> add_photo(json& arguments, const std::string& file) {
  auto photo = encoded_file(file, backend::photo_bytes_max);
  if (!photo) return pass(photo);
  arguments["photo"] = std::move(*photo);
  return {};
}

Result<> add_certificates(json& arguments, const std::vector<std::string>& files) {
  constexpr std::size_t certificate_bytes_max = 16 * std::size_t{1024};
  for (const std::string& file : files) {
    auto certificate = encoded_file(file, certificate_bytes_max);
    if (!certificate) return pass(certificate);
    arguments["certificates"].push_back(std::move(*certificate));
  }
  return {};
}

int set_person(const CliOptions& options, const CLI::App& command, const PersonOptions& person) {
  json arguments{{"login", person.login}};
  for (const auto& [name, value] : person.fields) {
    if (command.count(option_of(name)) > 0) arguments[std::string(name)] = value;
  }
  if (person.hidden || person.listed) arguments["listed"] = person.listed;
  if (person.no_photo) arguments["photo"] = "";
  if (!person.photo_file.empty()) {
    if (const auto added = add_photo(arguments, person.photo_file); !added) {
      return report_failure(options, added.error().message);
    }
  }
  if (person.no_certificates) arguments["certificates"] = json::array();
  if (const auto added = add_certificates(arguments, person.certificate_files); !added) {
    return report_failure(options, added.error().message);
  }
  if (person.no_aliases || !person.aliases.empty()) arguments["aliases"] = person.aliases;
  if (person.no_send_as || !person.send_as.empty()) arguments["send_as"] = person.send_as;
  if (person.quota_megabytes) arguments["quota_bytes"] = *person.quota_megabytes * megabyte;
  if (arguments.size() == 1) return report_failure(options, "nothing was said to be changed");
  return ask(options, "user.set", arguments, &print_nothing);
}

/// What `user.set` takes of a line; files are read here.
Result<json> person_arguments(const UserLine& user) {
  json arguments{{"login", user.login}};
  for (const auto& [name, value] : user.fields) {
    if (name == "photo") {
      if (const auto added = add_photo(arguments, value); !added) return pass(added);
    } else if (name == "certificates") {
      if (const auto added = add_certificates(arguments, split_blanks(value)); !added) {
        return pass(added);
      }
    } else if (name == "send_as") {
      arguments[name] = split_blanks(value);
    } else if (name == "listed") {
      arguments[name] = value != "no";
    } else {
      arguments[name] = value;
    }
  }
  return arguments;
}

/// Nothing, or why it was refused. Throws nothing that the daemon's answer can cause.
Result<std::optional<std::string>> ask_quietly(ControlClient& client, const char* operation,
                                               const json& arguments) {
  const auto reply = client.ask(dump({{"operation", operation}, {"arguments", arguments}}));
  if (!reply) return pass(reply);
  const json parsed = json::parse(*reply, nullptr, false);
  if (parsed.is_object() && parsed.value("ok", false)) return std::nullopt;
  return parsed.value("error", json::object()).value("message", "no reason given");
}

/// Adds the user, and what the address list says.
Result<std::optional<std::string>> import_user(ControlClient& client, const UserLine& user) {
  // Read before anything is done: a line is done or not.
  const auto person = person_arguments(user);
  if (!person) return person.error().message;
  const json arguments{{"login", user.login},
                       {"password", std::string(user.password.reveal())},
                       {"display_name", user.display_name},
                       {"aliases", user.aliases},
                       {"quota_bytes", user.quota_bytes}};
  auto why = ask_quietly(client, "user.add", arguments);
  if (!why || *why || person->size() == 1) return why;
  why = ask_quietly(client, "user.set", *person);
  if (why && *why) **why = "added, but nothing else: " + **why;
  return why;
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
    const auto why = import_user(*client, user);
    if (!why) return no_daemon(options, why.error().message);
    if (!*why) continue;
    failures.push_back({{"line", user.line}, {"login", user.login}, {"message", **why}});
    if (!options.json)
      std::cerr << fmt::format("{}:{}: {}: {}\n", file, user.line, user.login, **why);
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

void print_person(const json& result) {
  std::cout << fmt::format("{:<14} {}\n{:<14} {}\n", "login", result.value("login", ""), "from",
                           printable(result.value("origin", "")));
  for (const backend::PersonField& field : backend::person_fields) {
    const auto value = result.value(std::string(field.name), "");
    if (!value.empty()) std::cout << fmt::format("{:<14} {}\n", field.name, value);
  }
  for (const char* name : {"aliases", "send_as"}) {
    for (const json& address : result.value(name, json::array())) {
      std::cout << fmt::format("{:<14} {}\n", name, address.get<std::string>());
    }
  }
  std::cout << fmt::format("{:<14} {}\n{:<14} {} bytes\n{:<14} {}\n", "listed",
                           result.value("listed", false) ? "yes" : "no", "photo",
                           result.value("photo_bytes", std::uint64_t{0}), "certificates",
                           result.value("certificates", std::uint64_t{0}));
}

void register_person_commands(CLI::App& user, CliOptions& options) {
  auto given = std::make_shared<PersonOptions>();
  auto* set =
      user.add_subcommand("set", "Change the user's entry in the address list, or the quota");
  set->add_option("login", given->login, "user@domain")->required();
  given->fields.reserve(backend::person_fields.size());  // options refer to what is in it
  for (const backend::PersonField& field : backend::person_fields) {
    given->fields.emplace_back(field.name, std::string());
    set->add_option(option_of(field.name), given->fields.back().second, "Empty: none");
  }
  auto* photo = set->add_option("--photo", given->photo_file, "JPEG or PNG of at most 100 KB");
  set->add_flag("--no-photo", given->no_photo, "Remove the photo")->excludes(photo);
  auto* certificates = set->add_option("--certificate", given->certificate_files,
                                       "For encrypted mail, PEM or DER; may be repeated");
  set->add_flag("--no-certificates", given->no_certificates, "Remove them all")
      ->excludes(certificates);
  auto* aliases = set->add_option("--alias", given->aliases,
                                  "Further address; repeat it for all that the user has");
  set->add_flag("--no-aliases", given->no_aliases, "Remove them all")->excludes(aliases);
  auto* send_as = set->add_option("--may-send-as", given->send_as,
                                  "Whose mail the user may write; repeat it for all of them");
  set->add_flag("--no-send-as", given->no_send_as, "Nobody else's")->excludes(send_as);
  add_quota_option(*set, given->quota_megabytes);
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

}  // namespace

void register_user_commands(CLI::App& app, CliOptions& options) {
  auto given = std::make_shared<UserOptions>();
  auto* user = app.add_subcommand("user", "The users of the embedded store");
  user->require_subcommand(1);
  auto* add = user->add_subcommand("add", "A new user with an empty mailbox");
  add->add_option("login", given->login, "user@domain")->required();
  add->add_option("--name", given->display_name, "Name that others see");
  add->add_option("--alias", given->aliases, "Further address; may be repeated");
  add_quota_option(*add, given->quota_megabytes);
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
  register_share_commands(*user, options);
  register_user_sync_command(*user, options);
  auto* import = user->add_subcommand("import", "Many users from a file; see godwit(1)");
  import->add_option("file", given->file, "login,password,name,aliases,quota")->required();
  import->callback([&options, given] {
    options.run = [&options, given] { return import_users(options, given->file); };
  });
}

}  // namespace godwit::app
