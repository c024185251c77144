#include "imap/roles.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "imap/mailbox_name.hpp"

namespace godwit::imap {
namespace {

constexpr auto attributes = std::to_array<std::pair<std::string_view, FolderRole>>({
    {"\\drafts", FolderRole::drafts},
    {"\\sent", FolderRole::sent},
    {"\\trash", FolderRole::trash},
    {"\\junk", FolderRole::junk},
    {"\\archive", FolderRole::archive},
    {"\\spam", FolderRole::junk},  // XLIST, before RFC 6154
});

std::string_view last_level_of(std::string_view name, char delimiter) {
  if (delimiter == 0) return name;
  const std::size_t at = name.rfind(delimiter);
  return at == std::string_view::npos ? name : name.substr(at + 1);
}

/// At the top of the personal namespace, or one level below INBOX.
bool is_near_top(const ListEntry& entry, std::string_view prefix) {
  std::string_view name = entry.name;
  if (!prefix.empty() && name.starts_with(prefix)) {
    name.remove_prefix(prefix.size());
  } else if (entry.delimiter != 0 && istarts_with(name, std::string("INBOX") + entry.delimiter)) {
    name.remove_prefix(6);
  }
  return entry.delimiter == 0 || name.find(entry.delimiter) == std::string_view::npos;
}

/// Gives out each role once.
class Roles {
 public:
  explicit Roles(std::size_t count) : roles_(count, FolderRole::none) {}
  void give(std::size_t index, std::optional<FolderRole> role) {
    if (!role || roles_[index] != FolderRole::none || !given_.insert(*role).second) return;
    roles_[index] = *role;
  }
  std::vector<FolderRole> take() { return std::move(roles_); }

 private:
  std::vector<FolderRole> roles_;
  std::set<FolderRole> given_;
};

}  // namespace

const RoleNames& well_known_names() {
  static const RoleNames names = {
      {FolderRole::sent,
       {"Sent",
        "Sent Items",
        "Sent Messages",
        "Sent Mail",
        "Gesendet",
        "Gesendete Objekte",
        "Gesendete Elemente",
        "Envoyés",
        "Éléments envoyés",
        "Messages envoyés",
        "Enviados",
        "Elementos enviados",
        "Itens Enviados",
        "Inviata",
        "Posta inviata",
        "Verzonden",
        "Verzonden items",
        "Skickat",
        "Skickade objekt",
        "Sendt",
        "Sendte elementer",
        "Wysłane",
        "Elementy wysłane",
        "Odeslaná pošta",
        "Odeslané",
        "Elküldött",
        "Отправленные",
        "Надіслані",
        "送信済み",
        "已发送",
        "寄件備份",
        "보낸 편지함"}},
      {FolderRole::drafts,
       {"Drafts",         "Draft",     "Entwürfe",   "Brouillons",  "Borradores", "Rascunhos",
        "Bozze",          "Concepten", "Utkast",     "Kladder",     "Luonnokset", "Szkice",
        "Wersje robocze", "Koncepty",  "Rozepsané",  "Piszkozatok", "Черновики",  "Чернетки",
        "下書き",         "草稿",      "임시 보관함"}},
      {FolderRole::trash,
       {"Trash",
        "Deleted Items",
        "Deleted Messages",
        "Deleted",
        "Bin",
        "Papierkorb",
        "Gelöschte Objekte",
        "Gelöschte Elemente",
        "Corbeille",
        "Éléments supprimés",
        "Papelera",
        "Elementos eliminados",
        "Lixo",
        "Lixeira",
        "Itens Excluídos",
        "Cestino",
        "Posta eliminata",
        "Prullenbak",
        "Verwijderde items",
        "Papperskorgen",
        "Slettet post",
        "Papirkurv",
        "Roskakori",
        "Kosz",
        "Elementy usunięte",
        "Koš",
        "Odstraněná pošta",
        "Lomtár",
        "Корзина",
        "Удаленные",
        "Кошик",
        "ゴミ箱",
        "已删除",
        "垃圾桶",
        "휴지통"}},
      {FolderRole::junk,
       {"Junk",
        "Junk E-mail",
        "Junk Email",
        "Junk Mail",
        "Spam",
        "Bulk Mail",
        "Spamverdacht",
        "Junk-E-Mail",
        "Indésirables",
        "Courrier indésirable",
        "Correo no deseado",
        "Lixo Eletrônico",
        "Posta indesiderata",
        "Ongewenste e-mail",
        "Skräppost",
        "Søppelpost",
        "Roskaposti",
        "Wiadomości-śmieci",
        "Nevyžádaná pošta",
        "Levélszemét",
        "Спам",
        "Нежелательная почта",
        "迷惑メール",
        "垃圾邮件",
        "스팸"}},
      {FolderRole::archive,
       {"Archive", "Archives", "Archiv", "Archivo", "Arquivo", "Archivio", "Archief", "Arkiv",
        "Arkisto", "Archiwum", "Archív", "Архив", "Архів", "アーカイブ", "归档"}},
  };
  return names;
}

std::optional<FolderRole> role_by_attribute(const ListEntry& entry) {
  for (const auto& [attribute, role] : attributes) {
    if (entry.has(attribute)) return role;
  }
  return std::nullopt;
}

std::vector<FolderRole> assign_roles(const std::vector<ListEntry>& entries,
                                     const RoleNames& configured, std::string_view prefix) {
  Roles roles(entries.size());
  const auto usable = [](const ListEntry& entry) {
    return !entry.has("\\noselect") && !entry.has("\\nonexistent");
  };
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (iequals(entries[i].name, "INBOX")) roles.give(i, FolderRole::inbox);
  }
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (usable(entries[i])) roles.give(i, role_by_attribute(entries[i]));
  }
  std::map<std::string, std::vector<std::size_t>> by_name;  // paths and last levels
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const ListEntry& entry = entries[i];
    if (!usable(entry)) continue;
    by_name[ascii_lower(display_mailbox(entry.name))].push_back(i);
    if (!is_near_top(entry, prefix)) continue;
    by_name[ascii_lower(display_mailbox(last_level_of(entry.name, entry.delimiter)))].push_back(i);
  }
  const auto give_by = [&](const RoleNames& names) {
    // In the order of the spellings: "Sent" wins over "Sent Items" where both are there.
    for (const auto& [role, spellings] : names) {
      for (const std::string& spelling : spellings) {
        const auto found = by_name.find(ascii_lower(spelling));
        if (found == by_name.end()) continue;
        for (const std::size_t i : found->second) roles.give(i, role);
      }
    }
  };
  give_by(configured);
  give_by(well_known_names());
  return roles.take();
}

}  // namespace godwit::imap
