// Looking for messages (RFC 9051 6.4.4): by date, by Message-ID, by what they hold.
#include <algorithm>

#include "backend/imap/mail.hpp"
#include "item/email.hpp"

namespace godwit::backend::imap {

using namespace godwit::imap;

namespace {

using Where = MailTerm::Where;

UidSet found_uids(const std::vector<Completed>& completed) {
  UidSet out;
  for (const Completed& each : completed) {
    for (const Response& response : each.data) {
      if (const auto* result = std::get_if<SearchResult>(&response)) out.add(result->uids);
    }
  }
  return out;
}

bool is_ascii(const MailQuery& query) {
  return std::ranges::all_of(query.clauses, [](const MailClause& clause) {
    return std::ranges::all_of(clause.terms, [](const MailTerm& term) {
      return term.where == Where::category || std::ranges::all_of(term.words, [](char c) {
               return static_cast<unsigned char>(c) < 0x80;
             });
    });
  });
}

/// Never FUZZY (RFC 6203). Quirk fuzzy_without_index: servers with FTS use it for TEXT and BODY
/// too, and those that offer FUZZY without an index find nothing by it.
void add_term(const MailTerm& term, Command& out) {
  switch (term.where) {
    case Where::from:
      out.words("FROM").string(term.words);
      return;
    case Where::to:
      out.words("OR OR TO").string(term.words);
      out.words("CC").string(term.words).words("BCC").string(term.words);
      return;
    case Where::subject:
      out.words("SUBJECT").string(term.words);
      return;
    case Where::text:
      out.words("BODY").string(term.words);
      return;
    case Where::category: {
      const std::string keyword = keyword_of_category(term.words);
      // What can be no keyword, nothing has.
      is_flag(keyword) ? out.words("KEYWORD").string(keyword) : out.words("NOT ALL");
      return;
    }
    case Where::anywhere:
      out.words("TEXT").string(term.words);
      return;
  }
}

void add_clause(const MailClause& clause, Command& out) {
  if (clause.terms.empty()) return;
  if (clause.negated) out.words("NOT").open();
  for (std::size_t i = 0; i < clause.terms.size(); ++i) {
    if (i + 1 < clause.terms.size()) out.words("OR");
    add_term(clause.terms[i], out);
  }
  if (clause.negated) out.close();
}

std::chrono::sys_days day_of(Time time) { return std::chrono::floor<std::chrono::days>(time); }

/// Days are those of the zone that the server keeps a date in (RFC 9051 6.4.4), so that a day more
/// is asked for at either end.
constexpr std::chrono::days one_day{1};

Command criteria_of(const MailQuery& query) {
  Command out("UNDELETED");
  if (query.after) out.words("SINCE").date(day_of(*query.after) - one_day);
  if (query.before) out.words("BEFORE").date(day_of(*query.before) + 2 * one_day);
  for (const MailClause& clause : query.clauses) add_clause(clause, out);
  return out;
}

bool is_within(const MessageState& state, const MailQuery& query) {
  return (!query.after || state.internal_date > *query.after) &&
         (!query.before || state.internal_date < *query.before);
}

/// The highest `count` of them.
UidSet newest(const UidSet& uids, std::size_t count) {
  const std::vector<Uid> all = uids.to_vector();
  const std::size_t from = all.size() - std::min(all.size(), count);
  return UidSet::of(std::vector<Uid>(all.begin() + static_cast<std::ptrdiff_t>(from), all.end()));
}

}  // namespace

Task<Result<UidSet>> ImapMail::search(FolderKey folder,
                                      std::optional<std::chrono::sys_days> since) {
  Command criteria("UNDELETED");
  if (since) criteria.words("SINCE").date(*since);
  return reading(&ImapMail::search_step, folder, folder, std::move(criteria));
}

Task<Result<UidSet>> ImapMail::find_message_id(FolderKey folder, Uid first,
                                               std::string message_id) {
  Command criteria("UID");
  criteria.uids_from(first).words("HEADER Message-ID").string(message_id);
  auto found =
      co_await reading(&ImapMail::search_step, std::optional(folder), folder, std::move(criteria));
  // `n:*` always names the last message (RFC 9051 9: seq-range).
  if (found && first > 1) found->remove(1, first - 1);
  co_return found;
}

Task<Result<UidSet>> ImapMail::search_step(Connection& connection, FolderKey folder,
                                           Command criteria) {
  std::vector<Command> commands;
  commands.push_back(search_command(connection));
  commands.back().append(criteria);
  auto completed = co_await on_mailbox(connection, folder, std::nullopt, std::move(commands));
  if (!completed) co_return pass(completed);
  pool_->learned(connection);
  co_return found_uids(*completed);
}

Task<MailHits> ImapMail::find_messages(std::vector<FolderKey> folders, MailQuery query,
                                       std::size_t hits_max) {
  MailHits out;
  std::vector<std::pair<Time, MailHits::Hit>> found;
  for (FolderKey& folder : folders) {
    auto in_folder =
        co_await reading(&ImapMail::find_step, std::optional(folder), folder, query, hits_max);
    if (!in_folder) continue;  // it is gone, or refuses to be read
    const auto index = static_cast<std::uint32_t>(out.folders.size());
    out.folders.push_back({std::move(folder), in_folder->uid_validity});
    out.total += in_folder->total;
    for (const MessageState& state : in_folder->newest) {
      found.emplace_back(state.internal_date, MailHits::Hit{index, state.uid});
    }
  }
  std::ranges::sort(found, [](const auto& a, const auto& b) {
    if (a.first != b.first) return a.first > b.first;
    return a.second.folder != b.second.folder ? a.second.folder < b.second.folder
                                              : a.second.uid > b.second.uid;
  });
  found.resize(std::min(found.size(), hits_max));
  for (const auto& [received, hit] : found) out.hits.push_back(hit);
  co_return out;
}

Task<Result<FoundInFolder>> ImapMail::find_step(Connection& connection, FolderKey folder,
                                                MailQuery query, std::size_t hits_max) {
  std::vector<Command> commands;
  commands.push_back(search_command(connection));
  // RFC 6855 3: no CHARSET once UTF8=ACCEPT is on.
  if (!is_ascii(query) && !connection.utf8()) commands.back().words("CHARSET UTF-8");
  commands.back().append(criteria_of(query));
  auto completed = co_await on_mailbox(connection, folder, std::nullopt, std::move(commands));
  if (!completed) co_return pass(completed);
  FoundInFolder out{.uid_validity = connection.selected()->uid_validity, .total = 0, .newest = {}};
  UidSet uids = found_uids(*completed);
  for (const auto& limit : {query.after, query.before}) {
    if (!limit || uids.empty()) continue;
    auto outside = co_await outside_step(connection, folder, query, *limit, uids);
    if (!outside) co_return pass(outside);
    uids = uids.minus(*outside);
  }
  out.total = uids.count();
  auto states = co_await state_step(connection, folder, out.uid_validity, newest(uids, hits_max));
  if (!states) co_return pass(states);
  out.newest = std::move(*states);
  co_return out;
}

Task<Result<UidSet>> ImapMail::outside_step(Connection& connection, FolderKey folder,
                                            MailQuery query, Time limit, UidSet uids) {
  Command around("UNDELETED");
  around.words("SINCE").date(day_of(limit) - one_day);
  around.words("BEFORE").date(day_of(limit) + 2 * one_day);
  auto near = co_await search_step(connection, folder, std::move(around));
  if (!near) co_return pass(near);
  auto states = co_await state_step(connection, folder, connection.selected()->uid_validity,
                                    uids.intersect(*near));
  if (!states) co_return pass(states);
  UidSet out;
  for (const MessageState& state : *states) {
    if (!is_within(state, query)) out.add(state.uid);
  }
  co_return out;
}

}  // namespace godwit::backend::imap
