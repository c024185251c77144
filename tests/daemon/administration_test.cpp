// What an administrator does with a whole daemon: wiping, and every command's answer in JSON.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "daemon/daemon_process.hpp"
#include "run.hpp"
#include "wbxml/pages/provision.hpp"

namespace godwit::test {
namespace {

using client::Node;
using nlohmann::json;
namespace page = wbxml::provision;

constexpr const char* ann = "ann@example.org";

class AdministrationTest : public testing::Test {
 protected:
  void start() {
    daemon_.config["lmtp"] = "listen = [\"127.0.0.1:0\"]\n";
    daemon_.config["submission"] =
        "host = \"127.0.0.1\"\nport = 1\ntls = \"none\"\nsign_in = \"none\"\n";
    daemon_.start();
    daemon_.add_user(ann);
    phone_ = std::make_unique<Phone>(daemon_, ann);
    phone_->inbox();
  }
  /// The answer of `godwit --json ARGUMENTS`: one line that is an object and says whether it was
  /// done, as the exit code does.
  json ask(const std::string& arguments) {
    const Finished done = daemon_.command("--json " + arguments);
    json answer = json::parse(done.output, nullptr, false);
    EXPECT_TRUE(answer.is_object()) << arguments << ": " << done.output;
    if (!answer.is_object()) return json::object();
    EXPECT_EQ(answer["ok"], done.code == 0) << arguments << ": " << done.output;
    EXPECT_TRUE(answer.contains("result") || answer["error"]["message"].is_string())
        << arguments << ": " << done.output;
    return answer;
  }
  std::string state() { return ask("device show ann@example.org phone1")["result"]["state"]; }
  /// The answer's document.
  Node provision(const Node& request) {
    const auto wire =
        (*phone_)->wire("Provision", encode(request), "application/vnd.ms-sync.wbxml");
    client::HttpTransport transport(daemon_.url(), {});
    auto root = client::decode(run(transport.send(wire)).body);
    return root ? std::move(*root) : Node(page::Provision);
  }
  std::string file(const std::string& name, const std::string& text) const {
    const std::string path = daemon_.folder() + '/' + name;
    std::ofstream(path, std::ios::binary) << text;
    std::filesystem::permissions(path, std::filesystem::perms::owner_read);
    return path;
  }

