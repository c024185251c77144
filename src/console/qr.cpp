#include "console/qr.hpp"

#include <fmt/format.h>
#include <qrencode.h>

#include <iterator>
#include <memory>
#include <string>

namespace godwit::console {
namespace {

constexpr int quiet_zone = 4;  // modules around it that are light, as the standard wants

/// The dark modules: one rectangle for each run within a row.
std::string dark_path(const QRcode& code) {
  std::string out;
  const auto dark = [&](int x, int y) { return (code.data[y * code.width + x] & 1U) != 0; };
  for (int y = 0; y < code.width; ++y) {
    for (int x = 0; x < code.width; ++x) {
      if (!dark(x, y)) continue;
      const int first = x;
      while (x < code.width && dark(x, y)) ++x;
      fmt::format_to(std::back_inserter(out), "M{} {}h{}v1h-{}z", first + quiet_zone,
                     y + quiet_zone, x - first, x - first);
    }
  }
  return out;
}

}  // namespace

Html qr_code(std::string_view text, std::string_view label) {
  const std::string whole(text);
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeString8bit(whole.c_str(), 0, QR_ECLEVEL_M), &QRcode_free);
  if (code == nullptr) return {};
  const int side = code->width + 2 * quiet_zone;
  return element("svg",
                 {{"class", "qr"},
                  {"viewBox", fmt::format("0 0 {} {}", side, side)},
                  {"role", "img"},
                  {"aria-label", label},
                  {"shape-rendering", "crispEdges"}},
                 element("path", {{"d", dark_path(*code)}}));
}

}  // namespace godwit::console
