#include <algorithm>
#include <string>
#include <vector>

#include "base/printable.hpp"
#include "base/text.hpp"
#include "console/device_filter.hpp"
#include "console/device_view.hpp"
#include "console/page.hpp"
#include "console/pages.hpp"

namespace godwit::console {
namespace {

constexpr std::size_t rows_max = 50;  // of a page: what a person scrolls through

Html state_choice(const Texts& texts, std::string_view chosen) {
  Html options = element("option", {{"value", ""}}, texts.any_state);
  for (const StateLabel& each : state_labels()) {
    const Present selected = each.name == chosen ? Present::yes : Present::no;
    options.add(
        element("option", {{"value", each.name}, {"selected", selected}}, texts.*each.label));
  }
  return element("div", {{"class", "field"}}, element("label", {{"for", "state"}}, texts.state),
                 element("select", {{"id", "state"}, {"name", "state"}}, options));
}

Html search_form(const Visit& visit, std::string_view words, std::string_view state) {
  const Texts& texts = visit.texts();
  const Html word =
      element("div", {{"class", "field wide"}}, element("label", {{"for", "q"}}, texts.search_hint),
              element("input", {{"type", "search"}, {"id", "q"}, {"name", "q"}, {"value", words}}));
  return element("form",
                 {{"method", "get"},
                  {"action", Url(admin_devices_path)},
                  {"class", "card search"},
                  {"role", "search"}},
                 word, state_choice(texts, state), submit(texts.search));
}

Html row(const Visit& visit, const admin::Device& device) {
  const Texts& texts = visit.texts();
  const Url url(admin_device_path, {{"user", device.user.view()}, {"id", device.id.view()}});
  const auto cell = [](std::string_view label, const Html& content) {
    return element("td", {{"data-label", label}}, content);
  };
  return element("tr",
                 element("th", {{"scope", "row"}}, link(url, device_name(texts, device)),
                         element("span", {{"class", "hint"}}, printable(device.id.view()))),
                 cell(texts.of_user, Html().add(printable(device.user.view()))),
                 cell(texts.state, state_badge(texts, device)),
                 cell(texts.last_seen, last_seen(texts, device)),
                 cell(texts.protocol, Html().add(device.version)));
}

Html table(const Visit& visit, const std::vector<admin::Device>& devices, std::size_t first) {
  const Texts& texts = visit.texts();
  Html head;
  for (const std::string_view label :
       {texts.device, texts.of_user, texts.state, texts.last_seen, texts.protocol}) {
    head.add(element("th", {{"scope", "col"}}, label));
  }
  Html rows;
  const std::size_t end = std::min(devices.size(), first + rows_max);
  for (std::size_t i = first; i < end; ++i) rows.add(row(visit, devices[i]));
  return element("div", {{"class", "card table"}},
                 element("table", element("thead", element("tr", head)), element("tbody", rows)));
}

}  // namespace

Task<http::Reply> show_all_devices(Visit& visit) {
  const Texts& texts = visit.texts();
  const std::string words(trim(visit.query.get("q")));
  const std::string state(visit.query.get("state"));
  const auto devices =
      matching(co_await visit.parts.devices.list(std::nullopt), {.words = words, .state = state});
  const Paging paging(visit, devices.size(), rows_max);
  Html content = search_form(visit, words, state);
  if (devices.empty()) {
    content.add(element("p", {{"class", "card empty"}}, texts.found_none));
  } else {
    content.add(element("p", {{"class", "hint"}, {"role", "status"}},
                        fill(texts.found_devices, std::to_string(devices.size()))));
    content.add(table(visit, devices, paging.first()));
  }
  content.add(paging.links(visit, admin_devices_path, {{"q", words}, {"state", state}}));
  co_return page_reply(visit, {std::string(texts.all_devices), std::move(content)});
}

}  // namespace godwit::console