  DaemonProcess daemon_;
  std::unique_ptr<Phone> phone_;
};

TEST_F(AdministrationTest, TheAccountAloneIsRemovedFromADevice) {
  constexpr int wipe_requested = 140;
  start();
  EXPECT_EQ(state(), "allowed");
  EXPECT_EQ(daemon_.command("device wipe --account-only ann@example.org phone1").code, 0);
  EXPECT_EQ(state(), "account wipe pending");
  EXPECT_EQ(run((*phone_)->folder_sync()).status, wipe_requested);
  EXPECT_NE(provision(Node(page::Provision)).find(page::AccountOnlyRemoteWipe), nullptr);
  EXPECT_EQ(state(), "account wipe pending");
  const Node done(page::Provision, {Node(page::AccountOnlyRemoteWipe, {Node(page::Status, "1")})});
  EXPECT_EQ(provision(done).text_of(page::Status), "1");
  EXPECT_EQ(state(), "account wiped");
  EXPECT_TRUE(daemon_.command("device list").output.contains("account wiped"));
  // Its user sets the account up again, and needs the administrator for that.
  Phone again(daemon_, ann);
  EXPECT_FALSE(run(again->folder_sync()).ok());
  EXPECT_EQ(daemon_.command("device unblock ann@example.org phone1").code, 1);
  EXPECT_EQ(daemon_.command("device forget ann@example.org phone1").code, 1);
  EXPECT_EQ(daemon_.command("device release ann@example.org phone1").code, 0);
  again.inbox();
}

// Who ordered a wipe, when, and what the device said, also when nothing else is known any more.
TEST_F(AdministrationTest, TheAuditLogOutlivesTheDevice) {
  start();
  EXPECT_EQ(daemon_.command("device wipe ann@example.org phone1").code, 0);
  EXPECT_EQ(ask("device show ann@example.org phone1")["result"]["facts"].count("wipe_by"), 1U);
  EXPECT_NE(provision(Node(page::Provision)).find(page::RemoteWipe), nullptr);
  const Node done(page::Provision, {Node(page::RemoteWipe, {Node(page::Status, "1")})});
  EXPECT_EQ(provision(done).text_of(page::Status), "1");
  EXPECT_EQ(ask("device allow ann@example.org phone1")["error"]["code"], "conflict");
  EXPECT_EQ(daemon_.command("device release ann@example.org phone1").code, 0);
  EXPECT_EQ(daemon_.command("device forget ann@example.org phone1").code, 0);
  EXPECT_EQ(ask("device show ann@example.org phone1")["error"]["code"], "not_found");
  std::vector<std::string> actions;
  const json log = ask("audit --device phone1 --since 1h");
  for (const json& entry : log["result"]["entries"]) actions.push_back(entry["action"]);
  // Who looks at a device sees its recovery password: that is an entry, too.
  EXPECT_EQ(actions, (std::vector<std::string>{"device.wipe", "device.show", "wipe.delivered",
                                               "wipe.acknowledged", "device.allow",
                                               "device.release", "device.forget", "device.show"}))
      << log;
  const json& first = log["result"]["entries"][0];
  EXPECT_NE(first["by"], "control socket");
  EXPECT_EQ(log["result"]["entries"][2]["address"], "127.0.0.1");
  EXPECT_EQ(log["result"]["entries"][4]["done"], false);
  EXPECT_TRUE(daemon_.command("audit --user ann@example.org").output.contains("wipe.acknowledged"));
  EXPECT_EQ(daemon_.command("audit --since never").code, 2);
}

// A first-seen device waits for a decision; its user does nothing on it.
TEST_F(AdministrationTest, ADeviceInQuarantineIsLetInByOneDecision) {
  constexpr int folder_sync = 7;
  start();
  daemon_.config["devices"] = "otherwise = \"quarantine\"\nadmins = [\"ann@example.org\"]\n";
  daemon_.config["[device_rule]"] =
      "name = \"known\"\naction = \"allow\"\nusers = [\"ann@example.org\"]\n";
  daemon_.write_config();
  const json hits = ask("quarantine dry-run " + daemon_.folder() + "/godwit.toml");
  EXPECT_EQ(hits["result"]["devices"].size(), 0U) << hits;
  daemon_.signal(SIGHUP);
  EXPECT_TRUE(daemon_.wait_for_log("reloaded"));
  daemon_.add_user("bob@example.org");
  Phone bob(daemon_, "bob@example.org", "bob1");
  const std::string shown = bob.inbox();
  EXPECT_EQ(shown, "quarantine");
  EXPECT_TRUE(run((*phone_)->folder_sync()).ok()) << "a rule lets her in";
  const json waiting = ask("quarantine list")["result"]["devices"];
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0]["device"], "bob1");
  EXPECT_EQ(ask("audit --device bob1")["result"]["entries"][0]["action"],
            "device_rule.quarantined");
  auto ping = bob.ping(shown, 300);
  EXPECT_TRUE(wait_until([&] { return daemon_.status().parked == 1; }));
  EXPECT_EQ(daemon_.command("quarantine allow bob@example.org bob1").code, 0);
  EXPECT_EQ(ping_status(ping.get()), folder_sync);
  constexpr int unknown_key = 9;
  EXPECT_EQ(run(bob->folder_sync()).status, unknown_key);
  EXPECT_NE(bob.inbox(), "quarantine");
  EXPECT_TRUE(ask("quarantine list")["result"]["devices"].empty());
  // Whom stricter rules would hit, before they count; who was decided about is not among them.
  const std::string stricter = file("stricter.toml",
                                    "[[device_rule]]\nname = \"from here\"\naction = \"block\"\n"
                                    "networks = [\"127.0.0.0/8\"]\n");
  const json stricter_hits = ask("quarantine dry-run " + stricter)["result"]["devices"];
  ASSERT_EQ(stricter_hits.size(), 1U) << stricter_hits;
  EXPECT_EQ(stricter_hits[0]["user"], ann);
  EXPECT_EQ(stricter_hits[0]["then"], "blocked");
  EXPECT_EQ(stricter_hits[0]["rule"], "from here");
  EXPECT_EQ(ask("quarantine dry-run " +
                file("wrong.toml", "[[device_rule]]\naction = \"no\"\n"))["error"]["code"],
            "malformed");
}

