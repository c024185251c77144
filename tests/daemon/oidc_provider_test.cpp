// A whole daemon whose users come with tokens of oidc-provider, an OpenID provider of another
// maker.
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <thread>

#include "daemon/daemon_process.hpp"
#include "interop/imap_servers.hpp"

namespace godwit::test {
namespace {

using namespace std::chrono_literals;
using interop::RunningServer;

constexpr const char* ann = "ann@example.org";

class OidcProvider : public testing::Test {
 protected:
  void SetUp() override {
    if (!RunningServer::is_there("oidc-provider")) {
      GTEST_SKIP() << RunningServer::why_not("oidc-provider");
    }
    provider_ = RunningServer::get("oidc-provider", "");
    daemon_.config["auth"] = "failure_delay_milliseconds = 0\n";
    configure(provider_->value("AUDIENCE"));
  }
  void configure(const std::string& audience) {
    daemon_.config["[sign_in]"] = "kind = \"oauth\"\nissuer = \"" + provider_->value("ISSUER") +
                                  "\"\naudience = \"" + audience +
                                  "\"\nscope = \"mail\"\nca_file = \"" +
                                  provider_->value("TLS_CERTIFICATE") + "\"\n";
  }
  void start() {
    daemon_.start();
    daemon_.add_user(ann);
  }
  /// What the script of the part prints.
  std::string ask_provider(const std::string& what, const std::string& more = {}) const {
    const std::string line = std::string(GODWIT_SOURCE_DIR) + "/tests/parts/oidc-provider.sh " +
                             what + ' ' + provider_->value("RUN") + ' ' + more;
    std::FILE* pipe = ::popen(line.c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("cannot run a shell");
    std::string out;
    std::array<char, 4096> buffer{};
    while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) out += buffer.data();
    ::pclose(pipe);
    return out;
  }
  /// `godwit client folders` with a token of the address.
  Finished folders(const std::string& address) const {
    std::ofstream(daemon_.folder() + "/token") << ask_provider("token", address);
    return daemon_.command("client folders --user " + address + " --token-file " +
                           daemon_.folder() + "/token --state " + daemon_.folder() +
                           "/state.json http://127.0.0.1:" + std::to_string(daemon_.port("http ")));
  }

  const RunningServer* provider_ = nullptr;
  DaemonProcess daemon_;
};

TEST_F(OidcProvider, ItsTokensOpenMailboxesAndItsNextKeyIsFound) {
  start();
  const Finished first = folders(ann);
  EXPECT_EQ(first.code, 0) << first.output << daemon_.log();
  EXPECT_TRUE(first.output.contains("Inbox")) << first.output;
  EXPECT_EQ(folders("bob@example.org").code, 1);
  EXPECT_TRUE(daemon_.wait_for_log("sign_in no_mailbox"));
  ask_provider("rotate");
  const auto began = std::chrono::steady_clock::now();
  Finished last;
  // Keys are looked up twice a minute at most.
  do {
    last = folders(ann);
    if (last.code == 0) break;
    EXPECT_TRUE(last.output.contains("HTTP 503")) << last.output;
    std::this_thread::sleep_for(2s);
  } while (std::chrono::steady_clock::now() - began < 60s);
  EXPECT_EQ(last.code, 0) << last.output;
}

TEST_F(OidcProvider, ATokenForAnotherAudienceOpensNothing) {
  configure("urn:another");
  start();
  EXPECT_EQ(folders(ann).code, 1);
  EXPECT_TRUE(daemon_.wait_for_log("why=\"a token for another audience\""));
}

TEST_F(OidcProvider, TheDoctorAsksIt) {
  start();
  const Finished good = daemon_.command("doctor");
  EXPECT_TRUE(good.output.contains("issuer " + provider_->value("ISSUER") + ": answers, 1 keys"))
      << good.output;
  daemon_.config["[sign_in]"] =
      "kind = \"oauth\"\nissuer = \"https://127.0.0.1:1\"\naudience = \"x\"\n";
  daemon_.write_config();
  const Finished bad = daemon_.command("doctor");
  EXPECT_EQ(bad.code, 1);
  EXPECT_TRUE(bad.output.contains("issuer https://127.0.0.1:1: ")) << bad.output;
}

}  // namespace
}  // namespace godwit::test
