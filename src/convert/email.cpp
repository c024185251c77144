#include "convert/email.hpp"

#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "convert/address.hpp"
#include "convert/body.hpp"
#include "convert/charset.hpp"

namespace godwit::convert {
namespace {

constexpr std::size_t address_field_max = 32'768;  // [MS-ASEMAIL] To, From
constexpr std::size_t display_to_max = 1'024;
constexpr std::size_t subject_max = 4'096;
constexpr std::size_t thread_index_root = 22;  // [MS-ASCON]: header bytes before the levels
constexpr std::size_t levels_max = 40;

std::string bounded(std::string text, std::size_t bytes) {
  if (text.size() > bytes) text.resize(utf8_prefix(text, bytes).size());
  return text;
}

Importance importance_of(const Header& header) {
  const std::string_view importance = trim(header.get("Importance"));
  if (iequals(importance, "high")) return Importance::high;
  if (iequals(importance, "low")) return Importance::low;
  if (!importance.empty()) return Importance::normal;
  const std::string_view number = trim(header.get("X-Priority"));
  if (number.starts_with('1') || number.starts_with('2')) return Importance::high;
  if (number.starts_with('4') || number.starts_with('5')) return Importance::low;
  const std::string_view word =
      trim(header.has("Priority") ? header.get("Priority") : header.get("X-MSMail-Priority"));
  if (iequals(word, "urgent") || iequals(word, "high")) return Importance::high;
  if (iequals(word, "non-urgent") || iequals(word, "low")) return Importance::low;
  return Importance::normal;
}

/// The first text/calendar part of the message itself.
const Part* calendar_part(const Part& part) {
  if (part.is("text", "calendar")) return &part;
  if (part.type == "message") return nullptr;
  for (const Part& child : part.children) {
    if (const Part* const found = calendar_part(child)) return found;
  }
  return nullptr;
}

bool mentions(std::string_view subject, std::string_view word) {
  return ascii_lower(subject).find(word) != std::string::npos;
}

std::string meeting_class(const Part& calendar, std::string_view subject) {
  const std::string method = ascii_lower(calendar.parameter("method"));
  if (method == "request") return "IPM.Schedule.Meeting.Request";
  if (method == "cancel") return "IPM.Schedule.Meeting.Canceled";
  if (method == "counter") return "IPM.Schedule.Meeting.Resp.Tent";
  if (method != "reply") return {};
  // The answer itself is in the calendar's PARTSTAT; organizers' programs name it in the subject.
  if (mentions(subject, "declined")) return "IPM.Schedule.Meeting.Resp.Neg";
  if (mentions(subject, "tentative")) return "IPM.Schedule.Meeting.Resp.Tent";
  return "IPM.Schedule.Meeting.Resp.Pos";
}

std::string report_class(const Part& report, std::string_view subject) {
  const std::string type = ascii_lower(report.parameter("report-type"));
  if (type == "disposition-notification") {
    return mentions(subject, "not read") ? "REPORT.IPM.NOTE.IPNNRN" : "REPORT.IPM.NOTE.IPNRN";
  }
  if (type != "delivery-status") return "IPM.Note";
  if (mentions(subject, "delay")) return "REPORT.IPM.NOTE.DELAYED";
  if (mentions(subject, "success") || mentions(subject, "relay")) return "REPORT.IPM.NOTE.DR";
  return "REPORT.IPM.NOTE.NDR";
}

bool contains_address(const std::vector<Mailbox>& list, std::string_view address) {
  return std::ranges::any_of(
      list, [&](const Mailbox& mailbox) { return iequals(mailbox.address, address); });
}

/// Sent to us without naming us; not so for lists and for what is our own.
bool received_as_bcc(const Header& header, std::span<const std::string> own,
                     const std::vector<Mailbox>& to, const std::vector<Mailbox>& cc,
                     const std::vector<Mailbox>& from) {
  if (own.empty() || (to.empty() && cc.empty())) return false;
  const bool list = header.has("List-Id") || header.has("List-Post") ||
                    header.has("Mailing-List") || header.has("Resent-To");
  return !list && std::ranges::none_of(own, [&](const std::string& address) {
    return contains_address(to, address) || contains_address(cc, address) ||
           contains_address(from, address);
  });
}

/// Thread-Index, decoded, when it has the root that [MS-ASCON] describes.
std::string thread_index(const Header& header) {
  const auto decoded = base64_decode(unfold(header.get("Thread-Index")));
  if (!decoded || decoded->size() < thread_index_root || decoded->front() != 1) return {};
  return *decoded;
}

/// Ids from the thread's first message to this one, as far as they are known.
std::vector<std::string> ancestry(const Header& header) {
  std::vector<std::string> ids = message_ids(header.get("References"));
  const std::vector<std::string> parents = message_ids(header.get("In-Reply-To"));
  for (const std::string& parent : parents) {
    if (parent.find('@') == std::string::npos) continue;  // prose, as old mailers wrote
    if (std::ranges::find(ids, parent) == ids.end()) ids.push_back(parent);
  }
  std::string own = first_message_id(header.get("Message-ID"));
  if (!own.empty() && (ids.empty() || ids.back() != own)) ids.push_back(std::move(own));
  return ids;
}

bool names_others(const Header& header) {
  return !message_ids(header.get("References")).empty() ||
         header.get("In-Reply-To").find('@') != std::string_view::npos;
}

/// For a message without any id: all of its header stands for it.
std::string header_digest(const Header& header) {
  std::string all;
  for (const Field& field : header.fields()) {
    all += field.name;
    all += field.value;
  }
  return digest128(all);
}

}  // namespace

Email email_of(const Message& message, const EmailContext& context) {
  const Header header(message.header);
  const BodyParts parts = body_parts(message.structure);
  const Part* const text = parts.html.empty() ? nullptr : parts.html.front();
  const std::string_view charset = text == nullptr ? "" : text->parameter("charset");
  const auto to = parse_addresses(header.get("To"), charset);
  const auto cc = parse_addresses(header.get("Cc"), charset);
  const auto from = parse_addresses(header.get("From"), charset);
  const auto sender = parse_addresses(header.get("Sender"), charset);

  Email email;
  email.to = format_addresses(to, ", ", address_field_max);
  email.cc = format_addresses(cc, ", ", address_field_max);
  email.from = format_addresses(from, ", ", address_field_max);
  email.reply_to =
      format_addresses(parse_addresses(header.get("Reply-To"), charset), "; ", address_field_max);
  const bool delegate = !sender.empty() && !sender.front().address.empty() &&
                        !contains_address(from, sender.front().address);
  if (delegate) email.sender = format_addresses(sender, ", ", address_field_max);
  email.display_to = format_names(to, display_to_max);
  email.subject = bounded(decode_text(header.get("Subject"), charset), subject_max);
  const std::string topic = bounded(decode_text(header.get("Thread-Topic"), charset), subject_max);
  email.thread_topic = base_subject(topic.empty() ? email.subject : topic);
  email.date_received = message.state.internal_date;
  email.importance = importance_of(header);
  email.message_class = message_class_of(message.structure, header);
  if (email.message_class.starts_with("IPM.Schedule")) {
    email.content_class = "urn:content-classes:calendarmessage";
  }
  if (!charset.empty()) email.code_page = code_page(charset);
  email.conversation_id = conversation_id_of(header);
  email.conversation_index = conversation_index_of(header);

  const Flags& flags = message.state.flags;
  email.read = flags.seen;
  email.flag = effective_follow_up(flags.flagged, context.kept.flag);
  email.categories = categories_of(flags.keywords);
  const LastVerb last = last_verb(flags, context.kept);
  email.last_verb = last.verb;
  email.last_verb_time = last.time;
  email.is_draft = flags.draft;
  if (flags.draft) {
    const auto bcc = parse_addresses(header.get("Bcc"), charset);
    email.bcc = format_addresses(bcc, ", ", address_field_max);
  }
  email.received_as_bcc =
      !flags.draft && received_as_bcc(header, context.own_addresses, to, cc, from);
  return email;
}

std::string message_class_of(const Part& structure, const Header& header) {
  switch (protection_of(structure)) {
    case Protection::opaque:
      return "IPM.Note.SMIME";
    case Protection::signed_clear:
      return "IPM.Note.SMIME.MultipartSigned";
    case Protection::none:
      break;
  }
  const std::string subject = decode_text(header.get("Subject"));
  if (structure.is("multipart", "report")) return report_class(structure, subject);
  if (const Part* const calendar = calendar_part(structure)) {
    const std::string meeting = meeting_class(*calendar, subject);
    if (!meeting.empty()) return meeting;
  }
  return "IPM.Note";
}

std::string_view base_subject(std::string_view subject) {
  static constexpr auto prefixes =
      std::to_array<std::string_view>({"antw", "aw", "fw", "fwd", "odp", "re", "ref", "rif", "rv",
                                       "sv", "tr", "vb", "vs", "wg", "ynt"});
  static_assert(std::ranges::is_sorted(prefixes));
  subject = trim(subject);
  for (;;) {
    const auto colon = subject.find(':');
    if (colon == std::string_view::npos || colon > 10) return subject;
    std::string_view word = trim(subject.substr(0, colon));
    // `Re[2]:` and `Re(2):` count replies.
    if (const auto count = word.find_first_of("[("); count != std::string_view::npos) {
      word = word.substr(0, count);
    }
    if (!std::ranges::binary_search(prefixes, ascii_lower(word))) return subject;
    subject = trim(subject.substr(colon + 1));
  }
}

std::string conversation_id_of(const Header& header) {
  if (!names_others(header)) {
    const std::string index = thread_index(header);
    if (index.size() > thread_index_root) return index.substr(6, 16);
  }
  const auto ids = ancestry(header);
  return ids.empty() ? header_digest(header) : digest128(ids.front());
}

std::string conversation_index_of(const Header& header) {
  const std::string index = thread_index(header);
  if (!index.empty()) {
    const std::size_t levels = std::min((index.size() - thread_index_root) / 5, levels_max);
    return index.substr(0, 5) + index.substr(thread_index_root, levels * 5);
  }
  auto ids = ancestry(header);
  const std::string root = ids.empty() ? header_digest(header) : digest128(ids.front());
  // The time of the first message is not in its replies, so that its place is taken by a digest;
  // 01 is what every FILETIME of this age begins with.
  std::string out = "\x01" + root.substr(0, 4);
  if (ids.size() > levels_max) ids.erase(ids.begin() + 1, ids.end() - (levels_max - 1));
  for (std::size_t i = 1; i < ids.size(); ++i) {
    std::string level = digest128(ids[i]).substr(0, 5);
    level.front() = static_cast<char>(level.front() & 0x7F);  // delta code 0
    out += level;
  }
  return out;
}

}  // namespace godwit::convert
