#include "admin/operations.hpp"

#include <gtest/gtest.h>

#include <map>

#include "base/fault.hpp"
#include "run.hpp"

namespace godwit::admin {
namespace {

class FakeAccounts final : public Accounts {
 public:
  Task<Result<>> add(NewUser user) override {
    if (users.contains(user.login)) co_return fail(Errc::conflict, "there is such a user");
    users[user.login] = std::move(user);
    co_return Result<>{};
  }
  Task<std::vector<User>> list() override {
    if (broken) throw Fault(Fault::Kind::unavailable, "disk \xff gone");
    std::vector<User> out;
    out.reserve(users.size());
    for (const auto& [login, user] : users) {
      out.push_back({login, user.display_name, user.aliases, user.quota_bytes, 7, user.origin});
    }
    co_return out;
  }
  Task<Result<>> set_password(std::string login, Secret password) override {
    if (!users.contains(login)) co_return fail(Errc::not_found, "no such user");
    users[login].password = std::move(password);
    co_return Result<>{};
  }
  Task<Result<>> remove(std::string login) override {
    if (users.erase(login) == 0) co_return fail(Errc::not_found, "no such user");
    co_return Result<>{};
  }
  Task<Result<std::string>> origin(std::string login) override {
    if (!users.contains(login)) co_return fail(Errc::not_found, "no such user");
    co_return users[login].origin;
  }
  Task<Result<>> set_origin(std::string login, std::string origin) override {
    if (!users.contains(login)) co_return fail(Errc::not_found, "no such user");
    users[login].origin = std::move(origin);
    co_return Result<>{};
  }
  Task<Result<backend::Person>> person(std::string login) override {
    if (!users.contains(login)) co_return fail(Errc::not_found, "no such user");
    backend::Person out;
    out.listed = false;
    out.photo_bytes = 9;
    out.certificates = 2;
    out.entry.address = login;
    out.entry.mobile_phone = "123";
    co_return out;
  }
  Task<Result<>> change_person(std::string login, backend::PersonChange wanted) override {
    if (!users.contains(login)) co_return fail(Errc::not_found, "no such user");
    change = std::move(wanted);
    co_return Result<>{};
  }
  Task<Result<UserSync>> sync(UserSyncOrder order) override {
    UserSync out;
    out.added = {"new@example.org"};
    out.gone = {"old@example.org"};
    out.adopted = {"hand@example.org"};
    out.renamed = {{"ann@example.org", "ann.archer@example.org"}};
    out.failed = {{"odd@example.org", "has no name"}};
    if (order.dry_run) co_return out;
    co_await order.about_to("added", "new@example.org");
    if (dies) throw Fault(Fault::Kind::unavailable, "killed");
    co_await order.tried("added", "new@example.org", Result<>{});
    co_await order.about_to("added", "odd@example.org");
    co_await order.tried("added", "odd@example.org", fail(Errc::refused, "has no name"));
    co_return out;
  }
  backend::PersonChange change;
  std::map<std::string, NewUser> users;
  bool broken = false;
  bool dies = false;  // in a sync, with its first change made
};

class FakeGroups final : public Groups {
 public:
  Task<Result<>> add(backend::Group group) override {
    groups[group.address] = std::move(group);
    co_return Result<>{};
  }
  Task<std::vector<backend::Group>> list() override {
    std::vector<backend::Group> out;
    out.reserve(groups.size());
    for (const auto& [address, group] : groups) out.push_back(group);
    co_return out;
  }
  Task<Result<backend::Group>> show(std::string address) override {
    if (!groups.contains(address)) co_return fail(Errc::not_found, "no such group");
    co_return groups[address];
  }
  Task<Result<>> change(std::string address, backend::GroupChange wanted) override {
    groups[address].owner = wanted.owner.value_or("kept");
    groups[address].listed = wanted.listed.value_or(true);
    co_return Result<>{};
  }
  Task<Result<>> add_members(std::string address, std::vector<std::string> members) override {
    groups[address].members = std::move(members);
    co_return Result<>{};
  }
  Task<Result<>> remove_members(std::string address, std::vector<std::string>) override {
    groups[address].members.clear();
    co_return Result<>{};
  }
  Task<Result<>> remove(std::string address) override {
    groups.erase(address);
    co_return Result<>{};
  }
  std::map<std::string, backend::Group> groups;
};

class FakeDevices final : public Devices {
 public:
  Task<std::vector<Device>> list(std::optional<UserId> user) override {
    last = user ? user->str() : "all";
    co_return std::vector<Device>{one()};
  }
  Task<Result<Device>> show(UserId user, DeviceId device) override {
    last = "show " + user.str() + " " + device.str();
    Device shown = one();
    shown.recovery_password = Secret("open sesame");
    co_return shown;
  }
  Task<Result<>> wipe(Order order, policy::WipeScope scope) override {
    const bool account = scope == policy::WipeScope::account;
    co_return note(account ? "wipe account of" : "wipe", order);
  }
  Task<Result<>> release(Order order) override { co_return note("release", order); }
  Task<Result<>> allow(Order order) override { co_return note("allow", order); }
  Task<Result<>> block(Order order) override { co_return note("block", order); }
  Task<Result<>> unblock(Order order) override { co_return note("unblock", order); }
  Task<Result<>> set_profile(Order order, std::string name) override {
    co_return note("profile " + name, order);
  }
  profile::ProfilesRef profiles() const override { return profile::shipped_profiles(); }
  Task<Result<>> resync(Order order) override { co_return note("resync", order); }
  Task<Result<>> forget(Order order) override { co_return note("forget", order); }
  std::string last;
  std::string by;

