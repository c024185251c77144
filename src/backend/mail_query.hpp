/// What mail is looked for, and what is found: [MS-ASCMD] Search and Find in a mailbox.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "item/folder.hpp"
#include "item/uid_set.hpp"

namespace godwit::backend {

/// A word or a phrase, in UTF-8. Letter case does not matter; a word is also found by its
/// beginning. What else finds it (accents apart, parts of words) is up to the backend.
struct MailTerm {
  enum class Where : std::uint8_t {
    anywhere,  // header or text
    from,
    to,  // To, Cc, Bcc
    subject,
    text,
    category,  // the whole name of one of the message's categories
  };
  Where where = Where::anywhere;
  std::string words;
  friend bool operator==(const MailTerm&, const MailTerm&) = default;
};

/// At least one of the terms holds; none of them, when negated.
struct MailClause {
  std::vector<MailTerm> terms;  // categories are not mixed with others
  bool negated = false;
  friend bool operator==(const MailClause&, const MailClause&) = default;
};

/// Everything must hold.
struct MailQuery {
  std::vector<MailClause> clauses;
  std::optional<Time> after, before;  // when the message was received, both excluded
};

struct MailHits {
  struct Folder {
    FolderKey key;
    std::uint32_t uid_validity = 0;
  };
  struct Hit {
    std::uint32_t folder = 0;  // index in `folders`
    Uid uid = 0;
    friend bool operator==(const Hit&, const Hit&) = default;
  };
  std::vector<Folder> folders;
  std::vector<Hit> hits;    // what was received last stands first
  std::uint64_t total = 0;  // of all that match, hits.size() or more
};

}  // namespace godwit::backend
