/// What a device wants of a draft (16.0 and later). [MS-ASEMAIL] 3.1.5.4, [MS-ASAIRS] Attachments
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "item/email.hpp"

namespace godwit {

/// An attachment that a device adds. Views are into the request.
struct NewAttachment {
  std::string client_id;
  std::uint8_t method = 1;  // 1, or 5: `content` is a message
  std::string_view content;
  std::string display_name;
  std::string content_type;  // may be empty
  std::string content_id;
  std::string content_location;
  bool is_inline = false;
};

/// What a device changes of a draft (16.0): absent = keep, empty = clear.
struct DraftPatch {
  struct Body {
    std::uint8_t type = 1;  // 1, 2 or 4
    std::string_view data;  // into the request
  };
  std::optional<std::string> to, cc, bcc, reply_to, subject;
  std::optional<Importance> importance;
  std::optional<Body> body;
  std::vector<NewAttachment> attachments;
  std::vector<std::string> removed_attachments;  // FileReferences

  bool empty() const {
    return !to && !cc && !bcc && !reply_to && !subject && !importance && !body &&
           attachments.empty() && removed_attachments.empty();
  }
};

}  // namespace godwit
