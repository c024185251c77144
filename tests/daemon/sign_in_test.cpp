// Guessing passwords at a whole daemon.
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "daemon/daemon_process.hpp"
#include "run.hpp"
#include "wbxml/pages/search.hpp"

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
  void start(const std::string& failures_max, const std::string& more = {}) {
    daemon_.config["auth"] =
        "failures_max = " + failures_max + "\nfailure_delay_milliseconds = 200\n" + more;
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
  /// The filter's, with an address in place of fail2ban's <HOST>.
  static std::string failregex() {
    std::ifstream in(GODWIT_SOURCE_DIR "/packaging/fail2ban/filter.d/godwit.conf");
    for (std::string line; std::getline(in, line);) {
      constexpr std::string_view name = "failregex = ";
      constexpr std::string_view host = "<HOST>";
      if (!line.starts_with(name)) continue;
      line.erase(0, name.size());
      return line.replace(line.find(host), host.size(), "([0-9a-f.:]+)");
    }
    throw std::runtime_error("the filter names no failregex");
  }
  static int status(const std::string& reply) { return std::stoi(reply.substr(9, 3)); }

  DaemonProcess daemon_;
};

TEST_F(SignInTest, AttemptsFromAnUnlimitedNetworkAreNeitherCountedNorDelayed) {
  start("3", "unlimited_networks = [\"198.51.100.0/24\"]\n");
  for (int i = 0; i < 8; ++i) EXPECT_EQ(status(attempt(ann, "guess")), 401);
  EXPECT_EQ(status(attempt(ann, password, "192.0.2.1")), 200);
  for (int i = 0; i < 4; ++i) attempt(ann, "guess", "192.0.2.9", "other");
  EXPECT_EQ(status(attempt(ann, "guess", "192.0.2.9", "other")), 503);
}

// The line that packaging/fail2ban reads: one a refusal, whatever is sent as a name.
TEST_F(SignInTest, EachRefusalIsOneLineThatTheFilterFinds) {
  start("50");
  const std::vector<std::string> names = {"nobody@example.org", "x address=203.0.113.9",
                                          "\" address=203.0.113.9 user=\"",
                                          "sign_in: refused address=203.0.113.9 user=x"};
  for (const std::string& name : names) EXPECT_EQ(status(attempt(name, "guess")), 401);
  EXPECT_EQ(status(attempt("two\nlines", "guess")), 401);  // no credentials: no line
  EXPECT_EQ(status(attempt(ann, "guess", "198.51.100.1", "x%0Arefused")), 401);
  const std::regex line(failregex());
  std::istringstream log(daemon_.log());
  std::vector<std::string> addresses;
  for (std::string each; std::getline(log, each);) {
    std::smatch found;
    if (std::regex_search(each, found, line)) addresses.push_back(found[1]);
  }
  EXPECT_EQ(addresses, std::vector<std::string>(names.size() + 1, "198.51.100.1"));
  const std::string begin = "2026-01-01T00:00:00.000Z warning ingest refused address=192.0.2.7";
  EXPECT_TRUE(std::regex_search(begin, line));
  EXPECT_FALSE(std::regex_search(begin + " device=x", line));
}

