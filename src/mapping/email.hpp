/// The Email class: items to WBXML in the dialect of a version, and what a device may change, read
/// and checked. [MS-ASEMAIL], [MS-ASAIRS]
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "eas/version.hpp"
#include "item/draft.hpp"
#include "item/email.hpp"
#include "wbxml/element.hpp"
#include "wbxml/writer.hpp"

namespace godwit::mapping {

/// All properties of an item but body and attachments, as children of the open element.
void write_email(const Email& email, eas::Version version, wbxml::Writer& writer);

/// [MS-ASEMAIL] Sending E-Mail Changes to the Client: when nothing else of an item changed, only
/// these are sent. Each as it is now; nothing = it did not change.
struct FlagsChange {
  std::optional<bool> read;
  std::optional<std::optional<FollowUp>> flag;  // an inner nothing: no flag any more
  std::optional<std::vector<std::string>> categories;
  LastVerb last_verb = {};
};
void write_flags_change(const FlagsChange& change, eas::Version version, wbxml::Writer& writer);

/// The body of an item. `data` writes Data's text in pieces into the open element.
struct BodyValue {
  std::uint8_t type = 1;
  std::optional<std::uint64_t> estimated_size;  // always in a BodyPart
  bool truncated = false;
  std::function<void(wbxml::Writer&)> data;  // null: no Data
  std::optional<std::uint32_t> part;         // instead of data, in multipart answers
  std::optional<std::string> preview;
};
void write_body(const BodyValue& body, wbxml::Writer& writer);
/// From 14.1 on. `status` is 1, or 176 (then without data).
void write_body_part(const BodyValue& body, std::uint16_t status, wbxml::Writer& writer);

struct AttachmentValue {
  std::string display_name;
  std::string file_reference;
  std::uint8_t method = 1;  // 1 normal, 5 embedded message, 6 OLE
  std::uint64_t estimated_size = 0;
  std::string content_id;  // empty: none
  std::string content_location;
  bool is_inline = false;
  std::string client_id;  // answers to an Add only (16.0)
};
/// Nothing for an empty list.
void write_attachments(const std::vector<AttachmentValue>& attachments, wbxml::Writer& writer);

/// 1, 2 or 3: the stored format.
void write_native_body_type(std::uint8_t type, wbxml::Writer& writer);

/// `Add` of airsyncbase:Attachments. Error: malformed. [MS-ASAIRS] Add
Result<NewAttachment> read_new_attachment(const wbxml::Element& add);
/// [MS-ASDTYPE] boolean as text: an empty tag means true. Error: malformed.
Result<bool> read_boolean(std::string_view text);

/// A device's Change or Add of a message.
struct EmailChange {
  std::optional<bool> read;
  std::optional<FollowUp> flag;  // status cleared: no flag any more
  std::optional<std::vector<std::string>> categories;
  DraftPatch draft;  // empty below 16.0
};

/// `application_data` is that element; the result holds views into its document. Error: malformed
/// = status 6 of the item: a value that breaks its type, a Flag that breaks the rules, something
/// that only a server sets. What belongs to drafts is an error below 16.0, where drafts do not
/// sync; whether the item is a draft is for the caller to see.
Result<EmailChange> read_email_change(const wbxml::Element& application_data, eas::Version version);

/// Element values of dates, `2024-03-31T08:05:00.000Z` and `20240331T080500Z` ([MS-ASDTYPE]
/// dateTime, Compact DateTime).
std::string format_dashed_date(Time time);
std::string format_compact_date(Time time);
/// Either notation, with or without milliseconds; also a bare date. Error: malformed.
Result<Time> parse_date(std::string_view text);

}  // namespace godwit::mapping
