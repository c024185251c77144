#include "backend/local/index.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <string>

#include "backend/local/rows.hpp"
#include "base/text.hpp"
#include "convert/words.hpp"
#include "item/email.hpp"

namespace godwit::backend::local {

namespace {

using Where = MailTerm::Where;

constexpr std::string_view unindexed_below = "unindexed_below";

std::string_view column_of(Where where) {
  switch (where) {
    case Where::from:
      return "author : ";
    case Where::to:
      return "recipients : ";
    case Where::subject:
      return "subject : ";
    case Where::text:
      return "text : ";
    case Where::anywhere:
    case Where::category:
      break;
  }
  return "";
}

bool is_category(const MailClause& clause) {
  return !clause.terms.empty() && clause.terms.front().where == Where::category;
}

/// A clause in the query language of FTS5: words have letters and digits only, so that nothing of a
/// device's text is anything else than a string there. Empty when the clause has no words.
std::string fts_clause(const MailClause& clause) {
  std::string out;
  for (const MailTerm& term : clause.terms) {
    std::string words;
    for (const std::string& word : convert::folded_words(term.words)) words += word + ' ';
    if (words.empty()) continue;
    words.pop_back();
    if (!out.empty()) out += " OR ";
    out += column_of(term.where);
    out += '"' + words + "\" *";
  }
  return out.empty() ? out : '(' + out + ')';
}

struct Found {
  std::int64_t received;
  MailHits::Hit hit;
};

class Search {
 public:
  Search(Database& database, const MailQuery& query) : database_(database), query_(query) {
    for (const MailClause& clause : query.clauses) {
      if (is_category(clause)) {
        by_keywords_ = true;
        continue;
      }
      const std::string text = fts_clause(clause);
      if (text.empty()) continue;
      if (clause.negated) {
        without_.push_back(text);
      } else {
        match_ += match_.empty() ? text : " AND " + text;
      }
    }
  }

  void add_folder(RowId mailbox, std::uint32_t index) { folders_.emplace(mailbox, index); }

  std::vector<Found> run() {
    std::string sql = "SELECT m.mailbox, m.uid, m.received";
    if (by_keywords_) sql += ", m.uid, m.flags, m.keywords, m.modseq, m.received";
    if (!match_.empty()) {
      // The index first, whatever the planner thinks: it finds few.
      sql += " FROM word CROSS JOIN message m WHERE word MATCH ? AND m.content = word.rowid";
      finish(sql);
      collect(bound(database_.query(sql, match_)));
    } else {
      sql += " FROM message m WHERE m.mailbox = ?";
      finish(sql);
      for (const auto& [mailbox, index] : folders_) collect(bound(database_.query(sql, mailbox)));
    }
    return std::move(found_);
  }

 private:
  void finish(std::string& sql) const {
    sql += " AND m.received > ? AND m.received < ?";
    for (std::size_t i = 0; i < without_.size(); ++i) {
      sql += " AND m.content NOT IN (SELECT rowid FROM word WHERE word MATCH ?)";
    }
  }

  sqlite::Statement bound(sqlite::Statement rows) const {
    using Limits = std::numeric_limits<std::int64_t>;
    rows.bind(query_.after ? to_row(*query_.after) : Limits::min());
    rows.bind(query_.before ? to_row(*query_.before) : Limits::max());
    for (const std::string& text : without_) rows.bind(text);
    return rows;
  }

  void collect(sqlite::Statement rows) {
    while (rows.step()) {
      const auto folder = folders_.find(rows.integer(0));
      if (folder == folders_.end()) continue;
      if (by_keywords_ && !has_categories(read_state(rows, 3).flags)) continue;
      found_.push_back({rows.integer(2), {folder->second, static_cast<Uid>(rows.integer(1))}});
    }
  }

  bool has_categories(const Flags& flags) const {
    const auto categories = categories_of(flags.keywords);
    return std::ranges::all_of(query_.clauses, [&](const MailClause& clause) {
      if (!is_category(clause)) return true;
      const bool any = std::ranges::any_of(clause.terms, [&](const MailTerm& term) {
        return std::ranges::any_of(
            categories, [&](const std::string& each) { return iequals(each, term.words); });
      });
      return any != clause.negated;
    });
  }

  Database& database_;
  const MailQuery& query_;
  std::map<RowId, std::uint32_t> folders_;
  std::string match_;
  std::vector<std::string> without_;
  bool by_keywords_ = false;
  std::vector<Found> found_;
};

bool is_newer(const Found& a, const Found& b) {
  if (a.received != b.received) return a.received > b.received;
  return a.hit.folder != b.hit.folder ? a.hit.folder < b.hit.folder : a.hit.uid > b.hit.uid;
}

}  // namespace

void index_content(Database& database, RowId content, const convert::SearchText& text) {
  database.run("INSERT INTO word (rowid, author, recipients, subject, text) VALUES (?, ?, ?, ?, ?)",
               content, text.author, text.recipients, text.subject, text.text);
}

void unindex_content(Database& database, RowId content) {
  database.run("DELETE FROM word WHERE rowid = ?", content);
}

std::vector<Unindexed> next_unindexed(Database& database, std::size_t count) {
  std::vector<Unindexed> out;
  for (auto rows = database.query(
           "SELECT id, size, header, layout, pieces FROM content"
           " WHERE id < (SELECT value FROM meta WHERE name = ?) ORDER BY id DESC LIMIT ?",
           unindexed_below, count);
       rows.step();) {
    out.push_back({.id = rows.integer(0),
                   .size = static_cast<std::uint64_t>(rows.integer(1)),
                   .header = rows.text(2),
                   .layout = rows.text(3),
                   .pieces = rows.text(4)});
  }
  return out;
}

std::uint64_t count_unindexed(Database& database) {
  auto row = database.query(
      "SELECT count(*) FROM content WHERE id < (SELECT value FROM meta WHERE name = ?)",
      unindexed_below);
  return row.step() ? static_cast<std::uint64_t>(row.integer(0)) : 0;
}

void indexed_down_to(Database& database, RowId lowest) {
  database.run("UPDATE meta SET value = ? WHERE name = ?", lowest, unindexed_below);
}

MailHits find_messages(Database& database, RowId user, const std::vector<FolderKey>& folders,
                       const MailQuery& query, std::size_t hits_max) {
  MailHits out;
  Search search(database, query);
  for (const FolderKey& key : folders) {
    const auto mailbox = find_mailbox(database, user, key);
    if (!mailbox) continue;
    search.add_folder(mailbox->id, static_cast<std::uint32_t>(out.folders.size()));
    out.folders.push_back({key, mailbox->status.uid_validity});
  }
  std::vector<Found> found = search.run();
  out.total = found.size();
  const auto end = found.begin() + static_cast<std::ptrdiff_t>(std::min(found.size(), hits_max));
  std::partial_sort(found.begin(), end, found.end(), is_newer);
  for (auto at = found.begin(); at != end; ++at) out.hits.push_back(at->hit);
  return out;
}

}  // namespace godwit::backend::local