 private:
  static Device one() {
    return {
        *UserId::parse("ann"),        *DeviceId::parse("d1"), "iPhone", "", "", "16.1", "allowed",
        Time(std::chrono::seconds(5))};
  }
  Result<> note(std::string_view what, const Order& order) {
    last = std::string(what) + " " + order.user.str() + " " + order.device.str();
    by = order.by.name;
    return {};
  }
};

class FakeAudit final : public Audit {
 public:
  Task<std::vector<policy::AuditEntry>> list(AuditQuery query) override {
    asked = query;
    co_return entries;
  }
  Task<> add(policy::AuditEntry entry) override {
    entries.push_back(std::move(entry));
    co_return;
  }
  std::vector<policy::AuditEntry> entries;
  AuditQuery asked;
};

class FakeOutbox final : public Outbox {
 public:
  Task<Backlog> backlog() override { co_return Backlog{}; }
  Task<std::vector<WaitingMail>> list() override {
    co_return std::vector<WaitingMail>{
        {"m1", "ann", "ann@x.test", {"b@x.test"}, 10, {}, {}, 3, "the hop is down"}};
  }
  Task<bool> retry(std::string name) override { co_return name == "m1"; }
  Task<bool> remove(std::string name) override { co_return name == "m1"; }
};

class FakeRemovedItems final : public RemovedItems {
 public:
  Task<Result<std::vector<backend::RemovedItem>>> list(std::string login) override {
    if (login != "ann") co_return fail(Errc::not_found, "no such user");
    co_return std::vector<backend::RemovedItem>{
        {7, ItemClass::calendar, "Calendar", "Team", Time(std::chrono::seconds(5)), 10}};
  }
  Task<Result<>> restore(std::string, std::int64_t number) override {
    if (number != 7) co_return fail(Errc::not_found, "no such item");
    co_return Result<>{};
  }
};

class OperationsTest : public testing::Test {
 protected:
  std::string run(std::string line) {
    return test::run(operations.run(std::move(line), {"root", "192.0.2.1"}));
  }

