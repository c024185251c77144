#include "client/device.hpp"

#include <algorithm>
#include <charconv>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "client/device_run.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/email.hpp"
#include "wbxml/pages/provision.hpp"
#include "wbxml/pages/settings.hpp"

namespace godwit::client {
namespace {

constexpr std::string_view wbxml_type = "application/vnd.ms-sync.wbxml";

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> out;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (const auto word = trim(list.substr(0, comma)); !word.empty()) out.emplace_back(word);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return out;
}

/// Without password and token a certificate must say who it is.
std::vector<http::Header> sender_headers(const Device::Settings& settings) {
  std::vector<http::Header> out;
  if (!settings.token.empty()) {
    out.push_back({"Authorization", "Bearer " + std::string(settings.token.reveal())});
  } else if (!settings.password.empty()) {
    const std::string pair = settings.user + ":" + std::string(settings.password.reveal());
    out.push_back({"Authorization", "Basic " + base64_encode(pair)});
  }
  out.push_back({"User-Agent", settings.user_agent});
  return out;
}

}  // namespace

Device::Device(Transport& transport, Settings settings)
    : transport_(transport), settings_(std::move(settings)) {}

std::string Device::item_class(const std::string& id) const {
  const auto folder = folders_.find(id);
  return std::string(class_of_type(folder == folders_.end() ? 0 : folder->second.type));
}

const Folder* Device::folder_of_type(int type) const {
  for (const auto& [id, folder] : folders_) {
    if (folder.type == type) return &folder;
  }
  return nullptr;
}

Collection& Device::collection(const std::string& id) {
  Collection& out = collections_[id];
  out.id = id;
  return out;
}

void Device::restore(std::string folder_key, std::vector<Folder> folders,
                     std::map<std::string, Collection> collections) {
  folder_key_ = std::move(folder_key);
  folders_.clear();
  for (Folder& folder : folders) folders_[folder.id] = std::move(folder);
  collections_ = std::move(collections);
}

std::string Device::add(const std::string& id, std::vector<Node> properties) {
  Collection& held = collection(id);
  Command command;
  command.number = ++held.commands_made;
  command.kind = Command::Kind::add;
  command.client_id = "new-" + std::to_string(command.number);
  command.data = std::move(properties);
  held.pending.push_back(command);
  return command.client_id;
}

void Device::change(const std::string& id, const std::string& server_id,
                    std::vector<Node> properties) {
  Collection& held = collection(id);
  const auto item = held.items.find(server_id);
  if (item == held.items.end()) return;
  merge_properties(item->second, Node(wbxml::airsync::ApplicationData, properties));
  Command command;
  command.number = ++held.commands_made;
  command.kind = Command::Kind::change;
  command.server_id = server_id;
  command.data = std::move(properties);
  held.pending.push_back(std::move(command));
}

void Device::change_occurrence(const std::string& id, const std::string& server_id,
                               std::string instance_id, std::vector<Node> properties) {
  Collection& held = collection(id);
  const auto item = held.items.find(server_id);
  if (item == held.items.end()) return;
  merge_occurrence(item->second, instance_id, properties);
  Command command;
  command.number = ++held.commands_made;
  command.kind = Command::Kind::change;
  command.server_id = server_id;
  command.instance_id = std::move(instance_id);
  command.data = std::move(properties);
  held.pending.push_back(std::move(command));
}

void Device::remove_occurrence(const std::string& id, const std::string& server_id,
                               std::string instance_id) {
  if (!collection(id).items.contains(server_id)) return;
  change_occurrence(id, server_id, std::move(instance_id), {});
  collection(id).pending.back().kind = Command::Kind::remove;
}

std::string Device::send_new(const std::string& id, std::vector<Node> properties) {
  std::string client_id = add(id, std::move(properties));
  collection(id).pending.back().send = true;
  return client_id;
}

void Device::send_draft(const std::string& id, const std::string& server_id,
                        std::vector<Node> properties) {
  if (!collection(id).items.contains(server_id)) return;
  change(id, server_id, std::move(properties));
  collection(id).pending.back().send = true;
}

void Device::set_read(const std::string& id, const std::string& server_id, bool read) {
  change(id, server_id, {Node(wbxml::email::Read, read ? "1" : "0")});
}

