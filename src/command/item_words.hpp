/// What events, contacts, tasks and notes are found by ([MS-ASCMD] FreeText): their words, folded
/// (convert/words.hpp). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "backend/mail_query.hpp"
#include "base/result.hpp"
#include "convert/ical/context.hpp"
#include "item/folder.hpp"

namespace godwit::command {

/// The words of one property, each with a blank before it, and what of a mail it is like: an
/// organizer is its sender, attendees are its recipients, names and titles its subject.
struct ItemLine {
  backend::MailTerm::Where where = backend::MailTerm::Where::text;
  std::string words;
};

struct ItemWords {
  std::vector<ItemLine> lines;
  Time when{};  // when it begins, is due, or was written; of contacts nothing
};

/// With the words of a series' exceptions; of long texts the beginning
/// (convert::search_text_bytes_max). Errors: those of reading it; unsupported (no device is shown
/// such an item).
Result<ItemWords> words_of(ItemClass item_class, std::string_view text,
                           const convert::ical::Context& user);

bool matches(const ItemWords& item, const std::vector<backend::MailClause>& clauses);

}  // namespace godwit::command
