/// The people a user writes to, as a collection that can only be read, made of the newest mails in
/// Sent: for phones that complete addresses from it. On any backend of mail. A user's Sent folder
/// is looked at when a phone asks for the collection, and never otherwise.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "backend/item_history.hpp"
#include "base/bounded_table.hpp"
#include "item/recipient.hpp"
#include "net/keyed_lock.hpp"

namespace godwit::backend::recipients {

inline constexpr std::size_t mails_max = 2'000;             // the newest in Sent count
inline constexpr std::size_t recipients_of_mail_max = 100;  // of one mail; a list counts for little
inline constexpr std::size_t users_known_max = 256;

/// The key of its one collection.
inline constexpr std::string_view collection_key = "//recipients";

/// Who the mails went to. Pure.
class Tally {
 public:
  struct Person {
    std::string address;  // as it was written last
    std::string name;
  };
  /// Those of `uids` that must be read; what is no more among them counts no more.
  UidSet unread(std::uint32_t uid_validity, const UidSet& uids);
  void add(Uid uid, std::vector<Person> people);
  /// The `count` that were written to most, by hrefs; of equals those written to last.
  std::map<std::string, Recipient, std::less<>> best(std::size_t count) const;

 private:
  struct Known {
    Person person;
    Uid newest = 0;
    std::uint32_t mails = 0;
  };
  void forget(Uid uid);

  std::uint32_t uid_validity_ = 0;
  std::map<Uid, std::vector<std::string>> mails_;  // addresses in lower case
  std::map<std::string, Known, std::less<>> people_;
};

/// The people of a mail's header, each once, without the user's own addresses.
std::vector<Tally::Person> people_of(std::string_view header, const std::vector<std::string>& own);

struct UserTally {
  MailboxStatus status{};
  UidSet uids;
  Tally tally;
  std::map<std::string, Recipient, std::less<>> shown;
  ItemHistory history;
  net::KeyedLocks looking;
};

class RecipientsBackend final : public ItemsBackend {
 public:
  using OpenMail = std::function<std::shared_ptr<Mail>(const Account&)>;
  /// `count`: how many are shown.
  RecipientsBackend(OpenMail open, std::size_t count)
      : open_(std::move(open)), count_(count), users_(users_known_max) {}
  std::shared_ptr<Items> open_items(const Account& account) override;
  std::shared_ptr<UserTally> tally_of(const UserId& user);
  void forget_user(const UserId& user) { users_.erase(user); }

 private:
  OpenMail open_;
  std::size_t count_;
  BoundedTable<UserId, std::shared_ptr<UserTally>> users_;
};

}  // namespace godwit::backend::recipients
