#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <ranges>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "client/command_line.hpp"
#include "client/state_file.hpp"

namespace godwit::client {
namespace {

constexpr int failed = 1;

struct ClientOptions {
  Connection connection;
  std::string state_file;
  std::string folder, item, to, subject, reference, output = "-";
  int body_type = 1;
  std::size_t count = 20;
};

/// A device with its state, on its way through one subcommand.
class Session {
 public:
  Session(ClientOptions options, Endpoint endpoint, bool json)
      : options_(std::move(options)),
        json_(json),
        state_path_(options_.state_file.empty()
                        ? default_state_path(endpoint.device.user, endpoint.url.host)
                        : options_.state_file),
        negotiate_(endpoint.negotiate),
        transport_(endpoint.url, endpoint.trust),
        device_(transport_, std::move(endpoint.device)) {}

  Result<> load() { return load_state(state_path_, device_); }
  Result<> save() { return save_state(state_path_, device_); }

  Task<int> folders();
  Task<int> sync();
  Task<int> show();
  Task<int> send();
  Task<int> watch();
  Task<int> attachment();

 private:
  Task<bool> sign_on();
  /// Until nothing more is there; counts the items for a terminal.
  Task<bool> sync_folder(std::string id);
  /// By id, or by name in any case; nothing (after a message) when there is none.
  const Folder* find_folder();
  bool check(const Outcome& outcome, std::string_view what) const;
  void print(const nlohmann::json& value) const {
    std::cout << value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  }

