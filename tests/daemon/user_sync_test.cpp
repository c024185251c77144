// `godwit user sync` asked of a whole daemon, with OpenLDAP's slapd as the directory: people come,
// change, are called otherwise and go, and the daemon dies in the middle of it.
#include <gtest/gtest.h>
#include <ldap.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "app/control_client.hpp"
#include "base/handle.hpp"
#include "daemon/daemon_process.hpp"
#include "interop/imap_servers.hpp"
#include "run.hpp"

namespace godwit::test {
namespace {

using interop::RunningServer;
using Json = nlohmann::json;
using Logins = std::set<std::string>;

constexpr const char* hand = "hand@example.com";
const std::string base = "ou=staff,dc=example,dc=com";

/// Writes below ou=staff, which is made empty for each test.
class Staff {
 public:
  explicit Staff(std::uint16_t port) {
    LDAP* made = nullptr;
    const std::string url = "ldap://127.0.0.1:" + std::to_string(port);
    check(ldap_initialize(&made, url.c_str()));
    ldap_.reset(made);
    const int version = LDAP_VERSION3;
    ldap_set_option(made, LDAP_OPT_PROTOCOL_VERSION, &version);
    std::string secret = "adminpw";
    berval credentials{secret.size(), secret.data()};
    check(ldap_sasl_bind_s(made, "cn=admin,dc=example,dc=com", LDAP_SASL_SIMPLE, &credentials,
                           nullptr, nullptr, nullptr));
    add(base, {{"objectClass", "organizationalUnit"}, {"ou", "staff"}});
  }
  ~Staff() {
    for (const std::string& dn : entries_)
      ldap_delete_ext_s(ldap_.get(), dn.c_str(), nullptr, nullptr);
    ldap_delete_ext_s(ldap_.get(), base.c_str(), nullptr, nullptr);
  }
  Staff(const Staff&) = delete;
  Staff& operator=(const Staff&) = delete;

  void come(const std::string& uid) {
    add(dn(uid), {{"objectClass", "inetOrgPerson"},
                  {"uid", uid},
                  {"cn", uid},
                  {"sn", uid},
                  {"mail", uid + "@example.com"},
                  {"userPassword", uid + "pw"}});
    entries_.insert(dn(uid));
  }
  void go(const std::string& uid) {
    check(ldap_delete_ext_s(ldap_.get(), dn(uid).c_str(), nullptr, nullptr));
    entries_.erase(dn(uid));
  }
  void set(const std::string& uid, const std::string& attribute, const std::string& value) {
    change(dn(uid), LDAP_MOD_REPLACE, {{attribute, value}});
  }
  void rename(const std::string& uid, const std::string& now) {
    check(ldap_rename_s(ldap_.get(), dn(uid).c_str(), ("uid=" + now).c_str(), nullptr, 1, nullptr,
                        nullptr));
    entries_.erase(dn(uid));
    entries_.insert(dn(now));
    set(now, "mail", now + "@example.com");
  }

 private:
  using Attributes = std::vector<std::pair<std::string, std::string>>;

  static std::string dn(const std::string& uid) { return "uid=" + uid + ',' + base; }
  static void check(int code) {
    if (code != LDAP_SUCCESS) throw std::runtime_error(ldap_err2string(code));
  }
  void add(const std::string& dn, const Attributes& attributes) {
    change(dn, LDAP_MOD_ADD, attributes);
  }
  void change(const std::string& dn, int operation, Attributes attributes) {
    std::vector<std::array<char*, 2>> values;
    std::vector<LDAPMod> mods;
    for (auto& [name, value] : attributes) {
      values.push_back({value.data(), nullptr});
      mods.push_back({.mod_op = operation, .mod_type = name.data(), .mod_vals = {}});
    }
    std::vector<LDAPMod*> list;
    for (std::size_t i = 0; i < mods.size(); ++i) {
      mods[i].mod_vals.modv_strvals = values[i].data();
      list.push_back(&mods[i]);
    }
    list.push_back(nullptr);
    check(operation == LDAP_MOD_ADD
              ? ldap_add_ext_s(ldap_.get(), dn.c_str(), list.data(), nullptr, nullptr)
              : ldap_modify_ext_s(ldap_.get(), dn.c_str(), list.data(), nullptr, nullptr));
  }
  static void close(LDAP* ldap) { ldap_unbind_ext_s(ldap, nullptr, nullptr); }

