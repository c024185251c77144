// From a mail address to the server: `godwit probe ADDRESS` and `godwit doctor domain`, before a
// whole daemon with TLS and a DNS server that knows what the test wrote down.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>

#include "daemon/daemon_process.hpp"
#include "daemon/scripted_dns.hpp"
#include "interop/imap_servers.hpp"
#include "interop/scripted_server.hpp"
#include "net/certificate.hpp"
#include "run.hpp"

namespace godwit::test {
namespace {

constexpr const char* ann = "ann@example.org";

TEST(DnsAnswer, EveryKindOfRecordIsRead) {
  Zone zone;
  zone["www.example.org"] = {alias("example.org")};
  zone["example.org"] = {address("192.0.2.7"), mail("mx.example.org"),
                         service("srv.example.org", 443, 1, 2)};
  const auto ask = [&](const std::string& name, char type) {
    std::string question("\x12\x34\x01\0\0\x01\0\0\0\0\0\0", 12);
    for (const std::string& label : {name, std::string("example"), std::string("org")}) {
      if (!label.empty()) question += static_cast<char>(label.size()) + label;
    }
    question += std::string("\0\0", 2) + type + std::string("\0\x01", 2);
    return answer_to(zone, question);
  };
  const auto www = dns::read_answer(ask("www", 1)).value();
  ASSERT_EQ(www.size(), 2U);
  EXPECT_EQ(www[0].type, dns::Type::alias);
  EXPECT_EQ(www[0].text, "example.org");
  EXPECT_EQ(www[1].text, "192.0.2.7");
  const auto mx = dns::read_answer(ask("", 15)).value();
  ASSERT_EQ(mx.size(), 1U);
  EXPECT_EQ(mx[0].text, "mx.example.org");
  EXPECT_EQ(mx[0].priority, 10);
  const std::string whole = ask("", 33);
  const auto srv = dns::read_answer(whole).value();
  ASSERT_EQ(srv.size(), 1U);
  EXPECT_EQ(srv[0].port, 443);
  EXPECT_EQ(srv[0].weight, 2);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(dns::read_answer(whole.substr(0, size))) << size;
  }
  EXPECT_TRUE(dns::parse_server("127.0.0.1:5353"));
  for (const char* bad : {"", "localhost", "127.0.0.1:0", "127.0.0.1:x", "[::1]:53"}) {
    EXPECT_FALSE(dns::parse_server(bad)) << bad;
  }
}

class FindingTest : public testing::Test {
 protected:
  /// HTTPS on 127.0.0.1 by the certificate's names; HTTP on 127.0.0.2.
  void start(std::chrono::days lifetime = std::chrono::days(90)) {
    const auto now =
        std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const auto made = net::make_self_signed(
        {"example.org", "autodiscover.example.org", "mail.example.org"}, now, lifetime);
    std::ofstream(daemon_.folder() + "/own.pem") << made->certificate;
    std::ofstream(daemon_.folder() + "/own.key") << made->key;
    std::ofstream(daemon_.folder() + "/password") << password << '\n';
    daemon_.config["http"] =
        "listen = [\"127.0.0.2:0\"]\nlisten_tls = [\"127.0.0.1:0\"]\n"
        "certificates = [\"own.pem\"]\nkeys = [\"own.key\"]\n";
    daemon_.start();
    daemon_.add_user(ann);
    daemon_.config["autodiscover"] =
        "url = \"https://localhost:" + std::to_string(daemon_.port("https ")) +
        "/Microsoft-Server-ActiveSync\"\n";
    daemon_.write_config();
    daemon_.signal(SIGHUP);
    ASSERT_TRUE(daemon_.wait_for_log("reloaded"));
  }
  std::string where(const ScriptedDns& dns) const {
    return " --dns-server " + dns.server() + " --https-port " +
           std::to_string(daemon_.port("https ")) + " --http-port " +
           std::to_string(daemon_.port("http ")) + " --limit 10 --ca " + daemon_.folder() +
           "/own.pem";
  }
  Finished probe(const Zone& zone, const std::string& more = {}) {
    const ScriptedDns dns(zone);
    return daemon_.command("probe " + std::string(ann) + " --no-send --verbose --password-file " +
                           daemon_.folder() + "/password" + where(dns) + more);
  }
  Finished doctor(const Zone& zone, const std::string& domain = "example.org") {
    const ScriptedDns dns(zone);
    return daemon_.command("doctor domain " + domain + where(dns));
  }