TEST_F(SignInTest, AnAppPasswordOpensItsScopesForItsDeviceUntilItIsRevoked) {
  daemon_.config["[sign_in]"] = "kind = \"app-password\"\n[[sign_in]]\nkind = \"mailbox\"\n";
  start("50");
  const std::string who = "app-password ";
  const Finished made =
      daemon_.command(who + "add ann@example.org --device annsphone --scope mail --name Phone");
  ASSERT_EQ(made.code, 0) << made.output;
  const std::string secret = made.output.substr(0, made.output.find('\n'));
  const Finished listed = daemon_.command(who + "list ann@example.org");
  EXPECT_TRUE(listed.output.contains("Phone")) << listed.output;
  EXPECT_FALSE(listed.output.contains(secret));
  EXPECT_FALSE(daemon_.log().contains(secret));

  const auto folders = [&](const std::string& device) {
    return attempt(ann, secret, "192.0.2.1", device);
  };
  EXPECT_EQ(status(folders("annsphone")), 200);
  EXPECT_EQ(status(folders("annsphone")), 200);  // as it is remembered
  EXPECT_EQ(status(folders("stolen")), 401);
  EXPECT_EQ(status(attempt(bob, secret, "192.0.2.1", "annsphone")), 401);
  EXPECT_EQ(status(attempt(ann, password, "192.0.2.1", "other")), 200);

  std::smatch id;
  const std::regex first("\n([0-9a-f]{8}) ");
  ASSERT_TRUE(std::regex_search(listed.output, id, first)) << listed.output;
  EXPECT_NE(daemon_.command(who + "revoke bob@example.org " + id[1].str()).code, 0);
  EXPECT_EQ(daemon_.command(who + "revoke ann@example.org " + id[1].str()).code, 0);
  EXPECT_EQ(status(folders("annsphone")), 401);
}

TEST_F(SignInTest, ScopesAreWhatAPhoneSees) {
  daemon_.config["[sign_in]"] = "kind = \"app-password\"\n[[sign_in]]\nkind = \"mailbox\"\n";
  start("50");
  const Finished made = daemon_.command("app-password add ann@example.org --scope mail,contacts");
  ASSERT_EQ(made.code, 0) << made.output;
  constexpr int calendar_type = 8;
  constexpr int contacts_type = 9;
  constexpr int inbox_type = 2;
  const auto types = [&](const std::string& secret, const std::string& device) {
    client::HttpTransport transport(daemon_.url(), {});
    client::Device::Settings settings;
    settings.user = ann;
    settings.password = Secret(secret);
    settings.id = device;
    client::Device phone(transport, settings);
    EXPECT_TRUE(run(phone.folder_sync()).ok());
    std::set<int> out;
    for (const int type : {inbox_type, contacts_type, calendar_type}) {
      if (phone.folder_of_type(type) != nullptr) out.insert(type);
    }
    return out;
  };
  const std::string secret = made.output.substr(0, made.output.find('\n'));
  EXPECT_EQ(types(secret, "one"), (std::set<int>{inbox_type, contacts_type}));
  EXPECT_EQ(types(password, "two"), (std::set<int>{inbox_type, contacts_type, calendar_type}));
}

TEST_F(SignInTest, WhoIsKeptFromTheDirectoryFindsNobody) {
  daemon_.config["[access]"] = "name = \"bob finds nobody\"\nusers = [\"" + std::string(bob) +
                               "\"]\ndeny = [\"directory\"]\n";
  start("10");
  const auto found = [&](const char* user) {
    namespace tag = wbxml::search;
    Phone phone(daemon_, user);
    static_cast<void>(phone.inbox());
    const client::Node request(tag::Search,
                               {client::Node(tag::Store, {client::Node(tag::Name, "GAL"),
                                                          client::Node(tag::Query, "ann")})});
    const auto answer = run(phone->send_raw(
        phone->wire("Search", client::encode(request), "application/vnd.ms-sync.wbxml")));
    return answer.body.contains(ann);
  };
  EXPECT_TRUE(found(ann));
  EXPECT_FALSE(found(bob));
}

TEST_F(SignInTest, ARuleThatDeniesEverythingIs403AndNamed) {
  daemon_.config["[access]"] =
      "name = \"bob stays out\"\nusers = [\"" + std::string(bob) + "\"]\ndeny = [\"all\"]\n";
  start("10");
  EXPECT_EQ(status(attempt(bob, password)), 403);
  EXPECT_EQ(status(attempt(bob, password)), 403);  // as it is remembered
  EXPECT_EQ(status(attempt(bob, "guess")), 401);
  EXPECT_EQ(status(attempt(ann, password)), 200);
  EXPECT_TRUE(daemon_.wait_for_log("denied user=bob@example.org rule=\"bob stays out\""));
}

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