// Where the phone comes from decides, and the rule reaches one that waits.
TEST_F(AdministrationTest, ARuleAboutNetworksEndsWhatWaits) {
  constexpr int blocked = 129;
  start();
  auto waiting = phone_->ping(phone_->inbox(), 300);
  EXPECT_TRUE(wait_until([&] { return daemon_.status().parked == 1; }));
  daemon_.config["[device_rule]"] = "action = \"block\"\nnetworks = [\"127.0.0.0/8\"]\n";
  daemon_.write_config();
  daemon_.signal(SIGHUP);
  EXPECT_EQ(ping_status(waiting.get()), blocked);
  EXPECT_EQ(run((*phone_)->folder_sync()).status, blocked);
  EXPECT_EQ(state(), "blocked by rule");
}

TEST_F(AdministrationTest, WhyAMailIsNotOnADevice) {
  start();
  const auto told = [&](const std::string& device, const std::string& item) {
    return ask("why ann@example.org " + device + (item.empty() ? "" : " '" + item + "'"));
  };
  const auto says = [&](const std::string& item, std::string_view outcome, std::string_view text) {
    const json found = told("phone1", item)["result"]["findings"];
    return std::ranges::any_of(found,
                               [&](const json& each) {
                                 return each["outcome"] == outcome &&
                                        each["text"].get<std::string>().contains(text);
                               })
               ? std::string("yes")
               : found.dump();
  };
  EXPECT_EQ(told("other", "")["error"]["code"], "not_found");
  EXPECT_EQ(phone_->send("To: ann@example.org\r\nSubject: One\r\nMessage-ID: <one@x.org>\r\n\r\n"
                         "Hello.\r\n"),
            1);
  EXPECT_TRUE(wait_until([&] { return says("<one@x.org>", "good", "in Inbox") == "yes"; }));
  EXPECT_EQ(says("<one@x.org>", "note", "it came after the device asked last"), "yes");
  phone_->inbox();
  EXPECT_EQ(says("<one@x.org>", "good", "confirmed that"), "yes");
  EXPECT_EQ(says("<two@x.org>", "stop", "no such message"), "yes");
  EXPECT_EQ(says("", "good", "Inbox: 1 items on the device, 0 to come"), "yes");
  EXPECT_EQ(daemon_.command("device block ann@example.org phone1").code, 0);
  EXPECT_EQ(says("<one@x.org>", "stop", "an administrator blocked it"), "yes");
  EXPECT_TRUE(daemon_.command("why ann@example.org phone1").output.contains("STOP  decision"));
}

TEST_F(AdministrationTest, ARepairWakesTheDeviceThatWaits) {
  constexpr int changes = 2;
  start();
  EXPECT_EQ(phone_->send("To: ann@example.org\r\nSubject: One\r\nMessage-ID: <one@x.org>\r\n\r\n"
                         "Hello.\r\n"),
            1);
  const auto one = [&] { return (*phone_)->collection(phone_->inbox()).items.size() == 1; };
  EXPECT_TRUE(wait_until(one));
  const std::string inbox = phone_->inbox();
  const std::string item = (*phone_)->collection(inbox).items.begin()->first;
  const auto after = [&](const std::string& order) {
    phone_->inbox();  // it proves that it has what it was sent
    auto waiting = phone_->ping(inbox, 300);
    EXPECT_TRUE(wait_until([&] { return daemon_.status().parked == 1; }));
    EXPECT_EQ(ask("repair " + order)["ok"], true) << order;
    EXPECT_EQ(ping_status(waiting.get()), changes) << order;
    const auto done = run((*phone_)->sync(inbox, {}));
    return done.collections.contains(inbox) ? done.collections.at(inbox)
                                            : client::CollectionOutcome();
  };
  EXPECT_EQ(after("resend ann@example.org phone1 '<one@x.org>'").removed.size(), 1U);
  EXPECT_TRUE(ask("why ann@example.org phone1 " + item).dump().contains("item.next"));
  EXPECT_EQ(run((*phone_)->sync(inbox, {})).collections.at(inbox).added.size(), 1U);
  EXPECT_EQ(after("rebuild ann@example.org phone1 Inbox").changed.size(), 1U);
  EXPECT_EQ(after("forget ann@example.org phone1 " + item).removed.size(), 1U);
  EXPECT_TRUE(ask("why ann@example.org phone1")
                  .dump()
                  .contains("`godwit repair resend ann@example.org phone1 " + item + "`"));
  EXPECT_EQ(after("resend ann@example.org phone1 " + item).added.size(), 1U);
  EXPECT_TRUE(one()) << "the mailbox kept it";
  const json entry = ask("audit --last 1")["result"]["entries"][0];
  EXPECT_EQ(entry["action"], "device.repair.resend");
  EXPECT_EQ(entry["details"], item);
  EXPECT_EQ(ask("repair rebuild ann@example.org phone1 Nowhere")["error"]["code"], "not_found");
  EXPECT_EQ(ask("repair resend ann@example.org phone1 '<two@x.org>'")["error"]["code"],
            "not_found");
  EXPECT_EQ(ask("repair resend ann@example.org other " + item)["error"]["code"], "not_found");
  // What is kept from it comes back when it changes, and nothing says that it is kept any more.
  EXPECT_EQ(after("forget ann@example.org phone1 " + item).removed.size(), 1U);
  EXPECT_TRUE(ask("why ann@example.org phone1").dump().contains("item.aside"));
  Phone other(daemon_, ann, "phone2");
  other->set_read(other.inbox(), item, true);
  other.inbox();
  phone_->inbox();
  EXPECT_TRUE(one());
  EXPECT_FALSE(ask("why ann@example.org phone1").dump().contains("item.aside"));
}

