/// Searching a mailbox for Search and Find: which folders, the result set that pages are cut from,
/// and the messages of a page, rendered.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/mail_query.hpp"
#include "command/people.hpp"
#include "command/request_cache.hpp"
#include "command/session.hpp"
#include "render/render.hpp"

namespace godwit::command {

inline constexpr std::uint32_t found_mail_max = 1000;  // [MS-ASCMD] Range (Find): up to 999

struct MailSearch {
  backend::MailQuery query;
  std::vector<std::string> collections;       // collection ids; empty = all
  bool deep = false;                          // with everything below them
  std::optional<std::string> conversation{};  // 16 bytes: its mails alone
};
/// Comparable bytes of it.
std::string pack_search(const MailSearch& search);

/// The folders that the search is about; nothing when it names one that there is not.
std::optional<std::vector<const sync::FolderRow*>> rows_of(const sync::FolderTable& table,
                                                           const MailSearch& search);
/// Those of mail alone.
std::optional<std::vector<FolderKey>> folders_of(const sync::FolderTable& table,
                                                 const MailSearch& search);

/// One message of a page, or an item of another class.
struct FoundItem {
  std::string collection_id;
  std::string server_id;
  std::function<void(wbxml::Writer&)> write;
  std::string_view class_name = "Email";  // [MS-ASCMD] Class
};
struct MailPage {
  std::vector<FoundItem> items;  // fewer than asked for where they would be too large together
  std::uint64_t total = 0;
};
/// Messages that are gone by now leave the result set, and the next ones move up.
Task<MailPage> load_page(Session& session, const sync::FolderTable& table, FoundMail& found,
                         IndexRange range, render::Options options);

}  // namespace godwit::command
