// The samples of packaging/ in real nginx, Apache, HAProxy and Caddy, with godwitd behind them.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "daemon/daemon_process.hpp"
#include "run.hpp"
#include "test_certificate.hpp"

namespace godwit::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* ann = "ann@example.org";
constexpr const char* bob = "bob@example.org";
constexpr const char* not_there = "not unpacked: tests/parts.sh fetch nginx apache haproxy caddy";

/// One of them while it lives.
class FrontEnd {
 public:
  FrontEnd() {
    std::string pattern = "/tmp/godwit-front-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = pattern;
  }
  ~FrontEnd() {
    script("stop " + folder_);
    std::filesystem::remove_all(folder_);
  }
  FrontEnd(const FrontEnd&) = delete;
  FrontEnd& operator=(const FrontEnd&) = delete;

  /// 0: it runs; 3: it cannot be run here. `seconds`: its time-out for answers; empty: the
  /// sample's. Behind them "certificates": it asks for those, as the sample's comments say.
  int start(const std::string& name, std::uint16_t port, const std::string& seconds = {}) {
    const std::string arguments = "start " + name + ' ' + folder_ + ' ' + std::to_string(port);
    return script(arguments + ' ' + seconds);
  }
  std::uint16_t https_port() const { return number("HTTPS_PORT"); }
  std::uint16_t http_port() const { return number("HTTP_PORT"); }
  client::ServerUrl url() const {
    client::ServerUrl url;
    url.tls = true;
    url.host = "localhost";
    url.port = https_port();
    return url;
  }
  client::Trust trust() const { return {.ca_file = folder_ + "/cert.pem", .insecure = false}; }

 private:
  std::uint16_t number(const std::string& name) const {
    std::smatch found;
    if (!std::regex_search(output_, found, std::regex(name + "=([0-9]+)"))) return 0;
    return parse_number<std::uint16_t>(found.str(1)).value_or(0);
  }
  int script(const std::string& arguments) {
    const std::string command =
        std::string(GODWIT_SOURCE_DIR) + "/tests/parts/front_end.sh " + arguments;
    std::FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("cannot run a shell");
    std::array<char, 1024> buffer{};
    while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) output_ += buffer.data();
    return WEXITSTATUS(::pclose(pipe));
  }

  std::string folder_;
  std::string output_;
};

class FrontEndTest : public testing::TestWithParam<const char*> {
 protected:
  void start_daemon() {
    daemon_.config["http"] += "trusted_proxies = [\"127.0.0.1\"]\n";
    if (own_tls()) {
      daemon_.listen_tls();
      daemon_.config["http"] += "proxy_protocol = true\n";
    }
    daemon_.config["auth"] = "failure_delay_milliseconds = 0\n";
    daemon_.config["push"] = "heartbeat_seconds_min = 1\n";
    daemon_.start();
    daemon_.add_user(ann);
  }
  /// False: it is not there to test with.
  bool start(const std::string& seconds = {}) {
    start_daemon();
    const int status =
        front_.start(GetParam(), daemon_.port(own_tls() ? "https " : "http "), seconds);
    EXPECT_TRUE(status == 0 || status == 3);
    return status == 0;
  }
  bool own_tls() const { return GetParam() == std::string_view("haproxy-tls"); }
  Phone phone(const std::string& id) {
    auto trust = front_.trust();
    if (own_tls()) trust = {.ca_file = {}, .insecure = true};
    return {front_.url(), trust, ann, id};
  }
  void wait_parked(unsigned count) {
    EXPECT_TRUE(wait_until([&] { return daemon_.status().parked == count; }));
  }

  DaemonProcess daemon_;
  FrontEnd front_;
};