  Handle<LDAP, close> ldap_;
  Logins entries_;
};

class UserSyncDaemonTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!RunningServer::is_there("slapd")) GTEST_SKIP() << RunningServer::why_not("slapd");
    const RunningServer& slapd = *RunningServer::get("slapd", "");
    staff_ = std::make_unique<Staff>(slapd.port("LDAP_PORT"));
    const std::string file = daemon_.folder() + "/ldap.password";
    std::ofstream(file) << "readerpw\n";
    std::filesystem::permissions(file, std::filesystem::perms::owner_read);
    const std::string server =
        "servers = [\"ldap://127.0.0.1:" + std::to_string(slapd.port("LDAP_PORT")) +
        "\"]\nca_file = \"" + slapd.value("CA_FILE") +
        "\"\nbind_dn = \"uid=reader,dc=example,dc=com\"\npassword_file = \"ldap.password\"\n"
        "base = \"" +
        base + "\"\n";
    daemon_.config["directory"] = server;
    daemon_.config["[sign_in]"] = "kind = \"ldap\"\n" + server;
    daemon_.config["auth"] = "failure_delay_milliseconds = 0\n";
    daemon_.config["local"] = "domains = [\"example.com\"]\n";
    allow_removals(50);
    daemon_.start();
    daemon_.add_user(hand);
  }
  void allow_removals(int percent) {
    daemon_.config["user_sync"] =
        "remove = true\nremoved_percent_max = " + std::to_string(percent) + "\n";
  }
  void restart() {
    daemon_.stop();
    daemon_.start();
  }
  Json ask(const std::string& arguments) {
    const Finished done = daemon_.command("--json " + arguments);
    const Json answer = Json::parse(done.output, nullptr, false);
    return answer.is_object() && answer.contains("result") ? answer["result"] : Json(done.output);
  }
  Json sync() { return ask("user sync"); }
  /// By login: where each came from.
  std::map<std::string, std::string> users() {
    std::map<std::string, std::string> out;
    for (const Json& user : ask("user list")["users"]) out[user["login"]] = user["origin"];
    return out;
  }
  int sign_in(const std::string& user, const std::string& secret) {
    const std::string head =
        "POST /Microsoft-Server-ActiveSync?Cmd=FolderSync&User=x&DeviceType=x&DeviceId=phone "
        "HTTP/1.1\r\nMS-ASProtocolVersion: 14.1";
    return std::stoi(
        ask_http(daemon_.port("http "), {.head = head, .user = user, .password = secret})
            .substr(9, 3));
  }
  /// Over the control socket, without a process of its own; null when the daemon goes away.
  Json ask_quickly(const std::string& operation) const {
    auto client = app::ControlClient::connect(daemon_.folder() + "/control.sock");
    const auto reply = client ? client->ask(Json{{"operation", operation}}.dump())
                              : Result<std::string>(pass(client));
    return reply ? Json::parse(*reply)["result"] : Json();
  }
  /// A sync, and the daemon killed as soon as there are more, or fewer, users than before. Whether
  /// that was in the middle of it.
  bool kill_in_a_sync() {
    const auto count = [this] { return ask_quickly("user.list")["users"].size(); };
    const std::size_t before = count();
    auto asking = std::async(std::launch::async, [this] { return ask_quickly("user.sync"); });
    auto state = std::future_status::timeout;
    while (count() == before && state != std::future_status::ready) {
      state = asking.wait_for(std::chrono::milliseconds(1));
    }
    daemon_.kill();
    const bool cut = asking.get().is_null();
    daemon_.start();
    return cut;
  }

  /// Logins of which the audit log has such an entry.
  Logins told(const std::string& action) {
    Logins out;
    for (const Json& entry : ask("audit")["entries"]) {
      if (entry["action"] == action) out.insert(entry["user"]);
    }
    return out;
  }

  DaemonProcess daemon_;
  std::unique_ptr<Staff> staff_;
};

TEST_F(UserSyncDaemonTest, PeopleComeChangeAndGo) {
  for (const char* uid : {"ann", "bob", "cleo"}) staff_->come(uid);
  const Json tried = ask("user sync --dry-run");
  EXPECT_EQ(tried["added"].size(), 3U) << tried;
  EXPECT_EQ(users().size(), 1U);
  EXPECT_EQ(sync()["added"].size(), 3U);
  EXPECT_EQ(users()[hand], "local");
  EXPECT_TRUE(users()["ann@example.com"].starts_with("entryUUID="));
  EXPECT_EQ(ask("user show ann@example.com")["origin"], users()["ann@example.com"]);
  EXPECT_EQ(sign_in("ann", "annpw"), 200);

  staff_->set("ann", "title", "Boss");
  EXPECT_EQ(sync()["changed"], Json::array({"ann@example.com"}));
  EXPECT_EQ(ask("user show ann@example.com")["title"], "Boss");

  staff_->go("bob");
  EXPECT_EQ(ask("user sync --dry-run")["removed"], Json::array({"bob@example.com"}));
  EXPECT_EQ(users().size(), 4U);
  EXPECT_EQ(sync()["removed"], Json::array({"bob@example.com"}));
  EXPECT_EQ(users().size(), 3U);
  EXPECT_TRUE(users().contains(hand)) << "the directory never knew of that one";
  const Finished log = daemon_.command("audit");
  for (const char* what : {"user.sync.added", "user.sync.changed", "user.sync.removed"}) {
    EXPECT_TRUE(log.output.contains(what)) << log.output;
  }
  const Finished again = daemon_.command("user add ann@example.com --generate");
  EXPECT_NE(again.code, 0);
  EXPECT_TRUE(again.output.contains("came from the directory")) << again.output;
}

