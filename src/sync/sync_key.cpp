#include "sync/sync_key.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/text.hpp"

namespace godwit::sync {

Result<SyncKey> SyncKey::parse(std::string_view text) {
  if (text == "0") return initial();
  const auto dot = text.find('.');
  if (dot == std::string_view::npos || dot == 0 || dot > 16) {
    return fail(Errc::stale, "not a key of ours");
  }
  std::uint64_t relationship = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + dot, relationship, 16);
  const auto generation = parse_number<std::uint32_t>(text.substr(dot + 1));
  if (error != std::errc{} || end != text.data() + dot || relationship == 0 || !generation ||
      *generation == 0) {
    return fail(Errc::stale, "not a key of ours");
  }
  return SyncKey(relationship, *generation);
}

std::string SyncKey::str() const {
  return is_initial() ? "0" : fmt::format("{:x}.{}", relationship_, generation_);
}

}  // namespace godwit::sync
