#include "metrics/page.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/text.hpp"

namespace godwit::metrics {

struct Page::Families {
  std::vector<prometheus::MetricFamily> all;

  prometheus::ClientMetric& add(Name name, prometheus::MetricType type, Labels labels) {
    auto family = std::ranges::find(all, name.name, &prometheus::MetricFamily::name);
    if (family == all.end()) {
      all.push_back({std::string(name.name), std::string(name.help), type, {}});
      family = std::prev(all.end());
    }
    prometheus::ClientMetric& metric = family->metric.emplace_back();
    for (Label& each : labels) {
      metric.label.push_back({std::string(each.name), std::move(each.value)});
    }
    return metric;
  }
};

Page::Page() : families_(std::make_unique<Families>()) {}
Page::~Page() = default;

void Page::counter(Name name, Labels labels, double value) {
  families_->add(name, prometheus::MetricType::Counter, std::move(labels)).counter.value = value;
}

void Page::gauge(Name name, Labels labels, double value) {
  families_->add(name, prometheus::MetricType::Gauge, std::move(labels)).gauge.value = value;
}

void Page::latency(Name name, Labels labels, const Latency& value) {
  auto& histogram =
      families_->add(name, prometheus::MetricType::Histogram, std::move(labels)).histogram;
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < value.buckets().size(); ++i) {
    cumulative += value.buckets().at(i);
    const double bound = i < Latency::bounds.size() ? Latency::bounds.at(i)
                                                    : std::numeric_limits<double>::infinity();
    histogram.bucket.push_back({.cumulative_count = cumulative, .upper_bound = bound});
  }
  histogram.sample_count = cumulative;
  histogram.sample_sum = value.sum().count();
}

std::string Page::text() const { return prometheus::TextSerializer().Serialize(families_->all); }

std::string label_value(std::string_view given) {
  std::string out(utf8_prefix(utf8_clean(given), label_bytes_max));
  std::erase_if(out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  return out.empty() ? "none" : out;
}

std::map<LabelValues, std::uint64_t> top_of(const std::map<LabelValues, std::uint64_t>& counts,
                                            std::size_t most) {
  std::vector<std::pair<LabelValues, std::uint64_t>> sorted(counts.begin(), counts.end());
  const auto is_more = [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  };
  std::ranges::sort(sorted, is_more);
  std::map<LabelValues, std::uint64_t> out;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    auto& [values, count] = sorted[i];
    if (i >= most) std::ranges::fill(values, "other");
    out[std::move(values)] += count;
  }
  return out;
}

}  // namespace godwit::metrics
