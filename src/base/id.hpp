/// An identifier is a type: parsed once at the edge, valid by construction afterwards.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/result.hpp"
#include "base/shared_text.hpp"

namespace godwit {

/// `Text`: std::string, or SharedText where many hold the same one for long.
template <class Tag, std::size_t max_length, class Text = std::string>
class Id {
 public:
  static constexpr std::size_t length_max = max_length;

  static Result<Id> parse(std::string_view text) {
    if (text.empty()) return fail(Errc::malformed, "empty identifier");
    if (text.size() > max_length) return fail(Errc::too_large, "identifier too long");
    for (const char c : text) {
      if (static_cast<unsigned char>(c) < 0x20) return fail(Errc::malformed, "control character");
    }
    return Id(Text(text));
  }

  std::string_view view() const noexcept {
    if constexpr (std::is_same_v<Text, SharedText>) {
      return text_.view();
    } else {
      return text_;
    }
  }
  /// A reference where the text is a std::string, else a copy.
  decltype(auto) str() const {
    if constexpr (std::is_same_v<Text, SharedText>) {
      return std::string(text_.view());
    } else {
      return (text_);
    }
  }
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  explicit Id(Text text) noexcept : text_(std::move(text)) {}
  Text text_;
};

/// A user's canonical name: what a sign-in resolves to (`user@domain` where domains are used).
using UserId = Id<struct UserIdTag, 256, SharedText>;
/// [MS-ASHTTP] DeviceId: 1 to 32 letters and digits; kept in lower case (base64 and plain forms
/// agree).
using DeviceId = Id<struct DeviceIdTag, 64, SharedText>;
/// [MS-ASCMD] CollectionId: up to 64 characters. Ours are short and stable per user.
using CollectionId = Id<struct CollectionIdTag, 64>;
/// [MS-ASCMD] ServerId: up to 64 characters.
using ServerId = Id<struct ServerIdTag, 64>;
/// [MS-ASCMD] ClientId: up to 64 characters, chosen by the device.
using ClientId = Id<struct ClientIdTag, 64>;

}  // namespace godwit

template <class Tag, std::size_t n, class Text>
struct std::hash<godwit::Id<Tag, n, Text>> {
  std::size_t operator()(const godwit::Id<Tag, n, Text>& id) const noexcept {
    return std::hash<std::string_view>{}(id.view());
  }
};
