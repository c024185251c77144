#include "backend/local/shares.hpp"

#include <algorithm>

#include "base/fault.hpp"
#include "conformance/local_sharing.hpp"
#include "conformance/shared_items.hpp"
#include "conformance/shared_mail_suite.hpp"
#include "sqlite/database.hpp"

namespace godwit::conformance {
namespace {

INSTANTIATE_TEST_SUITE_P(Local, SharedMailSuite,
                         testing::Values(SharedMailCase{
                             "local", [] { return std::make_unique<LocalSharing>(); }}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace godwit::conformance

namespace godwit::backend::local {
namespace {

const std::string ann = "ann@example.com";
const std::string bob = "bob@example.com";
const std::string eve = "eve@example.com";

struct Shown {
  std::string name;
  std::string parent;
  friend bool operator==(const Shown&, const Shown&) = default;
};

class LocalSharesTest : public testing::Test {
 protected:
  LocalSharesTest() {
    for (const std::string& login : {ann, bob, eve}) accounts_.emplace(login, add(login));
    team_.emplace(run(mail(bob)->create_folder(std::nullopt, "Team")).value());
    plans_.emplace(run(mail(bob)->create_folder(team_, "Plans")).value());
  }
  Account add(const std::string& login) { return fixture_.add_user(login); }
  template <class T>
  static T run(Task<T> work) {
    return test::run(std::move(work));
  }
  std::shared_ptr<Mail> mail(const std::string& login) {
    return fixture_.store().open(accounts_.at(login));
  }
  std::shared_ptr<Items> items(const std::string& login) {
    return fixture_.store().open_items(accounts_.at(login));
  }
  LocalShares shares() { return LocalShares(fixture_.store()); }
  std::optional<Errc> share(const std::string& folder, const std::string& with,
                            ShareRight right = ShareRight::read,
                            std::optional<ItemClass> item_class = std::nullopt) {
    const auto done = run(shares().share({bob, folder, item_class}, with, right));
    return done ? std::nullopt : std::optional(done.error().code);
  }
  std::optional<Errc> unshare(const std::string& folder, const std::string& with) {
    const auto done = run(shares().unshare({bob, folder}, with));
    return done ? std::nullopt : std::optional(done.error().code);
  }
  /// What Ann sees beyond her own six folders.
  std::vector<Shown> shown() {
    const auto all = run(mail(ann)->folders());
    std::vector<Shown> out;
    for (std::size_t i = 6; i < all.size(); ++i) {
      EXPECT_EQ(all[i].role, FolderRole::none);
      const auto parent = std::ranges::find_if(
          all, [&](const MailFolder& each) { return all[i].parent == each.key; });
      out.push_back({all[i].name, parent == all.end() ? "" : parent->name});
    }
    return out;
  }
  Uid append(const std::string& login, const FolderKey& key, std::size_t bytes = 100) {
    const auto text = "Subject: x\r\n\r\n" + std::string(bytes, 'x') + "\r\n";
    return run(mail(login)->append(key, std::make_shared<const StringSource>(text), {}, {}))
        .value();
  }
  std::uint64_t used(const std::string& login) {
    const auto all = run(fixture_.users().list());
    return std::ranges::find(all, login, &LocalUsers::User::address)->used_bytes;
  }
  std::uint32_t validity(const FolderKey& key) {
    return run(mail(bob)->status(key)).value().uid_validity;
  }
  FolderKey calendar(const std::string& login) {
    const auto all = run(items(login)->collections());
    return std::ranges::find(all, FolderRole::calendar, &ItemCollection::role)->key;
  }

  LocalFixture fixture_;
  std::map<std::string, Account> accounts_;
  std::optional<FolderKey> team_, plans_;
};

TEST_F(LocalSharesTest, SharedFoldersLieBelowTheirOwner) {
  ASSERT_TRUE(
      fixture_.change_person(bob, {.fields = {{&DirectoryEntry::display_name, "Bob Builder"}}}));
  EXPECT_TRUE(shown().empty());
  EXPECT_EQ(share("Team/Plans", ann), std::nullopt);
  EXPECT_EQ(shown(), (std::vector<Shown>{{"Bob Builder", ""}, {"Plans", "Bob Builder"}}));
  EXPECT_FALSE(run(mail(ann)->folders()).at(6).selectable);
  EXPECT_EQ(share("Team", ann), std::nullopt);
  EXPECT_EQ(share("inbox", ann), std::nullopt);
  EXPECT_EQ(shown(), (std::vector<Shown>{{"Bob Builder", ""},
                                         {"Inbox", "Bob Builder"},
                                         {"Team", "Bob Builder"},
                                         {"Plans", "Team"}}));
  // A name that is there already is none for an owner.
  ASSERT_TRUE(run(mail(ann)->create_folder(std::nullopt, "Bob Builder")));
  EXPECT_EQ(shown().at(1), (Shown{bob, ""}));
  EXPECT_EQ(run(mail(eve)->folders()).size(), 6U);
}

TEST_F(LocalSharesTest, TheRuleSaysWhatIsShown) {
  EXPECT_EQ(share("Team", ann), std::nullopt);
  EXPECT_EQ(share("Calendar", ann), std::nullopt);
  const auto count = [&](SharedRule rule) {
    LocalOptions options = fixture_.options();
    options.shared = std::move(rule);
    LocalStore store(options, fixture_.files(), fixture_.clock());
    const auto folders = run(store.open(accounts_.at(ann))->folders()).size() - 6;
    return std::pair(folders, run(store.open_items(accounts_.at(ann))->collections()).size() - 4);
  };
  using Which = SharedRule::Which;
  using Counts = std::pair<std::size_t, std::size_t>;
  EXPECT_EQ(count({.which = Which::all}), Counts(2, 1));
  EXPECT_EQ(count({.which = Which::none}), Counts(0, 0));
  EXPECT_EQ(count({.which = Which::listed, .names = {"bob@*/Team"}}), Counts(2, 0));
  EXPECT_EQ(count({.which = Which::listed, .names = {"*/Calendar"}}), Counts(0, 1));
}

TEST_F(LocalSharesTest, NothingElseOfTheOwnerOpens) {
  append(bob, *plans_);
  EXPECT_EQ(share("Team", ann, ShareRight::write), std::nullopt);
  const auto mail = this->mail(ann);
  const FolderKey inbox = LocalFixture::folder(*mail, FolderRole::inbox);
  const auto mine = append(ann, inbox);
  const auto missing = [](const auto& result) {
    return !result && result.error().code == Errc::not_found;
  };
  for (const FolderKey& key :
       {*plans_, LocalFixture::folder(*this->mail(bob), FolderRole::inbox)}) {
    SCOPED_TRACE(key.view());
    const auto v = validity(key);
    EXPECT_TRUE(missing(run(mail->status(key))));
    EXPECT_TRUE(missing(run(mail->statuses({key})).at(0)));
    EXPECT_TRUE(missing(run(mail->search(key, std::nullopt))));
    EXPECT_TRUE(missing(run(mail->changes(key, {}, {}))));
    EXPECT_TRUE(missing(run(mail->fetch(key, v, {1}))));
    EXPECT_TRUE(missing(run(mail->fetch_state(key, v, {1}))));
    EXPECT_TRUE(missing(run(mail->read(key, v, {{.uid = 1, .section = ""}}))));
    EXPECT_TRUE(missing(run(mail->store_flags(key, v, 1, {.seen = true}))));
    EXPECT_TRUE(missing(run(mail->expunge(key, v, UidSet{{1, 1}}))));
    EXPECT_TRUE(missing(run(mail->move(key, v, 1, inbox))));
    EXPECT_TRUE(missing(run(mail->move(inbox, run(mail->status(inbox))->uid_validity, mine, key))));
    EXPECT_TRUE(missing(run(
        mail->append(key, std::make_shared<const StringSource>("Subject: x\r\n\r\n"), {}, {}))));
    EXPECT_TRUE(missing(run(mail->find_message_id(key, 1, "x"))));
    EXPECT_TRUE(missing(run(mail->create_folder(key, "Sub"))));
    EXPECT_TRUE(missing(run(mail->rename_folder(key, std::nullopt, "Mine"))));
    EXPECT_TRUE(missing(run(mail->delete_folder(key))));
    EXPECT_TRUE(run(mail->find_messages({key}, {}, 10)).folders.empty());
  }
  const auto items = this->items(ann);
  const FolderKey calendar = this->calendar(bob);
  EXPECT_TRUE(missing(run(items->cursor(calendar))));
  EXPECT_TRUE(missing(run(items->changes(calendar, ""))));
  EXPECT_TRUE(missing(run(items->fetch(calendar, {"one"}))));
  EXPECT_TRUE(missing(run(items->find_uid(calendar, "one"))));
  EXPECT_TRUE(missing(run(items->put(calendar, "one", "text", {}))));
  EXPECT_TRUE(missing(run(items->remove(calendar, "one", std::nullopt))));
  EXPECT_TRUE(missing(run(items->rename_collection(calendar, "Mine"))));
  EXPECT_TRUE(missing(run(items->delete_collection(calendar))));
  // Nor does a writer change what the folder is.
  const auto refuses = [](const auto& result) {
    return !result && result.error().code == Errc::refused;
  };
  EXPECT_TRUE(refuses(run(mail->create_folder(*team_, "Sub"))));
  EXPECT_TRUE(refuses(run(mail->rename_folder(*team_, std::nullopt, "Mine"))));
  const auto own = run(mail->create_folder(std::nullopt, "Own")).value();
  EXPECT_TRUE(refuses(run(mail->rename_folder(own, *team_, "Own"))));
  EXPECT_TRUE(refuses(run(mail->delete_folder(*team_))));
}

TEST_F(LocalSharesTest, EverybodyWhoSeesItIsTold) {
  EXPECT_EQ(share("Team", ann, ShareRight::write), std::nullopt);
  EXPECT_EQ(share("Team", eve), std::nullopt);
  using Listener = conformance::FolderListener;
  std::map<std::string, Listener> told;
  std::vector<std::unique_ptr<Watch>> watches;
  for (const std::string& login : {ann, bob, eve}) {
    watches.push_back(mail(login)->watch(told[login]));
    watches.push_back(items(login)->watch(told[login]));
  }
  append(ann, *team_);
  for (const std::string& login : {ann, bob, eve}) {
    EXPECT_EQ(told[login].told, std::vector<std::string>{team_->str()}) << login;
    told[login] = {};
  }
  append(bob, *plans_);
  EXPECT_TRUE(told[ann].told.empty() && told[eve].told.empty()) << "it is not shared";
  ASSERT_TRUE(run(mail(bob)->rename_folder(*team_, std::nullopt, "Crew")));
  EXPECT_TRUE(told[ann].hierarchy && told[eve].hierarchy);
  told[ann] = {};
  EXPECT_EQ(unshare("Crew", ann), std::nullopt);
  EXPECT_TRUE(told[ann].hierarchy);
  told[ann] = {};
  append(bob, *team_);
  EXPECT_TRUE(told[ann].told.empty()) << "not any more";
  EXPECT_FALSE(told[eve].told.empty());
  EXPECT_EQ(share("Calendar", ann), std::nullopt);
  EXPECT_TRUE(told[ann].hierarchy);
  told[ann] = {};
  const FolderKey calendar = this->calendar(bob);
  EXPECT_TRUE(run(items(bob)->put(calendar, "one", conformance::shared_event, {})));
  EXPECT_EQ(told[ann].told, std::vector<std::string>{calendar.str()});
  // Also after a restart.
  told.clear();
  watches.clear();
  fixture_.reopen();
  Listener again;
  const auto watch = mail(eve)->watch(again);
  append(bob, *team_);
  EXPECT_EQ(again.told, std::vector<std::string>{team_->str()});
}

TEST_F(LocalSharesTest, WhatLiesInItCountsForItsOwner) {
  EXPECT_EQ(share("Team", ann, ShareRight::write), std::nullopt);
  const Uid uid = append(ann, *team_, 1'000);
  const std::uint64_t size = used(bob);
  EXPECT_GT(size, 1'000U);
  EXPECT_EQ(used(ann), 0U);
  const auto mail = this->mail(ann);
  const FolderKey inbox = LocalFixture::folder(*mail, FolderRole::inbox);
  const Uid there = run(mail->move(*team_, validity(*team_), uid, inbox)).value();
  EXPECT_EQ(used(bob), 0U);
  EXPECT_EQ(used(ann), size);
  // No room there: it stays where it is.
  ASSERT_TRUE(run(fixture_.users().set_quota(bob, 500)));
  const auto own = run(mail->status(inbox)).value().uid_validity;
  const auto is_full = [](const auto& work) {
    try {
      work();
    } catch (const Fault& fault) {
      return fault.kind() == Fault::Kind::quota;
    }
    return false;
  };
  EXPECT_TRUE(is_full([&] { run(mail->move(inbox, own, there, *team_)); }));
  EXPECT_TRUE(is_full([&] { append(ann, *team_, 1'000); }));
  EXPECT_EQ(run(mail->status(inbox)).value().messages, 1U);
  EXPECT_EQ(run(mail->status(*team_)).value().messages, 0U);
  ASSERT_TRUE(run(fixture_.users().set_quota(bob, std::nullopt)));
  EXPECT_TRUE(run(mail->move(inbox, own, there, *team_)));
  EXPECT_EQ(used(bob), size);
  EXPECT_EQ(used(ann), 0U);
}

TEST_F(LocalSharesTest, NoMailIsDeliveredIntoAnothersFolder) {
  EXPECT_EQ(share("Team", ann, ShareRight::write), std::nullopt);
  EXPECT_FALSE(run(mail(ann)->follow_conversation(std::string(16, 'c'), *team_)));
  const FolderKey archive = LocalFixture::folder(*mail(ann), FolderRole::archive);
  EXPECT_TRUE(run(mail(ann)->follow_conversation(std::string(16, 'c'), archive)));
}

TEST_F(LocalSharesTest, CalendarsAreSharedToo) {
  const FolderKey key = calendar(bob);
  EXPECT_TRUE(run(items(bob)->put(key, "one", conformance::shared_event, {})));
  EXPECT_EQ(share("Calendar", ann), std::nullopt);
  auto all = run(items(ann)->collections());
  ASSERT_EQ(all.size(), 5U);
  EXPECT_EQ(all.back(), (ItemCollection{.key = key,
                                        .item_class = ItemClass::calendar,
                                        .name = "Calendar (" + bob + ')',
                                        .role = FolderRole::none,
                                        .read_only = true,
                                        .foreign = true}));
  const auto get = [](auto work) { return test::run(std::move(work)); };
  conformance::expect_read_only(get, *items(ann), key);
  EXPECT_EQ(share("Calendar", ann, ShareRight::write), std::nullopt);
  all = run(items(ann)->collections());
  ASSERT_EQ(all.size(), 5U);
  EXPECT_FALSE(all.back().read_only);
  conformance::expect_writable(get, *items(ann), key, [&] {
    return run(items(bob)->changes(key, "")).value().changed.size();
  });
  EXPECT_EQ(unshare("Calendar", ann), std::nullopt);
  EXPECT_EQ(run(items(ann)->collections()).size(), 4U);
  EXPECT_EQ(run(items(ann)->cursor(key)).error().code, Errc::not_found);
  EXPECT_EQ(run(items(bob)->changes(key, "")).value().changed.size(), 1U) << "nothing is lost";
}

TEST_F(LocalSharesTest, WhatCannotBeSharedIsSaid) {
  EXPECT_EQ(share("Nothing", ann), Errc::not_found);
  EXPECT_EQ(share("Team/", ann), Errc::not_found);
  EXPECT_EQ(share("Team", "nobody@example.com"), Errc::not_found);
  EXPECT_EQ(share("Team", bob), Errc::refused);
  EXPECT_EQ(run(shares().share({"nobody@example.com", "Team"}, ann, {})).error().code,
            Errc::not_found);
  EXPECT_EQ(unshare("Team", ann), Errc::not_found);
  ASSERT_TRUE(run(mail(bob)->create_folder(std::nullopt, "Contacts")));
  EXPECT_EQ(share("Contacts", ann), Errc::conflict);
  EXPECT_EQ(share("Contacts", ann, ShareRight::read, ItemClass::email), std::nullopt);
  EXPECT_EQ(share("Contacts", ann, ShareRight::write, ItemClass::contacts), std::nullopt);
  const auto all = run(shares().list(ann)).value();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].item_class, ItemClass::email);
  EXPECT_EQ(all[1].right, ShareRight::write);
  EXPECT_EQ(all[1].owner, bob);
  EXPECT_EQ(all[1].reader, ann);
  EXPECT_TRUE(run(shares().list(eve)).value().empty());
  EXPECT_EQ(run(shares().list("nobody@example.com")).error().code, Errc::not_found);
}

TEST_F(LocalSharesTest, SharesEndWithTheirFolderAndTheirUsers) {
  EXPECT_EQ(share("Team/Plans", ann), std::nullopt);
  EXPECT_EQ(share("Team", eve), std::nullopt);
  EXPECT_EQ(share("Tasks", ann), std::nullopt);
  ASSERT_TRUE(run(mail(bob)->delete_folder(*plans_)));
  EXPECT_EQ(run(shares().list(std::nullopt)).value().size(), 2U);
  EXPECT_TRUE(shown().empty());
  ASSERT_TRUE(run(fixture_.users().remove(eve)));
  EXPECT_EQ(run(shares().list(std::nullopt)).value().size(), 1U);
  conformance::FolderListener told;
  const auto watch = mail(ann)->watch(told);
  ASSERT_TRUE(run(fixture_.users().remove(bob)));
  EXPECT_TRUE(told.hierarchy);
  EXPECT_TRUE(run(shares().list(std::nullopt)).value().empty());
  EXPECT_EQ(run(items(ann)->collections()).size(), 4U);
}

TEST_F(LocalSharesTest, OneUserIsSharedNoMoreThanAThousand) {
  sqlite::Database database(
      sqlite::OpenOptions{.path = fixture_.options().folder + "/mail.sqlite"});
  sqlite::transaction(database, [&] {
    for (int i = 0; i < 999; ++i) {
      database.run(
          "INSERT INTO collection (user, class, name) SELECT id, 3, ? FROM user WHERE address = ?",
          "t" + std::to_string(i), bob);
      database.run(
          "INSERT INTO shared_collection (collection, reader, writes) SELECT ?, id, 0 FROM user"
          " WHERE address = ?",
          database.last_insert_id(), ann);
    }
  });
  EXPECT_EQ(share("Team", ann), std::nullopt);
  EXPECT_EQ(share("Calendar", ann), Errc::refused);
  EXPECT_EQ(share("Team", ann, ShareRight::write), std::nullopt) << "it is not one more";
  EXPECT_EQ(share("Calendar", eve), std::nullopt);
}

}  // namespace
}  // namespace godwit::backend::local
