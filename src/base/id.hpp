/// An identifier is a type: parsed once at the edge, valid by construction afterwards.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace godwit {

template <class Tag, std::size_t max_length>
class Id {
 public:
  static constexpr std::size_t length_max = max_length;

  static Result<Id> parse(std::string_view text) {
    if (text.empty()) return fail(Errc::malformed, "empty identifier");
    if (text.size() > max_length) return fail(Errc::too_large, "identifier too long");
    for (const char c : text) {
      if (static_cast<unsigned char>(c) < 0x20) return fail(Errc::malformed, "control character");
    }
    return Id(std::string(text));
  }

  std::string_view view() const noexcept { return text_; }
  const std::string& str() const noexcept { return text_; }
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  explicit Id(std::string text) noexcept : text_(std::move(text)) {}
  std::string text_;
};

/// A user's canonical name: what a sign-in resolves to (`user@domain` where domains are used).
using UserId = Id<struct UserIdTag, 256>;
/// [MS-ASHTTP] DeviceId: 1 to 32 letters and digits; kept in lower case (base64 and plain forms
/// agree).
using DeviceId = Id<struct DeviceIdTag, 64>;
/// [MS-ASCMD] CollectionId: up to 64 characters. Ours are short and stable per user.
using CollectionId = Id<struct CollectionIdTag, 64>;
/// [MS-ASCMD] ServerId: up to 64 characters.
using ServerId = Id<struct ServerIdTag, 64>;
/// [MS-ASCMD] ClientId: up to 64 characters, chosen by the device.
using ClientId = Id<struct ClientIdTag, 64>;

}  // namespace godwit

template <class Tag, std::size_t n>
struct std::hash<godwit::Id<Tag, n>> {
  std::size_t operator()(const godwit::Id<Tag, n>& id) const noexcept {
    return std::hash<std::string_view>{}(id.view());
  }
};
