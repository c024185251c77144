/// What Prometheus reads: metrics with their present values, made anew for each look. Names and
/// labels are ours; values of labels that come from elsewhere go through `label_value` and
/// `top_of`, so that nobody outside decides how many there are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/latency.hpp"

namespace godwit::metrics {

struct Label {
  std::string_view name;
  std::string value;
};
using Labels = std::vector<Label>;

struct Name {
  std::string_view name;  // as Prometheus wants it: "godwit_requests_total"
  std::string_view help;
};

class Page {
 public:
  Page();
  ~Page();
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;

  /// Those of one name stand together, in the order they came; the first one's help counts.
  void counter(Name name, Labels labels, double value);
  void gauge(Name name, Labels labels, double value);
  void latency(Name name, Labels labels, const Latency& value);

  /// The text format, version 0.0.4.
  std::string text() const;
  static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

inline constexpr std::size_t label_bytes_max = 40;  // of what a device says of itself
/// Valid UTF-8 of that size, without control characters; "none" where nothing is left.
std::string label_value(std::string_view given);

/// The values of several labels.
using LabelValues = std::vector<std::string>;
/// The `most` highest counts; those of all others are added up with "other" in every label.
std::map<LabelValues, std::uint64_t> top_of(const std::map<LabelValues, std::uint64_t>& counts,
                                            std::size_t most);

}  // namespace godwit::metrics
