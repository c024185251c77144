// Guessing passwords at a whole daemon.
#include <gtest/gtest.h>

#include "daemon/daemon_process.hpp"
#include "run.hpp"

namespace godwit::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* ann = "ann@example.org";
constexpr const char* bob = "bob@example.org";
constexpr const char* load =
    "POST /Microsoft-Server-ActiveSync?Cmd=FolderSync&User=ann"
    "&DeviceType=x&DeviceId=";

class SignInTest : public testing::Test {
 protected:
  void start(const std::string& failures_max) {
    daemon_.config["auth"] =
        "failures_max = " + failures_max + "\nfailure_delay_milliseconds = 200\n";
    daemon_.config["http"] += "trusted_proxies = [\"127.0.0.1\"]\n";
    daemon_.start();
    daemon_.add_user(ann);
    daemon_.add_user(bob);
  }
  /// The answer's status line and headers.
  std::string attempt(const std::string& user, const std::string& guess,
                      const std::string& address = "198.51.100.1",
                      const std::string& device = "guesser") {
    return ask_http(daemon_.port("http "),
                    {.head = load + device + " HTTP/1.1\r\nX-Forwarded-For: " + address +
                             "\r\nMS-ASProtocolVersion: 14.1",
                     .user = user,
                     .password = guess});
  }
  static int status(const std::string& reply) { return std::stoi(reply.substr(9, 3)); }

  DaemonProcess daemon_;
};

TEST_F(SignInTest, ARefusalIsLateAndTheSameForUsersWhoAreNot) {
  start("10");
  std::vector<std::string> answers;
  for (const std::string user : {ann, "nobody@example.org", "nobody@elsewhere.test"}) {
    const auto begin = std::chrono::steady_clock::now();
    std::string reply = attempt(user, "guess");
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 200ms);
    // But for the time of the answer.
    const auto date = reply.find("Date: ");
    if (date != std::string::npos) reply.erase(date, reply.find('\n', date) - date);
    answers.push_back(std::move(reply));
  }
  EXPECT_EQ(status(answers[0]), 401);
  EXPECT_EQ(answers[0], answers[1]);
  EXPECT_EQ(answers[0], answers[2]);
}

TEST_F(SignInTest, TooManyForOneUserWaitButForAPhoneThatIsKnown) {
  start("3");
  // Ann's own phone signed in before.
  EXPECT_EQ(status(attempt(ann, password, "192.0.2.1", "annsphone")), 200);
  int refused = 0;
  std::string last;
  for (int i = 0; i < 6; ++i) {
    last = attempt(ann, "guess", "198.51.100." + std::to_string(i));
    if (status(last) == 401) ++refused;
  }
  EXPECT_GE(refused, 3);
  EXPECT_EQ(status(last), 503);
  EXPECT_TRUE(last.contains("Retry-After: ")) << last;
  // The right password does not help a stranger, and does not tell him that it is right.
  EXPECT_EQ(status(attempt(ann, password, "198.51.100.7")), 503);
  EXPECT_EQ(status(attempt(ann, password, "192.0.2.1", "annsphone")), 200);
  EXPECT_EQ(status(attempt(bob, password, "192.0.2.2", "bobsphone")), 200);
  // Not only because the sign-in is remembered: with another password the phone is asked for it.
  EXPECT_TRUE(daemon_.ask("user.passwd", {{"login", ann}, {"password", "another"}}));
  EXPECT_EQ(status(attempt(ann, "another", "192.0.2.1", "annsphone")), 200);
}

TEST_F(SignInTest, TooManyFromOneAddressWaitWhoeverTheyClaimToBe) {
  start("10");
  std::string last;
  for (int i = 0; i < 40 && (last.empty() || status(last) == 401); ++i) {
    last = attempt("user" + std::to_string(i) + "@example.org", "guess");
  }
  EXPECT_EQ(status(last), 503);
  EXPECT_TRUE(last.contains("Retry-After: ")) << last;
  EXPECT_EQ(status(attempt(bob, password)), 503);
  EXPECT_EQ(status(attempt(bob, password, "192.0.2.2")), 200);
}

}  // namespace
}  // namespace godwit::test