void Device::remove(const std::string& id, const std::string& server_id) {
  Collection& held = collection(id);
  const auto item = held.items.find(server_id);
  if (item == held.items.end()) return;
  Command command;
  command.number = ++held.commands_made;
  command.kind = Command::Kind::remove;
  command.server_id = server_id;
  command.before = std::move(item->second);
  // What was changed and is now gone need not be said.
  std::erase_if(held.pending, [&](const Command& other) { return other.server_id == server_id; });
  held.items.erase(item);  // last: `server_id` may be its key
  held.pending.push_back(std::move(command));
}

Task<OptionsOutcome> Device::options() {
  Wire request;
  request.method = "OPTIONS";
  request.target = settings_.path;
  request.headers = sender_headers(settings_);
  return run<OptionsOutcome>(std::move(request), [this](const Answer& answer, OptionsOutcome& out) {
    if (answer.status != 200) return;
    out.status = 1;
    out.versions = split(answer.header("MS-ASProtocolVersions"));
    out.commands = split(answer.header("MS-ASProtocolCommands"));
    if (out.versions.empty()) violate("options.no_versions", "MS-ASProtocolVersions is missing");
    if (out.commands.empty()) violate("options.no_commands", "MS-ASProtocolCommands is missing");
    if (!answer.body.empty()) violate("options.body", "the answer has a body");
  });
}

Task<Outcome> Device::provision() {
  namespace page = wbxml::provision;
  namespace settings = wbxml::settings;
  Node first(page::Provision);
  // [MS-ASPROV] DeviceInformation: in the first request from 14.1 on, nowhere before.
  if (settings_.version >= eas::Version::v14_1) {
    first.add(Node(settings::DeviceInformation,
                   {Node(settings::Set, {Node(settings::Model, "Godwit reference device"),
                                         Node(settings::OS, "none"),
                                         Node(settings::UserAgent, settings_.user_agent)})}));
  }
  first.add(Node(page::Policies,
                 {Node(page::Policy, {Node(page::PolicyType, "MS-EAS-Provisioning-WBXML")})}));
  policy_key_ = 0;
  std::optional<std::uint32_t> key;
  Outcome outcome = co_await provision_phase(std::move(first), key);
  if (!outcome.ok()) {
    policy_key_.reset();
    co_return outcome;
  }
  policy_key_ = key;
  Node second(page::Provision,
              {Node(page::Policies,
                    {Node(page::Policy, {Node(page::PolicyType, "MS-EAS-Provisioning-WBXML"),
                                         Node(page::PolicyKey, std::to_string(key.value_or(0))),
                                         Node(page::Status, "1")})})});
  const std::optional<std::uint32_t> temporary = key;
  outcome = co_await provision_phase(std::move(second), key);
  if (outcome.ok() && key == temporary) {
    violate("provision.key_kept", "the final policy key is the temporary one");
  }
  if (outcome.ok()) policy_key_ = key;
  co_return outcome;
}

Task<Outcome> Device::provision_phase(Node request, std::optional<std::uint32_t>& key) {
  namespace page = wbxml::provision;
  return run<Outcome>(
      document("Provision", request), [this, &key](const Answer& answer, Outcome& out) {
        const auto root = read(answer, page::Provision, page::Status, out);
        if (!root || out.status != 1) return;
        const Node* policies = root->find(page::Policies);
        const Node* policy = policies == nullptr ? nullptr : policies->find(page::Policy);
        if (policy == nullptr) return violate("provision.no_policy", "Policies/Policy is missing");
        out.status = number(*policy, page::Status);
        key.reset();
        if (out.status != 1) return;
        key = parse_number<std::uint32_t>(policy->text_of(page::PolicyKey));
        if (!key || *key == 0)
          violate("provision.bad_key", "PolicyKey is no 32-bit number above 0");
      });
}

Task<Outcome> Device::settings_command(Node request, Node& answer_out) {
  namespace page = wbxml::settings;
  return run<Outcome>(document("Settings", request),
                      [this, &answer_out](const Answer& answer, Outcome& out) {
                        auto root = read(answer, page::Settings, page::Status, out);
                        if (root) answer_out = std::move(*root);
                      });
}

Task<Outcome> Device::user_information(std::vector<std::string>& addresses) {
  namespace page = wbxml::settings;
  Node answer;
  Node request(page::Settings, {Node(page::UserInformation, {Node(page::Get)})});
  const Outcome out = co_await settings_command(std::move(request), answer);
  addresses.clear();
  const std::function<void(const Node&)> collect = [&](const Node& node) {
    if (node.tag == page::SMTPAddress || node.tag == page::PrimarySmtpAddress) {
      if (std::ranges::find(addresses, node.text) == addresses.end()) {
        addresses.push_back(node.text);
      }
    }
    for (const Node& child : node.children) collect(child);
  };
  collect(answer);
  co_return out;
}

