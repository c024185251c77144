#include "backend/recipients/recipients.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/text.hpp"
#include "convert/address.hpp"
#include "convert/header.hpp"
#include "convert/limits.hpp"

namespace godwit::backend::recipients {
namespace {

constexpr std::size_t headers_at_a_time = 50;
constexpr std::size_t text_bytes_max = 320;  // of an address, and of a name

class RecipientsItems final : public Items {
 public:
  /// `open` and `backend` outlive it.
  RecipientsItems(RecipientsBackend& backend, const RecipientsBackend::OpenMail& open,
                  std::size_t count, Account account)
      : backend_(backend), open_(open), count_(count), account_(std::move(account)) {}

  Task<std::vector<ItemCollection>> collections() override {
    std::vector<ItemCollection> out;
    out.push_back({.key = FolderKey::parse(collection_key).value(),
                   .item_class = ItemClass::recipients,
                   .name = "Recipients",
                   .role = FolderRole::none,
                   .read_only = true});
    co_return out;
  }
  Task<Result<FolderKey>> create_collection(ItemClass, std::string) override {
    co_return refusal();
  }
  Task<Result<>> rename_collection(FolderKey, std::string) override { co_return refusal(); }
  Task<Result<>> delete_collection(FolderKey) override { co_return refusal(); }

  Task<Result<std::string>> cursor(FolderKey collection) override {
    if (collection.view() != collection_key) co_return unknown();
    co_return (co_await look())->history.position();
  }
  Task<Result<ItemChanges>> changes(FolderKey collection, std::string since) override {
    if (collection.view() != collection_key) co_return unknown();
    co_return (co_await look())->history.changes(since);
  }
  Task<Result<std::vector<ItemText>>> fetch(FolderKey collection,
                                            std::vector<std::string> hrefs) override {
    if (collection.view() != collection_key) co_return unknown();
    const auto known = co_await look();
    std::vector<ItemText> out;
    for (std::string& href : hrefs) {
      const auto found = known->shown.find(href);
      if (found == known->shown.end()) continue;
      std::string etag(known->history.etag_of(href));
      out.push_back({std::move(href), std::move(etag), pack(found->second)});
    }
    co_return out;
  }
  Task<Result<std::vector<ItemText>>> find_uid(FolderKey, std::string) override {
    co_return std::vector<ItemText>();
  }
  Task<Result<std::string>> put(FolderKey, std::string, std::string, ItemCondition) override {
    co_return refusal();
  }
  Task<Result<>> remove(FolderKey, std::string, std::optional<std::string>) override {
    co_return refusal();
  }
  /// Waking a phone for this would cost more than it is worth: it is read when the phone comes.
  std::unique_ptr<Watch> watch(ChangeListener&) override { return nullptr; }

 private:
  static std::unexpected<Error> unknown() { return fail(Errc::not_found, "no such collection"); }
  static std::unexpected<Error> refusal() {
    return fail(Errc::refused, "those one writes to can only be read");
  }

  Task<std::shared_ptr<UserTally>> look() {
    auto known = backend_.tally_of(account_.user);
    const auto lock = co_await known->looking.acquire("look");
    const auto mail = open_(account_);
    const auto folders = co_await mail->folders();
    const auto sent = std::ranges::find(folders, FolderRole::sent, &MailFolder::role);
    if (sent == folders.end()) {
      if (known->history.position().empty()) known->history.take({}, "none");
      co_return known;
    }
    const auto status = co_await mail->status(sent->key);
    if (!status) throw Fault(Fault::Kind::busy, "recipients: " + status.error().message);
    const bool stands = status->highest_modseq != 0 && known->status == *status;
    if (!stands) co_await count(*known, *mail, sent->key, *status);
    co_return known;
  }