  DaemonProcess daemon_;
};

TEST_F(FindingTest, AProbeFindsTheServerAsPhonesDo) {
  start();
  const auto home = address("127.0.0.1");
  const Finished at_domain = probe({{"example.org", {home}}});
  EXPECT_EQ(at_domain.code, 0) << at_domain.output;
  EXPECT_TRUE(at_domain.output.contains("https://example.org:")) << at_domain.output;
  EXPECT_TRUE(at_domain.output.contains("GODWIT OK"));
  const Finished below = probe(
      {{"autodiscover.example.org", {alias("mail.example.org")}}, {"mail.example.org", {home}}});
  EXPECT_EQ(below.code, 0) << below.output;
  EXPECT_TRUE(below.output.contains("example.org:" + std::to_string(daemon_.port("https ")) +
                                    "/autodiscover/autodiscover.xml: no_name"))
      << below.output;
  const Finished by_service = probe({{"_autodiscover._tcp.example.org",
                                      {service("nowhere.example.org", 1, 20),
                                       service("mail.example.org", daemon_.port("https "), 10)}},
                                     {"mail.example.org", {home}}});
  EXPECT_EQ(by_service.code, 0) << by_service.output;
  const Finished nowhere = probe({});
  EXPECT_EQ(nowhere.code, 2);
  EXPECT_TRUE(nowhere.output.contains("no server is found by this address")) << nowhere.output;
}

TEST_F(FindingTest, ThePasswordStaysWithinTheDomain) {
  start();
  // Nobody speaks TLS there; the redirect over plain HTTP leads to another host.
  const Zone zone{{"autodiscover.example.org", {address("127.0.0.2")}},
                  {"localhost", {address("127.0.0.1")}}};
  const Finished kept = probe(zone);
  EXPECT_EQ(kept.code, 2);
  EXPECT_TRUE(kept.output.contains("localhost is not within the domain")) << kept.output;
  const Finished allowed = probe(zone, " --trust-host localhost");
  EXPECT_EQ(allowed.code, 0) << allowed.output;
}

TEST_F(FindingTest, AWrongPasswordEndsTheSearch) {
  start();
  std::ofstream(daemon_.folder() + "/password") << "wrong\n";
  const Finished refused = probe({{"example.org", {address("127.0.0.1")}}});
  EXPECT_EQ(refused.code, 2);
  EXPECT_TRUE(refused.output.contains("it does not take the password")) << refused.output;
  EXPECT_FALSE(refused.output.contains("//autodiscover.example.org")) << refused.output;
}

TEST_F(FindingTest, ADomainThatIsWellIsGood) {
  start();
  const auto home = address("127.0.0.1");
  const Zone zone{{"example.org", {address("127.0.0.1"), mail("mail.example.org")}},
                  {"mail.example.org", {home}},
                  {"autodiscover.example.org", {alias("mail.example.org")}},
                  {"_imaps._tcp.example.org", {service("mail.example.org", 993)}}};
  const Finished well = doctor(zone);
  EXPECT_EQ(well.code, 0) << well.output;
  EXPECT_TRUE(well.output.contains("ok    example.org: clients are answered at")) << well.output;
  EXPECT_TRUE(well.output.contains("alias of mail.example.org, 127.0.0.1: answers, and asks for"))
      << well.output;
  EXPECT_TRUE(well.output.contains("ok    MX of example.org: mail.example.org")) << well.output;
  EXPECT_TRUE(well.output.contains("_imaps._tcp.example.org: mail.example.org:993"));
  EXPECT_TRUE(well.output.contains("note  _caldavs._tcp.example.org: there is none"));
  EXPECT_FALSE(well.output.contains("fail ")) << well.output;
  const ScriptedDns dns(zone);
  const Finished json = daemon_.command("--json doctor domain example.org" + where(dns));
  const auto reply = nlohmann::json::parse(json.output);
  EXPECT_EQ(reply.at("ok"), true);
  EXPECT_EQ(reply.at("result").at("findings").at(0).at("health"), "ok") << json.output;
}

TEST_F(FindingTest, WhatIsWrongIsNamedWithItsRemedy) {
  start(std::chrono::days(5));
  const Finished none = doctor({});
  EXPECT_EQ(none.code, 1);
  EXPECT_TRUE(none.output.contains("do: autodiscover.example.org. CNAME followed by"))
      << none.output;
  EXPECT_TRUE(none.output.contains("fail  MX of example.org: there is none")) << none.output;
  const auto home = address("127.0.0.1");
  const Finished soon =
      doctor({{"example.org", {mail("gone.example.org")}},
              {"autodiscover.example.org", {home}},
              {"_submission._tcp.example.org", {service("gone.example.org", 587)}}});
  EXPECT_EQ(soon.code, 1);
  EXPECT_TRUE(soon.output.contains("certificate: it ends on ")) << soon.output;
  EXPECT_TRUE(soon.output.contains("MX of example.org: gone.example.org has no address"));
  EXPECT_TRUE(soon.output.contains("fail  _submission._tcp.example.org: gone.example.org has no"));
  EXPECT_TRUE(soon.output.contains("clients are answered at")) << soon.output;
  const Finished misnamed = doctor({{"autodiscover.example.net", {home}}}, "example.net");
  EXPECT_EQ(misnamed.code, 1);
  EXPECT_TRUE(misnamed.output.contains("certificate: it is not for this name")) << misnamed.output;
  const Finished dangling = doctor({{"autodiscover.example.org", {alias("gone.example.org")}}});
  EXPECT_TRUE(dangling.output.contains("alias of gone.example.org, which has no address"))
      << dangling.output;
  const ScriptedDns dns({{"autodiscover.example.org", {home}}});
  const Finished untrusted =
      daemon_.command("doctor domain example.org --dns-server " + dns.server() + " --https-port " +
                      std::to_string(daemon_.port("https ")) + " --http-port 1");
  EXPECT_EQ(untrusted.code, 1);
  EXPECT_TRUE(untrusted.output.contains("certificate: it is not trusted")) << untrusted.output;
}

TEST_F(FindingTest, TheDoctorLooksAtThisServer) {
  start(std::chrono::days(5));
  const Finished well = daemon_.command("doctor");
  EXPECT_EQ(well.code, 0) << well.output;
  for (const char* line : {"ok    configuration: ", "ok    daemon: serving", "warn  certificate ",
                           "ok    store ", "ok    mail ", "clock: ", "open files: ", "inotify: "}) {
    EXPECT_TRUE(well.output.contains(line)) << line << '\n' << well.output;
  }
  daemon_.stop();
  daemon_.config["submission"] = "host = \"127.0.0.1\"\nport = 1\ntls = \"none\"\n";
  daemon_.config["directory"] =
      "kind = \"ldap\"\nservers = [\"ldap://127.0.0.1:1\"]\nbase = \"dc=example\"\ntls = "
      "\"none\"\n";
  std::ofstream(daemon_.folder() + "/own.pem") << "none";
  daemon_.write_config();
  const Finished ill = daemon_.command("--json doctor");
  EXPECT_EQ(ill.code, 1);
  const auto reply = nlohmann::json::parse(ill.output);
  EXPECT_EQ(reply.at("ok"), false);
  std::string failed;
  for (const auto& finding : reply.at("result").at("findings")) {
    if (finding.at("health") != "fail") continue;
    EXPECT_NE(finding.at("remedy"), "") << finding;
    failed += finding.at("subject").get<std::string>().substr(0, 6) + ' ';
  }
  EXPECT_EQ(failed, "certif daemon submis direct ") << ill.output;
  daemon_.config["http"] += "nonsense = 3\n";
  daemon_.write_config();
  const Finished unread = daemon_.command("doctor");
  EXPECT_EQ(unread.code, 1);
  EXPECT_TRUE(unread.output.contains("fail  configuration: ")) << unread.output;
  EXPECT_TRUE(unread.output.contains("http.nonsense: unknown key")) << unread.output;
}

TEST_F(FindingTest, TheDoctorUsesAGatewaysServersAsAUser) {
  using interop::Script;
  if (!interop::RunningServer::is_there("dovecot")) {
    GTEST_SKIP() << interop::RunningServer::why_not("dovecot");
  }
  const auto* dovecot = interop::RunningServer::get("dovecot", "");
  interop::ScriptedServer submission(
      {Script{"S: 220 mx ESMTP"},
       Script{"S: 220 mx ESMTP", "C: EHLO", "S: 250-mx", "S: 250 AUTH PLAIN", "C: AUTH PLAIN",
              "S: 235 in", "C: QUIT"},
       Script{"S: 220 mx ESMTP"}, Script{"S: +OK this is POP3"}});
  daemon_.config["backend"] = "kind = \"imap\"\n";
  daemon_.config["imap"] =
      "host = \"127.0.0.1\"\nport = " + std::to_string(dovecot->port("IMAP_PORT")) +
      "\ntls = \"none\"\n";
  daemon_.config["submission"] =
      "host = \"127.0.0.1\"\nport = " + std::to_string(submission.port()) + "\ntls = \"none\"\n";
  daemon_.start();
  std::ofstream(daemon_.folder() + "/password") << password << '\n';
  const std::string line = "doctor --user " + interop::fresh_user() + " --password-file " +
                           daemon_.folder() + "/password";
  const Finished well = daemon_.command(line);
  EXPECT_EQ(well.code, 0) << well.output;
  EXPECT_TRUE(well.output.contains("ok    imap 127.0.0.1:")) << well.output;
  EXPECT_TRUE(well.output.contains(" folders\n")) << well.output;
  EXPECT_TRUE(well.output.contains(": may send\n")) << well.output;
  std::ofstream(daemon_.folder() + "/password") << "wrong\n";
  const Finished refused = daemon_.command(line);
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(refused.output.contains("does not take the password")) << refused.output;
  const Finished other = daemon_.command("doctor");
  EXPECT_EQ(other.code, 1);
  EXPECT_TRUE(other.output.contains("it greets as something else")) << other.output;
}

TEST_F(FindingTest, WrongUsageIsSaid) {
  daemon_.write_config();
  for (const std::string bad : {"doctor domain example", "doctor domain 'exa mple.org'",
                                "doctor domain example.org --dns-server nowhere"}) {
    const Finished finished = daemon_.command(bad);
    EXPECT_EQ(finished.code, 1) << bad << finished.output;
  }
  EXPECT_EQ(daemon_.command("doctor domain").code, 2);
  EXPECT_EQ(daemon_.command("probe ann@example.org --password-file /dev/null").code, 3);
}

}  // namespace
}  // namespace godwit::test
