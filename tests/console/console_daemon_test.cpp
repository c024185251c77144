// The console before a whole daemon with TLS: passwords that count, devices that are real, and what
// is left when the process dies.
#include <gtest/gtest.h>

#include <csignal>

#include "console/visitor.hpp"

namespace godwit::test {
namespace {

constexpr const char* ann = "ann@example.org";
constexpr const char* bob = "bob@example.org";

class ConsoleDaemonTest : public testing::Test {
 protected:
  ConsoleDaemonTest() {
    daemon_.listen_tls();
    daemon_.config["server"] += "hostname = \"localhost\"\n";
    daemon_.config["auth"] = "failure_delay_milliseconds = 0\nfailures_max = 3\n";
  }
  void start() {
    daemon_.start();
    daemon_.add_user(ann);
    daemon_.add_user(bob);
  }
  std::string state_of(const std::string& device) {
    const auto shown = daemon_.command("device show ann@example.org " + device + " --json");
    const auto at = shown.output.find("\"state\"");
    return at == std::string::npos ? "none" : shown.output.substr(at, 60);
  }

  DaemonProcess daemon_;
};

TEST_F(ConsoleDaemonTest, ADeviceIsSeenWipedAndRemoved) {
  start();
  Phone phone(daemon_, ann);
  phone.inbox();
  Visitor visitor(daemon_);
  EXPECT_EQ(visitor.sign_in(ann, "wrong").status, 403);
  EXPECT_EQ(visitor.sign_in(ann).status, 303);
  EXPECT_TRUE(visitor.get("/godwit/").body.contains("/godwit/device?id=phone1"));
  EXPECT_TRUE(visitor.get("/godwit/device?id=phone1").body.contains("SmartPhone"));
  visitor.get("/godwit/device/wipe?id=phone1");
  EXPECT_EQ(visitor.post("/godwit/device/wipe", "id=phone1&what=account").status, 303);
  EXPECT_TRUE(state_of("phone1").contains("account wipe pending"));
  // The phone learns of it with its next request.
  EXPECT_THROW(phone.inbox(), std::exception);
  const auto log = daemon_.command("audit").output;
  EXPECT_TRUE(log.contains("device.wipe_account")) << log;
  EXPECT_TRUE(log.contains("127.0.0.1")) << log;
  EXPECT_EQ(visitor.post("/godwit/device/remove", "id=phone1").status, 409);
  EXPECT_EQ(daemon_.command("device release ann@example.org phone1").code, 0);
  EXPECT_EQ(visitor.post("/godwit/device/remove", "id=phone1").status, 303);
  EXPECT_EQ(state_of("phone1"), "none");
  // It may come back, and starts over.
  Phone again(daemon_, ann);
  again.inbox();
  EXPECT_TRUE(visitor.get("/godwit/").body.contains("phone1"));
}

TEST_F(ConsoleDaemonTest, AnOrderOutlivesTheProcessAndASessionDoesNot) {
  start();
  Phone(daemon_, ann).inbox();
  Visitor visitor(daemon_);
  visitor.sign_in(ann);
  visitor.get("/godwit/device/wipe?id=phone1");
  EXPECT_EQ(visitor.post("/godwit/device/wipe", "id=phone1&what=all").status, 303);
  daemon_.kill();
  daemon_.start();
  EXPECT_TRUE(state_of("phone1").contains("wipe pending"));
  EXPECT_EQ(visitor.get("/godwit/").status, 303);
  EXPECT_EQ(visitor.sign_in(ann).status, 303);
  EXPECT_EQ(visitor.get("/godwit/").status, 200);
}

TEST_F(ConsoleDaemonTest, WhoGuessesHasToWait) {
  start();
  Visitor visitor(daemon_);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(visitor.sign_in(ann, "guess").status, 403) << i;
  const auto slow = visitor.sign_in(ann);
  EXPECT_EQ(slow.status, 429);
  EXPECT_GT(std::stoi(std::string(slow.header("retry-after"))), 0);
  EXPECT_EQ(visitor.get("/godwit/").status, 303);
  // An administrator's word pardons, as for phones.
  EXPECT_TRUE(daemon_.ask("user.passwd", {{"login", ann}, {"password", "other-secret"}}));
  EXPECT_EQ(visitor.sign_in(ann, "other-secret").status, 303);
  EXPECT_FALSE(daemon_.log().contains("other-secret"));
}

TEST_F(ConsoleDaemonTest, AnotherPasswordEndsSessions) {
  start();
  Visitor visitor(daemon_);
  Visitor other(daemon_);
  visitor.sign_in(ann);
  other.sign_in(bob);
  EXPECT_TRUE(daemon_.ask("user.passwd", {{"login", ann}, {"password", "other-secret"}}));
  EXPECT_EQ(visitor.get("/godwit/").status, 303);
  EXPECT_EQ(other.get("/godwit/").status, 200);
}

TEST_F(ConsoleDaemonTest, AppPasswordsOpenPhonesAndNotTheConsole) {
  daemon_.config["[sign_in]"] = "kind = \"app-password\"\n[[sign_in]]\nkind = \"mailbox\"\n";
  start();
  Visitor owner(daemon_);
  owner.sign_in(ann);
  owner.get("/godwit/app-passwords");
  const std::string made = owner.post("/godwit/app-passwords", "name=phone&mail=yes").body;
  const auto from = made.find("<code>") + 6;
  const std::string app_password = made.substr(from, made.find("</code>") - from);
  Visitor visitor(daemon_);
  EXPECT_EQ(visitor.sign_in(ann, app_password).status, 403);
  EXPECT_EQ(visitor.sign_in(ann).status, 303);
  const auto phones = ask_http(daemon_.port("http "), {.user = ann, .password = app_password});
  EXPECT_TRUE(phones.starts_with("HTTP/1.1 200")) << phones;
  EXPECT_TRUE(daemon_.command("audit").output.contains("app_password.add"));
  EXPECT_FALSE(daemon_.log().contains(app_password));
  // Revoked, it opens nothing any more, and who revoked it stays.
  const std::string page = owner.get("/godwit/app-passwords").body;
  const auto id = page.substr(page.find("revoke?id=") + 10, 8);
  EXPECT_EQ(owner.post("/godwit/app-passwords/revoke", "id=" + id).status, 303);
  const auto later = ask_http(daemon_.port("http "), {.user = ann, .password = app_password});
  EXPECT_TRUE(later.starts_with("HTTP/1.1 401")) << later;
  EXPECT_EQ(owner.get("/godwit/").status, 200);
}

TEST_F(ConsoleDaemonTest, AnAbsenceIsThePhonesToo) {
  start();
  Visitor visitor(daemon_);
  visitor.sign_in(ann);
  EXPECT_FALSE(visitor.get("/godwit/").body.contains("/godwit/app-passwords"));
  EXPECT_EQ(visitor.get("/godwit/app-passwords").status, 404);
  visitor.get("/godwit/out-of-office");
  EXPECT_EQ(
      visitor.post("/godwit/out-of-office", "state=on&who=nobody&internal=Back+on+Monday&external=")
          .status,
      303);
  daemon_.kill();
  daemon_.start();
  visitor.sign_in(ann);
  const std::string page = visitor.get("/godwit/out-of-office").body;
  EXPECT_TRUE(page.contains("Back on Monday</textarea>"));
  EXPECT_TRUE(page.contains("value=\"on\" required checked"));
}

TEST_F(ConsoleDaemonTest, AdministratorsAreWhomTheConfigurationNames) {
  daemon_.config["console"] = "admin_groups = [\"it@example.org\"]\n";
  daemon_.config["policy.board"] = "mode = \"loose\"\nusers = [\"ann@board.test\"]\n";
  daemon_.config["policy.board.settings"] =
      "DevicePasswordEnabled = true\nMinDevicePasswordLength = 8\n";
  start();
  Phone(daemon_, ann).inbox();
  Visitor visitor(daemon_);
  visitor.sign_in(bob);
  EXPECT_EQ(visitor.get("/godwit/admin/devices").status, 404);
  ASSERT_EQ(daemon_.command("group add it@example.org --member bob@example.org").code, 0);
  daemon_.signal(SIGHUP);  // groups are asked for anew
  EXPECT_TRUE(daemon_.wait_for_log("reloaded"));
  EXPECT_TRUE(visitor.get("/godwit/admin/devices").body.contains("phone1"));
  EXPECT_TRUE(visitor.get("/godwit/admin").body.contains("serving"));
  const std::string policies = visitor.get("/godwit/admin/policies").body;
  EXPECT_TRUE(policies.contains("<h2>board</h2>")) << policies;
  EXPECT_TRUE(policies.contains("ann@board.test"));
  EXPECT_TRUE(policies.contains(">MinDevicePasswordLength</span></dt><dd>8</dd>")) << policies;
  EXPECT_TRUE(policies.contains("Everybody else"));
  // Whose is which: by the configuration, then by an administrator's word.
  const std::string hers = "/godwit/admin/policies?user=ann%40example.org";
  EXPECT_TRUE(visitor.get(hers).body.contains("no other names the user"));
  EXPECT_EQ(visitor.post("/godwit/admin/policies", "user=ann%40example.org&policy=board").status,
            303);
  EXPECT_TRUE(visitor.get(hers).body.contains("it was assigned to the user"));
  EXPECT_EQ(visitor.post("/godwit/admin/policies", "user=ann%40example.org&policy=none").status,
            409);
  EXPECT_EQ(visitor.post("/godwit/admin/policies", "user=&policy=board").status, 409);
  EXPECT_TRUE(daemon_.command("policy show --user ann@example.org").output.contains("board"));
  EXPECT_EQ(visitor.post("/godwit/admin/policies", "user=ann%40example.org&policy=").status, 303);
  EXPECT_TRUE(visitor.get(hers).body.contains("no other names the user"));
  const auto assigned = daemon_.command("audit --user ann@example.org").output;
  EXPECT_TRUE(assigned.contains("policy.assign") && assigned.contains(bob)) << assigned;
  const std::string device = "user=ann%40example.org&id=phone1";
  visitor.get("/godwit/admin/order?" + device + "&action=block");
  EXPECT_EQ(visitor.post("/godwit/admin/order", device + "&action=block").status, 303);
  EXPECT_TRUE(state_of("phone1").contains("blocked"));
  EXPECT_TRUE(visitor.get("/godwit/admin/audit").body.contains("device.block"));
}

TEST_F(ConsoleDaemonTest, APolicyIsMadeAndHoldsAndOutlivesTheProcess) {
  daemon_.config["console"] = "admins = [\"bob@example.org\"]\n";
  start();
  Phone phone(daemon_, ann);
  phone.inbox();
  Visitor visitor(daemon_);
  visitor.sign_in(bob);
  const std::string form =
      "new=yes&edition=&name=field&mode=strict&users=ann%40example.org"
      "&DevicePasswordEnabled=1&MinDevicePasswordLength=6";
  visitor.get("/godwit/admin/policy");
  const auto looked = visitor.post("/godwit/admin/policy", form + "&step=look");
  EXPECT_TRUE(looked.body.contains("phone1")) << looked.body;
  phone.inbox();
  EXPECT_EQ(visitor.post("/godwit/admin/policy", form + "&step=save").status, 303);
  EXPECT_THROW(phone.inbox(), std::exception) << "its policy comes first";
  daemon_.kill();
  daemon_.start();
  visitor.sign_in(bob);
  EXPECT_TRUE(visitor.get("/godwit/admin/policies").body.contains("policy?policy=field"));
  EXPECT_TRUE(daemon_.command("policy show field").output.contains("MinDevicePasswordLength"));
  const auto log = daemon_.command("audit").output;
  EXPECT_TRUE(log.contains("policy.create") && log.contains(bob)) << log;
  const std::string asked = visitor.get("/godwit/admin/policy/remove?policy=field").body;
  const auto from = asked.find("name=\"edition\" value=\"") + 22;
  const std::string edition = asked.substr(from, asked.find('"', from) - from);
  EXPECT_EQ(visitor.post("/godwit/admin/policy/remove", "policy=field&edition=" + edition).status,
            303);
  EXPECT_EQ(daemon_.command("policy show field").code, 1);
}

TEST_F(ConsoleDaemonTest, ADevicesPageTellsWhatItSynchronizesAndWhyNot) {
  start();
  Phone phone(daemon_, ann);
  EXPECT_EQ(phone.send("To: ann@example.org\r\nSubject: The <i>missing</i> one\r\n\r\nHello.\r\n"),
            1);
  Visitor visitor(daemon_);
  visitor.sign_in(ann);
  const std::string why = "/godwit/device/why?id=phone1";
  EXPECT_TRUE(wait_until([&] {
    return visitor.get(why + "&q=missing").body.contains("The &lt;i&gt;missing&lt;/i&gt; one");
  }));
  const std::string found = visitor.get(why + "&q=missing").body;
  const auto at = found.find("item=") + 5;
  const std::string item = found.substr(at, found.find("&amp;", at) - at);
  EXPECT_TRUE(visitor.get(why + "&item=" + item).body.contains("the device does not"));
  phone.inbox();
  EXPECT_TRUE(visitor.get(why + "&item=" + item).body.contains("it is there, in Inbox"));
  const std::string page = visitor.get("/godwit/device?id=phone1").body;
  EXPECT_TRUE(page.contains(">Sync</td>")) << page;
  EXPECT_TRUE(page.contains(">SendMail</td>")) << page;
  EXPECT_TRUE(page.contains(">Inbox</th>")) << page;
  EXPECT_TRUE(visitor.get(why).body.contains("Inbox: 1 items on the device, 0 to come"));
  daemon_.kill();
  daemon_.start();
  visitor.sign_in(ann);
  EXPECT_TRUE(visitor.get("/godwit/device?id=phone1").body.contains("None since the server"));
}

TEST_F(ConsoleDaemonTest, SetUpHelpLeadsToThisServer) {
  start();
  Visitor visitor(daemon_);
  EXPECT_EQ(visitor.get("/godwit/set-up/profile").status, 303) << "to the sign-in";
  visitor.sign_in(ann);
  const std::string server = "localhost:" + std::to_string(daemon_.port("https "));
  const std::string page = visitor.get("/godwit/set-up").body;
  EXPECT_TRUE(page.contains("<code>" + server + "</code>")) << page;
  EXPECT_TRUE(page.contains("https://" + server + "/godwit/set-up</p>")) << page;
  const auto profile = visitor.get("/godwit/set-up/profile");
  EXPECT_EQ(profile.header("content-type"), "application/x-apple-aspen-config");
  EXPECT_TRUE(profile.body.contains(std::string("<string>") + ann + "</string>")) << profile.body;
  EXPECT_TRUE(profile.body.contains("<string>" + server + "</string>")) << profile.body;
}

TEST_F(ConsoleDaemonTest, UsersAreAddedAndRemovedAsByTheCommandLine) {
  daemon_.config["console"] = "admins = [\"ann@example.org\"]\n";
  start();
  Visitor visitor(daemon_);
  visitor.sign_in(ann);
  visitor.get("/godwit/admin/users/add");
  const std::string form = "login=dora%40example.org&name=Dora&aliases=&password=one-secret";
  EXPECT_EQ(visitor.post("/godwit/admin/users/add", form + "&again=one-secret").status, 303);
  daemon_.kill();  // what was answered is there
  daemon_.start();
  Visitor dora(daemon_);
  EXPECT_EQ(dora.sign_in("dora@example.org", "one-secret").status, 303);
  visitor.sign_in(ann);
  visitor.get("/godwit/admin/user/password?user=dora%40example.org");
  EXPECT_EQ(visitor
                .post("/godwit/admin/user/password",
                      "user=dora%40example.org&password=two-secret&again=two-secret")
                .status,
            303);
  EXPECT_EQ(dora.get("/godwit/").status, 303) << "signed out";
  EXPECT_EQ(dora.sign_in("dora@example.org", "two-secret").status, 303);
  EXPECT_TRUE(visitor.get("/godwit/admin/users").body.contains("dora@example.org"));
  visitor.get("/godwit/admin/user/remove?user=dora%40example.org");
  EXPECT_EQ(
      visitor
          .post("/godwit/admin/user/remove", "user=dora%40example.org&confirm=dora%40example.org")
          .status,
      303);
  EXPECT_FALSE(visitor.get("/godwit/admin/users").body.contains("dora@example.org"));
  const auto log = daemon_.command("audit --user dora@example.org").output;
  for (const char* const action : {"user.add", "user.passwd", "user.remove"}) {
    EXPECT_TRUE(log.contains(action)) << log;
  }
  EXPECT_FALSE(log.contains("secret"));
  EXPECT_FALSE(daemon_.log().contains("-secret"));
}

TEST_F(ConsoleDaemonTest, CanBeSwitchedOff) {
  start();
  Visitor visitor(daemon_);
  EXPECT_EQ(visitor.get("/godwit/sign-in").status, 200);
  EXPECT_TRUE(visitor.get("/").body.contains("/godwit/"));
  daemon_.config["console"] = "enabled = false\n";
  daemon_.write_config();
  daemon_.signal(SIGHUP);
  EXPECT_TRUE(daemon_.wait_for_log("reloaded"));
  EXPECT_EQ(visitor.get("/godwit/sign-in").status, 404);
  EXPECT_FALSE(visitor.get("/").body.contains("/godwit/"));
}

}  // namespace
}  // namespace godwit::test