// Two phones wait under two policies; the file changes one of them.
TEST_F(AdministrationTest, AChangedPolicyReachesTheDevicesThatWait) {
  constexpr int folder_sync = 7;
  constexpr int policy_refresh = 143;
  constexpr int not_provisioned = 141;  // no key was sent
  start();
  daemon_.add_user("bob@example.org");
  Phone bob(daemon_, "bob@example.org", "bob1");
  const std::string his = bob.inbox();
  auto waiting = bob.ping(his, 300);
  EXPECT_TRUE(wait_until([&] { return daemon_.status().parked == 1; }));
  daemon_.config["policy.staff"] = "users = [\"bob@example.org\"]\n";
  daemon_.config["policy.staff.settings"] = "DevicePasswordEnabled = true\n";
  daemon_.write_config();
  daemon_.signal(SIGHUP);
  EXPECT_EQ(ping_status(waiting.get()), folder_sync);
  EXPECT_EQ(run(bob->folder_sync()).status, not_provisioned);
  EXPECT_TRUE(run((*phone_)->folder_sync()).ok()) << "no policy names her";
  EXPECT_EQ(ask("policy show --user bob@example.org")["result"]["reason"], "user");
  EXPECT_EQ(ask("policy assign ann@example.org staff")["ok"], true);
  EXPECT_EQ(run((*phone_)->folder_sync()).status, not_provisioned);
  EXPECT_EQ(ask("policy list")["result"]["policies"][1]["assigned"][0], "ann@example.org");
  EXPECT_EQ(ask("policy assign ann@example.org --none")["ok"], true);
  EXPECT_TRUE(run((*phone_)->folder_sync()).ok());
  EXPECT_EQ(ask("policy assign ann@example.org nothing")["error"]["code"], "not_found");
  EXPECT_TRUE(run(bob->provision()).ok());
  EXPECT_TRUE(run(bob->folder_sync()).ok());
  daemon_.config["policy.staff.settings"] = "MinDevicePasswordLength = 4\n";
  daemon_.write_config();
  EXPECT_TRUE(daemon_.command("config check").output.contains("devices ignore it without"));
  daemon_.config["policy.staff.settings"] =
      "DevicePasswordEnabled = true\nMinDevicePasswordLength = 4\n";
  daemon_.write_config();
  daemon_.signal(SIGHUP);
  EXPECT_TRUE(wait_until([&] { return run(bob->folder_sync()).status == policy_refresh; }));
}

