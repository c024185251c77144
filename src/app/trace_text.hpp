/// Bodies of requests and answers for people: decoded, and without what is nobody's business.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace godwit::app {

enum class Detail : std::uint8_t {
  redacted,  // ids, keys, statuses, numbers and dates stay; other texts give way to their length
  full,      // everything but passwords
};

struct ShownBody {
  std::string text{};                 // as wbxml/text.hpp, or what it is
  std::string status{};               // the first one of the document's
  std::optional<std::string> body{};  // full alone, and of what is not too long
};

/// What is no WBXML, or cannot be read, is described; of a body that cannot be read nothing is
/// kept, since nobody knows where a password would stand in it.
ShownBody show_body(std::string_view body, std::string_view content_type, Detail detail);

/// Elements whose texts stay when the others go, as "Page:Tag"; "Page:*" = all of that page.
std::span<const std::string_view> harmless_elements();

}  // namespace godwit::app
