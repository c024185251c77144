/// A mail message as its reader sees it, without its body: what stands between MIME and the EAS
/// Email class. [MS-ASEMAIL]
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "item/message.hpp"

namespace godwit {

enum class Importance : std::uint8_t { low = 0, normal = 1, high = 2 };
/// The last thing done with a message ([MS-ASEMAIL] LastVerbExecuted).
enum class Verb : std::uint8_t { unknown = 0, reply = 1, reply_all = 2, forward = 3 };

/// A message flagged for follow-up ([MS-ASEMAIL] Flag). A mail backend knows only whether it is
/// flagged; the rest is kept beside it, packed. Dates without "utc" are in the user's local time.
struct FollowUp {
  enum class Status : std::uint8_t { cleared = 0, complete = 1, active = 2 };

  Status status = Status::cleared;
  std::string type;  // as "Flag for follow up"
  std::string subject;
  std::optional<Time> complete_time, date_completed;
  std::optional<Time> start_date, due_date, utc_start_date, utc_due_date;
  std::optional<bool> reminder_set;
  std::optional<Time> reminder_time;
  std::optional<Time> ordinal_date;
  std::string sub_ordinal_date;

  friend bool operator==(const FollowUp&, const FollowUp&) = default;
};

std::string pack_follow_up(const FollowUp& flag);
/// Error: malformed.
Result<FollowUp> unpack_follow_up(std::string_view packed);

/// What a device is shown: the mailbox's flag decides, kept details of the same state go with it.
/// Nothing when the message is not flagged and was not completed.
std::optional<FollowUp> effective_follow_up(bool flagged, const std::optional<FollowUp>& kept);

/// What is kept beside the mailbox of a message: it cannot hold all that devices show.
struct KeptMail {
  std::optional<FollowUp> flag;
  Verb verb = Verb::unknown;  // the last one, where it was done through us
  std::optional<Time> verb_time;

  bool empty() const { return !flag && verb == Verb::unknown; }
  friend bool operator==(const KeptMail&, const KeptMail&) = default;
};

std::string pack_kept(const KeptMail& kept);
/// Error: malformed.
Result<KeptMail> unpack_kept(std::string_view packed);

/// The last thing done with a message, and when, where that is known. The mailbox's flags decide:
/// what is kept counts as long as it says the same.
struct LastVerb {
  Verb verb = Verb::unknown;
  std::optional<Time> time;
};
LastVerb last_verb(const Flags& flags, const KeptMail& kept);

struct Email {
  std::string to, cc, bcc, from, reply_to;  // display forms: `"Name" <a@b>`
  std::string sender;                       // only where it is not the author
  std::string display_to;
  std::string subject;
  std::string thread_topic;
  Time date_received{};
  Importance importance = Importance::normal;
  bool read = false;
  std::string message_class = "IPM.Note";
  std::string content_class = "urn:content-classes:message";
  std::uint32_t code_page = 65001;  // InternetCPID
  std::optional<FollowUp> flag;
  std::vector<std::string> categories;
  std::string conversation_id;     // 16 bytes
  std::string conversation_index;  // 5 bytes and 5 more for each ancestor
  Verb last_verb = Verb::unknown;
  std::optional<Time> last_verb_time;
  bool received_as_bcc = false;
  bool is_draft = false;
};

/// IMAP keywords that are categories, and their names. A name that is an atom is its own keyword;
/// other characters stand in UTF-16, base64, between `&` and `-` (as in RFC 3501 5.1.3, with blanks
/// and atom-specials encoded too). Keywords that begin with `$` and those that programs set
/// (`NonJunk`) are none.
std::string keyword_of_category(std::string_view name);
/// Nothing when the keyword is no category.
std::optional<std::string> category_of_keyword(std::string_view keyword);
/// The categories among a message's keywords, in their order, each once.
std::vector<std::string> categories_of(const std::vector<std::string>& keywords);
/// The keywords of a message whose categories become `categories`: what is no category stays, and a
/// category that is there keeps its spelling. Sorted, unique.
std::vector<std::string> keywords_with(const std::vector<std::string>& keywords,
                                       const std::vector<std::string>& categories);

}  // namespace godwit
