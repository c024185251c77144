// Bearer tokens that go on to a real Dovecot, which verifies them itself, and to SMTP.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "daemon/daemon_process.hpp"
#include "daemon/meddler.hpp"
#include "interop/imap_servers.hpp"
#include "interop/scripted_server.hpp"
#include "run.hpp"
#include "token_issuer.hpp"

namespace godwit::test {
namespace {

using namespace std::chrono_literals;
using interop::RunningServer;
using interop::Script;
using interop::ScriptedServer;
using Json = nlohmann::json;

/// Of all tests: Dovecot is started once, and trusts its keys.
struct Issuer {
  Issuer() : folder(std::filesystem::temp_directory_path() / "godwit_oauth_XXXXXX") {
    if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no folder");
    std::filesystem::permissions(folder, std::filesystem::perms(0755));
    server.emplace(folder);
    const std::string keys = folder + "/keys/default/RS256";
    std::filesystem::create_directories(keys);
    std::ofstream(keys + '/' + server->key_id()) << server->key_pem();
  }
  ~Issuer() {
    server.reset();
    std::filesystem::remove_all(folder);
  }
  std::string folder;
  std::optional<TokenIssuer> server;
};

class OauthSystems : public testing::Test {
 protected:
  static TokenIssuer& issuer() { return *all().server; }
  static Issuer& all() {
    static Issuer issuer;
    return issuer;
  }
  void SetUp() override {
    if (!RunningServer::is_there("dovecot")) GTEST_SKIP() << RunningServer::why_not("dovecot");
    daemon_.config["backend"] = "kind = \"imap\"\n";
    stand_before("");
    submission(1);
    daemon_.config["auth"] = "failure_delay_milliseconds = 0\n";
    daemon_.config["[sign_in]"] = "kind = \"oauth\"\nissuer = \"" + issuer().url() +
                                  "\"\naudience = \"godwit\"\nca_file = \"" + issuer().ca_file() +
                                  "\"\nskew_seconds = 0\n";
  }
  /// Before a Dovecot that knows these mechanisms alone; empty: both.
  void stand_before(const std::string& mechanisms) {
    server_ = RunningServer::get("dovecot", "--tokens '" + issuer().url() + ' ' + all().folder +
                                                "/keys " + mechanisms + "'");
    meddler_ = std::make_unique<Meddler>(server_->port("IMAP_PORT"));
    daemon_.config["imap"] =
        "host = \"127.0.0.1\"\nport = " + std::to_string(meddler_->port()) + "\ntls = \"none\"\n";
  }
  void submission(std::uint16_t port) {
    daemon_.config["submission"] = "host = \"127.0.0.1\"\nport = " + std::to_string(port) +
                                   "\ntls = \"none\"\nsign_in = \"user\"\n";
  }
  std::string token(int seconds = 3600) const {
    Json claims = issuer().claims(user_);
    claims["exp"] = claims["iat"].get<std::int64_t>() + seconds;
    return issuer().token_of(claims);
  }
  void deliver(const std::string& subject) const {
    interop::deliver_by_lmtp(
        server_->port("LMTP_PORT"), user_,
        "From: sender@example.com\r\nSubject: " + subject + "\r\n\r\nText\r\n");
  }
  /// Hands a mail to a server that takes tokens by this mechanism.
  void expect_sent_by(const std::string& mechanism) {
    ScriptedServer hop(
        {Script{"S: 220 mail.example.org ESMTP", "C: EHLO", "S: 250-mail.example.org",
                "S: 250-AUTH PLAIN " + mechanism, "S: 250 SIZE 1000000", "C: AUTH " + mechanism,
                "S: 334 ", "C: ", "S: 235 in", "C: MAIL FROM:<" + user_ + ">", "S: 250 ok",
                "C: RCPT TO:<bob@example.com>", "S: 250 ok", "C: DATA", "S: 354 go", "until: .",
                "S: 250 taken", "C: QUIT", "S: 221 bye"}});
    submission(hop.port());
    daemon_.start();
    Phone phone(daemon_, user_, "phone1", token());
    phone.inbox();
    const std::string from = "From: " + user_ + "\r\n";
    EXPECT_EQ(phone.send(from + "To: bob@example.com\r\nSubject: x\r\n\r\nText\r\n"), 1);
    EXPECT_EQ(hop.complaints(), std::vector<std::string>{});
  }
  void wait_parked(unsigned count) const {
    EXPECT_TRUE(wait_until([&] { return daemon_.status().parked == count; }));
  }

  const RunningServer* server_ = nullptr;
  std::unique_ptr<Meddler> meddler_;
  DaemonProcess daemon_;
  const std::string user_ = interop::fresh_user() + "@example.org";
};

TEST_F(OauthSystems, ATokenOpensTheMailboxAtTheServerThatKnowsItToo) {
  daemon_.start();
  deliver("first");
  Phone phone(daemon_, user_, "phone1", token());
  const std::string inbox = phone.inbox();
  EXPECT_EQ(phone->collection(inbox).items.size(), 1U);
  const unsigned before = meddler_->sign_ins();
  EXPECT_GE(before, 1U);
  // The next token finds the connections of the one before.
  Phone again(daemon_, user_, "phone2", token(3601));
  EXPECT_EQ(again->collection(again.inbox()).items.size(), 1U);
  EXPECT_EQ(meddler_->sign_ins(), before);
}

TEST_F(OauthSystems, TheOlderMechanismWillDo) {
  stand_before("xoauth2");
  daemon_.start();
  Phone phone(daemon_, user_, "phone1", token());
  EXPECT_FALSE(phone.inbox().empty());
}

TEST_F(OauthSystems, ADavServerGetsItAsBearer) {
  daemon_.config["dav"] =
      "url = \"" + issuer().url() + "/dav/\"\nca_file = \"" + issuer().ca_file() + "\"\n";
  daemon_.start();
  const std::string sent = token();
  Phone phone(daemon_, user_, "phone1", sent);
  static_cast<void>(run(phone->folder_sync()));
  EXPECT_EQ(issuer().authorization("/dav/"), "Bearer " + sent);
}

TEST_F(OauthSystems, ATokenThatTheServerRefusesIsAskedForAgain) {
  daemon_.start();
  meddler_->set(Meddler::Mood::refuses);
  Phone phone(daemon_, user_, "phone1", token());
  EXPECT_EQ(run(phone->folder_sync()).http_status, 401);
}

// The watch holds a connection that outlives the token; when that breaks, nobody asks the server
// again before the user has a new one.
TEST_F(OauthSystems, AWatchEndsWithItsTokenAndTheNextOneGoesOn) {
  daemon_.start();
  deliver("first");
  Phone phone(daemon_, user_, "phone1", token(8));
  const std::string inbox = phone.inbox();
  auto waiting = phone.ping(inbox, 600);
  wait_parked(1);
  EXPECT_EQ(waiting.get().status, 401);
  const unsigned before = meddler_->sign_ins();
  meddler_->cut();
  std::this_thread::sleep_for(4s);
  EXPECT_EQ(meddler_->sign_ins(), before);

  Phone next(daemon_, user_, "phone1", token());
  const std::string again = next.inbox();
  auto held = next.ping(again, 600);
  wait_parked(1);
  deliver("second");
  EXPECT_EQ(ping_status(held.get()), 2);
}

TEST_F(OauthSystems, AMailIsHandedOnByTheToken) { expect_sent_by("OAUTHBEARER"); }

TEST_F(OauthSystems, AMailIsHandedOnByTheOlderMechanism) { expect_sent_by("XOAUTH2"); }

}  // namespace
}  // namespace godwit::test