  FakeAccounts accounts;
  FakeGroups groups;
  FakeDevices devices;
  FakeOutbox outbox;
  FakeAudit audit;
  FakeRemovedItems items;
  std::vector<std::string> forgotten;
  Operations operations{
      {.accounts = &accounts,
       .devices = &devices,
       .outbox = &outbox,
       .status = [] { return Status{.version = "1", .mode = "serving"}; },
       .forget_user = [this](const UserId& user) { forgotten.push_back(user.str()); },
       .groups = &groups,
       .audit = &audit,
       .removed_items = &items}};
};

TEST_F(OperationsTest, UsersComeAndGo) {
  EXPECT_EQ(run(R"({"operation":"user.add","arguments":{"login":"ann@example.org",)"
                R"("password":"pw","aliases":["a@example.org"],"quota_bytes":9}})"),
            R"({"ok":true,"result":{}})");
  EXPECT_EQ(accounts.users.at("ann@example.org").password.reveal(), "pw");
  EXPECT_EQ(run(R"({"operation":"user.list"})"),
            R"({"ok":true,"result":{"users":[{"aliases":["a@example.org"],"display_name":"",)"
            R"("login":"ann@example.org","origin":"local","quota_bytes":9,"used_bytes":7}]}})");
  EXPECT_TRUE(run(R"({"operation":"user.passwd","arguments":{"login":"ann@example.org",)"
                  R"("password":"new"}})")
                  .contains("true"));
  EXPECT_EQ(forgotten, std::vector<std::string>{"ann@example.org"});
  EXPECT_TRUE(
      run(R"({"operation":"user.remove","arguments":{"login":"bob"}})").contains("not_found"));
  EXPECT_EQ(forgotten.size(), 1U);
}

TEST_F(OperationsTest, UsersAreBroughtInStep) {
  const std::string tried = run(R"({"operation":"user.sync","arguments":{"dry_run":true}})");
  EXPECT_TRUE(tried.contains(R"("added":["new@example.org"])")) << tried;
  EXPECT_TRUE(tried.contains(R"("adopted":["hand@example.org"])")) << tried;
  EXPECT_TRUE(tried.contains(R"({"login":"ann@example.org","now":"ann.archer@example.org"})"))
      << tried;
  EXPECT_TRUE(forgotten.empty());
  const std::string done = run(R"({"operation":"user.sync"})");
  EXPECT_TRUE(done.contains(R"("gone":["old@example.org"])")) << done;
  EXPECT_TRUE(done.contains(R"({"login":"odd@example.org","why":"has no name"})")) << done;
  EXPECT_EQ(forgotten, (std::vector<std::string>{"new@example.org", "odd@example.org"}));
  ASSERT_EQ(audit.entries.size(), 5U);
  EXPECT_EQ(audit.entries[0].action, "user.sync");
  EXPECT_EQ(audit.entries[0].details, "dry run");
  EXPECT_EQ(audit.entries[1].action, "user.sync.added");
  EXPECT_EQ(audit.entries[1].user, "new@example.org");
  EXPECT_EQ(audit.entries[1].by, "root");
  EXPECT_TRUE(audit.entries[1].done);
  EXPECT_EQ(audit.entries[3].user, "odd@example.org");
  EXPECT_EQ(audit.entries[3].details, "has no name");
  EXPECT_FALSE(audit.entries[3].done);
}

TEST_F(OperationsTest, ASyncThatDiesLeavesNoChangeWithoutAnEntry) {
  accounts.dies = true;
  EXPECT_TRUE(run(R"({"operation":"user.sync"})").contains("failed"));
  ASSERT_EQ(audit.entries.size(), 1U);
  EXPECT_EQ(audit.entries[0].action, "user.sync.added");
  EXPECT_EQ(audit.entries[0].user, "new@example.org");
}

TEST_F(OperationsTest, EntriesOfTheAddressListChange) {
  EXPECT_TRUE(run(R"({"operation":"user.set","arguments":{"login":"ann","title":"T"}})")
                  .contains("not_found"));
  run(R"({"operation":"user.add","arguments":{"login":"ann","password":"pw"}})");
  EXPECT_EQ(R"({"ok":true,"result":{}})",
            run(R"({"operation":"user.set","arguments":{"login":"ann","title":"Boss","office":"",)"
                R"("listed":false,"photo":"/9j/","certificates":["MAA="],"quota_bytes":0}})"));
  using Fields = std::vector<std::pair<std::string backend::DirectoryEntry::*, std::string>>;
  EXPECT_EQ(
      (Fields{{&backend::DirectoryEntry::office, ""}, {&backend::DirectoryEntry::title, "Boss"}}),
      accounts.change.fields);
  EXPECT_EQ(false, accounts.change.listed);
  EXPECT_EQ(0U, accounts.change.quota_bytes);
  EXPECT_EQ("\xFF\xD8\xFF", accounts.change.photo);
  EXPECT_EQ((std::vector<std::string>{{"0\0", 2}}), accounts.change.certificates);
  for (const std::string wrong :
       {R"("nose":"x")", R"("title":1)", R"("listed":"no")", R"("photo":"?")",
        R"("certificates":"MAA=")", R"("certificates":["?"])", R"("quota_bytes":-1)"}) {
    EXPECT_TRUE(run(R"({"operation":"user.set","arguments":{"login":"ann",)" + wrong + "}}")
                    .contains("malformed"))
        << wrong;
  }
  const std::string shown = run(R"({"operation":"user.show","arguments":{"login":"ann"}})");
  for (const std::string part :
       {R"("certificates":2)", R"("listed":false)", R"("photo_bytes":9)", R"("mobile_phone":"123")",
        R"("login":"ann")", R"("origin":"local")"}) {
    EXPECT_TRUE(shown.contains(part)) << shown;
  }
}

TEST_F(OperationsTest, AddressesThatChangeEndWhatWasRememberedOfTheUser) {
  run(R"({"operation":"user.add","arguments":{"login":"ann","password":"pw"}})");
  run(R"({"operation":"user.set","arguments":{"login":"ann","title":"Boss"}})");
  EXPECT_TRUE(forgotten.empty());
  run(R"({"operation":"user.set","arguments":{"login":"ann","send_as":["info@example.org"]}})");
  EXPECT_EQ(forgotten, std::vector<std::string>{"ann"});
  EXPECT_EQ(accounts.change.send_as, std::vector<std::string>{"info@example.org"});
  EXPECT_EQ(accounts.change.aliases, std::nullopt);
}

TEST_F(OperationsTest, GroupsComeAndGo) {
  const auto ask = [this](const std::string& operation, const std::string& arguments) {
    return run(R"({"operation":"group.)" + operation + R"(","arguments":{"address":"g@x.org")" +
               arguments + "}}");
  };
  EXPECT_EQ(ask("add", R"(,"members":["ann@x.org"],"display_name":"G","listed":false)"),
            R"({"ok":true,"result":{}})");
  EXPECT_EQ(ask("show", ""),
            R"({"ok":true,"result":{"address":"g@x.org","display_name":"G","listed":false,)"
            R"("members":["ann@x.org"],"owner":""}})");
  ask("member_add", R"(,"members":["bob@x.org"])");
  EXPECT_TRUE(ask("show", "").contains(R"("members":["bob@x.org"])"));
  ask("set", R"(,"owner":"eve@x.org","listed":true)");
  EXPECT_TRUE(run(R"({"operation":"group.list"})").contains(R"("owner":"eve@x.org")"));
  ask("member_remove", R"(,"members":["bob@x.org"])");
  EXPECT_TRUE(ask("show", "").contains(R"("members":[])"));
  for (const std::string wrong : {R"(,"members":"x")", R"(,"listed":1)", R"(,"owner":1)"}) {
    EXPECT_TRUE(ask("add", wrong).contains("malformed")) << wrong;
  }
  ask("remove", "");
  EXPECT_TRUE(ask("show", "").contains("not_found"));
}

TEST_F(OperationsTest, DevicesAreNamedByUserAndId) {
  EXPECT_TRUE(run(R"({"operation":"device.list"})").contains(R"("seen":5)"));
  EXPECT_EQ(devices.last, "all");
  EXPECT_TRUE(run(R"({"operation":"device.wipe","arguments":{"user":"ann","device":"d1"}})")
                  .contains("true"));
  EXPECT_EQ(devices.last, "wipe ann d1");
  EXPECT_TRUE(run(R"({"operation":"device.wipe","arguments":{"user":"ann","device":"d1",)"
                  R"("account_only":true}})")
                  .contains("true"));
  EXPECT_EQ(devices.last, "wipe account of ann d1");
  EXPECT_TRUE(run(R"({"operation":"device.wipe","arguments":{"user":"ann","device":"d1",)"
                  R"("account_only":1}})")
                  .contains("malformed"));
  EXPECT_TRUE(run(R"({"operation":"device.block","arguments":{"user":"ann"}})")
                  .contains("argument 'device' is missing"));
}

TEST_F(OperationsTest, WhatIsDoneIsLoggedWithItsCaller) {
  run(R"({"operation":"user.add","arguments":{"login":"ann","password":"topsecret"}})");
  run(R"({"operation":"user.list"})");
  run(R"({"operation":"user.remove","arguments":{"login":"bob"}})");
  run(R"({"operation":"device.release","arguments":{"user":"ann","device":"d1"}})");
  EXPECT_EQ(devices.last, "release ann d1");
  EXPECT_EQ(devices.by, "root") << "the order makes its own entry";
  ASSERT_EQ(audit.entries.size(), 2U);
  EXPECT_EQ(audit.entries[0].action, "user.add");
  EXPECT_EQ(audit.entries[0].by, "root");
  EXPECT_EQ(audit.entries[0].address, "192.0.2.1");
  EXPECT_EQ(audit.entries[0].user, "ann");
  EXPECT_TRUE(audit.entries[0].done);
  EXPECT_EQ(audit.entries[1].action, "user.remove");
  EXPECT_FALSE(audit.entries[1].done);
  EXPECT_EQ(audit.entries[1].details, "no such user");
  const std::string listed =
      run(R"({"operation":"audit.list","arguments":{"user":"ann","since":60,"entries_max":5}})");
  EXPECT_TRUE(listed.contains(R"("action":"user.add")")) << listed;
  EXPECT_FALSE(listed.contains("topsecret"));
  EXPECT_EQ(audit.asked.user, "ann");
  EXPECT_EQ(audit.asked.since, Time(std::chrono::minutes(1)));
  EXPECT_EQ(audit.asked.entries_max, 5U);
}

TEST_F(OperationsTest, ADeviceIsShownWithItsRecoveryPassword) {
  const std::string shown =
      run(R"({"operation":"device.show","arguments":{"user":"ann","device":"d1"}})");
  EXPECT_TRUE(shown.contains(R"("recovery_password":"open sesame")")) << shown;
  EXPECT_FALSE(run(R"({"operation":"device.list"})").contains("sesame"));
}

TEST_F(OperationsTest, MailThatWaitsIsHurriedAndDropped) {
  EXPECT_TRUE(run(R"({"operation":"queue.list"})").contains(R"("reason":"the hop is down")"));
  EXPECT_TRUE(run(R"({"operation":"queue.retry","arguments":{"mail":"m1"}})").contains("true"));
  EXPECT_TRUE(run(R"({"operation":"queue.remove","arguments":{"mail":"m2"}})").contains("not_fou"));
  EXPECT_TRUE(run(R"({"operation":"queue.remove"})").contains("argument 'mail' is missing"));
}

TEST_F(OperationsTest, RemovedItemsAreShownAndPutBack) {
  const std::string shown = run(R"({"operation":"item.removed","arguments":{"user":"ann"}})");
  EXPECT_TRUE(shown.contains(R"("class":"event")") && shown.contains(R"("item":7)")) << shown;
  EXPECT_TRUE(
      run(R"({"operation":"item.removed","arguments":{"user":"x"}})").contains("not_found"));
  EXPECT_TRUE(run(R"({"operation":"item.restore","arguments":{"user":"ann","item":7}})")
                  .contains(R"("ok":true)"));
  EXPECT_TRUE(run(R"({"operation":"item.restore","arguments":{"user":"ann","item":8}})")
                  .contains("not_found"));
  EXPECT_TRUE(run(R"({"operation":"item.restore","arguments":{"user":"ann","item":"x"}})")
                  .contains("is a number"));
}

TEST_F(OperationsTest, NonsenseIsAnswered) {
  EXPECT_TRUE(run("").contains("malformed"));
  EXPECT_TRUE(run("[]").contains("malformed"));
  EXPECT_TRUE(run(R"({"operation":7})").contains("malformed"));
  EXPECT_TRUE(run(R"({"operation":"x"})").contains("unsupported"));
  EXPECT_TRUE(run(R"({"operation":"status","arguments":[]})").contains("malformed"));
  EXPECT_TRUE(run(R"({"operation":"user.add","arguments":{"login":1}})").contains("is a string"));
}

TEST_F(OperationsTest, FaultsBecomeReplies) {
  accounts.broken = true;
  const std::string reply = run(R"({"operation":"user.list"})");
  EXPECT_TRUE(reply.contains(R"("code":"failed")")) << reply;
}

TEST_F(OperationsTest, WithoutAStoreItSaysSo) {
  Operations bare({});
  EXPECT_TRUE(test::run(bare.run(R"({"operation":"user.list"})")).contains("unsupported"));
  EXPECT_TRUE(test::run(bare.run(R"({"operation":"device.list"})")).contains("schema status"));
  EXPECT_TRUE(test::run(bare.run(R"({"operation":"queue.list"})")).contains("unsupported"));
  EXPECT_TRUE(test::run(bare.run(R"({"operation":"item.removed"})")).contains("unsupported"));
}

}  // namespace
}  // namespace godwit::admin
