#include "console/traffic_view.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string>

#include "console/page.hpp"

namespace godwit::console {
namespace {

using admin::TrafficMinute;
using Minutes = std::vector<TrafficMinute>;

constexpr double bar = 10;  // a minute's width; of a picture that is scaled
constexpr double height = 120;
constexpr double gap = 2;

/// One colour of a graph: how much of it a minute has.
struct Layer {
  std::string_view kind;  // a class of the style sheet
  std::string_view Texts::* label;
  double (*value)(const TrafficMinute&);
};

constexpr auto requests = std::to_array<Layer>({
    {"answered", &Texts::traffic_answered,
     [](const TrafficMinute& m) { return double(m.answered); }},
    {"parked", &Texts::traffic_parked, [](const TrafficMinute& m) { return double(m.parked); }},
    {"refused", &Texts::traffic_refused, [](const TrafficMinute& m) { return double(m.refused); }},
    {"failed", &Texts::traffic_failed, [](const TrafficMinute& m) { return double(m.failed); }},
});
constexpr auto waiting = std::to_array<Layer>({
    {"parked", &Texts::traffic_waiting, [](const TrafficMinute& m) { return double(m.waiting); }},
});
constexpr auto wakes = std::to_array<Layer>({
    {"answered", &Texts::traffic_wake,
     [](const TrafficMinute& m) { return double(m.wake.count()); }},
});

template <std::size_t count>
double highest(const Minutes& minutes, const std::array<Layer, count>& layers) {
  double most = 0;
  for (const TrafficMinute& minute : minutes) {
    double sum = 0;
    for (const Layer& layer : layers) sum += layer.value(minute);
    most = std::max(most, sum);
  }
  return most;
}

/// The layers of each minute, one upon the other.
template <std::size_t count>
Html bars(const Minutes& minutes, const std::array<Layer, count>& layers, double most) {
  std::array<std::string, count> paths;
  for (std::size_t i = 0; i < minutes.size(); ++i) {
    double top = height;
    for (std::size_t k = 0; k < count; ++k) {
      const double size = most == 0 ? 0 : layers[k].value(minutes[i]) * height / most;
      if (size == 0) continue;
      top -= size;
      fmt::format_to(std::back_inserter(paths[k]), "M{} {:.1f}h{}v{:.1f}h-{}z",
                     static_cast<double>(i) * bar, top, bar - gap, size, bar - gap);
    }
  }
  Html out;
  for (std::size_t k = 0; k < count; ++k) {
    if (!paths[k].empty()) {
      out.add(element("path", {{"class", layers[k].kind}, {"d", paths[k]}}));
    }
  }
  return out;
}

template <std::size_t count>
Html legend(const Texts& texts, const std::array<Layer, count>& layers) {
  if constexpr (count == 1) return {};
  Html items;
  for (const Layer& layer : layers) {
    items.add(element("li", element("span", {{"class", "swatch " + std::string(layer.kind)}}), " ",
                      texts.*layer.label));
  }
  return element("ul", {{"class", "legend"}}, items);
}

/// `unit`: behind the highest number.
template <std::size_t count>
Html graph(const Texts& texts, std::string_view id, std::string_view title, const Minutes& minutes,
           const std::array<Layer, count>& layers, std::string_view unit) {
  const double most = highest(minutes, layers);
  const std::string peak = fill(texts.traffic_most, fmt::format("{:.0f}{}", most, unit));
  const double width = bar * static_cast<double>(minutes.size());
  const Html picture = element("svg",
                               {{"class", "graph"},
                                {"viewBox", fmt::format("0 0 {:.0f} {:.0f}", width, height)},
                                {"role", "img"},
                                {"aria-label", fmt::format("{}: {}", title, peak)}},
                               bars(minutes, layers, most));
  return element("section", {{"class", "card"}}, element("h3", title),
                 element("div", {{"id", id}, {"data-live", "yes"}},
                         element("p", {{"class", "hint"}}, peak), picture),
                 element("p", {{"class", "hint scale"}}, element("span", texts.traffic_hour_ago),
                         element("span", texts.traffic_now)),
                 legend(texts, layers));
}

Html table(const Texts& texts, const Minutes& minutes) {
  Html head = element("th", {{"scope", "col"}}, texts.audit_time);
  const auto column = [&](std::string_view label) {
    head.add(element("th", {{"scope", "col"}}, label));
  };
  for (const Layer& each : requests) column(texts.*each.label);
  column(texts.traffic_waiting);
  column(texts.traffic_woken);
  column(texts.traffic_wake);
  Html rows;
  for (auto minute = minutes.rbegin(); minute != minutes.rend(); ++minute) {
    const auto cell = [](std::string_view label, const std::string& text) {
      return element("td", {{"data-label", label}}, text);
    };
    Html row = element("th", {{"scope", "row"}}, fmt::format("{:%H:%M}", minute->begin));
    for (const Layer& each : requests) {
      row.add(cell(texts.*each.label, fmt::format("{:.0f}", each.value(*minute))));
    }
    row.add(cell(texts.traffic_waiting, std::to_string(minute->waiting)));
    row.add(cell(texts.traffic_woken, std::to_string(minute->woken)));
    row.add(cell(texts.traffic_wake, fmt::format("{} ms", minute->wake.count())));
    rows.add(element("tr", row));
  }
  return element("details", {{"class", "card"}}, element("summary", texts.traffic_numbers),
                 element("table", element("thead", element("tr", head)),
                         element("tbody", {{"id", "traffic-rows"}, {"data-live", "yes"}}, rows)));
}

}  // namespace

Html traffic_section(const Texts& texts, const Minutes& minutes) {
  Html out = element("h2", {{"class", "above"}}, texts.traffic);
  out.add(element("p", {{"class", "hint"}}, texts.traffic_hint));
  const Html graphs =
      element("div", {{"class", "graphs"}},
              graph(texts, "graph-requests", texts.traffic_requests, minutes, requests, ""),
              graph(texts, "graph-waiting", texts.traffic_waiting, minutes, waiting, ""),
              graph(texts, "graph-wakes", texts.traffic_wake, minutes, wakes, " ms"));
  return out.add(graphs).add(table(texts, minutes));
}

}  // namespace godwit::console
