// Users of the embedded store kept in step with OpenLDAP's slapd (tests/parts/slapd.sh) and Samba's
// domain controller (tests/parts/samba.sh).
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>

#include "app/local_accounts.hpp"
#include "backend/local/testing.hpp"
#include "base/fault.hpp"
#include "interop/directory_bed.hpp"
#include "interop/scripted_ldap.hpp"

namespace godwit::interop {
namespace {

using admin::UserSync;
using Logins = std::set<std::string>;

class UserSyncTest : public testing::Test {
 protected:
  UserSyncTest() {
    config_.local.domains = {"example.com", "example.org"};
    config_.directory.query_seconds = 30;
    // The server's certificate is of today.
    store_.clock().advance(clock_.now() - store_.clock().now());
  }
  void use(const backend::LdapSettings& settings, const std::string& password) {
    const std::string file = folder_.path() + "/ldap.password";
    std::ofstream(file) << password << '\n';
    std::filesystem::permissions(file, std::filesystem::perms::owner_read);
    config_.directory.servers = settings.urls;
    config_.directory.bind_dn = settings.bind_dn;
    config_.directory.password_file = file;
    config_.directory.base = settings.base;
    config_.directory.ca_file = settings.ca_file;
  }
  bool use_slapd() {
    if (!RunningServer::is_there("slapd")) return false;
    const RunningServer* server = RunningServer::get("slapd", "");
    backend::LdapSettings settings;
    settings.urls = {"ldap://127.0.0.1:" + std::to_string(server->port("LDAP_PORT"))};
    settings.ca_file = server->value("CA_FILE");
    settings.bind_dn = "uid=reader,dc=example,dc=com";
    settings.base = "dc=example,dc=com";
    use(settings, "readerpw");
    return true;
  }
  Result<UserSync> try_sync(bool dry_run = false) {
    backend::LocalDirectory directory(store_.store());
    app::LocalAccounts accounts(store_.users(), directory, config_, clock_);
    return test::run(accounts.sync(
        {.dry_run = dry_run,
         .about_to = [this](std::string_view what,
                            std::string login) { return note(what, std::move(login)); },
         .tried = [this](std::string_view, std::string login,
                         Result<>) { return end(std::move(login)); }}));
  }
  UserSync sync(bool dry_run = false) {
    told_.clear();
    auto done = try_sync(dry_run);
    EXPECT_TRUE(done);
    return done ? std::move(*done) : UserSync{};
  }
  Task<> note(std::string_view what, std::string login) {
    if (dies_before_ == login) throw Fault(Fault::Kind::unavailable, "killed");
    told_.insert(std::string(what) + ' ' + login);
    co_return;
  }
  Task<> end(std::string login) {
    if (dies_after_ == login) throw Fault(Fault::Kind::unavailable, "killed");
    co_return;
  }
  Logins users() {
    Logins out;
    for (const auto& user : test::run(store_.users().list())) out.insert(user.address);
    return out;
  }
  backend::Person person(const std::string& login) {
    return test::run(backend::LocalDirectory(store_.store()).person(login)).value();
  }
  void set_title(const std::string& login, const std::string& title) {
    backend::PersonChange change;
    change.fields.emplace_back(&backend::DirectoryEntry::title, title);
    ASSERT_TRUE(store_.change_person(login, std::move(change)));
  }
  std::string origin(const std::string& login) {
    return test::run(store_.users().origin(login)).value();
  }
  /// A server of this habit whose answer has p0 alone; p1 came from it, too, and is gone.
  std::unique_ptr<ScriptedLdap> use_scripted(ScriptedLdap::Habit habit) {
    auto server = std::make_unique<ScriptedLdap>(1, 1, habit);
    backend::LdapSettings settings;
    settings.urls = {"ldap://127.0.0.1:" + std::to_string(server->port())};
    settings.bind_dn = "cn=reader";
    settings.base = "cn=p0";
    use(settings, "secret");
    config_.directory.tls = "none";
    config_.directory.query_seconds = 5;
    config_.user_sync.remove = true;
    config_.user_sync.photos = config_.user_sync.certificates = false;
    config_.user_sync.removed_percent_max = 100;
    for (const std::string name : {"p0", "p1"}) {
      if (users().contains(name + "@example.com")) continue;
      store_.add_user(name + "@example.com");
      EXPECT_TRUE(test::run(store_.users().set_origin(name + "@example.com", "dn=cn=" + name)));
    }
    return server;
  }
  static Logins set_of(const std::vector<std::string>& list) { return {list.begin(), list.end()}; }

