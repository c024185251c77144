#include "console/qr.hpp"

#include <gtest/gtest.h>

#include <string>

namespace godwit::console {
namespace {

TEST(Qr, IsAPictureWithALabel) {
  const std::string svg = qr_code("https://mail.example.org/godwit/set-up", "a <label>").text();
  EXPECT_TRUE(svg.starts_with("<svg class=\"qr\" viewBox=\"0 0 37 37\" role=\"img\"")) << svg;
  EXPECT_TRUE(svg.contains("aria-label=\"a &lt;label&gt;\"")) << svg;
  // The finder pattern's uppermost row begins behind the quiet zone.
  EXPECT_TRUE(svg.contains("d=\"M4 4h7v1h-7z")) << svg;
}

TEST(Qr, WhatIsTooLongHasNone) {
  EXPECT_EQ(qr_code(std::string(5000, 'x'), "label").text(), "");
  EXPECT_EQ(qr_code("", "label").text(), "");
}

}  // namespace
}  // namespace godwit::console
