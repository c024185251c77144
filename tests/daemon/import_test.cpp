// What a server that is left knew of devices comes into a whole daemon, and phones that sign in
// afterwards meet it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <nlohmann/json.hpp>
#include <string>

#include "base/bytes.hpp"
#include "daemon/daemon_process.hpp"
#include "run.hpp"
#include "z_push_sample.hpp"

namespace godwit::test {
namespace {

using nlohmann::json;

constexpr int long_ago = 1'600'000'000;
constexpr int wipe_requested = 140;

class ImportTest : public testing::Test {
 protected:
  void SetUp() override {
    daemon_.start();
    for (const char* user : {"ann@example.org", "bob@example.org"}) daemon_.add_user(user);
  }
  std::string folder() const { return daemon_.folder() + "/z-push"; }
  void put(const std::string& id, const std::string& bytes) const {
    const std::string place = folder() + "/" + id.back() + "/" + id[id.size() - 2];
    std::filesystem::create_directories(place);
    std::ofstream(place + "/" + id + "-devicedata", std::ios::binary) << bytes;
    std::ofstream(place + "/" + id + "-folderdata", std::ios::binary) << "no concern of ours";
  }
  static ZPushState device(const char* user, int wipe) {
    ZPushState state;
    state.user(user)
        .text("devicetype", "iPhone")
        .text("asversion", "16.1")
        .number("lastupdatetime", long_ago)
        .number("policykey", 123456789)
        .number("wipestatus", wipe)
        .text("wiperequestedby", "boss")
        .number("wiperequestedon", long_ago);
    return state;
  }
  json ask(const std::string& arguments) const {
    return json::parse(daemon_.command("--json " + arguments).output, nullptr, false);
  }
  std::string state(const std::string& user, const std::string& id) const {
    return ask("device show " + user + " " + id)["result"].value("state", "none");
  }

  DaemonProcess daemon_;
};

TEST_F(ImportTest, PhonesMeetWhatWasOrderedOnTheServerThatIsLeft) {
  put("phone1", device("ann", 2).bytes());
  put("phone2", device("ann", 8).bytes());
  put("phone3", device("bob", 1).bytes());
  put("phone4", device("guest", 1).bytes());
  put("phone5", "no state at all");
  const std::string import = "import z-push --domain example.org --skip-user guest " + folder();
  EXPECT_EQ(ask(import + " --dry-run")["result"]["devices"].size(), 3U);
  EXPECT_EQ(ask("device list")["result"]["devices"].size(), 0U);
  const Finished first = daemon_.command(import);
  EXPECT_EQ(first.code, 1) << "one state cannot be read";
  EXPECT_TRUE(first.output.contains("phone5-devicedata: ")) << first.output;
  EXPECT_TRUE(first.output.contains("added     ann@example.org phone1 (wipe pending)"))
      << first.output;
  std::filesystem::remove(folder() + "/5/e/phone5-devicedata");
  const json second = ask(import);
  EXPECT_EQ(second["ok"], true) << second;
  for (const json& row : second["result"]["devices"]) EXPECT_EQ(row["outcome"], "unchanged");
  EXPECT_EQ(second["result"]["skipped"], 1);

  EXPECT_EQ(state("ann@example.org", "phone1"), "wipe pending");
  EXPECT_EQ(state("ann@example.org", "phone2"), "wiped");
  EXPECT_EQ(state("bob@example.org", "phone3"), "allowed");
  // The same id with another's sign-in is another device.
  Phone other(daemon_, "bob@example.org", "phone1");
  other.inbox();
  Phone lost(daemon_, "ann@example.org", "phone1");
  EXPECT_EQ(run(lost->folder_sync()).status, wipe_requested);
  Phone wiped(daemon_, "ann@example.org", "phone2");
  EXPECT_FALSE(run(wiped->folder_sync()).ok());
  EXPECT_EQ(daemon_.command("device release ann@example.org phone2").code, 0);
  wiped.inbox();
  Phone kept(daemon_, "bob@example.org", "phone3");
  kept.inbox();
  // What was decided here since stands.
  EXPECT_EQ(daemon_.command("device release ann@example.org phone1").code, 0);
  EXPECT_EQ(ask(import)["ok"], true);
  EXPECT_EQ(state("ann@example.org", "phone1"), "allowed");
  EXPECT_EQ(state("ann@example.org", "phone2"), "allowed");
  EXPECT_EQ(ask("audit --device phone3")["result"]["entries"][0]["action"], "device.import");
}

TEST_F(ImportTest, AnImportThatDiedIsRunAgain) {
  constexpr int devices = 250;
  const std::string file = daemon_.folder() + "/rows";
  std::ofstream rows(file);
  for (int i = 0; i < devices; ++i) {
    rows << "dev" << i << '\t' << hex_encode(device("ann@example.org", 2).bytes()) << '\n';
  }
  rows.close();
  // The daemon dies between, or within, the batches.
  auto running =
      std::async(std::launch::async, [&] { return daemon_.command("import z-push " + file).code; });
  EXPECT_TRUE(daemon_.wait_for_log("device.import"));
  daemon_.kill();
  const int code = running.get();
  EXPECT_TRUE(code == 3 || code == 0) << code;
  EXPECT_EQ(daemon_.command("import z-push " + file).code, 3);
  daemon_.start();
  const json again = ask("import z-push " + file);
  EXPECT_EQ(again["ok"], true);
  ASSERT_EQ(again["result"]["devices"].size(), devices);
  int added = 0;
  for (const json& row : again["result"]["devices"]) {
    EXPECT_TRUE(row["outcome"] == "added" || row["outcome"] == "unchanged") << row;
    added += row["outcome"] == "added" ? 1 : 0;
  }
  EXPECT_LT(added, devices) << "the first batch was done";
  const json all = ask("device list")["result"]["devices"];
  ASSERT_EQ(all.size(), devices);
  for (const json& row : all) EXPECT_EQ(row["state"], "wipe pending");
}

TEST_F(ImportTest, DevicesOfSogo) {
  const std::string file = daemon_.folder() + "/rows.csv";
  std::ofstream(file) << "ann,/ABC1,1600000000,1700000000\nbroken\n";
  const json done = ask("import sogo --domain example.org " + file);
  EXPECT_EQ(done["result"]["devices"][0]["outcome"], "added") << done;
  EXPECT_EQ(done["result"]["failed"][0]["name"], "line 2");
  EXPECT_EQ(state("ann@example.org", "abc1"), "allowed");
  EXPECT_EQ(daemon_.command("import sogo " + file + ".none").code, 1);
  EXPECT_EQ(daemon_.command("import sogo").code, 2);
}

TEST_F(ImportTest, PoliciesOfZPush) {
  const std::string file = daemon_.folder() + "/policies.ini";
  std::ofstream(file) << "[default]\ndevpwenabled = 1\nnobody_knows = 1\n";
  const Finished printed = daemon_.command("import policies " + file);
  EXPECT_EQ(printed.code, 0);
  EXPECT_TRUE(printed.output.contains("[policy.settings]\nDevicePasswordEnabled = 1\n"))
      << printed.output;
  EXPECT_EQ(daemon_.command("import policies " + file + ".none").code, 1);
}

}  // namespace
}  // namespace godwit::test
