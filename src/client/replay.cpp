#include "client/replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <future>
#include <optional>
#include <string_view>
#include <variant>

#include "base/fault.hpp"
#include "base/text.hpp"
#include "client/command_line.hpp"
#include "eas/request_line.hpp"
#include "wbxml/pages/folder_hierarchy.hpp"

namespace godwit::client {
namespace {

/// Requests that wait beside the others.
constexpr std::size_t overtaken_max = 8;

constexpr auto id_names = std::to_array<std::string_view>(
    {"CalendarId", "CollectionId", "ConversationId", "DstFldId", "DstMsgId", "FileReference",
     "FolderId", "Id", "ItemId", "LongId", "ParentId", "RequestId", "ServerId", "SrcFldId",
     "SrcMsgId"});

std::string_view plain_name(wbxml::Tag tag) {
  const auto* const info = wbxml::find_tag(tag);
  return info == nullptr ? std::string_view() : info->name;
}

std::string outcome(int http, std::string_view status) {
  return status.empty() ? fmt::format("HTTP {}", http)
                        : fmt::format("HTTP {}, status {}", http, status);
}

std::string first_status(const Node& node) {
  if (plain_name(node.tag) == "Status" && node.children.empty()) return node.text.substr(0, 16);
  for (const Node& child : node.children) {
    if (auto found = first_status(child); !found.empty()) return found;
  }
  return {};
}

std::optional<Node> document_of(std::string_view type, std::string_view body) {
  if (body.empty() || !istarts_with(type, "application/vnd.ms-sync") ||
      istarts_with(type, "application/vnd.ms-sync.m")) {
    return std::nullopt;
  }
  auto document = decode(body);
  if (!document) return std::nullopt;
  return *std::move(document);
}

std::string_view header_of(const std::vector<http::Header>& headers, std::string_view name) {
  for (const http::Header& each : headers) {
    if (iequals(each.name, name)) return each.value;
  }
  return {};
}

std::string outcome_of(const Answer& answer) {
  const auto document = document_of(answer.header("content-type"), answer.body);
  return outcome(answer.status, document ? first_status(*document) : std::string());
}

/// An answer, or why there is none.
using Sent = std::variant<Answer, std::string>;

Task<Sent> send(Transport& transport, Wire wire) {
  try {
    co_return co_await transport.send(std::move(wire));
  } catch (const Fault& fault) {
    co_return std::string(fault.what());
  }
}

/// The transport goes before the loop does that its connection lives on.
Task<int> send_alone(const Replay::MakeTransport& make, const Wire& wire, Sent& sent) {
  const auto transport = make();
  sent = co_await send(*transport, wire);
  co_return 0;
}

/// On a thread and a connection of its own.
std::future<Sent> send_beside(Replay::MakeTransport make, Wire wire) {
  return std::async(std::launch::async, [make = std::move(make), wire = std::move(wire)] {
    Sent sent = std::string("no answer");
    run_to_end([&] { return send_alone(make, wire, sent); }, 1, false);
    return sent;
  });
}

void fill(ReplayedRequest& row, const Sent& sent) {
  const auto* const answer = std::get_if<Answer>(&sent);
  row.now = answer == nullptr ? std::get<std::string>(sent) : outcome_of(*answer);
}

}  // namespace

std::optional<Replay::Kind> Replay::kind_of(wbxml::Tag tag) {
  const std::string_view name = plain_name(tag);
  if (name == "SyncKey") return Kind::sync_key;
  if (name == "PolicyKey") return Kind::policy_key;
  if (std::ranges::binary_search(id_names, name)) return Kind::id;
  return std::nullopt;
}

Result<Replay> Replay::of(TraceFile trace, ReplaySettings settings) {
  if (!trace.head.full) {
    return fail(Errc::unsupported, "only traces made with --full can be sent again");
  }
  std::vector<Step> steps;
  std::map<std::string, std::size_t> devices;
  for (TraceLine& line : trace.lines) {
    if (auto* const request = std::get_if<TracedRequest>(&line)) {
      if (!settings.of_device.empty() && request->device != settings.of_device) continue;
      const std::size_t device = devices.emplace(request->device, devices.size()).first->second;
      steps.push_back({.request = std::move(*request), .answer = {}, .device = device});
    } else if (auto* const answer = std::get_if<TracedAnswer>(&line)) {
      const auto step =
          std::ranges::find(steps, answer->number, [](const Step& s) { return s.request.number; });
      if (step == steps.end()) continue;
      step->is_overtaken = std::next(step) != steps.end();
      step->answer = std::move(*answer);
    }
  }
  if (steps.empty() && !settings.of_device.empty()) {
    return fail(Errc::not_found, "it has no request of the device " + settings.of_device);
  }
  // What had no answer while others came was waiting, too.
  for (std::size_t i = 0; i + 1 < steps.size(); ++i) {
    if (!steps[i].answer) steps[i].is_overtaken = true;
  }
  return Replay(std::move(steps), std::move(settings));
}

std::string Replay::name(std::size_t device, Kind kind, const std::string& recorded) const {
  const auto found = names_.find({device, kind, recorded});
  return found == names_.end() ? recorded : found->second;
}

void Replay::rename(std::size_t device, Node& node) const {
  if (const auto kind = kind_of(node.tag); kind && !node.text.empty()) {
    node.text = name(device, *kind, node.text);
  }
  for (Node& child : node.children) rename(device, child);
}

void Replay::pair(std::size_t device, const Node& recorded, const Node& now) {
  if (const auto kind = kind_of(recorded.tag); kind && !recorded.text.empty()) {
    names_[{device, *kind, recorded.text}] = now.text;
  }
  namespace fh = wbxml::folder_hierarchy;
  std::map<wbxml::Tag, std::size_t> seen;
  for (const Node& child : recorded.children) {
    const auto same = now.all(child.tag);
    const std::size_t place = seen[child.tag]++;
    if (child.tag == fh::Add) {
      const auto found = std::ranges::find_if(same, [&](const Node* each) {
        return each->text_of(fh::DisplayName) == child.text_of(fh::DisplayName) &&
               each->text_of(fh::Type) == child.text_of(fh::Type);
      });
      if (found != same.end()) pair(device, child, **found);
    } else if (place < same.size()) {
      pair(device, child, *same[place]);
    }
  }
}

void Replay::learn(const Step& step, const Answer& answer) {
  if (!step.answer || !step.answer->body) return;
  const auto recorded =
      document_of(header_of(step.answer->headers, "content-type"), *step.answer->body);
  const auto now = document_of(answer.header("content-type"), answer.body);
  if (recorded && now && recorded->tag == now->tag) pair(step.device, *recorded, *now);
}

Result<Wire> Replay::wire_of(const Step& step, Transport& transport) const {
  const TracedRequest& request = step.request;
  if (request.bytes > 0 && !request.body) {
    return fail(Errc::incomplete, "its body was not kept");
  }
  // [MS-ASHTTP]: who signs in, as a phone does.
  const Wire example = Device(transport, settings_.device).wire("Sync", "", "");
  Wire out{.method = request.method, .target = settings_.device.path, .headers = {}, .body = {}};
  out.patience = settings_.patience;
  const auto mark = request.target.find('?');
  if (mark != std::string::npos) {
    auto line = eas::parse_request_line(request.target.substr(mark + 1));
    if (!line) return fail(Errc::malformed, "its target cannot be read");
    if (!line->user.empty()) line->user = settings_.device.user;
    auto device = DeviceId::parse(settings_.device.id +
                                  (step.device == 0 ? "" : std::to_string(step.device + 1)));
    if (!device) return pass(device);
    if (line->device_id) line->device_id = *std::move(device);
    if (line->policy_key) {
      const auto key = name(step.device, Kind::policy_key, std::to_string(*line->policy_key));
      line->policy_key = parse_number<std::uint32_t>(key).value_or(0);
    }
    for (std::string* each :
         {&line->collection_id, &line->item_id, &line->long_id, &line->attachment_name}) {
      *each = name(step.device, Kind::id, *each);
    }
    out.target += '?' + eas::format_request_line(*line);
  }
  out.headers.push_back(
      {"Authorization", std::string(header_of(example.headers, "authorization"))});
  for (const http::Header& each : request.headers) {
    const bool is_key = iequals(each.name, "x-ms-policykey");
    out.headers.push_back(
        {each.name, is_key ? name(step.device, Kind::policy_key, each.value) : each.value});
  }
  if (!request.body) return out;
  auto document = document_of(header_of(request.headers, "content-type"), *request.body);
  if (!document) {
    out.body = *request.body;
    return out;
  }
  Node renamed = *document;
  rename(step.device, renamed);
  // Byte for byte as it was, where nothing has another name.
  out.body = renamed == *document ? *request.body : encode(renamed);
  return out;
}

Task<std::vector<ReplayedRequest>> Replay::run(MakeTransport make) {
  std::vector<ReplayedRequest> rows;
  rows.reserve(steps_.size());
  std::vector<std::pair<std::size_t, std::future<Sent>>> beside;
  const auto transport = make();
  for (const Step& step : steps_) {
    ReplayedRequest& row = rows.emplace_back();
    row.number = step.request.number;
    row.command = step.request.command;
    row.recorded =
        step.answer ? outcome(step.answer->http, step.answer->status) : std::string("no answer");
    auto wire = wire_of(step, *transport);
    if (!wire) {
      row.why_not = wire.error().message;
      continue;
    }
    if (step.is_overtaken && beside.size() < overtaken_max) {
      beside.emplace_back(rows.size() - 1, send_beside(make, *std::move(wire)));
      continue;
    }
    const Sent sent = co_await send(*transport, *std::move(wire));
    fill(row, sent);
    if (const auto* const answer = std::get_if<Answer>(&sent)) learn(step, *answer);
  }
  for (auto& [place, answer] : beside) fill(rows[place], answer.get());
  for (ReplayedRequest& row : rows) {
    if (row.recorded == "no answer" && row.why_not.empty()) row.recorded = row.now;
  }
  co_return rows;
}

}  // namespace godwit::client