// A policy that is made while a phone waits; the daemon dies right after, and still has it.
TEST_F(AdministrationTest, APolicyOfTheStoreReachesTheDevicesThatWaitAndOutlivesTheDaemon) {
  constexpr int folder_sync = 7;
  constexpr int not_provisioned = 141;
  start();
  const std::string inbox = phone_->inbox();
  auto waiting = phone_->ping(inbox, 300);
  EXPECT_TRUE(wait_until([&] { return daemon_.status().parked == 1; }));
  const std::string field = "field --user ann@example.org --setting AllowCamera=false";
  const json tried = ask("policy set --dry-run " + field)["result"];
  EXPECT_EQ(tried["users"], 1);
  EXPECT_EQ(tried["asked"], 1);
  EXPECT_EQ(tried["waiting"], 1);
  EXPECT_EQ(tried["rows"][0]["device"], "phone1");
  EXPECT_EQ(daemon_.status().parked, 1U) << "a dry run changes nothing";
  EXPECT_EQ(ask("policy set " + field)["ok"], true);
  EXPECT_EQ(ping_status(waiting.get()), folder_sync);
  EXPECT_EQ(run((*phone_)->folder_sync()).status, not_provisioned);
  const json entry = ask("audit --last 1")["result"]["entries"][0];
  EXPECT_EQ(entry["action"], "policy.create");
  EXPECT_EQ(entry["details"],
            "field: mode off -> strict; users - -> ann@example.org; AllowCamera - -> 0");
  daemon_.kill();
  daemon_.start();
  phone_ = std::make_unique<Phone>(daemon_, ann);  // another port
  EXPECT_EQ(run((*phone_)->folder_sync()).status, not_provisioned);
  EXPECT_EQ(ask("policy show field")["result"]["source"], "store");
  const Finished bad =
      daemon_.command("policy edit field --setting MinDevicePasswordLength=4 --dry-run");
  EXPECT_EQ(bad.code, 1);
  EXPECT_TRUE(bad.output.contains("refused: settings.MinDevicePasswordLength: devices ignore it"))
      << bad.output;
  EXPECT_EQ(ask("policy edit field --setting MinDevicePasswordLength=4")["error"]["code"],
            "out_of_range");
  EXPECT_EQ(ask("policy edit field --mode off --unset AllowCamera")["ok"], true);
  EXPECT_TRUE(run((*phone_)->folder_sync()).ok());
  EXPECT_EQ(ask("policy set other --copy-of field --edition 00")["error"]["code"], "stale");
  EXPECT_EQ(ask("policy remove field --dry-run")["result"]["users"], 1);
  EXPECT_EQ(ask("policy remove field")["ok"], true);
  EXPECT_EQ(ask("policy remove field")["error"]["code"], "not_found");
}

TEST_F(AdministrationTest, TheAccountAloneIsNotOrderedOfADeviceThatWouldEraseEverything) {
  start();
  client::Device::Settings settings = (*phone_)->settings();
  settings.id = "old";
  settings.version = eas::Version::v14_1;
  client::HttpTransport transport(daemon_.url(), {});
  client::Device old(transport, settings);
  EXPECT_TRUE(run(old.folder_sync()).ok());
  const Finished refused = daemon_.command("device wipe --account-only ann@example.org old");
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(
      refused.output.contains("the device speaks 14.1; removing the account alone needs 16.1"))
      << refused.output;
  EXPECT_TRUE(run(old.folder_sync()).ok());
}

TEST_F(AdministrationTest, GroupsAreDistributionLists) {
  start();
  const std::string many = file("people.csv",
                                "login,password,title,send_as,listed\n"
                                "bob@example.org,pw,Boss,info@example.org,no\n");
  EXPECT_EQ(ask("user import " + many)["result"]["added"], 1);
  const json bob = ask("user show bob@example.org")["result"];
  EXPECT_EQ(bob["title"], "Boss");
  EXPECT_EQ(bob["listed"], false);
  EXPECT_EQ(bob["send_as"], json::array({"info@example.org"}));
  EXPECT_EQ(ask("user set bob@example.org --alias b@example.org --no-send-as")["ok"], true);
  EXPECT_EQ(ask("user show bob@example.org")["result"]["aliases"], json::array({"b@example.org"}));

  EXPECT_EQ(ask("group add team@example.org --name Team --member b@example.org")["ok"], true);
  EXPECT_EQ(ask("group member add team@example.org ann@example.org team@example.com")["ok"], true);
  EXPECT_EQ(ask("group member add team@example.org nobody@example.org")["error"]["code"],
            "not_found");
  EXPECT_EQ(ask("group show team@example.org")["result"]["members"].size(), 3U);
  const std::string lmtp = "127.0.0.1:" + std::to_string(daemon_.port("lmtp "));
  EXPECT_EQ(ask("deliver --subject x --server " + lmtp + " team@example.org")["ok"], true);
  // Who is elsewhere gets it by the queue.
  const json waiting = ask("queue list")["result"]["mails"];
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0]["to"], json::array({"team@example.com"}));
  EXPECT_EQ(ask("group member remove team@example.org b@example.org")["ok"], true);
  EXPECT_EQ(ask("group set team@example.org --owner ann@example.org --hidden")["ok"], true);
  EXPECT_EQ(ask("group list")["result"]["groups"][0]["owner"], "ann@example.org");
  EXPECT_EQ(ask("group remove team@example.org")["ok"], true);
  EXPECT_EQ(ask("group remove team@example.org")["error"]["code"], "not_found");
}