  ClientOptions options_;
  bool json_;
  std::string state_path_;
  bool negotiate_;
  HttpTransport transport_;
  Device device_;
};

bool Session::check(const Outcome& outcome, std::string_view what) const {
  if (outcome.ok()) return true;
  std::string message(what);
  if (outcome.http_status == 401) {
    message += ": the server refuses the user or the password";
  } else if (outcome.http_status != 200) {
    message += ": HTTP " + std::to_string(outcome.http_status);
  } else {
    message += ": status " + std::to_string(outcome.status);
  }
  complain(message, failed, json_);
  return false;
}

Task<bool> Session::sign_on() {
  const OptionsOutcome options = co_await device_.options();
  if (!check(options, "OPTIONS")) co_return false;
  if (negotiate_) {
    std::optional<eas::Version> best;
    for (const std::string& text : options.versions) {
      const auto version = eas::parse_version(text);
      if (version && (!best || *version > *best)) best = *version;
    }
    if (best) device_.set_version(*best);
  }
  Outcome outcome = co_await device_.folder_sync();
  if (outcome.must_provision()) {
    outcome = co_await device_.provision();
    if (!check(outcome, "Provision")) co_return false;
    outcome = co_await device_.folder_sync();
  }
  if (outcome.status == 9) outcome = co_await device_.folder_sync();  // the key is 0 by now
  co_return check(outcome, "FolderSync");
}

const Folder* Session::find_folder() {
  for (const auto& [id, folder] : device_.folders()) {
    if (id == options_.folder || iequals(folder.name, options_.folder)) return &folder;
  }
  complain("no folder " + options_.folder + "; `godwit client folders` lists them", failed, json_);
  return nullptr;
}

Task<bool> Session::sync_folder(std::string id) {
  const bool progress = isatty(STDERR_FILENO) != 0;
  SyncOptions options;
  options.window_size = 100;
  options.options = mail_options(0, options_.body_type, 32'768);
  for (;;) {
    const SyncOutcome outcome = co_await device_.sync(id, options);
    if (!check(outcome, "Sync")) co_return false;
    if (outcome.empty) break;
    const CollectionOutcome& result = outcome.collections.at(id);
    const std::size_t held = device_.collection(id).items.size();
    if (progress) std::cerr << '\r' << held << " items" << std::flush;
    if (result.status == 3) continue;  // starts over with key 0
    if (result.status != 1) {
      complain("Sync: status " + std::to_string(result.status) + " of the folder", failed, json_);
      co_return false;
    }
    if (device_.collection(id).items.empty() && result.changes() == 0 && !result.more_available &&
        options.options) {
      options.options.reset();
      continue;  // that was key 0: now come the items
    }
    if (!result.more_available && !options.options) break;
    options.options.reset();
    if (!result.more_available && result.changes() > 0) break;
  }
  if (progress) std::cerr << "\r\033[K";
  co_return true;
}

Task<int> Session::folders() {
  if (!co_await sign_on()) co_return failed;
  nlohmann::json list = nlohmann::json::array();
  for (const auto& [id, folder] : device_.folders()) {
    if (json_) {
      list.push_back(
          {{"id", id}, {"parent", folder.parent_id}, {"name", folder.name}, {"type", folder.type}});
    } else {
      std::cout << id << '\t' << folder.type << '\t' << folder.name << '\n';
    }
  }
  if (json_) print({{"ok", true}, {"result", list}});
  co_return 0;
}

std::string_view property(const Item& item, std::string_view name) {
  const auto found = item.find(name);
  return found == item.end() ? std::string_view() : std::string_view(found->second);
}

Task<int> Session::sync() {
  if (!co_await sign_on()) co_return failed;
  const Folder* folder = find_folder();
  if (folder == nullptr || !co_await sync_folder(folder->id)) co_return failed;
  const auto& items = device_.collection(folder->id).items;
  using Row = std::pair<std::string, const Item*>;
  std::vector<Row> rows;
  rows.reserve(items.size());
  for (const auto& [id, item] : items) rows.emplace_back(id, &item);
  std::ranges::sort(rows, std::greater{}, [](const Row& row) {
    return std::string(property(*row.second, "DateReceived"));
  });
  if (json_) {
    nlohmann::json list = nlohmann::json::object();
    for (const auto& [id, item] : rows) list[id] = *item;
    print({{"ok", true}, {"result", list}});
    co_return 0;
  }
  for (const auto& [id, item] : rows | std::views::take(options_.count)) {
    std::cout << id << '\t' << (property(*item, "Read") == "1" ? ' ' : '*') << ' '
              << property(*item, "DateReceived") << '\t' << property(*item, "From") << '\t'
              << property(*item, "Subject") << '\n';
  }
  if (rows.size() > options_.count) {
    std::cout << "(" << rows.size() << " in all; --count shows more)\n";
  }
  co_return 0;
}

Task<int> Session::show() {
  if (!co_await sign_on()) co_return failed;
  const Folder* folder = find_folder();
  if (folder == nullptr) co_return failed;
  auto options = mail_options(0, options_.body_type, std::nullopt);
  std::erase_if(options, [](const Node& node) {
    return node.tag == wbxml::find_tag("AirSync", "FilterType")->tag;
  });
  const FetchOutcome outcome =
      co_await device_.fetch(folder->id, options_.item, std::move(options));
  if (!check(outcome, "ItemOperations")) co_return failed;
  if (outcome.fetch_status != 1) {
    co_return complain("no item " + options_.item + " in that folder (status " +
                           std::to_string(outcome.fetch_status) + ")",
                       failed, json_);
  }
  if (json_) {
    print({{"ok", true}, {"result", outcome.properties}});
    co_return 0;
  }
  for (const std::string_view name : {"From", "To", "Cc", "DateReceived", "Subject"}) {
    if (const auto value = property(outcome.properties, name); !value.empty()) {
      std::cout << name << ": " << value << '\n';
    }
  }
  for (const auto& [name, value] : outcome.properties) {
    if (name.ends_with("/FileReference")) std::cout << "Attachment: " << value << '\n';
  }
  std::cout << '\n' << property(outcome.properties, "Body/Data") << '\n';
  co_return 0;
}

std::string fresh_id() {
  std::random_device source;
  std::string bytes;
  for (int i = 0; i < 12; ++i) bytes += static_cast<char>(source() & 0xFFU);
  return hex_encode(bytes);
}

/// A subject that no header can be smuggled in by; RFC 2047 where it is not ASCII.
std::string header_text(std::string_view text) {
  const bool ascii = std::ranges::all_of(text, [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7F;
  });
  return ascii ? std::string(text) : "=?utf-8?B?" + base64_encode(text) + "?=";
}

Task<int> Session::send() {
  if (options_.to.contains('\n') || options_.to.contains('\r')) {
    co_return complain("TO is one line", failed, json_);
  }
  const std::string text{std::istreambuf_iterator<char>(std::cin),
                         std::istreambuf_iterator<char>()};
  if (!co_await sign_on()) co_return failed;
  Outgoing mail;
  mail.client_id = fresh_id();
  mail.mime = "From: " + device_.settings().user + "\r\nTo: " + options_.to +
              "\r\nSubject: " + header_text(options_.subject) +
              "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
              "Content-Transfer-Encoding: base64\r\n\r\n";
  const std::string encoded = base64_encode(text);
  for (std::size_t i = 0; i < encoded.size(); i += 76) {
    mail.mime += encoded.substr(i, 76) + "\r\n";
  }
  if (!check(co_await device_.send_mail(std::move(mail)), "SendMail")) co_return failed;
  if (json_) {
    print({{"ok", true}});
  } else {
    std::cout << "sent\n";
  }
  co_return 0;
}

Task<int> Session::watch() {
  if (!co_await sign_on()) co_return failed;
  const Folder* folder = find_folder();
  if (folder == nullptr || !co_await sync_folder(folder->id)) co_return failed;
  const std::string id = folder->id;
  unsigned heartbeat = 540;
  for (;;) {
    const PingOutcome ping = co_await device_.ping({id}, heartbeat);
    if (ping.http_status != 200) {
      check(ping, "Ping");
      co_return failed;
    }
    if (ping.status == 5 && ping.limit) {
      heartbeat = *ping.limit;
    } else if (ping.status == 7) {
      if (!check(co_await device_.folder_sync(), "FolderSync")) co_return failed;
    } else if (ping.status == 2) {
      const std::map<std::string, Item> before = device_.collection(id).items;
      if (!co_await sync_folder(id)) co_return failed;
      for (const auto& [item_id, item] : device_.collection(id).items) {
        if (before.contains(item_id)) continue;
        if (json_) {
          print({{"added", item_id}, {"item", item}});
        } else {
          std::cout << item_id << '\t' << property(item, "From") << '\t'
                    << property(item, "Subject") << "\n"
                    << std::flush;
        }
      }
      if (auto saved = save(); !saved) co_return complain(saved.error().message, failed, json_);
    } else if (ping.status != 1) {
      co_return complain("Ping: status " + std::to_string(ping.status), failed, json_);
    }
  }
}

Task<int> Session::attachment() {
  if (!co_await sign_on()) co_return failed;
  const FetchOutcome outcome = co_await device_.fetch_attachment(options_.reference);
  if (!check(outcome, "ItemOperations")) co_return failed;
  if (outcome.fetch_status != 1) {
    co_return complain("no such attachment (status " + std::to_string(outcome.fetch_status) + ")",
                       failed, json_);
  }
  if (options_.output == "-") {
    std::cout.write(outcome.data.data(), static_cast<std::streamsize>(outcome.data.size()));
    co_return 0;
  }
  std::ofstream file(options_.output, std::ios::binary | std::ios::trunc);
  file.write(outcome.data.data(), static_cast<std::streamsize>(outcome.data.size()));
  if (!file.flush()) co_return complain(options_.output + " cannot be written", failed, json_);
  std::cerr << outcome.data.size() << " bytes, " << outcome.content_type << '\n';
  co_return 0;
}

/// The subcommand's work between loading and saving the state. The session goes before the loop
/// does that its connection lives on.
Task<int> with_state(ClientOptions options, Endpoint endpoint, bool json,
                     Task<int> (Session::*work)()) {
  Session session(std::move(options), std::move(endpoint), json);
  if (auto loaded = session.load(); !loaded)
    co_return complain(loaded.error().message, failed, json);
  const int code = co_await (session.*work)();
  if (auto saved = session.save(); !saved) co_return complain(saved.error().message, failed, json);
  co_return code;
}

}  // namespace

void register_client(CLI::App& app, std::function<int()>& run, const bool& json) {
  auto* client = app.add_subcommand("client", "Use a server as a phone does");
  client->require_subcommand(1);
  const auto add = [&](const char* name, const char* what, Task<int> (Session::*work)()) {
    auto* command = client->add_subcommand(name, what);
    auto options = std::make_shared<ClientOptions>();  // shared with the callback
    add_connection_options(*command, options->connection);
    command->add_option(
        "--state", options->state_file,
        "File that keeps keys and items; one for each user and server if not given");
    command->callback([options, work, &run, &json] {
      run = [options, work, &json] {
        auto endpoint = endpoint_of(options->connection);
        if (!endpoint) return complain(endpoint.error().message, 2, json);
        return run_to_end([&] { return with_state(*options, *endpoint, json, work); }, failed,
                          json);
      };
    });
    return std::pair(command, options);
  };
  add("folders", "List the folders: id, type, name", &Session::folders);
  {
    auto [command, options] = add("sync", "Sync a folder and list its newest mail", &Session::sync);
    command->add_option("folder", options->folder, "Id or name")->required();
    command->add_option("-n,--count", options->count, "Lines to show")->capture_default_str();
  }
  {
    auto [command, options] = add("show", "Show one mail", &Session::show);
    command->add_option("folder", options->folder, "Id or name")->required();
    command->add_option("item", options->item, "Its id, as `sync` lists it")->required();
    command->add_option("--body", options->body_type, "1 text, 2 HTML, 4 the whole MIME")
        ->check(CLI::IsMember({1, 2, 4}))
        ->capture_default_str();
  }
  {
    auto [command, options] = add("send", "Send the text on standard input", &Session::send);
    command->add_option("to", options->to, "Address")->required();
    command->add_option("subject", options->subject, "Subject")->required();
  }
  {
    auto [command, options] = add("watch", "Wait for mail and list what comes", &Session::watch);
    command->add_option("folder", options->folder, "Id or name")->required();
  }
  {
    auto [command, options] = add("attachment", "Fetch an attachment", &Session::attachment);
    command->add_option("reference", options->reference, "As `show` lists it")->required();
    command->add_option("-o,--output", options->output, "File; - = standard output")
        ->capture_default_str();
  }
  register_replay(*client, run, json);
}

}  // namespace godwit::client