TEST_P(FrontEndTest, APhoneSyncsSendsAndIsWoken) {
  if (!start()) GTEST_SKIP() << not_there;
  Phone one = phone("phone");
  auto held = one.ping(one.inbox(), 600);
  wait_parked(1);
  std::string large = "From: ann@example.org\r\nTo: ann@example.org\r\nSubject: large\r\n\r\n";
  for (int line = 0; line < 60'000; ++line) large += std::string(70, 'x') + "\r\n";
  EXPECT_EQ(phone("other").send(large), 1);
  EXPECT_EQ(ping_status(held.get()), 2);
}

/// What a client claims of itself is not believed; where it comes from is.
TEST_P(FrontEndTest, TheClientsAddressIsKnown) {
  if (!start()) GTEST_SKIP() << not_there;
  const std::string url = "https://localhost:" + std::to_string(front_.https_port());
  const std::string command =
      "curl -sk --interface 127.0.0.9 -u mallory@example.org:wrong -X OPTIONS -o /dev/null "
      "-H 'X-Forwarded-For: 203.0.113.7' " +
      url + "/Microsoft-Server-ActiveSync";
  EXPECT_EQ(std::system(command.c_str()), 0);
  EXPECT_TRUE(daemon_.wait_for_log("refused address=127.0.0.9 user="));
  EXPECT_FALSE(daemon_.log().contains("203.0.113.7"));
}

TEST_P(FrontEndTest, TheSamplesTimeOutIsWhatHoldsAPing) {
  if (!start("2")) GTEST_SKIP() << not_there;
  Phone one = phone("phone");
  auto held = one.ping(one.inbox(), 600);
  wait_parked(1);
  bool answered = true;
  try {
    answered = ping_status(held.get()) != 0;
  } catch (const std::exception&) {
    answered = false;
  }
  EXPECT_FALSE(answered) << "cut after two seconds";
}

/// The sample as its comments on certificates say, with a client that comes from elsewhere.
class FrontEndCertificates : public FrontEndTest {
 protected:
  bool start() {
    write("ca.pem", authority_.pem());
    if (!own_tls()) daemon_.config["http"] += "certificate_header = \"Client-Cert\"\n";
    daemon_.config["[sign_in]"] =
        "kind = \"certificate\"\nca_file = \"ca.pem\"\n[[sign_in]]\nkind = \"mailbox\"\n";
    const bool is_there = FrontEndTest::start("3600 certificates");
    daemon_.add_user(bob);
    return is_there;
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(daemon_.folder() + '/' + name) << text;
  }
  static TestCertificate of(const std::string& user, const TestCertificate* issuer) {
    TestCertificate::Wanted wanted{.name = user};
    wanted.extended = "clientAuth";
    wanted.names = "email:" + user;
    return {wanted, issuer};
  }
  TestCertificate of(const std::string& user) const { return of(user, &authority_); }
  /// `curl MORE URL`: the status.
  static int curl(const std::string& more) {
    const std::string command = "curl -sk -o /dev/null -w '%{http_code}' --max-time 20 " + more;
    std::FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("cannot run a shell");
    std::array<char, 16> buffer{};
    std::fgets(buffer.data(), buffer.size(), pipe);
    ::pclose(pipe);
    return parse_number<int>(buffer.data()).value_or(0);
  }
  /// A FolderSync through the front end: the status.
  int through(const std::string& more) const {
    return curl("--interface 127.0.0.9 -X POST -H 'MS-ASProtocolVersion: 14.1' " + more +
                " 'https://localhost:" + std::to_string(front_.https_port()) + load + "'");
  }
  std::string showing(const TestCertificate& shown) const {
    write("client.pem", shown.pem());
    write("client.key", shown.key_pem());
    return "--cert " + daemon_.folder() + "/client.pem --key " + daemon_.folder() + "/client.key ";
  }
  /// Headers that a client might send by itself, in each form.
  static std::vector<std::string> claims(const TestCertificate& certificate) {
    const std::string der = ':' + base64_encode(certificate.der()) + ':';
    std::string pem = certificate.pem();
    std::ranges::replace(pem, '\n', ' ');
    std::string twice = "-H 'Client-Cert: " + der + "' ";
    twice += twice;
    return {"-H 'Client-Cert: " + der + "' ", "-H 'client-cert: " + pem + "' ", twice,
            "--http1.1 -H 'CLIENT-CERT: " + der + "' -H 'Connection: Client-Cert' "};
  }

  static constexpr const char* load =
      "/Microsoft-Server-ActiveSync?Cmd=FolderSync&User=x&DeviceType=x&DeviceId=phone";
  TestCertificate authority_{TestCertificate::authority("Phones"), nullptr};
};

TEST_P(FrontEndCertificates, OpenTheMailboxOfWhomTheyName) {
  if (!start()) GTEST_SKIP() << not_there;
  const std::string anns = showing(of(ann));
  EXPECT_EQ(through(anns), 200) << daemon_.log();
  EXPECT_TRUE(daemon_.wait_for_log("user=ann@example.org device=phone")) << daemon_.log();
  EXPECT_EQ(through(""), 401);
  EXPECT_EQ(through("-u bob@example.org:secret"), 200) << "by a password";
  const TestCertificate stranger(TestCertificate::authority("Phones"), nullptr);
  const std::string strangers = showing(of(ann, &stranger));
  EXPECT_EQ(through(strangers), 401) << "of an authority that nobody knows";
}

TEST_P(FrontEndCertificates, AreNotWhatAClientSays) {
  if (!start()) GTEST_SKIP() << not_there;
  for (const std::string& claim : claims(of(ann))) {
    EXPECT_EQ(through(claim), 401) << claim;
    if (own_tls()) continue;
    const std::string finding = "-X POST -H 'Content-Type: text/xml' -d x " + claim +
                                " http://localhost:" + std::to_string(front_.http_port()) +
                                "/Autodiscover/Autodiscover.xml";
    EXPECT_NE(curl(finding), 200) << claim;
  }
  EXPECT_FALSE(daemon_.log().contains("user=ann@example.org device=")) << daemon_.log();
  const std::string bobs = showing(of(bob));
  for (const std::string& claim : claims(of(ann))) {
    const int got = through(bobs + claim);
    // What a client calls a matter of its connection Apache takes away, its own word included.
    EXPECT_TRUE(got == 200 || (got == 401 && claim.contains("Connection: "))) << got << claim;
  }
  EXPECT_FALSE(daemon_.log().contains("user=ann@example.org device=")) << daemon_.log();
}

TEST_P(FrontEndCertificates, AreNotBelievedOfOthersThanTheFrontEnd) {
  if (own_tls()) GTEST_SKIP() << "no header is agreed upon";
  if (!start()) GTEST_SKIP() << not_there;
  const std::string direct = "-X POST -H 'MS-ASProtocolVersion: 14.1' " + claims(of(ann)).front() +
                             " 'http://127.0.0.1:" + std::to_string(daemon_.port("http ")) + load +
                             "'";
  EXPECT_EQ(curl("--interface 127.0.0.9 " + direct), 401);
  EXPECT_EQ(curl(direct), 200) << "as the front end would say it";
}

/// Above the minute that front ends wait for by themselves.
TEST_P(FrontEndTest, APingIsHeldForLongerThanAMinute) {
  if (std::getenv("GODWIT_LONG") == nullptr) GTEST_SKIP() << "takes over a minute: GODWIT_LONG=1";
  if (!start()) GTEST_SKIP() << not_there;
  Phone one = phone("phone");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(ping_status(one.ping(one.inbox(), 65).get()), 1);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 65s);
}