  Task<> count(UserTally& known, Mail& mail, FolderKey sent, MailboxStatus status) {
    auto uids = co_await mail.search(sent, std::nullopt);
    if (!uids) throw Fault(Fault::Kind::busy, "recipients: " + uids.error().message);
    *uids = UidSet::of(uids->take_highest(mails_max));
    const auto unread = known.tally.unread(status.uid_validity, *uids).to_vector();
    for (std::size_t begin = 0; begin < unread.size(); begin += headers_at_a_time) {
      const auto end = std::min(unread.size(), begin + headers_at_a_time);
      std::vector<PartRange> ranges;
      for (std::size_t i = begin; i < end; ++i) {
        ranges.push_back({unread[i], "HEADER", 0, convert::header_bytes_max});
      }
      const auto headers = co_await mail.read(sent, status.uid_validity, std::move(ranges));
      if (!headers) throw Fault(Fault::Kind::busy, "recipients: " + headers.error().message);
      for (std::size_t i = begin; i < end; ++i) {
        known.tally.add(unread[i], people_of((*headers)[i - begin], account_.addresses));
      }
    }
    known.shown = known.tally.best(count_);
    std::map<std::string, std::string, std::less<>> etags;
    std::string all;
    for (const auto& [href, person] : known.shown) {
      const std::string etag = hex_encode(digest128(pack(person)));
      all += href + etag;
      etags.emplace(href, etag);
    }
    known.history.take(etags, hex_encode(digest128(all)));
    known.status = status;
  }

  RecipientsBackend& backend_;
  const RecipientsBackend::OpenMail& open_;
  std::size_t count_;
  Account account_;
};

}  // namespace

std::shared_ptr<Items> RecipientsBackend::open_items(const Account& account) {
  return std::make_shared<RecipientsItems>(*this, open_, count_, account);
}

std::shared_ptr<UserTally> RecipientsBackend::tally_of(const UserId& user) {
  auto& known = users_.touch(user);
  if (!known) known = std::make_shared<UserTally>();
  return known;
}

std::vector<Tally::Person> people_of(std::string_view block, const std::vector<std::string>& own) {
  const convert::Header header(block);
  std::vector<Tally::Person> out;
  std::set<std::string> seen;
  for (const std::string& address : own) seen.insert(ascii_lower(address));
  for (const char* field : {"To", "Cc", "Bcc"}) {
    for (convert::Mailbox& each : convert::parse_addresses(header.get(field))) {
      const auto at = each.address.find('@');
      const bool fits =
          at != 0 && at < each.address.size() - 1 && each.address.size() <= text_bytes_max;
      if (!fits || !seen.insert(ascii_lower(each.address)).second) continue;
      if (out.size() == recipients_of_mail_max) return {};  // a list, and nobody in particular
      std::string name(utf8_prefix(each.name, text_bytes_max));
      out.push_back({std::move(each.address), std::move(name)});
    }
  }
  return out;
}

UidSet Tally::unread(std::uint32_t uid_validity, const UidSet& uids) {
  if (uid_validity != uid_validity_) {
    mails_.clear();
    people_.clear();
    uid_validity_ = uid_validity;
  }
  UidSet gone;
  UidSet unread = uids;
  for (const auto& [uid, people] : mails_) {
    if (!uids.contains(uid)) gone.add(uid);
    unread.remove(uid);
  }
  for (const Uid uid : gone.to_vector()) forget(uid);
  return unread;
}

void Tally::forget(Uid uid) {
  const auto mail = mails_.find(uid);
  for (const std::string& address : mail->second) {
    const auto person = people_.find(address);
    if (--person->second.mails == 0) people_.erase(person);
  }
  mails_.erase(mail);
}

void Tally::add(Uid uid, std::vector<Person> people) {
  std::vector<std::string>& addresses = mails_[uid];
  for (Person& person : people) {
    std::string address = ascii_lower(person.address);
    Known& known = people_[address];
    ++known.mails;
    if (uid >= known.newest) {
      if (person.name.empty()) person.name = std::move(known.person.name);
      known.person = std::move(person);
      known.newest = uid;
    }
    addresses.push_back(std::move(address));
  }
}

std::map<std::string, Recipient, std::less<>> Tally::best(std::size_t count) const {
  std::vector<const Known*> all;
  all.reserve(people_.size());
  for (const auto& [address, known] : people_) all.push_back(&known);
  const auto first = [](const Known* a, const Known* b) {
    return std::pair(b->mails, b->newest) < std::pair(a->mails, a->newest);
  };
  std::ranges::sort(all, first);
  all.resize(std::min(all.size(), count));
  std::map<std::string, Recipient, std::less<>> out;
  for (const Known* each : all) {
    out.emplace(hex_encode(digest128(ascii_lower(each->person.address))),
                Recipient{each->person.address, each->person.name, each->mails});
  }
  return out;
}

}  // namespace godwit::backend::recipients
