#include "sync/folder_table.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/pack.hpp"

namespace godwit::sync {
namespace {

constexpr std::uint64_t format = 2;  // 1: without `foreign`

/// A folder that vanished and one that appeared are the same one, renamed.
bool is_renamed(const FolderRow& row, const backend::MailFolder& listed) {
  if (!row.mailbox_id.empty() && !listed.mailbox_id.empty()) {
    return row.mailbox_id == listed.mailbox_id;
  }
  if (!listed.status || row.uid_validity == 0) return false;
  return listed.status->uid_validity == row.uid_validity &&
         listed.status->uid_next >= row.uid_next && listed.status->messages >= row.messages;
}

class Reconciler {
 public:
  Reconciler(FolderTable& table, const std::vector<backend::MailFolder>& listed,
             const std::vector<backend::ItemCollection>& collections,
             const std::optional<RenamedFolder>& renamed)
      : table_(table), listed_(listed), collections_(collections), renamed_(renamed) {}

  void run() {
    for (std::size_t i = 0; i < table_.rows.size(); ++i) row_of_key_[table_.rows[i].key] = i;
    if (renamed_) match_own_rename();
    match_names();
    match_below();
    match_renames();
    match_below();
    std::vector<FolderRow> rows;
    rows.reserve(listed_.size());
    for (const backend::MailFolder& folder : listed_) rows.push_back(row_for(folder));
    for (std::size_t i = 0; i < listed_.size(); ++i) {
      rows[i].parent = parent_id(listed_[i]);
    }
    for (const backend::ItemCollection& each : collections_) rows.push_back(row_for(each));
    table_.rows = std::move(rows);
  }

 private:
  void match(const backend::MailFolder& folder, std::size_t row) {
    matched_[folder.key.str()] = row;
    used_.insert(row);
  }

  void match_own_rename() {
    const auto row = row_of_key_.find(renamed_->from);
    if (row == row_of_key_.end()) return;
    for (const backend::MailFolder& folder : listed_) {
      if (folder.key.str() == renamed_->to) match(folder, row->second);
    }
  }

  void match_names() {
    for (const backend::MailFolder& folder : listed_) {
      if (matched_.contains(folder.key.str())) continue;
      const auto known = row_of_key_.find(folder.key.str());
      if (known != row_of_key_.end() && !used_.contains(known->second))
        match(folder, known->second);
    }
  }

  /// What lies below a renamed folder is called there what it was called.
  void match_below() {
    for (bool found = true; found;) {
      found = false;
      for (const backend::MailFolder& folder : listed_) {
        if (!folder.parent || matched_.contains(folder.key.str())) continue;
        const auto parent = matched_.find(folder.parent->str());
        if (parent == matched_.end()) continue;
        const auto row = find_below(table_.rows[parent->second].id, folder);
        if (!row) continue;
        match(folder, *row);
        found = true;
      }
    }
  }

  std::optional<std::size_t> find_below(const std::string& parent,
                                        const backend::MailFolder& folder) const {
    for (std::size_t i = 0; i < table_.rows.size(); ++i) {
      const FolderRow& row = table_.rows[i];
      const bool there = row.item_class == ItemClass::email && row.parent == parent &&
                         row.name == folder.name && !used_.contains(i);
      const bool another =
          folder.status && row.uid_validity != 0 && folder.status->uid_validity != row.uid_validity;
      if (there && !another) return i;
    }
    return std::nullopt;
  }

  void match_renames() {
    for (const backend::MailFolder& folder : listed_) {
      if (matched_.contains(folder.key.str())) continue;
      for (std::size_t i = 0; i < table_.rows.size(); ++i) {
        const bool mail = table_.rows[i].item_class == ItemClass::email;
        if (!mail || used_.contains(i) || !is_renamed(table_.rows[i], folder)) continue;
        match(folder, i);
        break;
      }
    }
  }

  FolderRow row_for(const backend::MailFolder& folder) {
    FolderRow row;
    if (const auto match = matched_.find(folder.key.str()); match != matched_.end()) {
      row = table_.rows[match->second];
    } else {
      row.id = std::to_string(table_.next_id++);
    }
    row.key = folder.key.str();
    row.name = folder.name;
    row.role = folder.role;
    row.selectable = folder.selectable;
    if (!folder.mailbox_id.empty()) row.mailbox_id = folder.mailbox_id;
    if (folder.status) {
      row.uid_validity = folder.status->uid_validity;
      row.uid_next = folder.status->uid_next;
      row.messages = folder.status->messages;
    }
    ids_[row.key] = row.id;
    return row;
  }

  /// A collection keeps its key for as long as it lives.
  FolderRow row_for(const backend::ItemCollection& collection) {
    FolderRow row;
    const auto known = row_of_key_.find(collection.key.str());
    if (known != row_of_key_.end()) {
      row.id = table_.rows[known->second].id;
    } else if (collection.item_class == ItemClass::recipients) {
      row.id = recipients_id;
    } else {
      row.id = std::to_string(table_.next_id++);
    }
    row.key = collection.key.str();
    row.parent = "0";
    row.name = collection.name;
    row.role = collection.role;
    row.item_class = collection.item_class;
    row.foreign = collection.foreign;
    return row;
  }

