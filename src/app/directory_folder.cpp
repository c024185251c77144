#include "app/directory_folder.hpp"

#include <fmt/format.h>

#include <array>
#include <set>
#include <utility>

#include "backend/watch_source.hpp"
#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "convert/vcard.hpp"
#include "net/loop.hpp"

namespace godwit::app {
namespace {

using backend::DirectoryEntry;
using backend::ItemChanges;
using backend::ItemText;

constexpr Log logger("directory");
constexpr std::size_t entries_max = 10'000;
constexpr std::chrono::seconds look_pause{20};  // between looks at how old the list is

constexpr auto texts = std::to_array<std::pair<ContactText, std::string DirectoryEntry::*>>({
    {ContactText::file_as, &DirectoryEntry::display_name},
    {ContactText::first_name, &DirectoryEntry::first_name},
    {ContactText::last_name, &DirectoryEntry::last_name},
    {ContactText::job_title, &DirectoryEntry::title},
    {ContactText::company, &DirectoryEntry::company},
    {ContactText::department, &DirectoryEntry::department},
    {ContactText::office_location, &DirectoryEntry::office},
    {ContactText::business_phone, &DirectoryEntry::phone},
    {ContactText::home_phone, &DirectoryEntry::home_phone},
    {ContactText::mobile_phone, &DirectoryEntry::mobile_phone},
    {ContactText::email1, &DirectoryEntry::address},
});

/// Nothing for an entry that makes no card.
std::optional<std::string> card_of(const DirectoryEntry& entry) {
  ContactPatch patch;
  for (const auto& [text, member] : texts) {
    if (!(entry.*member).empty()) patch[text] = Change<std::string>::set(entry.*member);
  }
  if (entry.first_name.empty() && entry.last_name.empty()) {
    patch[ContactText::last_name] = Change<std::string>::set(entry.display_name);
  }
  auto card = convert::apply_contact({}, patch, hex_encode(digest128(entry.id)));
  if (!card) return std::nullopt;
  return std::move(*card);
}

/// What one user sees of it.
class DirectoryItems final : public backend::Items {
 public:
  DirectoryItems(DirectoryCards& cards, std::string name, UserId user)
      : cards_(cards), name_(std::move(name)), user_(std::move(user)) {}

