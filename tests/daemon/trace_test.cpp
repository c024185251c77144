// `godwit trace` against a whole daemon: what is written, what is not, and that it can be sent
// again with the bundled client.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "client/trace_file.hpp"
#include "daemon/daemon_process.hpp"

namespace godwit::test {
namespace {

using nlohmann::json;

constexpr const char* ann = "ann@example.org";
constexpr std::string_view secret_subject = "Marked-Subject";
constexpr std::string_view secret_text = "marked-body-text";

class TraceTest : public testing::Test {
 protected:
  void SetUp() override {
    daemon_.start();
    daemon_.add_user(ann);
    std::ofstream(daemon_.folder() + "/ann") << "secret\n";
  }
  json result(const std::string& arguments, int code = 0) const {
    const Finished done = daemon_.command("--json " + arguments);
    EXPECT_EQ(done.code, code) << arguments << ": " << done.output;
    const json answer = json::parse(done.output, nullptr, false);
    return answer.is_object() ? answer.value("result", json::object()) : json::object();
  }
  static std::string contents(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void send_marked(Phone& phone) {
    ASSERT_EQ(
        phone.send("From: ann@example.org\r\nTo: ann@example.org\r\nSubject: " +
                   std::string(secret_subject) + "\r\n\r\n" + std::string(secret_text) + "\r\n"),
        1);
  }
  Finished replay(const std::string& file, const std::string& more = "") const {
    return daemon_.command(
        "client replay --user " + std::string(ann) + " --password-file " + daemon_.folder() +
        "/ann " + more + " http://127.0.0.1:" + std::to_string(daemon_.port("http ")) + ' ' + file);
  }
  DaemonProcess daemon_;
};

std::set<std::string> statuses(const client::TraceFile& trace) {
  std::set<std::string> out;
  for (const auto& line : trace.lines) {
    if (const auto* answer = std::get_if<client::TracedAnswer>(&line)) out.insert(answer->status);
  }
  return out;
}

TEST_F(TraceTest, LeavesContentOut) {
  const json begun = result("trace " + std::string(ann) + " on");
  const std::string file = begun.value("file", "");
  ASSERT_TRUE(file.starts_with(daemon_.state_folder() + "/traces/")) << begun;
  struct stat facts{};
  ASSERT_EQ(::stat(file.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  EXPECT_EQ(daemon_.command("trace " + std::string(ann) + " on").code, 1) << "goes on already";
  EXPECT_EQ(result("trace list")["traces"].size(), 1U);

  Phone phone(daemon_, ann);
  const std::string inbox = phone.inbox();
  auto ping = phone.ping(inbox, 300);
  ASSERT_TRUE(wait_until([this] { return daemon_.status().parked == 1; }));
  send_marked(phone);
  EXPECT_EQ(ping_status(ping.get()), 2);
  phone.inbox();

  EXPECT_EQ(result("trace " + std::string(ann) + " off").value("file", ""), file);
  EXPECT_EQ(daemon_.command("trace " + std::string(ann) + " off").code, 1);
  const auto trace = client::read_trace_file(file);
  ASSERT_TRUE(trace) << trace.error().message;
  EXPECT_FALSE(trace->head.full);
  EXPECT_TRUE(statuses(*trace).contains("2")) << "the Ping's answer";
  const std::string text = contents(file);
  for (const std::string_view marked : {secret_subject, secret_text, std::string_view(ann),
                                        std::string_view("Basic "), std::string_view("\"body\"")}) {
    EXPECT_FALSE(text.contains(marked)) << marked;
  }
  for (const std::string_view kept : {"AirSync:Sync", "SyncKey", "HeartbeatInterval 300",
                                      "Email:Subject (14 bytes)", "phone1", "\"end\":\"off\""}) {
    EXPECT_TRUE(text.contains(kept)) << kept;
  }
  const Finished shown = daemon_.command("trace show " + file);
  EXPECT_EQ(shown.code, 0);
  EXPECT_TRUE(shown.output.contains("Cmd=Ping")) << shown.output;
  const Finished refused = replay(file);
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(refused.output.contains("--full")) << refused.output;
  const std::string log = daemon_.log();
  EXPECT_FALSE(log.contains(secret_subject) || log.contains(secret_text)) << log;
  const json entries = result("audit")["entries"];
  std::set<std::string> actions;
  for (const json& each : entries) actions.insert(each.value("action", ""));
  EXPECT_TRUE(actions.contains("trace.on") && actions.contains("trace.off")) << entries;
  EXPECT_FALSE(actions.contains("trace.list"));
}

TEST_F(TraceTest, KnowsWhoIsNobody) {
  const Finished refused = daemon_.command("trace nobody@example.org on");
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(refused.output.contains("there is no user 'nobody@example.org'")) << refused.output;
  const Finished begun = daemon_.command("trace " + std::string(ann) + " on");
  EXPECT_EQ(begun.code, 0);
  EXPECT_TRUE(begun.output.contains("waits for the first one")) << begun.output;
}

TEST_F(TraceTest, CanBeSentAgain) {
  Phone phone(daemon_, ann);
  send_marked(phone);
  const std::string file =
      result("trace " + std::string(ann) + " on --full --minutes 5").value("file", "");
  const std::string inbox = phone.inbox();
  auto ping = phone.ping(inbox, 300);
  ASSERT_TRUE(wait_until([this] { return daemon_.status().parked == 1; }));
  send_marked(phone);
  EXPECT_EQ(ping_status(ping.get()), 2);
  result("trace " + std::string(ann) + " off");
  const std::string text = contents(file);
  EXPECT_TRUE(text.contains(secret_subject));
  const std::string credentials = base64_encode(std::string(ann) + ':' + password);
  EXPECT_FALSE(text.contains("Basic ") || text.contains(credentials)) << "the password";

  const Finished again = replay(file);
  EXPECT_EQ(again.code, 0) << again.output;
  EXPECT_TRUE(again.output.contains(" 0 with another outcome")) << again.output;
  EXPECT_TRUE(again.output.contains("Ping")) << again.output;

  // Another server, on which the user is nobody.
  DaemonProcess other;
  other.start();
  const Finished stranger = daemon_.command(
      "--json client replay --user ann@example.org --password-file " + daemon_.folder() +
      "/ann http://127.0.0.1:" + std::to_string(other.port("http ")) + ' ' + file);
  EXPECT_EQ(stranger.code, 1);
  EXPECT_TRUE(stranger.output.contains("HTTP 401")) << stranger.output;
}

// Both phones are in one file, and each can be sent again as though it were alone.
TEST_F(TraceTest, DevicesOfOneUserAreToldApart) {
  Phone first(daemon_, ann, "first");
  send_marked(first);
  const std::string file = result("trace " + std::string(ann) + " on --full").value("file", "");
  const std::string inbox = first.inbox();
  auto ping = first.ping(inbox, 300);
  ASSERT_TRUE(wait_until([this] { return daemon_.status().parked == 1; }));
  Phone second(daemon_, ann, "second");
  second.inbox();
  send_marked(second);
  EXPECT_EQ(ping_status(ping.get()), 2);
  second.inbox();
  result("trace " + std::string(ann) + " off");

  const auto trace = client::read_trace_file(file);
  ASSERT_TRUE(trace) << trace.error().message;
  std::map<std::string, std::size_t> requests;
  for (const auto& line : trace->lines) {
    if (const auto* request = std::get_if<client::TracedRequest>(&line))
      ++requests[request->device];
  }
  ASSERT_EQ(requests.size(), 2U);
  const auto sent = [](const Finished& finished) {
    const auto at = finished.output.find(" requests, ");
    const auto begin = at == std::string::npos ? at : finished.output.rfind('\n', at);
    return begin == std::string::npos ? "" : finished.output.substr(begin + 1, at - begin - 1);
  };
  // The mail that ended the Ping was the other's: alone it lasts until the patience ends.
  const Finished alone = replay(file, "--device-id again --of-device second");
  EXPECT_EQ(alone.code, 0) << alone.output;
  EXPECT_EQ(sent(alone), std::to_string(requests["second"]));
  EXPECT_FALSE(alone.output.contains("Ping")) << alone.output;
  const Finished other = replay(file, "--device-id third --patience 2 --of-device first");
  EXPECT_EQ(sent(other), std::to_string(requests["first"])) << other.output;
  EXPECT_TRUE(other.output.contains(" 1 with another outcome")) << other.output;
  const Finished both = replay(file, "--device-id both");
  EXPECT_EQ(both.code, 0) << both.output;
  EXPECT_EQ(sent(both), std::to_string(requests["first"] + requests["second"]));
  const Finished nobody = replay(file, "--of-device nobody");
  EXPECT_EQ(nobody.code, 1);
  EXPECT_TRUE(nobody.output.contains("no request of the device nobody")) << nobody.output;
  const std::string devices = daemon_.command("device list").output;
  for (const char* id : {"again", "third", "both ", "both2"}) {
    EXPECT_TRUE(devices.contains(id)) << id << devices;
  }
}

TEST_F(TraceTest, EndsWithTheDaemon) {
  const std::string file = result("trace " + std::string(ann) + " on").value("file", "");
  ASSERT_EQ(daemon_.stop(), 0);
  EXPECT_TRUE(contents(file).contains("\"end\":\"stop\""));
  EXPECT_EQ(daemon_.command("trace list").code, 3);
  EXPECT_EQ(daemon_.command("trace " + std::string(ann)).code, 2);
  EXPECT_EQ(daemon_.command("trace " + std::string(ann) + " on --minutes 0").code, 2);
}

// The loggers that show requests, by their names alone.
TEST_F(TraceTest, LogsContentOnlyWhereItIsAskedFor) {
  ASSERT_EQ(daemon_.command("log level all debug").code, 0);
  Phone phone(daemon_, ann);
  send_marked(phone);
  phone.inbox();
  const std::string without = daemon_.log();
  EXPECT_TRUE(without.contains("request.decoded")) << without;
  EXPECT_FALSE(without.contains(secret_subject) || without.contains(secret_text)) << without;
  ASSERT_EQ(daemon_.command("log level request.content debug").code, 0);
  Phone second(daemon_, ann, "phone2");
  second.inbox();
  EXPECT_TRUE(daemon_.wait_for_log(secret_subject));
  const std::string all = daemon_.log();
  EXPECT_FALSE(all.contains("Basic ") || all.contains("password=secret"));
}

}  // namespace
}  // namespace godwit::test
