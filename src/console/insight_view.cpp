#include "console/insight_view.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <string>
#include <utility>

#include "base/printable.hpp"
#include "console/page.hpp"

namespace godwit::console {
namespace {

std::string_view class_label(const Texts& texts, ItemClass item_class) {
  switch (item_class) {
    case ItemClass::email:
      return texts.class_mail;
    case ItemClass::calendar:
      return texts.class_calendar;
    case ItemClass::contacts:
      return texts.class_contacts;
    case ItemClass::tasks:
      return texts.class_tasks;
    case ItemClass::notes:
      return texts.class_notes;
    case ItemClass::recipients:
      return texts.class_directory;
  }
  std::unreachable();
}

Html cell(std::string_view label, std::string_view text) {
  return element("td", {{"data-label", label}}, text);
}

Html table(std::initializer_list<std::string_view> labels, const Html& rows) {
  Html head;
  for (const std::string_view label : labels) head.add(element("th", {{"scope", "col"}}, label));
  return element("div", {{"class", "card table"}},
                 element("table", element("thead", element("tr", head)), element("tbody", rows)));
}

Html folder_row(const Texts& texts, const admin::DeviceFolder& folder) {
  const Html name = element("th", {{"scope", "row"}}, printable(folder.name));
  const Html kind = cell(texts.folder_class, class_label(texts, folder.item_class));
  if (!folder.is_synchronized) {
    return element("tr", name, kind, cell(texts.folder_held, texts.folder_off),
                   cell(texts.folder_owed, "–"));
  }
  return element("tr", name, kind, cell(texts.folder_held, std::to_string(folder.held)),
                 cell(texts.folder_owed, std::to_string(folder.owed)));
}

Html folders_section(const Texts& texts, const std::vector<admin::DeviceFolder>& folders) {
  Html rows;
  for (const admin::DeviceFolder& folder : folders) rows.add(folder_row(texts, folder));
  const Html content =
      folders.empty()
          ? element("p", {{"class", "card empty"}}, texts.folders_none)
          : table({texts.folder, texts.folder_class, texts.folder_held, texts.folder_owed}, rows);
  return element("section", {{"class", "above"}}, element("h2", texts.folders), content);
}

Html request_row(const Texts& texts, const admin::PastRequest& request) {
  const auto second = std::chrono::floor<std::chrono::seconds>(request.when);
  Html command = Html().add(request.command);
  if (request.woken)
    command.add(" ").add(element("span", {{"class", "hint"}}, texts.request_woken));
  const std::string status =
      request.status == 0 ? std::string(texts.request_waits) : std::to_string(request.status);
  return element(
      "tr", element("th", {{"scope", "row"}}, fmt::format("{:%Y-%m-%d %H:%M:%S}", second)),
      element("td", {{"data-label", texts.request_command}}, command),
      cell(texts.request_status, status), cell(texts.request_asked, std::to_string(request.asked)),
      cell(texts.request_sent, std::to_string(request.sent)),
      cell(texts.request_took, fmt::format("{} ms", request.took.count())));
}

Html requests_section(const Texts& texts, const std::vector<admin::PastRequest>& requests) {
  Html out = element("h2", texts.requests);
  out.add(element("p", {{"class", "hint"}}, texts.requests_hint));
  if (requests.empty()) {
    out.add(element("p", {{"class", "card empty"}}, texts.requests_none));
  } else {
    Html rows;
    for (const admin::PastRequest& request : requests) rows.add(request_row(texts, request));
    out.add(table({texts.audit_time, texts.request_command, texts.request_status,
                   texts.request_asked, texts.request_sent, texts.request_took},
                  rows));
  }
  return element("section", {{"class", "above"}}, out);
}

Html outcome_badge(const Texts& texts, admin::Finding::Outcome outcome) {
  switch (outcome) {
    case admin::Finding::Outcome::good:
      return element("span", {{"class", "badge good"}}, texts.why_good);
    case admin::Finding::Outcome::note:
      return element("span", {{"class", "badge"}}, texts.why_note);
    case admin::Finding::Outcome::stop:
      return element("span", {{"class", "badge bad"}}, texts.why_stop);
  }
  std::unreachable();
}

}  // namespace

Task<Html> synchronization(Visit& visit, const admin::Device& device) {
  const auto folders = co_await visit.parts.insight.folders(device.user, device.id);
  Html out = folders_section(visit.texts(), folders);
  out.add(requests_section(visit.texts(), visit.parts.insight.requests(device.user, device.id)));
  co_return out;
}

Html findings_list(const Visit& visit, const std::vector<admin::Finding>& findings) {
  Html rows;
  for (const admin::Finding& each : findings) {
    const std::string text = printable(text_of(each, visit.texts().code));
    rows.add(element("li", {{"class", "row finding"}}, element("p", text),
                     outcome_badge(visit.texts(), each.outcome)));
  }
  return element("ul", {{"class", "card findings"}}, rows);
}

}  // namespace godwit::console
