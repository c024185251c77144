/// A tag of an EAS code page ([MS-ASWBXML] 2.1.2). The constants are in
/// wbxml/pages/<namespace>.hpp.
#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

namespace godwit::wbxml {

struct Tag {
  std::uint8_t page = 0;
  std::uint8_t code = 0;  // 0x05 to 0x3F
  friend constexpr auto operator<=>(const Tag&, const Tag&) = default;
};

/// How an element's content travels ([MS-ASWBXML]: byte arrays as OPAQUE, everything else as
/// STR_I).
enum class Content : std::uint8_t { container, text, opaque, empty, mixed };

/// One row of a code page's table.
struct TagInfo {
  Tag tag;
  std::string_view name;
  Content content = Content::text;
  std::uint8_t since = 25;   // first protocol version, times ten as in eas/version.hpp: 25 .. 161
  std::uint8_t until = 255;  // last one; 255 = no end
  bool legacy = false;       // not in Microsoft's present table: read, never written
};

/// Namespace ("AirSync") of a page, empty when there is no such page.
std::string_view page_name(std::uint8_t page);
/// The row of a tag, or nullptr when its page does not define it.
const TagInfo* find_tag(Tag tag);
/// By names, as `AirSync`, `SyncKey`: for tools and tests. nullptr when there is none.
const TagInfo* find_tag(std::string_view page, std::string_view name);

}  // namespace godwit::wbxml
