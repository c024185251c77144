#include <algorithm>
#include <array>

#include "backend/memory/state.hpp"
#include "base/text.hpp"
#include "convert/search_text.hpp"
#include "item/email.hpp"

namespace godwit::backend {

namespace {

bool holds(const convert::SearchText& text, const Flags& flags, const MailTerm& term) {
  using Where = MailTerm::Where;
  switch (term.where) {
    case Where::from:
      return convert::holds_phrase(text.author, term.words);
    case Where::to:
      return convert::holds_phrase(text.recipients, term.words);
    case Where::subject:
      return convert::holds_phrase(text.subject, term.words);
    case Where::text:
      return convert::holds_phrase(text.text, term.words);
    case Where::category:
      return std::ranges::any_of(categories_of(flags.keywords), [&](const std::string& each) {
        return iequals(each, term.words);
      });
    case Where::anywhere:
      break;
  }
  return std::ranges::any_of(
      std::array{&text.author, &text.recipients, &text.subject, &text.text},
      [&](const std::string* line) { return convert::holds_phrase(*line, term.words); });
}

bool matches(const convert::SearchText& text, const MessageState& state, const MailQuery& query) {
  const Time at = state.internal_date;
  if ((query.after && at <= *query.after) || (query.before && at >= *query.before)) return false;
  return std::ranges::all_of(query.clauses, [&](const MailClause& clause) {
    const bool any = std::ranges::any_of(
        clause.terms, [&](const MailTerm& term) { return holds(text, state.flags, term); });
    return any != clause.negated;
  });
}

}  // namespace

Task<MailHits> MemoryMail::find_messages(std::vector<FolderKey> folders, MailQuery query,
                                         std::size_t hits_max) {
  begin_call();
  MailHits out;
  std::vector<std::pair<Time, MailHits::Hit>> found;
  for (const FolderKey& key : folders) {
    const auto folder = checked(key);
    if (!folder) continue;
    const auto index = static_cast<std::uint32_t>(out.folders.size());
    out.folders.push_back({key, (*folder)->uid_validity});
    for (const auto& [uid, message] : (*folder)->messages) {
      const Content& content = *message.content;
      const auto text =
          convert::search_text(std::string_view(content.text).substr(0, content.layout.header_size),
                               convert::read_at(std::string_view(content.text)), content.layout);
      if (!matches(text, message.state, query)) continue;
      found.emplace_back(message.state.internal_date, MailHits::Hit{index, uid});
    }
  }
  end_call();
  std::ranges::sort(found, [](const auto& a, const auto& b) {
    if (a.first != b.first) return a.first > b.first;
    return a.second.folder != b.second.folder ? a.second.folder < b.second.folder
                                              : a.second.uid > b.second.uid;
  });
  out.total = found.size();
  for (const auto& [received, hit] : found) {
    if (out.hits.size() < hits_max) out.hits.push_back(hit);
  }
  co_return out;
}

}  // namespace godwit::backend