  std::string parent_id(const backend::MailFolder& folder) const {
    if (!folder.parent) return "0";
    const auto parent = ids_.find(folder.parent->str());
    return parent == ids_.end() ? "0" : parent->second;
  }

  FolderTable& table_;
  const std::vector<backend::MailFolder>& listed_;
  const std::vector<backend::ItemCollection>& collections_;
  const std::optional<RenamedFolder>& renamed_;
  std::map<std::string, std::size_t> row_of_key_;
  std::map<std::string, std::size_t> matched_;  // listed key -> row
  std::set<std::size_t> used_;
  std::map<std::string, std::string> ids_;  // listed key -> collection id
};

/// What a device sees of a row.
auto visible(const FolderRow& row) {
  return std::tuple(row.id, row.parent, row.name, row.role, row.item_class, row.selectable);
}

bool same_visible(const std::vector<FolderRow>& a, const std::vector<FolderRow>& b) {
  const auto sorted = [](const std::vector<FolderRow>& rows) {
    std::set<decltype(visible(rows.front()))> out;
    for (const FolderRow& row : rows) out.insert(visible(row));
    return out;
  };
  return sorted(a) == sorted(b);
}

/// Equal but for the counts that move with every message: they are saved when something else is.
bool same_identity(std::vector<FolderRow> a, std::vector<FolderRow> b) {
  for (std::vector<FolderRow>* rows : {&a, &b}) {
    for (FolderRow& row : *rows) row.uid_next = row.messages = 0;
    std::ranges::sort(*rows, {}, &FolderRow::id);
  }
  return a == b;
}

}  // namespace

const FolderRow* FolderTable::find(std::string_view id) const {
  const auto at = std::ranges::find(rows, id, &FolderRow::id);
  return at == rows.end() ? nullptr : &*at;
}

const FolderRow* FolderTable::find_key(std::string_view key) const {
  const auto at = std::ranges::find(rows, key, &FolderRow::key);
  return at == rows.end() ? nullptr : &*at;
}

const FolderRow* FolderTable::find_role(FolderRole role) const {
  const auto at = std::ranges::find(rows, role, &FolderRow::role);
  return at == rows.end() ? nullptr : &*at;
}

std::string pack(const FolderTable& table) {
  Packer out;
  out.number(format);
  out.number(table.next_id);
  out.number(table.version);
  out.number(table.rows.size());
  for (const FolderRow& row : table.rows) {
    for (const std::string* text : {&row.id, &row.key, &row.parent, &row.name, &row.mailbox_id}) {
      out.text(*text);
    }
    out.number(static_cast<std::uint64_t>(row.role));
    out.number(static_cast<std::uint64_t>(row.item_class));
    out.boolean(row.selectable);
    out.number(row.uid_validity);
    out.number(row.uid_next);
    out.number(row.messages);
    out.boolean(row.foreign);
  }
  return std::move(out).bytes();
}

Result<FolderTable> unpack_folder_table(std::string_view bytes) {
  Unpacker in(bytes);
  const auto written = in.number();
  if (written != format && written != 1)
    return fail(Errc::unsupported, "folder table of another format");
  FolderTable table;
  table.next_id = in.number();
  table.version = in.number();
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
    FolderRow row;
    for (std::string* text : {&row.id, &row.key, &row.parent, &row.name, &row.mailbox_id}) {
      *text = in.text();
    }
    row.role = static_cast<FolderRole>(in.number());
    row.item_class = static_cast<ItemClass>(in.number());
    row.selectable = in.boolean();
    row.uid_validity = static_cast<std::uint32_t>(in.number());
    row.uid_next = static_cast<Uid>(in.number());
    row.messages = static_cast<std::uint32_t>(in.number());
    row.foreign = written != 1 && in.boolean();
    table.rows.push_back(std::move(row));
  }
  if (!in.ok()) return fail(Errc::malformed, "damaged folder table");
  return table;
}

bool reconcile(FolderTable& table, const std::vector<backend::MailFolder>& listed,
               const std::vector<backend::ItemCollection>& collections,
               const std::optional<RenamedFolder>& renamed) {
  const std::vector<FolderRow> before = table.rows;
  Reconciler(table, listed, collections, renamed).run();
  if (same_identity(before, table.rows)) return false;
  if (!same_visible(before, table.rows)) ++table.version;
  return true;
}

std::uint8_t folder_type(const FolderRow& row) {
  switch (row.role) {
    case FolderRole::inbox:
      return 2;
    case FolderRole::drafts:
      return 3;
    case FolderRole::trash:
      return 4;
    case FolderRole::sent:
      return 5;
    case FolderRole::outbox:
      return 6;
    case FolderRole::tasks:
      return 7;
    case FolderRole::calendar:
      return 8;
    case FolderRole::contacts:
      return 9;
    case FolderRole::notes:
      return 10;
    case FolderRole::none:
    case FolderRole::junk:
    case FolderRole::archive:
      break;
  }
  switch (row.item_class) {
    case ItemClass::email:
      return row.selectable ? 12 : 1;
    case ItemClass::calendar:
      return 13;
    case ItemClass::contacts:
      return 14;
    case ItemClass::tasks:
      return 15;
    case ItemClass::notes:
      return 17;
    case ItemClass::recipients:
      return 19;
  }
  return 1;
}

}  // namespace godwit::sync
