#include "backend/local/people.hpp"

#include <algorithm>
#include <array>

#include "backend/local/group_rows.hpp"
#include "base/text.hpp"
#include "convert/certificate.hpp"
#include "convert/words.hpp"

namespace godwit::backend::local {

namespace {

/// The columns of `person` that are a property each, in the order of read_entry.
constexpr auto columns = std::to_array<std::pair<std::string_view, std::string DirectoryEntry::*>>({
    {"first_name", &DirectoryEntry::first_name},
    {"last_name", &DirectoryEntry::last_name},
    {"nickname", &DirectoryEntry::alias},
    {"title", &DirectoryEntry::title},
    {"company", &DirectoryEntry::company},
    {"department", &DirectoryEntry::department},
    {"office", &DirectoryEntry::office},
    {"phone", &DirectoryEntry::phone},
    {"home_phone", &DirectoryEntry::home_phone},
    {"mobile_phone", &DirectoryEntry::mobile_phone},
});

constexpr std::string_view select_people =
    "SELECT u.id, u.address, u.display_name, p.user, p.listed, p.words,"
    " p.first_name, p.last_name, p.nickname, p.title, p.company, p.department, p.office, p.phone,"
    " p.home_phone, p.mobile_phone FROM user u LEFT JOIN person p ON p.user = u.id";

struct Row {
  RowId user = 0;
  bool listed = true;
  std::string words;
  DirectoryEntry entry;
};

std::string words_of(const DirectoryEntry& entry, const std::vector<std::string>& aliases) {
  std::string out;
  for (const auto member :
       {&DirectoryEntry::display_name, &DirectoryEntry::first_name, &DirectoryEntry::last_name,
        &DirectoryEntry::alias, &DirectoryEntry::address, &DirectoryEntry::office}) {
    out += convert::folded_line(entry.*member);
  }
  for (const std::string& alias : aliases) out += convert::folded_line(alias);
  return out;
}

std::string local_part(std::string_view address) {
  return std::string(address.substr(0, address.rfind('@')));
}

Row read_row(Database& database, const sqlite::Statement& row) {
  Row out;
  out.user = row.integer(0);
  DirectoryEntry& entry = out.entry;
  entry.id = std::to_string(out.user);
  entry.address = row.text(1);
  entry.display_name = row.text(2);
  const bool has_more = !row.is_null(3);
  for (std::size_t i = 0; has_more && i < columns.size(); ++i) {
    entry.*columns[i].second = row.text(6 + static_cast<int>(i));
  }
  if (entry.alias.empty()) entry.alias = local_part(entry.address);
  if (entry.display_name.empty()) {
    entry.display_name = entry.first_name;
    if (!entry.first_name.empty() && !entry.last_name.empty()) entry.display_name += ' ';
    entry.display_name += entry.last_name;
  }
  if (entry.display_name.empty()) entry.display_name = entry.address;
  out.listed = !has_more || row.integer(4) != 0;
  // Users from before the list have no row of their own yet.
  out.words = has_more ? row.text(5) : words_of(entry, aliases_of(database, out.user));
  return out;
}

std::optional<Row> row_of(Database& database, RowId user) {
  auto row = database.query(std::string(select_people) + " WHERE u.id = ?", user);
  if (!row.step()) return std::nullopt;
  return read_row(database, row);
}

std::string sort_key(const DirectoryEntry& entry) {
  return convert::folded_line(entry.display_name) + '\n' + entry.address;
}

std::optional<DirectoryEntry> by_address(Database& database, std::string_view text,
                                         bool hidden_too) {
  if (!parse_address(text)) return std::nullopt;
  const auto user = find_recipient(database, text);
  if (!user) {
    const auto group = find_group(database, text);
    if (!group || !(group->group.listed || hidden_too)) return std::nullopt;
    return entry_of(*group);
  }
  auto row = row_of(database, user->id);
  if (!row || !(row->listed || hidden_too)) return std::nullopt;
  return std::move(row->entry);
}

Result<> good_photo(std::string_view photo) {
  if (photo.size() > photo_bytes_max) return fail(Errc::too_large, "a photo has at most 100 KB");
  const bool jpeg = photo.starts_with("\xFF\xD8\xFF");
  const bool png = photo.starts_with("\x89PNG\r\n");
  if (!photo.empty() && !jpeg && !png) return fail(Errc::malformed, "a photo is JPEG or PNG");
  return {};
}

Result<std::vector<std::string>> good_certificates(const std::vector<std::string>& files) {
  if (files.size() > certificates_max) return fail(Errc::too_large, "too many certificates");
  std::vector<std::string> out;
  for (const std::string& file : files) {
    auto der = convert::certificate_der(file);
    if (!der) return pass(der);
    if (std::ranges::find(out, *der) == out.end()) out.push_back(std::move(*der));
  }
  return out;
}

/// Of anybody, each once.
Result<std::vector<std::string>> good_send_as(const std::vector<std::string>& texts) {
  if (texts.size() > send_as_max) return fail(Errc::too_large, "too many addresses to send as");
  std::vector<std::string> out;
  for (const std::string& text : texts) {
    const auto address = parse_address(text);
    if (!address) return fail(Errc::malformed, "not an address: user@domain is needed");
    if (std::ranges::find(out, address->str()) == out.end()) out.push_back(address->str());
  }
  return out;
}

void put_text(Database& database, RowId user, std::string DirectoryEntry::* member,
              const std::string& text) {
  if (member == &DirectoryEntry::display_name) {
    database.run("UPDATE user SET display_name = ? WHERE id = ?", text, user);
    return;
  }
  for (const auto& [column, property] : columns) {
    if (property != member) continue;
    database.run("UPDATE person SET " + std::string(column) + " = ? WHERE user = ?", text, user);
  }
}

std::optional<RowId> user_of(std::string_view id) { return parse_number<RowId>(id); }

}  // namespace

void index_person(Database& database, RowId user) {
  database.run("INSERT INTO person (user) VALUES (?) ON CONFLICT (user) DO NOTHING", user);
  const auto row = row_of(database, user);
  if (!row) return;
  database.run("UPDATE person SET words = ? WHERE user = ?",
               words_of(row->entry, aliases_of(database, user)), user);
}

DirectoryMatches find_people(Database& database, const DirectoryQuery& query) {
  DirectoryMatches out;
  if (query.address_alone) {
    if (auto alone = by_address(database, query.text, query.hidden_too)) {
      out.entries.push_back(std::move(*alone));
      out.total = 1;
      return out;
    }
  }
  std::vector<std::string> words = convert::folded_words(query.text);
  if (words.empty()) return out;
  if (words.size() > query_words_max) words.resize(query_words_max);
  std::vector<std::pair<std::string, DirectoryEntry>> found;
  for (auto rows = database.query(std::string(select_people)); rows.step();) {
    Row row = read_row(database, rows);
    if (!row.listed || !convert::begins_words(row.words, words)) continue;
    std::string key = sort_key(row.entry);
    found.emplace_back(std::move(key), std::move(row.entry));
  }
  for (const GroupRow& group : all_groups(database)) {
    DirectoryEntry entry = entry_of(group);
    if (!group.group.listed || !convert::begins_words(words_of(entry, {}), words)) continue;
    std::string key = sort_key(entry);
    found.emplace_back(std::move(key), std::move(entry));
  }
  std::ranges::sort(found, {}, &std::pair<std::string, DirectoryEntry>::first);
  out.total = found.size();
  found.resize(std::min(found.size(), query.entries_max));
  for (auto& [key, entry] : found) out.entries.push_back(std::move(entry));
  return out;
}

std::vector<DirectoryEntry> all_people(Database& database, std::size_t entries_max) {
  std::vector<DirectoryEntry> out;
  for (auto rows = database.query(std::string(select_people)); rows.step();) {
    Row row = read_row(database, rows);
    if (row.listed && out.size() < entries_max) out.push_back(std::move(row.entry));
  }
  for (const GroupRow& group : all_groups(database)) {
    if (group.group.listed && out.size() < entries_max) out.push_back(entry_of(group));
  }
  return out;
}

Person read_person(Database& database, const UserRow& user) {
  Person out;
  if (auto row = row_of(database, user.id)) {
    out.entry = std::move(row->entry);
    out.listed = row->listed;
  }
  out.aliases = aliases_of(database, user.id);
  out.send_as = send_as_of(database, user.id);
  out.photo_bytes = read_photo(database, out.entry.id).size;
  out.certificates = read_certificates(database, out.entry.id).size();
  return out;
}

Result<> good_text(const std::string& text) {
  const bool clean = std::ranges::none_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (!clean || !utf8_valid(text)) return fail(Errc::malformed, "a field is no line of text");
  if (text.size() > person_text_bytes_max) return fail(Errc::too_large, "a field is too long");
  return {};
}

Result<> change_person(Database& database, const UserRow& user, const PersonChange& change,
                       const std::vector<std::string>& domains) {
  for (const auto& [member, text] : change.fields) {
    if (auto good = good_text(text); !good) return pass(good);
  }
  if (auto good = good_photo(change.photo.value_or("")); !good) return pass(good);
  const auto certificates =
      good_certificates(change.certificates.value_or(std::vector<std::string>()));
  if (!certificates) return pass(certificates);
  auto send_as = good_send_as(change.send_as.value_or(std::vector<std::string>()));
  if (!send_as) return pass(send_as);
  if (change.aliases) {
    auto aliases = own_aliases(*change.aliases, domains);
    if (!aliases) return pass(aliases);
    if (auto done = put_aliases(database, user, std::move(*aliases)); !done) return done;
  }
  database.run("INSERT INTO person (user) VALUES (?) ON CONFLICT (user) DO NOTHING", user.id);
  for (const auto& [member, text] : change.fields) put_text(database, user.id, member, text);
  if (change.listed) {
    database.run("UPDATE person SET listed = ? WHERE user = ?", *change.listed, user.id);
  }
  if (change.photo) database.run("DELETE FROM photo WHERE user = ?", user.id);
  if (change.photo && !change.photo->empty()) {
    database.run("INSERT INTO photo (user, bytes) VALUES (?, ?)", user.id,
                 sqlite::Blob{*change.photo});
  }
  if (change.certificates) database.run("DELETE FROM certificate WHERE user = ?", user.id);
  for (const std::string& der : *certificates) {
    database.run("INSERT INTO certificate (user, der) VALUES (?, ?)", user.id, sqlite::Blob{der});
  }
  if (change.send_as) database.run("DELETE FROM send_as WHERE user = ?", user.id);
  for (const std::string& address : *send_as) {
    database.run("INSERT INTO send_as (user, address) VALUES (?, ?)", user.id, address);
  }
  if (change.quota_bytes) {
    database.run("UPDATE user SET quota = nullif(?, 0) WHERE id = ?", *change.quota_bytes, user.id);
  }
  index_person(database, user.id);
  return {};
}

DirectoryMatches group_people(Database& database, std::string_view id,
                              const std::vector<std::string>& domains, std::size_t entries_max) {
  DirectoryMatches out;
  const auto number = group_of_entry(id);
  const auto group = number ? find_group(database, *number) : std::nullopt;
  if (!group) return out;
  const Expansion all = expand_group(database, *group, domains);
  for (const UserRow& user : all.users) {
    if (auto row = row_of(database, user.id)) out.entries.push_back(std::move(row->entry));
  }
  for (const std::string& address : all.outside) {
    DirectoryEntry& entry = out.entries.emplace_back();
    entry.address = entry.display_name = address;
  }
  out.total = out.entries.size() + (all.whole ? 0 : 1);
  if (out.entries.size() > entries_max) out.entries.resize(entries_max);
  return out;
}

Photo read_photo(Database& database, std::string_view id) {
  Photo out;
  const auto user = user_of(id);
  if (!user) return out;
  auto row = database.query("SELECT bytes FROM photo WHERE user = ?", *user);
  if (!row.step()) return out;
  out.bytes = row.text(0);
  out.size = out.bytes.size();
  return out;
}

std::vector<std::string> read_certificates(Database& database, std::string_view id) {
  std::vector<std::string> out;
  const auto user = user_of(id);
  if (!user) return out;
  for (auto rows = database.query("SELECT der FROM certificate WHERE user = ? ORDER BY id", *user);
       rows.step();) {
    out.push_back(rows.text(0));
  }
  return out;
}

}  // namespace godwit::backend::local