TEST_F(AdministrationTest, APhotoOf50MegabytesIsRefused) {
  start();
  const std::string huge = file("huge.jpg", "\xFF\xD8\xFF");
  std::filesystem::resize_file(huge, 50U << 20U);
  const json refused = ask("user set ann@example.org --title Boss --photo " + huge);
  EXPECT_EQ(refused["ok"], false);
  EXPECT_TRUE(refused.dump().contains("above 100 KB")) << refused;
  const std::string many =
      file("many.csv", "login,password,photo\neve@example.org,pw," + huge + '\n');
  const json imported = ask("user import " + many);
  EXPECT_EQ(imported["result"]["added"], 0) << imported;
  EXPECT_TRUE(imported.dump().contains("above 100 KB")) << imported;
  // Nothing of it is done.
  const json shown = ask("user show ann@example.org")["result"];
  EXPECT_EQ(shown["photo_bytes"], 0);
  EXPECT_EQ(shown["title"], "");
}

TEST_F(AdministrationTest, EveryCommandAnswersInJson) {
  start();
  const std::string secret = file("password", "secret2\n");
  const std::string many = file("many.csv",
                                "bob@example.org,pw,Bob,b@example.org,10\n"
                                "eve@example.org,pw,,,\n"
                                "ann@example.org,pw,,,\n");
  EXPECT_EQ(ask("status")["result"]["mode"], "serving");
  EXPECT_TRUE(ask("user add dan@example.org --generate")["result"]["password"].is_string());
  ask("user passwd dan@example.org --password-file " + secret);
  ask("user set dan@example.org --title Boss");
  EXPECT_EQ(ask("user show dan@example.org")["result"]["title"], "Boss");
  ask("user remove dan@example.org");
  EXPECT_EQ(ask("user remove dan@example.org")["error"]["code"], "not_found");
  const json imported = ask("user import " + many);
  EXPECT_EQ(imported["result"]["added"], 2);
  EXPECT_EQ(imported["result"]["failures"][0]["line"], 3);
  EXPECT_EQ(ask("user list")["result"]["users"].size(), 3U);
  EXPECT_EQ(ask("device list")["result"]["devices"][0]["device"], "phone1");
  EXPECT_EQ(ask("repair rebuild ann@example.org phone1 Inbox")["ok"], true);
  for (const std::string order :
       {"block", "wipe", "release", "allow", "unblock", "resync", "show"}) {
    EXPECT_EQ(ask("device " + order + " ann@example.org phone1")["ok"], true) << order;
  }
  EXPECT_EQ(ask("device block ann@example.org other")["error"]["code"], "not_found");
  EXPECT_EQ(ask("policy list")["result"]["policies"][0]["policy"], "default");
  EXPECT_TRUE(ask("quarantine list")["result"]["devices"].empty());
  EXPECT_EQ(ask("why ann@example.org phone1")["result"]["findings"][0]["step"], "device");
  EXPECT_EQ(ask("audit --last 1")["result"]["entries"].size(), 1U);
  EXPECT_EQ(phone_->send("From: ann@example.org\r\nTo: x@example.com\r\n\r\nx\r\n"), 1);
  const std::string mail = ask("queue list")["result"]["mails"][0]["mail"];
  ask("queue retry " + mail);
  ask("queue remove " + mail);
  const std::string lmtp = "127.0.0.1:" + std::to_string(daemon_.port("lmtp "));
  EXPECT_EQ(ask("deliver --subject x --server " + lmtp + " ann@example.org")["ok"], true);
  EXPECT_EQ(ask("deliver --subject x --server " + lmtp + " nobody@example.org")["ok"], false);

  EXPECT_EQ(ask("schema status")["result"]["databases"].size(), 3U);
  for (const std::string what : {"install", "update", "verify"}) {
    EXPECT_EQ(ask("schema " + what)["ok"], true) << what;
  }
  EXPECT_EQ(ask("backup " + daemon_.folder() + "/copy")["result"],
            nlohmann::json::parse(R"({"copied":["store","mail","queue"],"skipped":[]})"));
  EXPECT_EQ(ask("backup " + daemon_.folder() + "/copy")["ok"], false);
  EXPECT_EQ(ask("config check")["ok"], true);
  EXPECT_EQ(ask("config check " + many)["ok"], false);
  EXPECT_TRUE(ask("config example")["result"]["text"].is_string());
  EXPECT_TRUE(ask("config manual")["result"]["text"].is_string());
  const json shown = ask("config show --changed")["result"]["keys"];
  ASSERT_FALSE(shown.empty());
  for (const json& key : shown) EXPECT_GT(key["line"], 0) << key;
  EXPECT_GT(ask("config show")["result"]["keys"].size(), shown.size());
  EXPECT_EQ(ask("config show " + many)["ok"], false);
  const std::string packed =
      ask("wbxml pack " + file("ping.txt", "Ping:Ping\n"))["result"]["base64"];
  EXPECT_EQ(packed, "AwFqAAANBQ==");

  const std::string as_ann = " --insecure --user ann@example.org --password-file " +
                             file("ann", "secret\n") + " --device-id cli --state " +
                             daemon_.folder() + "/state.json ";
  const std::string url = "http://127.0.0.1:" + std::to_string(daemon_.port("http "));
  EXPECT_EQ(ask("client folders" + as_ann + url)["ok"], true);
  EXPECT_EQ(ask("client sync" + as_ann + url + " Nowhere")["ok"], false);
  EXPECT_EQ(ask("client folders" + as_ann + "nonsense:")["ok"], false);
  ASSERT_EQ(daemon_.stop(), 0);
  for (const std::string without : {"status", "user list", "device list", "queue list"}) {
    EXPECT_EQ(daemon_.command("--json " + without).code, 3) << without;
  }
  EXPECT_EQ(ask("client folders" + as_ann + url)["ok"], false);
}

