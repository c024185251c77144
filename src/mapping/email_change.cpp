/// The reading half of the Email class: one row for each element that a device may send.
#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "mapping/email.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/email.hpp"
#include "wbxml/pages/email2.hpp"
#include "wbxml/pages/tasks.hpp"

namespace godwit::mapping {
namespace {

namespace airsyncbase = wbxml::airsyncbase;
namespace email = wbxml::email;
namespace email2 = wbxml::email2;
namespace tasks = wbxml::tasks;
using eas::Version;
using wbxml::Element;
using wbxml::Tag;

constexpr std::size_t categories_max = 300;     // [MS-ASEMAIL] Category
constexpr std::size_t attachments_max = 1'000;  // what one request may add

Result<> read_date(const Element& in, std::optional<Time>& out) {
  if (in.text.empty()) return {};
  auto date = parse_date(in.text);
  if (!date) return pass(date);
  out = *date;
  return {};
}

struct FlagRow {
  Tag tag;
  Result<> (*read)(const Element& in, FollowUp& flag);
};

template <std::optional<Time> FollowUp::* member>
constexpr FlagRow date(Tag tag) {
  return {tag, [](const Element& in, FollowUp& flag) { return read_date(in, flag.*member); }};
}

template <std::string FollowUp::* member>
constexpr FlagRow flag_text(Tag tag) {
  return {tag, [](const Element& in, FollowUp& flag) -> Result<> {
            flag.*member = in.text;
            return {};
          }};
}

Result<> read_flag_status(const Element& in, FollowUp& flag) {
  const auto value = parse_number<unsigned>(in.text);
  if (!value || *value > 2) return fail(Errc::malformed, "Flag: Status is not 0, 1 or 2");
  flag.status = static_cast<FollowUp::Status>(*value);
  return {};
}

Result<> read_reminder_set(const Element& in, FollowUp& flag) {
  auto value = read_boolean(in.text);
  if (!value) return pass(value);
  flag.reminder_set = *value;
  return {};
}

constexpr auto flag_rows = std::to_array<FlagRow>({
    {email::Status, &read_flag_status},
    flag_text<&FollowUp::type>(email::FlagType),
    flag_text<&FollowUp::subject>(tasks::Subject),
    date<&FollowUp::complete_time>(email::CompleteTime),
    date<&FollowUp::date_completed>(tasks::DateCompleted),
    date<&FollowUp::start_date>(tasks::StartDate),
    date<&FollowUp::due_date>(tasks::DueDate),
    date<&FollowUp::utc_start_date>(tasks::UtcStartDate),
    date<&FollowUp::utc_due_date>(tasks::UtcDueDate),
    {tasks::ReminderSet, &read_reminder_set},
    date<&FollowUp::reminder_time>(tasks::ReminderTime),
    date<&FollowUp::ordinal_date>(tasks::OrdinalDate),
    flag_text<&FollowUp::sub_ordinal_date>(tasks::SubOrdinalDate),
});

/// [MS-ASEMAIL] Flag: what must go together.
Result<> check_flag(const FollowUp& flag) {
  if (flag.status == FollowUp::Status::complete && !(flag.complete_time && flag.date_completed)) {
    return fail(Errc::malformed, "Flag: complete without CompleteTime and DateCompleted");
  }
  if (flag.status != FollowUp::Status::active) return {};
  const int dates = (flag.start_date ? 1 : 0) + (flag.due_date ? 1 : 0) +
                    (flag.utc_start_date ? 1 : 0) + (flag.utc_due_date ? 1 : 0);
  if (dates != 0 && dates != 4) return fail(Errc::malformed, "Flag: some of its four dates");
  // All four or none: nothing is not after nothing.
  if (flag.start_date > flag.due_date || flag.utc_start_date > flag.utc_due_date) {
    return fail(Errc::malformed, "Flag: due before it starts");
  }
  if (flag.reminder_set.value_or(false) && !flag.reminder_time) {
    return fail(Errc::malformed, "Flag: ReminderSet without ReminderTime");
  }
  return {};
}

Result<> read_flag(const Element& in, EmailChange& out) {
  FollowUp flag;
  for (const Element& child : in.children) {
    const auto* const row = std::ranges::find(flag_rows, child.tag, &FlagRow::tag);
    if (row == flag_rows.end()) return fail(Errc::malformed, "Flag: an element it cannot have");
    if (in.count(child.tag) > 1) return fail(Errc::malformed, "Flag: an element twice");
    if (auto read = row->read(child, flag); !read) return read;
  }
  if (!in.children.empty() && !in.has(email::Status)) {
    return fail(Errc::malformed, "Flag: no Status");
  }
  if (auto checked = check_flag(flag); !checked) return checked;
  if (flag.status == FollowUp::Status::cleared) flag = {};
  out.flag = std::move(flag);
  return {};
}

Result<> read_read(const Element& in, EmailChange& out) {
  auto value = read_boolean(in.text);
  if (!value) return pass(value);
  out.read = *value;
  return {};
}

Result<> read_categories(const Element& in, EmailChange& out) {
  if (in.children.size() > categories_max) return fail(Errc::malformed, "too many Categories");
  std::vector<std::string> categories;
  for (const Element& child : in.children) {
    if (child.tag != email::Category) return fail(Errc::malformed, "Categories: not a Category");
    const std::string name = utf8_clean(trim(child.text));
    if (!name.empty() && std::ranges::find(categories, name) == categories.end()) {
      categories.push_back(name);
    }
  }
  out.categories = std::move(categories);
  return {};
}

template <std::optional<std::string> DraftPatch::* member>
Result<> read_draft_text(const Element& in, EmailChange& out) {
  out.draft.*member = utf8_clean(in.text);
  return {};
}

Result<> read_importance(const Element& in, EmailChange& out) {
  const auto value = parse_number<unsigned>(in.text);
  if (!value || *value > 2) return fail(Errc::malformed, "Importance is not 0, 1 or 2");
  out.draft.importance = static_cast<Importance>(*value);
  return {};
}

Result<> read_body(const Element& in, EmailChange& out) {
  const auto type = parse_number<unsigned>(in.text_of(airsyncbase::Type));
  if (!type || (*type != 1 && *type != 2 && *type != 4)) {
    return fail(Errc::malformed, "Body: Type is not 1, 2 or 4");
  }
  out.draft.body = {static_cast<std::uint8_t>(*type), in.text_of(airsyncbase::Data)};
  return {};
}

Result<> read_attachments(const Element& in, EmailChange& out) {
  if (in.children.size() > attachments_max) return fail(Errc::malformed, "too many Attachments");
  for (const Element& child : in.children) {
    if (child.tag == airsyncbase::Add) {
      auto attachment = read_new_attachment(child);
      if (!attachment) return pass(attachment);
      out.draft.attachments.push_back(std::move(*attachment));
    } else if (child.tag == airsyncbase::Delete) {
      const std::string_view reference = child.text_of(airsyncbase::FileReference);
      if (reference.empty()) return fail(Errc::malformed, "Attachments: Delete names nothing");
      out.draft.removed_attachments.emplace_back(reference);
    } else {
      return fail(Errc::malformed, "Attachments: neither Add nor Delete");
    }
  }
  return {};
}

struct Row {
  Tag tag;
  eas::Versions versions;
  Result<> (*read)(const Element& in, EmailChange& out);
};

constexpr auto drafts = eas::since(Version::v16_0);

/// What a device may change.
constexpr auto rows = std::to_array<Row>({
    {email::Read, eas::all_versions, &read_read},
    {email::Flag, eas::all_versions, &read_flag},
    {email::Categories, eas::since(Version::v14_0), &read_categories},
    {email::To, drafts, &read_draft_text<&DraftPatch::to>},
    {email::Cc, drafts, &read_draft_text<&DraftPatch::cc>},
    {email2::Bcc, drafts, &read_draft_text<&DraftPatch::bcc>},
    {email::ReplyTo, drafts, &read_draft_text<&DraftPatch::reply_to>},
    {email::Subject, drafts, &read_draft_text<&DraftPatch::subject>},
    {email::Importance, drafts, &read_importance},
    {airsyncbase::Body, drafts, &read_body},
    {airsyncbase::Attachments, drafts, &read_attachments},
});

/// What a server derives: in a draft it is read over, so that a device which sends a whole item
/// loses nothing by it.
constexpr auto derived = std::to_array<Tag>({
    email::From,
    email::DateReceived,
    email::DisplayTo,
    email::ThreadTopic,
    email::MessageClass,
    email::InternetCPID,
    email::ContentClass,
    airsyncbase::NativeBodyType,
});

/// [MS-ASEMAIL] Drafts: a body in MIME brings its own header fields.
bool contradicts_mime(const DraftPatch& draft) {
  return draft.body && draft.body->type == 4 &&
         (draft.to || draft.cc || draft.bcc || draft.reply_to || draft.subject);
}

}  // namespace

Result<bool> read_boolean(std::string_view text) {
  // [MS-ASDTYPE] boolean: an empty tag means true.
  if (text.empty() || text == "1" || iequals(text, "true")) return true;
  if (text == "0" || iequals(text, "false")) return false;
  return fail(Errc::malformed, "not a boolean");
}

Result<NewAttachment> read_new_attachment(const Element& in) {
  for (const Tag needed : {airsyncbase::ClientId, airsyncbase::Method, airsyncbase::Content,
                           airsyncbase::DisplayName}) {
    if (!in.has(needed)) return fail(Errc::malformed, "Attachments: Add is incomplete");
  }
  NewAttachment attachment;
  const auto method = parse_number<unsigned>(in.text_of(airsyncbase::Method));
  if (!method || (*method != 1 && *method != 5)) {
    return fail(Errc::malformed, "Attachments: Method is not 1 or 5");
  }
  attachment.method = static_cast<std::uint8_t>(*method);
  attachment.client_id = in.text_of(airsyncbase::ClientId);
  attachment.content = in.text_of(airsyncbase::Content);
  attachment.display_name = utf8_clean(in.text_of(airsyncbase::DisplayName));
  attachment.content_type = in.text_of(airsyncbase::ContentType);
  attachment.content_id = in.text_of(airsyncbase::ContentId);
  attachment.content_location = in.text_of(airsyncbase::ContentLocation);
  if (const Element* const flag = in.find(airsyncbase::IsInline)) {
    auto value = read_boolean(flag->text);
    if (!value) return pass(value);
    attachment.is_inline = *value;
  }
  return attachment;
}

Result<EmailChange> read_email_change(const Element& application_data, Version version) {
  EmailChange change;
  for (const Element& child : application_data.children) {
    const auto* const row = std::ranges::find(rows, child.tag, &Row::tag);
    if (row != rows.end() && row->versions.contains(version)) {
      if (application_data.count(child.tag) > 1) return fail(Errc::malformed, "an element twice");
      if (auto read = row->read(child, change); !read) return pass(read);
      continue;
    }
    const bool read_over =
        drafts.contains(version) && std::ranges::find(derived, child.tag) != derived.end();
    if (!read_over) return fail(Errc::malformed, "an element that a device cannot change");
  }
  if (contradicts_mime(change.draft)) {
    return fail(Errc::malformed, "header elements beside a body in MIME");
  }
  return change;
}

}  // namespace godwit::mapping
