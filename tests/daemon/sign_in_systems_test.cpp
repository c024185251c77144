// The whole daemon before Dovecot, which knows other passwords than slapd, which checks them.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "daemon/daemon_process.hpp"
#include "interop/imap_servers.hpp"
#include "run.hpp"

namespace godwit::test {
namespace {

using interop::RunningServer;

constexpr const char* load =
    "POST /Microsoft-Server-ActiveSync?Cmd=FolderSync&User=ada&DeviceType=x&DeviceId=phone "
    "HTTP/1.1\r\nMS-ASProtocolVersion: 14.1";

class SignInSystems : public testing::Test {
 protected:
  void SetUp() override {
    for (const std::string server : {"dovecot", "slapd"}) {
      if (!RunningServer::is_there(server)) GTEST_SKIP() << RunningServer::why_not(server);
    }
    dovecot_ = RunningServer::get("dovecot", "--master yes");
    slapd_ = RunningServer::get("slapd", "");
    keep_secret("imap.password", "mastersecret");
    keep_secret("ldap.password", "readerpw");
    daemon_.config["backend"] = "kind = \"imap\"\n";
    daemon_.config["imap"] =
        "host = \"127.0.0.1\"\nport = " + std::to_string(dovecot_->port("IMAP_PORT")) +
        "\ntls = \"none\"\nsign_in = \"master\"\nuser = \"godwit\"\n"
        "password_file = \"imap.password\"\n";
    daemon_.config["submission"] =
        "host = \"127.0.0.1\"\nport = 1\ntls = \"none\"\nsign_in = \"none\"\n";
    daemon_.config["auth"] = "failure_delay_milliseconds = 0\n";
    ldap("ldap://127.0.0.1:" + std::to_string(slapd_->port("LDAP_PORT")));
  }
  void keep_secret(const std::string& name, const std::string& text) {
    const std::string path = daemon_.folder() + '/' + name;
    std::ofstream(path) << text << '\n';
    std::filesystem::permissions(
        path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  void ldap(const std::string& url) {
    daemon_.config["[sign_in]"] =
        "kind = \"ldap\"\nservers = [\"" + url + "\"]\nca_file = \"" + slapd_->value("CA_FILE") +
        "\"\nbind_dn = \"uid=reader,dc=example,dc=com\"\n"
        "password_file = \"ldap.password\"\nbase = \"dc=example,dc=com\"\n";
  }
  std::string answer(const std::string& user, const std::string& secret) {
    return ask_http(daemon_.port("http "), {.head = load, .user = user, .password = secret});
  }
  int status(const std::string& user, const std::string& secret) {
    return std::stoi(answer(user, secret).substr(9, 3));
  }

  const RunningServer* dovecot_ = nullptr;
  const RunningServer* slapd_ = nullptr;
  DaemonProcess daemon_;
};

TEST_F(SignInSystems, TheDirectoryChecksAndTheMasterReads) {
  daemon_.start();
  EXPECT_EQ(status("ada", "adapw"), 200);
  EXPECT_EQ(status("star@example.com", "starpw"), 200);
  EXPECT_EQ(status("ada", "secret"), 401);        // what Dovecot would take
  EXPECT_EQ(status("ada", "mastersecret"), 401);  // and the master's
  EXPECT_EQ(status("ada*godwit", "mastersecret"), 401);
  EXPECT_EQ(status("*", "adapw"), 401);
  EXPECT_EQ(status("ada)(uid=*", "adapw"), 401);
}

TEST_F(SignInSystems, ADirectoryThatIsDownIsNoWrongPassword) {
  ldap("ldap://127.0.0.1:1");
  daemon_.start();
  const std::string reply = answer("ada", "adapw");
  EXPECT_TRUE(reply.starts_with("HTTP/1.1 503")) << reply;
  EXPECT_TRUE(reply.contains("Retry-After: ")) << reply;
}

TEST_F(SignInSystems, AMasterThatIsRefusedIsNoWrongPassword) {
  keep_secret("imap.password", "wrong");
  keep_secret("ada", "adapw");
  daemon_.start();
  const Finished asked = daemon_.command(
      "client folders --user ada --password-file " + daemon_.folder() + "/ada --state " +
      daemon_.folder() + "/state.json http://127.0.0.1:" + std::to_string(daemon_.port("http ")));
  EXPECT_EQ(asked.code, 1);
  EXPECT_TRUE(asked.output.contains("HTTP 503")) << asked.output << daemon_.log();
}

TEST_F(SignInSystems, GroupsOfTheDirectoryDecideWhoMayIn) {
  daemon_.config["[access]"] =
      "name = \"unix people\"\ngroups = [\"unix\"]\nallow = [\"all\"]\n[[access]]\n"
      "name = \"countesses\"\nattributes = [\"title=Countess\"]\nallow = [\"mail\"]\n[[access]]\n"
      "name = \"nobody else\"\ndeny = [\"all\"]\n";
  daemon_.start();
  EXPECT_EQ(status("star", "starpw"), 200);
  EXPECT_EQ(status("ada", "adapw"), 200);
  EXPECT_EQ(status("juergen", "juergenpw"), 403);
  EXPECT_TRUE(daemon_.wait_for_log("denied user=juergen@example.com rule=\"nobody else\""));
  EXPECT_TRUE(daemon_.wait_for_log("restricted user=ada@example.com rule=\"nobody else\""));
}

}  // namespace
}  // namespace godwit::test