Task<Outcome> Device::repeat_lost() {
  const std::shared_ptr<Operation> operation = lost_;
  if (!operation) co_return Outcome{.lost = true};
  co_await perform(operation);
  co_return *operation->outcome;
}

Task<> Device::perform(std::shared_ptr<Operation> operation) {
  lost_ = operation;
  operation->outcome->lost = true;
  const Answer answer = co_await transport_.send(operation->wire);
  if (lose_next_) {
    lose_next_ = false;
    co_return;
  }
  lost_.reset();
  operation->outcome->lost = false;
  operation->outcome->http_status = answer.status;
  operation->apply(answer);
}

Wire Device::wire(std::string_view command, std::string body, std::string_view content_type) const {
  return wire_of(line(command), std::move(body), content_type);
}

Task<Answer> Device::send_raw(Wire wire) { co_return co_await transport_.send(std::move(wire)); }

eas::RequestLine Device::line(std::string_view command) const {
  eas::RequestLine out;
  out.command = command;
  out.command_code = eas::command_code(command).value_or(255);
  out.user = settings_.user;
  if (auto id = DeviceId::parse(settings_.id)) out.device_id = std::move(*id);
  out.device_type = settings_.type;
  out.base64 = settings_.base64_query;
  if (out.base64) {
    out.version = settings_.version;
    out.locale = 0x0409;
    if (command != "Ping") out.policy_key = policy_key_;
  }
  return out;
}

Wire Device::wire_of(const eas::RequestLine& line, std::string body,
                     std::string_view content_type) const {
  Wire out;
  out.target = settings_.path + "?" + eas::format_request_line(line);
  out.headers = sender_headers(settings_);
  if (!line.base64) {
    out.headers.push_back({"MS-ASProtocolVersion", std::string(eas::to_string(settings_.version))});
    // [MS-ASPROV]: Ping carries no policy key.
    if (policy_key_ && line.command != "Ping") {
      out.headers.push_back({"X-MS-PolicyKey", std::to_string(*policy_key_)});
    }
  }
  if (!body.empty()) out.headers.push_back({"Content-Type", std::string(content_type)});
  out.body = std::move(body);
  return out;
}

Wire Device::document(std::string_view command, const Node& root) const {
  return wire_of(line(command), encode(root), wbxml_type);
}

std::optional<Node> Device::read(const Answer& answer, wbxml::Tag root, wbxml::Tag status,
                                 Outcome& outcome) {
  outcome.http_status = answer.status;
  outcome.status = 0;
  if (answer.status != 200) return std::nullopt;
  if (answer.header("Content-Length").empty()) {
    violate("http.no_content_length", "[MS-ASHTTP] wants it on every answer to a POST");
  }
  if (answer.body.empty()) return std::nullopt;
  if (!istarts_with(answer.header("Content-Type"), "application/vnd.ms-sync")) {
    violate("http.content_type", "'" + std::string(answer.header("Content-Type")) + "'");
  }
  auto document = decode(answer.body);
  if (!document) {
    violate("wbxml.malformed", document.error().message);
    return std::nullopt;
  }
  if (document->tag != root) {
    violate("answer.other_root", name_of(document->tag) + " instead of " + name_of(root));
    return std::nullopt;
  }
  outcome.status = document->has(status) ? number(*document, status) : 1;
  if (outcome.status > 100 && settings_.version < eas::Version::v14_0) {
    violate("status.too_new", std::to_string(outcome.status) + " below 14.0");
  }
  return std::move(*document);
}

void Device::violate(std::string name, const std::string& detail) const {
  const Violation violation(std::move(name), detail);
  if (!settings_.on_violation) throw violation;
  settings_.on_violation(violation);
}

int Device::number(const Node& node, wbxml::Tag tag) const {
  const auto value = parse_number<int>(node.text_of(tag));
  if (!value) {
    violate("answer.no_number", name_of(tag) + " of " + name_of(node.tag) + " is '" +
                                    std::string(node.text_of(tag)) + "'");
  }
  return value.value_or(0);
}

}  // namespace godwit::client
