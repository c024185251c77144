#include "mapping/email.hpp"

#include <array>

#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/email.hpp"
#include "wbxml/pages/email2.hpp"
#include "wbxml/pages/item_operations.hpp"
#include "wbxml/pages/tasks.hpp"

namespace godwit::mapping {
namespace {

namespace airsyncbase = wbxml::airsyncbase;
namespace email = wbxml::email;
namespace email2 = wbxml::email2;
namespace tasks = wbxml::tasks;
using eas::Version;
using wbxml::Tag;
using wbxml::Writer;

struct Property {
  Tag tag;
  eas::Versions versions;
  void (*write)(const Email& item, Tag tag, Writer& out);
};

template <auto member>
constexpr Property text(Tag tag, eas::Versions versions = eas::all_versions) {
  return {tag, versions, [](const Email& item, Tag t, Writer& out) {
            if (!(item.*member).empty()) out.text(t, item.*member);
          }};
}

template <auto member>
constexpr Property bytes(Tag tag, eas::Versions versions) {
  return {tag, versions, [](const Email& item, Tag t, Writer& out) {
            if (!(item.*member).empty()) out.opaque(t, item.*member);
          }};
}

/// Written only when it holds.
template <auto member>
constexpr Property fact(Tag tag, eas::Versions versions) {
  return {tag, versions, [](const Email& item, Tag t, Writer& out) {
            if (item.*member) out.boolean(t, true);
          }};
}

void write_flag(const std::optional<FollowUp>& flag, Tag tag, Writer& out);
void write_categories(const std::vector<std::string>& categories, Tag tag, Writer& out);

/// The Email class, in the order in which it is written ([MS-ASEMAIL] leaves it free).
constexpr auto properties = std::to_array<Property>({
    text<&Email::to>(email::To),
    text<&Email::cc>(email::Cc),
    text<&Email::from>(email::From),
    text<&Email::reply_to>(email::ReplyTo),
    text<&Email::subject>(email::Subject),
    {email::DateReceived, eas::all_versions,
     [](const Email& item, Tag t, Writer& out) {
       out.text(t, format_dashed_date(item.date_received));
     }},
    text<&Email::display_to>(email::DisplayTo),
    text<&Email::thread_topic>(email::ThreadTopic),
    {email::Importance, eas::all_versions,
     [](const Email& item, Tag t, Writer& out) {
       out.number(t, static_cast<std::int64_t>(item.importance));
     }},
    {email::Read, eas::all_versions,
     [](const Email& item, Tag t, Writer& out) { out.boolean(t, item.read); }},
    text<&Email::message_class>(email::MessageClass),
    {email::InternetCPID, eas::all_versions,
     [](const Email& item, Tag t, Writer& out) { out.number(t, item.code_page); }},
    // [MS-ASEMAIL] Flag, Categories: present and empty when there is none.
    {email::Flag, eas::all_versions,
     [](const Email& item, Tag t, Writer& out) { write_flag(item.flag, t, out); }},
    text<&Email::content_class>(email::ContentClass),
    {email::Categories, eas::since(Version::v14_0),
     [](const Email& item, Tag t, Writer& out) { write_categories(item.categories, t, out); }},
    bytes<&Email::conversation_id>(email2::ConversationId, eas::since(Version::v14_0)),
    bytes<&Email::conversation_index>(email2::ConversationIndex, eas::since(Version::v14_0)),
    {email2::LastVerbExecuted, eas::since(Version::v14_0),
     [](const Email& item, Tag t, Writer& out) {
       if (item.last_verb != Verb::unknown) {
         out.number(t, static_cast<std::int64_t>(item.last_verb));
       }
     }},
    {email2::LastVerbExecutionTime, eas::since(Version::v14_0),
     [](const Email& item, Tag t, Writer& out) {
       if (item.last_verb_time) out.text(t, format_dashed_date(*item.last_verb_time));
     }},
    fact<&Email::received_as_bcc>(email2::ReceivedAsBcc, eas::since(Version::v14_0)),
    text<&Email::sender>(email2::Sender, eas::since(Version::v14_0)),
    text<&Email::bcc>(email2::Bcc, eas::since(Version::v16_0)),
    fact<&Email::is_draft>(email2::IsDraft, eas::since(Version::v16_0)),
});

struct FlagDate {
  Tag tag;
  std::optional<Time> FollowUp::* date;
};
constexpr auto flag_dates = std::to_array<FlagDate>({
    {tasks::StartDate, &FollowUp::start_date},
    {tasks::DueDate, &FollowUp::due_date},
    {tasks::UtcStartDate, &FollowUp::utc_start_date},
    {tasks::UtcDueDate, &FollowUp::utc_due_date},
});

void write_date(Tag tag, const std::optional<Time>& date, Writer& out) {
  if (date) out.text(tag, format_dashed_date(*date));
}

void write_flag(const std::optional<FollowUp>& flag, Tag tag, Writer& out) {
  if (!flag || flag->status == FollowUp::Status::cleared) return out.empty(tag);
  out.open(tag);
  if (!flag->subject.empty()) out.text(tasks::Subject, flag->subject);
  out.number(email::Status, static_cast<std::int64_t>(flag->status));
  if (!flag->type.empty()) out.text(email::FlagType, flag->type);
  write_date(tasks::DateCompleted, flag->date_completed, out);
  write_date(email::CompleteTime, flag->complete_time, out);
  for (const FlagDate& row : flag_dates) write_date(row.tag, (*flag).*row.date, out);
  if (flag->reminder_set) out.boolean(tasks::ReminderSet, *flag->reminder_set);
  write_date(tasks::ReminderTime, flag->reminder_time, out);
  write_date(tasks::OrdinalDate, flag->ordinal_date, out);
  if (!flag->sub_ordinal_date.empty()) out.text(tasks::SubOrdinalDate, flag->sub_ordinal_date);
  out.close();
}

void write_categories(const std::vector<std::string>& categories, Tag tag, Writer& out) {
  if (categories.empty()) return out.empty(tag);
  out.open(tag);
  for (const std::string& category : categories) out.text(email::Category, category);
  out.close();
}

void write_body_content(const BodyValue& body, Writer& out) {
  if (body.truncated) out.boolean(airsyncbase::Truncated, true);
  if (body.data && !body.part) {
    out.open(airsyncbase::Data);
    body.data(out);
    out.close();
  }
  if (body.preview) out.text(airsyncbase::Preview, *body.preview);
}

}  // namespace

void write_email(const Email& item, Version version, Writer& writer) {
  for (const Property& property : properties) {
    if (property.versions.contains(version)) property.write(item, property.tag, writer);
  }
}

void write_flags_change(const FlagsChange& change, Version version, Writer& writer) {
  if (change.read) writer.boolean(email::Read, *change.read);
  if (change.flag) write_flag(*change.flag, email::Flag, writer);
  if (change.categories && version >= Version::v14_0) {
    write_categories(*change.categories, email::Categories, writer);
  }
  if (change.last_verb.verb != Verb::unknown && version >= Version::v14_0) {
    writer.number(email2::LastVerbExecuted, static_cast<std::int64_t>(change.last_verb.verb));
    if (change.last_verb.time) {
      writer.text(email2::LastVerbExecutionTime, format_dashed_date(*change.last_verb.time));
    }
  }
}

void write_body(const BodyValue& body, Writer& writer) {
  writer.open(airsyncbase::Body);
  writer.number(airsyncbase::Type, body.type);
  if (body.estimated_size) {
    writer.number(airsyncbase::EstimatedDataSize, static_cast<std::int64_t>(*body.estimated_size));
  }
  write_body_content(body, writer);
  if (body.part) writer.number(wbxml::item_operations::Part, *body.part);
  writer.close();
}

void write_body_part(const BodyValue& body, std::uint16_t status, Writer& writer) {
  writer.open(airsyncbase::BodyPart);
  writer.number(airsyncbase::Status, status);
  writer.number(airsyncbase::Type, body.type);
  writer.number(airsyncbase::EstimatedDataSize,
                static_cast<std::int64_t>(body.estimated_size.value_or(0)));
  write_body_content(body, writer);
  writer.close();
}

void write_attachments(const std::vector<AttachmentValue>& attachments, Writer& writer) {
  if (attachments.empty()) return;
  writer.open(airsyncbase::Attachments);
  for (const AttachmentValue& attachment : attachments) {
    writer.open(airsyncbase::Attachment);
    if (!attachment.display_name.empty()) {
      writer.text(airsyncbase::DisplayName, attachment.display_name);
    }
    writer.text(airsyncbase::FileReference, attachment.file_reference);
    if (!attachment.client_id.empty()) writer.text(airsyncbase::ClientId, attachment.client_id);
    writer.number(airsyncbase::Method, attachment.method);
    writer.number(airsyncbase::EstimatedDataSize,
                  static_cast<std::int64_t>(attachment.estimated_size));
    if (!attachment.content_id.empty()) writer.text(airsyncbase::ContentId, attachment.content_id);
    if (!attachment.content_location.empty()) {
      writer.text(airsyncbase::ContentLocation, attachment.content_location);
    }
    if (attachment.is_inline) writer.boolean(airsyncbase::IsInline, true);
    writer.close();
  }
  writer.close();
}

void write_native_body_type(std::uint8_t type, Writer& writer) {
  writer.number(airsyncbase::NativeBodyType, type);
}

}  // namespace godwit::mapping