TEST_P(FrontEndTest, WithoutTlsNothingButFindingIsAnswered) {
  if (own_tls()) GTEST_SKIP() << "this sample has no such door";
  if (!start()) GTEST_SKIP() << not_there;
  const std::string phones =
      ask_http(front_.http_port(), {.head = "GET /Microsoft-Server-ActiveSync HTTP/1.1"});
  EXPECT_TRUE(phones.starts_with("HTTP/1.1 404") || phones.starts_with("HTTP/1.1 308")) << phones;
  const std::string finding =
      ask_http(front_.http_port(), {.head = "GET /Autodiscover/Autodiscover.xml HTTP/1.1"});
  EXPECT_TRUE(finding.starts_with("HTTP/1.1 302") || finding.starts_with("HTTP/1.1 308"))
      << finding;
  EXPECT_TRUE(finding.contains("ocation: https://")) << finding;
}

std::string name_of(const testing::TestParamInfo<const char*>& info) {
  return info.param == std::string_view("haproxy-tls") ? "haproxy_tls" : info.param;
}

INSTANTIATE_TEST_SUITE_P(Samples, FrontEndTest,
                         testing::Values("nginx", "apache", "haproxy", "haproxy-tls", "caddy"),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Samples, FrontEndCertificates,
                         testing::Values("nginx", "apache", "haproxy", "haproxy-tls", "caddy"),
                         name_of);

}  // namespace
}  // namespace godwit::test
