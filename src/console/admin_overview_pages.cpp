#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "console/device_view.hpp"
#include "console/operations.hpp"
#include "console/page.hpp"
#include "console/pages.hpp"
#include "console/traffic_view.hpp"

namespace godwit::console {
namespace {

using nlohmann::json;

constexpr std::size_t entries_max = 200;    // of the log's page, the newest ones
constexpr std::size_t entries_recent = 10;  // of the overview

std::string text_of(const json& value, const char* name) {
  return value.at(name).get<std::string>();
}

Html entry_row(const Texts& texts, const json& entry) {
  const Time time{std::chrono::milliseconds(entry.at("time").get<std::int64_t>())};
  const std::string when =
      fmt::format("{:%Y-%m-%d %H:%M:%S}", std::chrono::floor<std::chrono::seconds>(time));
  const auto cell = [](std::string_view label, const Html& content) {
    return element("td", {{"data-label", label}}, content);
  };
  Html about = Html().add(text_of(entry, "user"));
  if (const std::string device = text_of(entry, "device"); !device.empty()) {
    about.add(" ").add(element("span", {{"class", "hint"}}, device));
  }
  Html by = Html().add(text_of(entry, "by"));
  if (const std::string address = text_of(entry, "address"); !address.empty()) {
    by.add(" ").add(element("span", {{"class", "hint"}}, address));
  }
  const bool done = entry.at("done").get<bool>();
  Html outcome = element("span", {{"class", done ? "badge good" : "badge bad"}},
                         done ? texts.audit_done : texts.audit_refused);
  if (const std::string details = text_of(entry, "details"); !details.empty()) {
    outcome.add(" ").add(element("span", {{"class", "hint"}}, details));
  }
  return element("tr", element("th", {{"scope", "row"}}, when),
                 cell(texts.audit_action, Html().add(text_of(entry, "action"))),
                 cell(texts.audit_by, by), cell(texts.audit_about, about),
                 cell(texts.audit_outcome, outcome));
}

/// The newest first.
Html entry_table(const Texts& texts, const json& entries) {
  if (entries.empty()) return element("p", {{"class", "card empty"}}, texts.audit_none);
  Html head;
  for (const std::string_view label : {texts.audit_time, texts.audit_action, texts.audit_by,
                                       texts.audit_about, texts.audit_outcome}) {
    head.add(element("th", {{"scope", "col"}}, label));
  }
  Html rows;
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    rows.add(entry_row(texts, *entry));
  }
  return element("div", {{"class", "card table"}},
                 element("table", element("thead", element("tr", head)), element("tbody", rows)));
}

Html tile(std::string_view label, const Html& value) {
  return element("li", {{"class", "card tile"}}, element("p", {{"class", "number"}}, value),
                 element("p", {{"class", "hint"}}, label));
}

Html tile(std::string_view label, std::uint64_t number) {
  return tile(label, Html().add(std::to_string(number)));
}

Html states(const Texts& texts, const std::vector<admin::Device>& devices) {
  std::map<std::string_view, std::size_t> counts;
  for (const admin::Device& device : devices) ++counts[device.state];
  Html rows;
  for (const StateLabel& each : state_labels()) {
    const auto found = counts.find(each.name);
    if (found == counts.end()) continue;
    const Url url(admin_devices_path, {{"q", ""}, {"state", each.name}});
    rows.add(
        element("li", {{"class", "row"}},
                element("span", {{"class", "badge " + std::string(each.kind)}}, texts.*each.label),
                link(url, fill(texts.found_devices, std::to_string(found->second)))));
  }
  if (devices.empty()) rows.add(element("li", texts.found_none));
  return element("section", {{"class", "card actions"}}, element("h2", texts.devices_by_state),
                 element("ul", rows));
}

}  // namespace

Task<http::Reply> show_overview(Visit& visit) {
  const Texts& texts = visit.texts();
  const auto status = co_await perform(visit, "status", json::object());
  const auto queue = co_await perform(visit, "queue.list", json::object());
  const auto entries = co_await perform(visit, "audit.list", {{"entries_max", entries_recent}});
  const auto devices = co_await visit.parts.devices.list(std::nullopt);
  Html content;
  Html tiles = tile(texts.all_devices, devices.size());
  if (status) {
    tiles.add(tile(texts.overview_connections, status->at("connections").get<std::uint64_t>()));
    tiles.add(tile(texts.overview_parked, status->at("parked").get<std::uint64_t>()));
  }
  if (queue) tiles.add(tile(texts.overview_waiting_mail, queue->at("mails").size()));
  content.add(element("ul", {{"class", "tiles"}}, tiles));
  content.add(traffic_section(texts, visit.parts.insight.traffic()));
  content.add(states(texts, devices));
  if (status) {
    Facts facts;
    const auto up = std::chrono::seconds(status->at("uptime_seconds").get<std::int64_t>());
    const Time since = std::chrono::floor<std::chrono::milliseconds>(visit.parts.clock.now() - up);
    facts.add(texts.overview_mode, text_of(*status, "mode"));
    facts.add(texts.overview_problem, text_of(*status, "problem"));
    facts.add(texts.overview_version, text_of(*status, "version"));
    facts.add(texts.overview_uptime, day(since));
    content.add(facts.html());
  }
  if (entries) {
    content.add(element("h2", {{"class", "above"}}, texts.recent_entries));
    content.add(entry_table(texts, entries->at("entries")));
  }
  co_return page_reply(
      visit,
      {.title = std::string(texts.overview), .content = std::move(content), .is_live = true});
}

Task<http::Reply> show_audit(Visit& visit) {
  const Texts& texts = visit.texts();
  const std::string_view user = visit.query.get("user");
  const std::string_view device = visit.query.get("id");
  const auto entries = co_await perform(
      visit, "audit.list", {{"user", user}, {"device", device}, {"entries_max", entries_max}});
  const auto field = [](std::string_view id, std::string_view label, std::string_view value) {
    return element(
        "div", {{"class", "field"}}, element("label", {{"for", id}}, label),
        element("input", {{"type", "text"}, {"id", id}, {"name", id}, {"value", value}}));
  };
  Html content = element("p", {{"class", "intro"}}, texts.audit_intro);
  content.add(element("form",
                      {{"method", "get"},
                       {"action", Url(admin_audit_path)},
                       {"class", "card search"},
                       {"role", "search"}},
                      field("user", texts.of_user, user), field("id", texts.device_id, device),
                      submit(texts.search)));
  content.add(entry_table(texts, entries ? entries->at("entries") : json::array()));
  co_return page_reply(visit, {std::string(texts.audit), std::move(content)});
}

}  // namespace godwit::console
