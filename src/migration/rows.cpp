#include "migration/rows.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "migration/z_push.hpp"

namespace godwit::migration {
namespace {

constexpr std::size_t id_bytes_max = 64;

Result<std::int64_t> moment(std::string_view text) {
  constexpr std::int64_t year_10000 = 253'402'300'800;
  const auto seconds = parse_number<std::int64_t>(text);
  if (!seconds || *seconds < 0 || *seconds >= year_10000) {
    return fail(Errc::malformed, "a moment that is none");
  }
  return *seconds;
}

}  // namespace

std::vector<std::string_view> fields_of(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  const char separator = line.contains('\t') ? '\t' : ',';
  std::vector<std::string_view> fields;
  for (;;) {
    const auto end = line.find(separator);
    auto field = trim(line.substr(0, end));
    if (field.size() >= 2 && field.starts_with('"') && field.ends_with('"')) {
      field = field.substr(1, field.size() - 2);
    }
    fields.push_back(field);
    if (end == std::string_view::npos) return fields;
    line.remove_prefix(end + 1);
  }
}

Result<std::vector<FormerDevice>> z_push_row(std::string_view line) {
  const auto fields = fields_of(line);
  if (fields.size() != 2 || fields[0].empty() || fields[0].size() > id_bytes_max) {
    return fail(Errc::malformed, "no row of a device and its state");
  }
  // PostgreSQL writes \x before the digits of a bytea that is not encoded.
  auto digits = fields[1];
  if (digits.starts_with("\\x") || digits.starts_with("0x")) digits.remove_prefix(2);
  const auto state = hex_decode(digits);
  if (!state) return fail(Errc::malformed, "the state is not in hexadecimal digits");
  return z_push_devices(fields[0], *state);
}

Result<FormerDevice> sogo_row(std::string_view line) {
  const auto fields = fields_of(line);
  if (fields.size() != 4) return fail(Errc::malformed, "no row of a device");
  FormerDevice device;
  device.user = fields[0];
  // A '+' leads from the device to one of its folders.
  if (device.user.empty() || device.user.size() > FormerDevice::text_bytes_max ||
      !fields[1].starts_with('/') || fields[1].size() > id_bytes_max || fields[1].contains('+')) {
    return fail(Errc::malformed, "no row of a device");
  }
  device.device = ascii_lower(fields[1].substr(1));
  const auto first = moment(fields[2]);
  if (!first) return pass(first);
  const auto last = moment(fields[3]);
  if (!last) return pass(last);
  device.first_seen = *first;
  device.last_seen = *last;
  return device;
}

}  // namespace godwit::migration
