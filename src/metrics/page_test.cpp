#include "metrics/page.hpp"

#include <gtest/gtest.h>

namespace godwit::metrics {
namespace {

TEST(MetricsPage, IsWrittenInPrometheusText) {
  Page page;
  page.counter({"a_total", "Counted"}, {{"kind", "x"}}, 3);
  page.gauge({"b", "Now"}, {}, 1.5);
  page.counter({"a_total", ""}, {{"kind", "y\"\\\nz"}}, 4);
  EXPECT_EQ(page.text(),
            "# HELP a_total Counted\n# TYPE a_total counter\na_total{kind=\"x\"} 3\n"
            "a_total{kind=\"y\\\"\\\\\\nz\"} 4\n# HELP b Now\n# TYPE b gauge\nb 1.5\n");
}

TEST(MetricsPage, LatenciesAreCumulative) {
  Latency latency;
  for (const double seconds : {0.0005, 0.001, 0.05, 1'000.0}) {
    latency.add(Latency::Seconds(seconds));
  }
  EXPECT_EQ(latency.count(), 4U);
  Page page;
  page.latency({"c_seconds", "Took"}, {}, latency);
  const std::string text = page.text();
  for (const char* line : {"c_seconds_count 4\n", "c_seconds_bucket{le=\"0.001\"} 2\n",
                           "c_seconds_bucket{le=\"0.1\"} 3\n", "c_seconds_bucket{le=\"60\"} 3\n",
                           "c_seconds_bucket{le=\"+Inf\"} 4\n"}) {
    EXPECT_TRUE(text.contains(line)) << line << text;
  }
}

TEST(MetricsPage, WhatDevicesSayIsBounded) {
  EXPECT_EQ(label_value("iPhone"), "iPhone");
  EXPECT_EQ(label_value(""), "none");
  EXPECT_EQ(label_value("\x01\n"), "none");
  EXPECT_EQ(label_value(std::string(1'000, 'x')).size(), label_bytes_max);
  EXPECT_LE(label_value("\xFF" + std::string(100, '\x80')).size(), label_bytes_max);
  std::map<LabelValues, std::uint64_t> counts;
  for (int i = 0; i < 1'000; ++i) counts[{"invented" + std::to_string(i), "1"}] = 1;
  counts[{"iPhone", "161"}] = 5;
  const auto top = top_of(counts, 10);
  EXPECT_EQ(top.size(), 11U);
  EXPECT_EQ(top.at({"iPhone", "161"}), 5U);
  EXPECT_EQ(top.at({"other", "other"}), 991U);
}

}  // namespace
}  // namespace godwit::metrics