TEST_F(UserSyncDaemonTest, WhoIsCalledOtherwiseKeepsTheMailbox) {
  for (const char* uid : {"ann", "bob"}) staff_->come(uid);
  sync();
  staff_->rename("ann", "anna");
  const Json done = sync();
  EXPECT_EQ(done["renamed"],
            Json::array({{{"login", "ann@example.com"}, {"now", "anna@example.com"}}}));
  EXPECT_TRUE(done["added"].empty() && done["removed"].empty() && done["gone"].empty()) << done;
  EXPECT_EQ(ask("user show ann@example.com")["aliases"], Json::array({"anna@example.com"}));
  EXPECT_EQ(sign_in("anna", "annpw"), 200) << daemon_.log();
  EXPECT_TRUE(daemon_.wait_for_log("user=ann@example.com device=phone")) << daemon_.log();
  // What was added by hand is adopted, and said to be.
  staff_->come("hand");
  EXPECT_EQ(ask("user sync --dry-run")["adopted"], Json::array({hand}));
  EXPECT_TRUE(daemon_.command("user sync").output.contains("adopted   hand@example.com"));
  EXPECT_TRUE(users()[hand].starts_with("entryUUID="));
}

// The address list is the users of the embedded store: the directory is asked for languages all the
// same. A phone in quarantine sees an inbox in its user's language.
TEST_F(UserSyncDaemonTest, WhoseLanguageTheDirectoryKnowsIsWrittenToInIt) {
  daemon_.config["server"] += "language = \"de\"\n";
  daemon_.config["devices"] = "otherwise = \"quarantine\"\n";
  restart();
  for (const char* uid : {"ann", "bob"}) {
    staff_->come(uid);
    staff_->set(uid, "userPassword", password);
  }
  staff_->set("ann", "preferredLanguage", "fr-CH, en;q=0.5");
  sync();
  const auto inbox = [&](const std::string& user) {
    Phone phone(daemon_, user);
    EXPECT_TRUE(run(phone->folder_sync()).ok());
    return phone->folders().begin()->second.name;
  };
  EXPECT_EQ(inbox("ann@example.com"), "Boîte de réception") << daemon_.log();
  EXPECT_EQ(inbox("bob@example.com"), "Posteingang");
}

TEST_F(UserSyncDaemonTest, TooManyAtOnceStay) {
  for (const char* uid : {"ann", "bob", "cleo"}) staff_->come(uid);
  sync();
  staff_->go("ann");
  staff_->go("bob");
  const Finished held = daemon_.command("user sync");
  EXPECT_NE(held.code, 0);
  EXPECT_TRUE(held.output.contains("nobody was removed")) << held.output;
  EXPECT_EQ(users().size(), 4U);
  staff_->go("cleo");
  allow_removals(100);
  restart();
  EXPECT_NE(daemon_.command("user sync").code, 0) << "the directory has nobody";
  staff_->come("dora");
  EXPECT_TRUE(sync()["held_back"].get<bool>()) << "everybody would go";
  EXPECT_EQ(users().size(), 5U);
  staff_->go("dora");
  EXPECT_EQ(sync(), sync());
  EXPECT_EQ(users().size(), 5U);
}

TEST_F(UserSyncDaemonTest, WhatWasKilledIsDoneByTheNext) {
  constexpr std::size_t people = 40;
  for (std::size_t i = 0; i < people; ++i) staff_->come("p" + std::to_string(i));
  EXPECT_TRUE(kill_in_a_sync());
  EXPECT_GT(users().size(), 1U);
  EXPECT_LT(users().size(), people + 1);
  const Logins added = told("user.sync.added");
  for (const auto& [login, origin] : users()) {
    EXPECT_TRUE(login == hand || added.contains(login)) << login;
  }
  sync();
  EXPECT_EQ(users().size(), people + 1);
  EXPECT_TRUE(sync()["changed"].empty());
  for (const auto& [login, origin] : users()) EXPECT_EQ(origin == "local", login == hand);

  for (std::size_t i = 1; i < people; ++i) staff_->go("p" + std::to_string(i));
  allow_removals(100);
  restart();
  // On a busy machine all are gone before the test sees one go.
  const bool cut = kill_in_a_sync();
  EXPECT_LT(users().size(), people + 1);
  EXPECT_TRUE(cut || users().size() == 2U) << users().size();
  EXPECT_TRUE(users().contains(hand));
  const Logins removed = told("user.sync.removed");
  for (std::size_t i = 1; i < people; ++i) {
    const std::string login = "p" + std::to_string(i) + "@example.com";
    EXPECT_TRUE(users().contains(login) || removed.contains(login)) << login;
  }
  sync();
  EXPECT_EQ(users().size(), 2U) << "one of the directory, and one added by hand";
  EXPECT_EQ(daemon_.command("schema verify").code, 0);
}

}  // namespace
}  // namespace godwit::test