TEST_F(AdministrationTest, AConfigurationThatCannotBeReadIsNamed) {
  start();
  ASSERT_EQ(daemon_.stop(), 0);
  EXPECT_FALSE(daemon_.command("status").output.contains("default socket"));
  std::ofstream(daemon_.folder() + "/godwit.toml") << "[server\n";
  for (const std::string format : {"", "--json "}) {
    const Finished unread = daemon_.command(format + "status");
    EXPECT_EQ(unread.code, 3);
    EXPECT_TRUE(unread.output.contains("godwit.toml:1") &&
                unread.output.contains("default socket was tried"))
        << unread.output;
  }
}

TEST_F(AdministrationTest, ProfilesOfClientsComeFromAFileAndFromTheAdministrator) {
  const std::string good =
      "version = 1\n[[profile]]\nname = \"ours\"\ntypes = [\"SmartPhone\"]\n"
      "set.window_max = 1\nsource = \"a test\"\n";
  const std::string path = file("clients.toml", good);
  daemon_.config["clients"] = "profiles_file = \"" + path + "\"\n";
  start();
  EXPECT_TRUE(daemon_.command("profile list").output.contains("ours\n  when    types=SmartPhone"));
  const auto facts = [&] { return ask("device show ann@example.org phone1")["result"]["facts"]; };
  EXPECT_EQ(facts()["profiles"], "ours");
  EXPECT_EQ(daemon_.command("profile give ann@example.org phone1 nobody").code, 1);
  EXPECT_EQ(daemon_.command("profile give ann@example.org phone1 one-folder").code, 0);
  EXPECT_EQ(facts()["profiles"], "ours one-folder");
  EXPECT_EQ(facts()["profile_given"], "one-folder");
  EXPECT_TRUE(daemon_.command("audit").output.contains("details=\"allowed, profile one-folder\""));
  EXPECT_EQ(daemon_.command("profile take ann@example.org phone1").code, 0);
  EXPECT_EQ(facts()["profiles"], "ours");

  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  std::ofstream(path, std::ios::binary) << good << "set.colour = 1\n";
  daemon_.signal(SIGHUP);
  EXPECT_TRUE(daemon_.wait_for_log("clients.toml:7: profile ours: no setting colour"));
  EXPECT_EQ(facts()["profiles"], "ours") << "those that were good stay";
  std::ofstream(path, std::ios::binary) << "version = 1\n";
  daemon_.signal(SIGHUP);
  EXPECT_TRUE(daemon_.wait_for_log("reloaded"));
  EXPECT_FALSE(facts().contains("profiles")) << "no shipped one is for it";
}

}  // namespace
}  // namespace godwit::test
