#include "mapping/time_zone.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/bytes.hpp"
#include "base/text.hpp"

namespace godwit::mapping {
namespace {

namespace chrono = std::chrono;
using chrono::minutes;

constexpr std::size_t structure_bytes = 172;
constexpr std::size_t name_units = 32;
constexpr std::int32_t bias_minutes_max = 18 * 60;

class Out {
 public:
  void number16(std::uint32_t value) {
    bytes_ += static_cast<char>(value & 0xFFU);
    bytes_ += static_cast<char>((value >> 8U) & 0xFFU);
  }
  void number32(std::int32_t value) {
    const auto bits = static_cast<std::uint32_t>(value);
    number16(bits & 0xFFFFU);
    number16(bits >> 16U);
  }
  /// ASCII only, as all of Windows' names are.
  void name(std::string_view text) {
    for (std::size_t i = 0; i < name_units; ++i) {
      const auto unit = i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
      number16(unit < 0x80 ? unit : '?');
    }
  }
  void date(const std::optional<ZoneChange>& change) {
    const ZoneChange none{.year = 0, .month = 0, .weekday = 0, .day = 0, .time = {}};
    const ZoneChange& value = change ? *change : none;
    const chrono::hh_mm_ss clock(value.time);
    number16(value.year);
    number16(value.month);
    number16(value.weekday);
    number16(value.day);
    number16(static_cast<std::uint32_t>(clock.hours().count()));
    number16(static_cast<std::uint32_t>(clock.minutes().count()));
    number16(static_cast<std::uint32_t>(clock.seconds().count()));
    number16(0);
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

class In {
 public:
  explicit In(std::string_view bytes) : rest_(bytes) {}

  std::uint16_t number16() {
    const auto low = static_cast<unsigned char>(rest_[0]);
    const auto high = static_cast<unsigned char>(rest_[1]);
    rest_.remove_prefix(2);
    return static_cast<std::uint16_t>(low | (high << 8U));
  }
  std::int32_t number32() {
    const std::uint32_t low = number16();
    return static_cast<std::int32_t>(low | (static_cast<std::uint32_t>(number16()) << 16U));
  }
  std::string name() {
    const std::string_view field = rest_.substr(0, name_units * 2);
    rest_.remove_prefix(name_units * 2);
    // Quirk narrow_zone_name: no blank between the letters of UTF-16.
    const bool narrow = field[0] != '\0' && field[1] != '\0' &&
                        static_cast<unsigned char>(field[1]) >= 0x20 &&
                        static_cast<unsigned char>(field[1]) < 0x7F;
    std::string out;
    for (std::size_t i = 0; i < field.size(); i += narrow ? 1 : 2) {
      if (field[i] == '\0' && (narrow || field[i + 1] == '\0')) break;
      const bool ascii = narrow || field[i + 1] == '\0';
      out += ascii && static_cast<unsigned char>(field[i]) < 0x80 ? field[i] : '?';
    }
    return utf8_clean(out);
  }
  std::optional<ZoneChange> date() {
    std::array<std::uint16_t, 8> fields{};
    for (std::uint16_t& field : fields) field = number16();
    const auto [year, month, weekday, day, hour, minute, second, milliseconds] = fields;
    const bool once = year != 0;
    if (month < 1 || month > 12 || weekday > 6 || day < 1 || day > (once ? 31 : 5) || hour > 24 ||
        minute > 59 || second > 59 || milliseconds > 999 || year > 9'999) {
      return std::nullopt;
    }
    return ZoneChange{.year = year,
                      .month = static_cast<std::uint8_t>(month),
                      .weekday = static_cast<std::uint8_t>(weekday),
                      .day = static_cast<std::uint8_t>(day),
                      .time = chrono::hours(hour) + minutes(minute) + chrono::seconds(second)};
  }

 private:
  std::string_view rest_;
};

}  // namespace

std::string format_time_zone(const ZoneRules& rules) {
  Out out;
  const bool changes = rules.to_standard && rules.to_daylight;
  out.number32(static_cast<std::int32_t>(rules.bias.count()));
  out.name(rules.standard_name);
  out.date(changes ? rules.to_standard : std::nullopt);
  out.number32(static_cast<std::int32_t>(rules.standard_bias.count()));
  out.name(rules.daylight_name);
  out.date(changes ? rules.to_daylight : std::nullopt);
  out.number32(static_cast<std::int32_t>(rules.daylight_bias.count()));
  return base64_encode(out.bytes());
}

Result<ZoneRules> parse_time_zone(std::string_view base64) {
  const auto bytes = base64_decode(base64);
  if (!bytes) return pass(bytes);
  if (bytes->size() != structure_bytes) return fail(Errc::malformed, "TimeZone: not 172 bytes");
  In in(*bytes);
  ZoneRules rules;
  const std::int32_t bias = in.number32();
  rules.standard_name = in.name();
  rules.to_standard = in.date();
  const std::int32_t standard = in.number32();
  rules.daylight_name = in.name();
  rules.to_daylight = in.date();
  std::int32_t daylight = in.number32();
  for (const std::int32_t value : {bias, standard, daylight}) {
    if (value < -bias_minutes_max || value > bias_minutes_max) {
      return fail(Errc::malformed, "TimeZone: a bias of more than 18 hours");
    }
  }
  // Quirk no_months: a daylight saving time that never begins is none.
  if (!rules.to_standard || !rules.to_daylight) {
    rules.to_standard.reset();
    rules.to_daylight.reset();
    daylight = 0;
  }
  // Quirk positive_daylight_bias: clocks are put forward in summer.
  if (rules.to_standard && daylight > 0) daylight = -daylight;
  rules.bias = minutes(bias);
  rules.standard_bias = minutes(standard);
  rules.daylight_bias = minutes(daylight);
  return rules;
}

}  // namespace godwit::mapping
