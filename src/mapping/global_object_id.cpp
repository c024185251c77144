#include "mapping/global_object_id.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/text.hpp"

namespace godwit::mapping {
namespace {

using namespace std::string_view_literals;

constexpr auto class_id = "\x04\x00\x00\x00\x82\x00\xE0\x00\x74\xC5\xB7\x10\x1A\x82\xE0\x08"sv;
constexpr auto wrapped_mark = "vCal-Uid\x01\x00\x00\x00"sv;
constexpr std::size_t date_at = 16;
constexpr std::size_t date_bytes = 4;
constexpr std::size_t length_at = 36;
constexpr std::size_t data_at = 40;
constexpr std::size_t wrapping_bytes = 13;  // the mark and the zero that ends the UID

std::string little_endian(std::size_t value) {
  std::string out;
  for (unsigned shift = 0; shift < 32; shift += 8)
    out += static_cast<char>((value >> shift) & 0xFF);
  return out;
}

std::size_t length_of(std::string_view id) {
  std::size_t out = 0;
  for (std::size_t i = data_at; i-- > length_at;) {
    out = (out << 8) | static_cast<unsigned char>(id[i]);
  }
  return out;
}

/// The bytes of a UID that Outlook made; nothing of any other.
std::optional<std::string> outlook_id(std::string_view uid) {
  if (uid.size() < 2 * data_at) return std::nullopt;
  auto bytes = hex_decode(uid);
  if (!bytes || !bytes->starts_with(class_id)) return std::nullopt;
  return std::move(*bytes);
}

std::string wrap(std::string_view uid) {
  std::string out(class_id);
  out.append(length_at - class_id.size(), '\0');
  out += little_endian(uid.size() + wrapping_bytes);
  out += wrapped_mark;
  out += uid;
  out += '\0';
  return out;
}

void put_date(std::string& id, const std::optional<std::chrono::year_month_day>& date) {
  std::string bytes(date_bytes, '\0');
  if (date) {
    const auto year = static_cast<unsigned>(static_cast<int>(date->year()));
    bytes[0] = static_cast<char>(year >> 8);
    bytes[1] = static_cast<char>(year & 0xFF);
    bytes[2] = static_cast<char>(static_cast<unsigned>(date->month()));
    bytes[3] = static_cast<char>(static_cast<unsigned>(date->day()));
  }
  id.replace(date_at, date_bytes, bytes);
}

}  // namespace

std::string global_object_id(std::string_view uid,
                             std::optional<std::chrono::year_month_day> instance) {
  std::string id = outlook_id(uid).value_or(wrap(uid));
  put_date(id, instance);
  return base64_encode(id);
}

Result<std::string> uid_of_global_object_id(std::string_view base64) {
  auto id = base64_decode(base64);
  if (!id || id->size() < data_at) return fail(Errc::malformed, "GlobalObjId is none");
  const std::size_t length = length_of(*id);
  const std::size_t rest = id->size() - data_at;
  const std::string_view data = std::string_view(*id).substr(data_at);
  const bool wrapped = rest >= wrapping_bytes && length >= wrapping_bytes && length <= rest &&
                       data.starts_with("vCal-Uid"sv);
  if (wrapped) {
    const std::string_view uid = data.substr(wrapped_mark.size(), length - wrapping_bytes);
    return utf8_clean(uid);
  }
  put_date(*id, std::nullopt);
  std::string hex = hex_encode(*id);
  std::ranges::transform(hex, hex.begin(), [](char c) {
    return c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c;
  });
  return hex;
}

}  // namespace godwit::mapping