  backend::local::LocalFixture store_;
  backend::local::TemporaryFolder folder_;
  ManualClock clock_{std::chrono::floor<std::chrono::milliseconds>(
      std::chrono::system_clock::now() + std::chrono::hours(1))};
  app::Config config_;
  Logins told_;
  std::string dies_before_, dies_after_;  // logins
};

constexpr const char* few = "(|(uid=ada)(uid=star)(uid=juergen)(uid=many1))";
const Logins four{"ada@example.com", "juergen@example.com", "many1@example.com",
                  "star@example.com"};

TEST_F(UserSyncTest, UsersAreAsSlapdSays) {
  if (!use_slapd()) GTEST_SKIP() << RunningServer::why_not("slapd");
  config_.user_sync.filter = few;
  store_.add_user("boss@example.org");
  const UserSync tried = sync(true);
  EXPECT_EQ(four, set_of(tried.added));
  EXPECT_TRUE(tried.gone.empty()) << "added by hand";
  EXPECT_EQ(Logins{"boss@example.org"}, users());
  EXPECT_TRUE(told_.empty());

  const UserSync done = sync();
  EXPECT_EQ(four, set_of(done.added));
  EXPECT_TRUE(done.failed.empty()) << done.failed.front().second;
  EXPECT_EQ(5U, users().size());
  EXPECT_TRUE(told_.contains("added ada@example.com"));
  EXPECT_TRUE(origin("ada@example.com").starts_with("entryUUID="));
  EXPECT_EQ("", origin("boss@example.org"));
  const backend::Person ada = person("ada@example.com");
  EXPECT_EQ("Countess", ada.entry.title);
  EXPECT_EQ("Mill Hall", ada.entry.office);
  EXPECT_EQ("Ada Lovelace", ada.entry.display_name);
  EXPECT_EQ(std::vector<std::string>{"countess@example.com"}, ada.aliases);
  EXPECT_EQ(10U, ada.photo_bytes);
  EXPECT_EQ(1U, ada.certificates);

  const UserSync still = sync();
  EXPECT_TRUE(still.added.empty() && still.changed.empty() && still.failed.empty());
  EXPECT_TRUE(told_.empty());
  set_title("ada@example.com", "Mister");
  EXPECT_EQ(Logins{"ada@example.com"}, set_of(sync(true).changed));
  EXPECT_EQ("Mister", person("ada@example.com").entry.title);
  EXPECT_EQ(Logins{"ada@example.com"}, set_of(sync().changed));
  EXPECT_EQ("Countess", person("ada@example.com").entry.title);
  EXPECT_EQ(Logins{"changed ada@example.com"}, told_);
}

TEST_F(UserSyncTest, WhoeverDiesInTheMiddleHasToldOfEachChange) {
  if (!use_slapd()) GTEST_SKIP() << RunningServer::why_not("slapd");
  config_.user_sync.filter = few;
  dies_before_ = "juergen@example.com";
  EXPECT_THROW(sync(), Fault);
  EXPECT_EQ(Logins{"ada@example.com"}, users()) << "nothing is done that is not told of";
  EXPECT_EQ(Logins{"added ada@example.com"}, told_);
  dies_before_.clear();
  dies_after_ = "juergen@example.com";
  EXPECT_THROW(sync(), Fault);
  EXPECT_EQ((Logins{"ada@example.com", "juergen@example.com"}), users());
  EXPECT_EQ(Logins{"added juergen@example.com"}, told_);
  dies_after_.clear();
  // What was added and not filled in is changed by the next, and told of.
  EXPECT_EQ(Logins{"juergen@example.com"}, set_of(sync().changed));
  EXPECT_EQ(four, users());
  EXPECT_TRUE(told_.contains("changed juergen@example.com"));
  set_title("ada@example.com", "Mister");
  dies_before_ = "ada@example.com";
  EXPECT_THROW(sync(), Fault);
  EXPECT_EQ("Mister", person("ada@example.com").entry.title);
  dies_before_.clear();
  dies_after_ = "ada@example.com";
  EXPECT_THROW(sync(), Fault);
  EXPECT_EQ("Countess", person("ada@example.com").entry.title);
  EXPECT_EQ(Logins{"changed ada@example.com"}, told_);
}

TEST_F(UserSyncTest, NoAnswerRemovesEverybody) {
  if (!use_slapd()) GTEST_SKIP() << RunningServer::why_not("slapd");
  config_.user_sync.filter = few;
  config_.user_sync.remove = true;
  store_.add_user("boss@example.org");
  sync();
  // Half of them is too much.
  config_.user_sync.filter = "(|(uid=ada)(uid=star))";
  const UserSync held = sync();
  EXPECT_TRUE(held.held_back);
  EXPECT_EQ((Logins{"juergen@example.com", "many1@example.com"}), set_of(held.gone));
  EXPECT_EQ(5U, users().size());
  // Nobody is no answer, whatever may be removed; nor is what a limit cut: 50 of 61.
  config_.user_sync.removed_percent_max = 100;
  config_.user_sync.filter = "(uid=nobody)";
  const auto nobody = try_sync();
  ASSERT_FALSE(nobody);
  EXPECT_EQ(Errc::refused, nobody.error().code);
  config_.user_sync.filter = "(|(uid=many*)(uid=ada))";
  EXPECT_THROW(static_cast<void>(try_sync()), Fault);
  config_.directory.servers = {"ldap://127.0.0.1:1"};
  EXPECT_THROW(static_cast<void>(try_sync()), Fault);
  EXPECT_EQ(5U, users().size());
}

/// The embedded store as it was before it noted who came from where.
TEST_F(UserSyncTest, WhoWasThereIsAdoptedAndThenGoes) {
  if (!use_slapd()) GTEST_SKIP() << RunningServer::why_not("slapd");
  config_.user_sync.filter = few;
  config_.user_sync.remove = true;
  config_.user_sync.removed_percent_max = 50;
  for (const std::string& login : four) store_.add_user(login);
  store_.add_user("hand@example.com");
  EXPECT_EQ(four, set_of(sync(true).adopted));
  EXPECT_EQ("", origin("ada@example.com"));
  EXPECT_EQ(four, set_of(sync().adopted));
  EXPECT_TRUE(told_.contains("adopted ada@example.com"));
  EXPECT_TRUE(origin("ada@example.com").starts_with("entryUUID="));
  EXPECT_TRUE(sync().adopted.empty());
  config_.user_sync.filter = "(|(uid=ada)(uid=star))";
  EXPECT_EQ((Logins{"juergen@example.com", "many1@example.com"}), set_of(sync().removed));
  EXPECT_EQ((Logins{"ada@example.com", "hand@example.com", "star@example.com"}), users());
}

TEST_F(UserSyncTest, WhatIsNoWholeAnswerRemovesNobody) {
  using Habit = ScriptedLdap::Habit;
  for (const Habit habit : {Habit::silent, Habit::empty, Habit::limited, Habit::breaks,
                            Habit::hangs_up, Habit::refers, Habit::partly}) {
    SCOPED_TRACE(static_cast<int>(habit));
    const auto server = use_scripted(habit);
    if (habit == Habit::silent) config_.directory.query_seconds = 1;
    bool whole = false;
    try {
      const auto done = try_sync();
      whole = done && !done->held_back;
      EXPECT_TRUE(!done || done->removed.empty());
      EXPECT_TRUE(!done || done->elsewhere);
      EXPECT_EQ(done.has_value(), habit == Habit::partly);
    } catch (const Fault& fault) {
      EXPECT_NE(habit, Habit::empty) << fault.what();
    }
    EXPECT_FALSE(whole);
    EXPECT_EQ((Logins{"p0@example.com", "p1@example.com"}), users());
  }
  // A whole one does.
  for (const Habit habit : {Habit::good, Habit::partitions}) {
    const auto server = use_scripted(habit);
    EXPECT_EQ(Logins{"p1@example.com"}, set_of(sync().removed)) << static_cast<int>(habit);
    EXPECT_EQ(Logins{"p0@example.com"}, users());
  }
}

TEST_F(UserSyncTest, WhoIsGoneGoesAndWhoIsIgnoredStays) {
  if (!use_slapd()) GTEST_SKIP() << RunningServer::why_not("slapd");
  config_.user_sync.filter = few;
  sync();
  config_.user_sync.remove = true;
  config_.user_sync.filter = "(|(uid=ada)(uid=star)(uid=many1))";
  config_.user_sync.ignore = "(uid=many1)";
  set_title("many1@example.com", "Left alone");
  EXPECT_EQ(Logins{"juergen@example.com"}, set_of(sync(true).removed));
  EXPECT_EQ(four, users());
  EXPECT_EQ(Logins{"juergen@example.com"}, set_of(sync().removed));
  EXPECT_EQ(Logins{"removed juergen@example.com"}, told_);
  EXPECT_EQ((Logins{"ada@example.com", "many1@example.com", "star@example.com"}), users());
  EXPECT_EQ("Left alone", person("many1@example.com").entry.title);
}

TEST_F(UserSyncTest, EntriesThatMakeNoUser) {
  if (!use_slapd()) GTEST_SKIP() << RunningServer::why_not("slapd");
  config_.user_sync.filter = "(|(uid=twin*)(uid=star))";
  config_.user_sync.attributes = {"office=uid"};
  const UserSync done = sync();
  EXPECT_EQ(Logins{"star@example.com"}, set_of(done.added));
  EXPECT_EQ(1U, done.unusable.size()) << "two entries of one address";
  EXPECT_EQ("star", person("star@example.com").entry.office);
}

TEST_F(UserSyncTest, UsersAreAsActiveDirectorySays) {
  backend::LdapSettings samba;
  if (const std::string why = use_samba(samba); !why.empty()) GTEST_SKIP() << why;
  use(samba, "Reader.pw1");
  config_.directory.tls = "none";
  config_.directory.preset = "active-directory";
  EXPECT_EQ((Logins{"ada@example.com", "bob@example.com"}), set_of(sync().added));
  const backend::Person ada = person("ada@example.com");
  EXPECT_EQ(std::vector<std::string>{"countess@example.com"}, ada.aliases);
  EXPECT_EQ("Mills", ada.entry.department);
  EXPECT_EQ(1U, ada.certificates);
  EXPECT_GT(ada.photo_bytes, 0U);
  EXPECT_TRUE(origin("ada@example.com").starts_with("objectGUID="));
  const UserSync again = sync();
  EXPECT_TRUE(again.changed.empty());
  EXPECT_FALSE(again.elsewhere) << "partitions without people";
}

}  // namespace
}  // namespace godwit::interop
