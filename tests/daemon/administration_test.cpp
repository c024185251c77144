// What an administrator does with a whole daemon: wiping, and every command's answer in JSON.
#include <gtest/gtest.h>

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
  EXPECT_EQ(daemon_.command("device unblock ann@example.org phone1").code, 0);
  again.inbox();
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
  for (const std::string order : {"block", "wipe", "unblock", "resync", "show"}) {
    EXPECT_EQ(ask("device " + order + " ann@example.org phone1")["ok"], true) << order;
  }
  EXPECT_EQ(ask("device block ann@example.org other")["error"]["code"], "not_found");
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

}  // namespace
}  // namespace godwit::test
