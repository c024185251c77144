// links: godwit_mapping godwit_convert_time_zone
/// The TimeZone element as bytes: read, written, its rules followed and matched.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/bytes.hpp"
#include "convert/time_zone/zone.hpp"
#include "mapping/time_zone.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using godwit::Time;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto rules = godwit::mapping::parse_time_zone(godwit::base64_encode(bytes));
  if (!rules) return 0;
  const auto again = godwit::mapping::parse_time_zone(godwit::mapping::format_time_zone(*rules));
  if (!again || !again->same_time(*rules)) std::abort();
  const Time about(std::chrono::seconds(1'720'000'000));
  for (int month = 0; month < 24; ++month) {
    const Time time = about + std::chrono::days(30) * month;
    const auto local = rules->to_local(time);
    const auto back = rules->to_utc(local);
    // A reading that happens twice is its first instant.
    if (rules->to_local(back) != local || back > time) std::abort();
  }
  const auto zone = godwit::convert::match_zone(*rules, about, {});
  if (zone && zone->name().empty()) std::abort();
  return 0;
}