  Task<std::vector<backend::ItemCollection>> collections() override {
    std::vector<backend::ItemCollection> out;
    out.push_back({.key = FolderKey::parse(directory_key).value(),
                   .item_class = ItemClass::contacts,
                   .name = name_,
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
    if (!is_list(collection)) co_return unknown();
    co_await cards_.refresh();
    co_return cards_.cursor();
  }
  Task<Result<ItemChanges>> changes(FolderKey collection, std::string since) override {
    if (!is_list(collection)) co_return unknown();
    co_await cards_.refresh();
    co_return cards_.changes(since);
  }
  Task<Result<std::vector<ItemText>>> fetch(FolderKey collection,
                                            std::vector<std::string> hrefs) override {
    if (!is_list(collection)) co_return unknown();
    co_await cards_.refresh();
    std::vector<ItemText> out;
    for (std::string& href : hrefs) {
      const DirectoryCards::Card* const card = cards_.find(href);
      if (card != nullptr) out.push_back({std::move(href), card->etag, card->text});
    }
    co_return out;
  }
  Task<Result<std::vector<ItemText>>> find_uid(FolderKey, std::string) override {
    co_return std::vector<ItemText>();  // there are no events in it
  }
  Task<Result<std::string>> put(FolderKey collection, std::string, std::string,
                                backend::ItemCondition) override {
    if (!is_list(collection)) co_return unknown();
    co_return refusal();
  }
  Task<Result<>> remove(FolderKey collection, std::string, std::optional<std::string>) override {
    if (!is_list(collection)) co_return unknown();
    co_return refusal();
  }
  std::unique_ptr<backend::Watch> watch(backend::ChangeListener& listener) override {
    return std::make_unique<Place>(cards_.listeners(), user_, listener);
  }

 private:
  /// A place among those who are told of the list.
  class Place final : public backend::Watch, public backend::WatchSource {
   public:
    Place(DirectoryCards::Listeners& listeners, const UserId& user,
          backend::ChangeListener& listener)
        : listeners_(listeners), place_(listeners.emplace(user, &listener)) {}
    ~Place() override { listeners_.erase(place_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    bool authoritative() const override { return true; }
    std::string source() const override { return "directory"; }

   private:
    DirectoryCards::Listeners& listeners_;
    DirectoryCards::Listeners::iterator place_;
  };

  static bool is_list(const FolderKey& key) { return key.view() == directory_key; }
  static std::unexpected<Error> unknown() { return fail(Errc::not_found, "no such collection"); }
  static std::unexpected<Error> refusal() {
    return fail(Errc::refused, "the address list can only be read");
  }

  DirectoryCards& cards_;
  std::string name_;
  UserId user_;
};

}  // namespace

DirectoryCards::DirectoryCards(backend::DirectoryList& list, const Clock& clock, Random& random,
                               std::chrono::seconds interval)
    : list_(list),
      clock_(clock),
      interval_(interval),
      epoch_(fmt::format("{:016x}", random.next())) {}

Task<> DirectoryCards::refresh() {
  if (looked_ && clock_.now() - *looked_ < interval_) co_return;
  const auto alone = co_await looking_.acquire("look");
  if (looked_ && clock_.now() - *looked_ < interval_) co_return;
  const bool known = looked_.has_value();
  const std::uint64_t before = change_;
  std::string failure;
  try {
    take(co_await list_.everybody(entries_max));
  } catch (const Fault& fault) {
    if (!known) throw;
    failure = fault.what();
  }
  if (!failure.empty()) logger.warning("directory.not_read", {{"why", failure}});
  looked_ = clock_.now();
  if (known && change_ != before) tell();
}

void DirectoryCards::tell() const {
  const Listeners all = listeners_;
  for (const auto& [user, listener] : all) {
    listener->changed(user, FolderKey::parse(directory_key).value(),
                      backend::ChangeListener::Kind::added);
  }
}

void DirectoryCards::take(const std::vector<DirectoryEntry>& everybody) {
  std::set<std::string> there;
  for (const DirectoryEntry& entry : everybody) {
    auto text = card_of(entry);
    if (!text) continue;
    const std::string href = hex_encode(digest128(entry.id)) + ".vcf";
    there.insert(href);
    Card& card = cards_[href];
    std::string etag = hex_encode(digest128(*text));
    if (!card.gone && card.etag == etag) continue;
    card = {std::move(*text), std::move(etag), ++change_, false};
  }
  for (auto& [href, card] : cards_) {
    if (!card.gone && !there.contains(href)) card = {{}, {}, ++change_, true};
  }
}

std::string DirectoryCards::cursor() const { return epoch_ + ':' + std::to_string(change_); }

Result<ItemChanges> DirectoryCards::changes(const std::string& since) const {
  std::uint64_t known = 0;
  if (!since.empty()) {
    const auto colon = since.find(':');
    const auto number = colon == std::string::npos
                            ? std::nullopt
                            : parse_number<std::uint64_t>(since.substr(colon + 1));
    if (!number || since.substr(0, colon) != epoch_ || *number > change_) {
      return fail(Errc::stale, "a cursor of another process");
    }
    known = *number;
  }
  ItemChanges out{.cursor = cursor(), .changed = {}, .removed = {}};
  for (const auto& [href, card] : cards_) {
    if (card.change <= known) continue;
    if (!card.gone) {
      out.changed.push_back({href, card.etag});
    } else if (!since.empty()) {
      out.removed.push_back(href);
    }
  }
  return out;
}

const DirectoryCards::Card* DirectoryCards::find(const std::string& href) const {
  const auto found = cards_.find(href);
  return found == cards_.end() || found->second.gone ? nullptr : &found->second;
}

Task<> DirectoryFolder::run() {
  for (;;) {
    co_await net::sleep_for(look_pause);
    if (cards_.listeners().empty()) continue;
    try {
      co_await cards_.refresh();
    } catch (const Fault& fault) {
      logger.warning("directory.not_read", {{"why", fault.what()}});
    }
  }
}

std::unique_ptr<DirectoryFolder> make_directory_folder(backend::DirectoryList* list,
                                                       const Config& config, const Clock& clock,
                                                       Random& random) {
  if (!config.directory.folder || list == nullptr) return nullptr;
  return std::make_unique<DirectoryFolder>(*list, config, clock, random);
}

std::shared_ptr<backend::Items> DirectoryFolder::open_items(const backend::Account& account) {
  return std::make_shared<DirectoryItems>(cards_, name_, account.user);
}

}  // namespace godwit::app
