#include "app/config.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <functional>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

#include "app/device_settings.hpp"
#include "app/log_settings.hpp"
#include "base/log_levels.hpp"

namespace godwit::app {
namespace {

std::string file_text(const std::string& path) {
  std::ifstream in(std::string(GODWIT_SOURCE_DIR "/") + path);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::string error_of(std::string_view text) {
  const auto config = parse_config(text, "godwit.toml");
  return config ? std::string() : config.error().message;
}

TEST(Config, ReadsEveryTypeOfValue) {
  const auto config = parse_config(
      "[server]\nhostname = \"mail.example.org\"\ndrain_seconds = 5\n"
      "[http]\nlisten = [\"[::1]:80\"]\nproxy_protocol = true\n"
      "[policy]\nmode = \"strict\"\n[policy.settings]\nDevicePasswordEnabled = true\n"
      "MinDevicePasswordLength = 6\n",
      "godwit.toml");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->server.hostname, "mail.example.org");
  EXPECT_EQ(config->server.drain_seconds, 5);
  EXPECT_EQ(config->http.listen, Strings{"[::1]:80"});
  EXPECT_TRUE(config->http.proxy_protocol);
  EXPECT_EQ(config->policy.mode, "strict");
  EXPECT_EQ(config->policy.settings.values.at("DevicePasswordEnabled"), "1");
  EXPECT_EQ(config->policy.settings.values.at("MinDevicePasswordLength"), "6");
  EXPECT_EQ(config->policy.settings.lines.at("MinDevicePasswordLength"), 11);
  EXPECT_EQ(config->push.heartbeat_seconds_max, 3540);
}

TEST(Config, PoliciesAreNamedInTheOrderOfTheFile) {
  const auto config = parse_config(
      "[policy.zoo]\nusers = [\"ann@example.org\"]\n[policy.zoo.settings]\nAllowCamera = false\n"
      "ApprovedApplicationList = [\"YWJj\", \"ZGVm\"]\n"
      "[policy.apes]\nmode = \"loose\"\ngroups = [\"apes@example.org\"]\naccept_partial = false\n",
      "godwit.toml");
  ASSERT_TRUE(config) << config.error().message;
  ASSERT_EQ(config->policies.size(), 2U);
  EXPECT_EQ(config->policies[0].name, "zoo");
  EXPECT_EQ(config->policies[0].mode, "strict");
  EXPECT_EQ(config->policies[0].settings.values.at("ApprovedApplicationList"), "YWJj\nZGVm\n");
  EXPECT_EQ(config->policies[1].groups, Strings{"apes@example.org"});
  EXPECT_FALSE(config->policies[1].accept_partial);
  EXPECT_TRUE(check_config(*config));
}

TEST(Config, PoliciesThatContradictThemselvesAreRefused) {
  const auto problems_of = [](std::string_view text) {
    const auto config = parse_config(text, "godwit.toml");
    if (!config) return config.error().message;
    const auto checked = check_config(*config);
    return checked ? std::string() : checked.error().message;
  };
  EXPECT_TRUE(problems_of("[policy.a.settings]\nMinDevicePasswordLength = 6\n")
                  .starts_with("godwit.toml:2: policy.a.settings.MinDevicePasswordLength: devices "
                               "ignore it without a password; set DevicePasswordEnabled = true"));
  EXPECT_TRUE(problems_of("[policy]\n[policy.settings]\nAllowCamera = false\n")
                  .contains("policy.mode: the mode is off"));
  EXPECT_TRUE(problems_of("[policy.a.settings]\nAllowCamra = false\n").contains("godwit.toml:2: "));
  EXPECT_TRUE(problems_of("[policy.a]\nusers = [\"x@y.z\"]\n[policy.b]\nusers = [\"X@y.z\"]\n")
                  .contains("godwit.toml:3: policy.b.users: X@y.z is in policy.a already"));
  EXPECT_TRUE(problems_of("[policy.default]\n").contains("is the name of [policy] itself"));
  EXPECT_TRUE(problems_of("[policy.a]\nmode = \"on\"\n").contains(":2: policy.a.mode: is \"off\""));
  EXPECT_TRUE(problems_of("[policy.a]\nuser = []\n").contains("unknown key; there are: accept"));
}

TEST(Config, FilesAreFoundFromTheFolderOfTheConfiguration) {
  for (const Key& key : keys()) {
    const bool names_a_file = key.name.ends_with("_file");
    EXPECT_TRUE(!names_a_file || key.is_path) << key.section << '.' << key.name;
  }
  const auto config = parse_config(
      "[directory]\npassword_file = \"reader.password\"\nca_file = \"/elsewhere/ca.pem\"\n",
      "/etc/godwit/godwit.toml");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->directory.password_file, "/etc/godwit/reader.password");
  EXPECT_EQ(config->directory.ca_file, "/elsewhere/ca.pem");
}

TEST(Config, EverySecretOfTheFileIsLookedAt) {
  const auto config = parse_config(
      "[imap]\npassword_file = \"a\"\n[sieve]\npassword_file = \"b\"\n"
      "[[sign_in]]\nkind = \"ldap\"\npassword_file = \"c\"\n"
      "[[push_source]]\nname = \"x\"\nsecret_file = \"d\"\n",
      "/x/godwit.toml");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(secret_files(*config), (Strings{"/x/a", "/x/b", "/x/c", "/x/d"}));
}

TEST(Config, GroupsThatNobodyCouldKnowAreRefused) {
  const auto problem_of = [](const std::string& text) {
    const auto config = parse_config(text, "godwit.toml");
    if (!config) return config.error().message;
    const auto checked = check_config(*config);
    return checked ? std::string() : checked.error().message;
  };
  const std::string imap = "[backend]\nkind = \"imap\"\n[submission]\nhost = \"localhost\"\n";
  const std::string ldap =
      "[[sign_in]]\nkind = \"ldap\"\nservers = [\"ldap://localhost\"]\nbase = \"dc=x\"\n";
  const std::string by_address = "[policy.a]\ngroups = [\"staff@example.org\"]\n";
  const std::string by_name = "[[device_rule]]\naction = \"block\"\ngroups = [\"staff\"]\n";
  EXPECT_EQ(problem_of(by_address), "") << "of the embedded store";
  EXPECT_TRUE(problem_of(imap + by_address).contains("'staff@example.org': nobody knows groups"));
  EXPECT_TRUE(problem_of(by_name).contains("group 'staff': only an ldap [[sign_in]]"));
  EXPECT_EQ(problem_of(ldap + by_name), "");
  EXPECT_TRUE(problem_of("[[access]]\nname = \"r\"\ndeny = [\"all\"]\ngroups = [\"cn=x,dc=y\"]\n")
                  .contains("group 'cn=x,dc=y'"));
}

TEST(Config, RulesAboutDevicesAreReadInTheirOrder) {
  const auto config = parse_config(
      "[devices]\notherwise = \"quarantine\"\nper_user_max = 3\n"
      "[[device_rule]]\nname = \"old\"\naction = \"block\"\nversions = [\"12.*\"]\n"
      "[[device_rule]]\naction = \"allow\"\nnetworks = [\"192.0.2.0/24\"]\nuntil = "
      "\"2026-12-01\"\n",
      "godwit.toml");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_TRUE(check_config(*config));
  const policy::DeviceRules rules = device_rules_of(*config);
  EXPECT_EQ(rules.otherwise, policy::Action::quarantine);
  EXPECT_EQ(rules.console_url, "") << "nobody said where it is";
  Config known = *config;
  known.autodiscover.url = "https://mail.example.org:8443/Microsoft-Server-ActiveSync";
  EXPECT_EQ(device_rules_of(known).console_url, "https://mail.example.org:8443/godwit/");
  known.console.enabled = false;
  EXPECT_EQ(device_rules_of(known).console_url, "");
  EXPECT_EQ(rules.devices_max, 3U);
  ASSERT_EQ(rules.list.size(), 2U);
  EXPECT_EQ(rules.list[0].name, "old");
  EXPECT_EQ(rules.list[0].versions, Strings{"12.*"});
  EXPECT_EQ(rules.list[1].name, "rule of line 8");
  EXPECT_TRUE(rules.list[1].from("192.0.2.7"));
  EXPECT_FALSE(rules.list[1].from("192.0.3.7"));
  EXPECT_EQ(rules.list[1].until, Time(std::chrono::sys_days(std::chrono::December / 1 / 2026)));
}

TEST(Config, RulesThatCannotBeMeantAreRefused) {
  const auto problem_of = [](const std::string& rule) {
    const auto config = parse_config("[[device_rule]]\n" + rule, "godwit.toml");
    if (!config) return config.error().message;
    const auto checked = check_config(*config);
    return checked ? std::string() : checked.error().message;
  };
  EXPECT_EQ(problem_of("action = \"block\"\n"), "") << "the last one may be for everybody";
  EXPECT_TRUE(problem_of("types = [\"a\"]\n").starts_with("godwit.toml:1: device_rule: action is"));
  EXPECT_TRUE(problem_of("action = \"block\"\n[[device_rule]]\naction = \"allow\"\n")
                  .contains("has no condition"));
  EXPECT_TRUE(problem_of("action = \"block\"\nuntil = \"soon\"\n").contains("until is a day"));
  EXPECT_TRUE(problem_of("action = \"block\"\nnetworks = [\"house\"]\n").contains("networks: "));
  EXPECT_TRUE(problem_of("acton = \"block\"\n").contains("godwit.toml:2: device_rule.acton"));
  EXPECT_TRUE(problem_of("action = \"block\"\ntypes = [1]\n").contains("holds strings only"));
}

TEST(Config, UnknownKeyNamesFileLineAndRemedy) {
  EXPECT_EQ(error_of("[server]\n\nhostnam = \"a\"\n"),
            "godwit.toml:3: server.hostnam: unknown key; did you mean 'hostname'?");
  EXPECT_EQ(error_of("[htp]\n"), "godwit.toml:1: htp: unknown section; did you mean 'http'?");
  EXPECT_TRUE(error_of("[store]\nwhatever_it_is = 1\n").contains("there are: connections, kind"));
}

TEST(Config, BadValuesAreAllListed) {
  const std::string error = error_of(
      "[server]\ndrain_seconds = 601\nlog_level = \"loud\"\nhostname = 3\n"
      "[http]\nproxy_protocol = \"yes\"\nlisten = \"127.0.0.1:80\"\npaths = [1]\n");
  EXPECT_TRUE(
      error.contains("godwit.toml:2: server.drain_seconds: is a whole number from 0 to 600"))
      << error;
  EXPECT_TRUE(error.contains(":3: server.log_level: 'loud' is none of debug, error")) << error;
  EXPECT_TRUE(error.contains(":4: server.hostname: is a string; put it in quotes")) << error;
  EXPECT_TRUE(error.contains(":6: http.proxy_protocol: is true or false")) << error;
  EXPECT_TRUE(error.contains(":7: http.listen: is a list of strings")) << error;
  EXPECT_TRUE(error.contains(":8: http.paths: holds strings only")) << error;
}

TEST(Config, BadFormNamesTheLine) {
  EXPECT_TRUE(error_of("[server]\nhostname = \n").starts_with("godwit.toml:2: "));
  EXPECT_TRUE(error_of("server = 3\n").contains("is a section; write [server]"));
}

TEST(Config, PathsCountFromTheFolderOfTheFile) {
  const auto config = parse_config(
      "[server]\nstate_directory = \"/var/lib/godwit\"\n"
      "[http]\ncertificates = [\"chain.pem\", \"/etc/ssl/other.pem\"]\n"
      "[submission]\npassword_file = \"secret\"\n",
      "/etc/godwit/godwit.toml");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->server.state_directory, "/var/lib/godwit");
  EXPECT_EQ(config->http.certificates, (Strings{"/etc/godwit/chain.pem", "/etc/ssl/other.pem"}));
  EXPECT_EQ(config->submission.password_file, "/etc/godwit/secret");
  EXPECT_EQ(config->imap.ca_file, "");
}

TEST(Config, CombinationsThatCannotWorkAreRefused) {
  EXPECT_TRUE(check_config(Config{}));
  Config config;
  config.http.listen.clear();
  config.store.kind = "postgres";
  config.push.heartbeat_seconds_min = 3000;
  config.push.heartbeat_seconds_max = 600;
  config.http.trusted_proxies = {"somewhere"};
  const auto checked = check_config(config);
  ASSERT_FALSE(checked);
  EXPECT_TRUE(checked.error().message.contains("phones could not connect"));
  EXPECT_TRUE(checked.error().message.contains("set store.postgres_url"));
  EXPECT_TRUE(checked.error().message.contains("heartbeat_seconds_min is above"));
  EXPECT_TRUE(checked.error().message.contains("http.trusted_proxies: "));
}

TEST(Config, DomainsOfAutodiscoverDifferFromTheSection) {
  const auto config = parse_config(
      "[autodiscover.domain.\"Example.COM\"]\nredirect = \"example.net\"\n"
      "[autodiscover]\nimap_host = \"imap.example.org\"\n",
      "godwit.toml");
  ASSERT_TRUE(config) << config.error().message;
  const auto& domain = config->autodiscover_domains.at("example.com");
  EXPECT_EQ(domain.redirect, "example.net");
  EXPECT_EQ(domain.imap_host, "imap.example.org");
  EXPECT_EQ(config->autodiscover.redirect, "");
  EXPECT_TRUE(error_of("[autodiscover]\ndomain = 3\n").contains(":2: autodiscover.domain: holds"));
  EXPECT_TRUE(error_of("[autodiscover.domain]\nexample = 3\n")
                  .contains(":2: autodiscover.domain.example: is a table"));
  EXPECT_TRUE(error_of("[autodiscover.domain.\"example.com\"]\nurll = \"x\"\n")
                  .contains(":2: autodiscover.urll: unknown key; did you mean 'url'?"));
  EXPECT_TRUE(error_of("[autodiscover.domain.\"example.com\"]\ndomains = [\"x\"]\n")
                  .contains("has no key domains"));
  EXPECT_TRUE(error_of("[autodiscover]\nimap_port = 0\nlogin = \"both\"\n")
                  .contains("autodiscover.imap_port: is a whole number from 1 to 65535"));
}

TEST(Config, WhatAutodiscoverCannotTellIsRefused) {
  const auto problem = [](auto member, const std::string& value) {
    Config config;
    config.autodiscover_domains["example.com"].*member = value;
    const auto checked = check_config(config);
    return checked ? std::string() : checked.error().message;
  };
  using A = Config::Autodiscover;
  EXPECT_EQ(problem(&A::url, "https://mail.example.org/Microsoft-Server-ActiveSync"), "");
  EXPECT_EQ(problem(&A::url, "http://mail.example.org/"),
            "configuration: autodiscover.domain.\"example.com\".url is no https:// address; write "
            "https://HOST/Microsoft-Server-ActiveSync");
  for (const char* bad : {"mail.example.org", "https://", "https://a b/", "https://x/?y=z"}) {
    EXPECT_TRUE(problem(&A::url, bad).contains("url is no https:// address")) << bad;
  }
  for (const char* bad : {"", "en-US", "EN:us", "en:usa"}) {
    EXPECT_TRUE(problem(&A::culture, bad).contains("culture")) << bad;
  }
  EXPECT_EQ(problem(&A::redirect, "ann@example.net"), "");
  EXPECT_TRUE(problem(&A::redirect, "https://example.net").contains("redirect is neither"));
  EXPECT_TRUE(problem(&A::redirect_url, "example.net").contains("redirect_url is no https"));
  EXPECT_TRUE(problem(&A::imap_host, "imap.example.org:993").contains("is no host"));
  EXPECT_TRUE(problem(&A::profile_key, "x").contains("profile_certificate and profile_key go"));
  EXPECT_TRUE(problem(&A::enrolment_url, "x").contains("enrolment_url is no https"));
  Config config;
  config.autodiscover.domains = {"exa mple"};
  EXPECT_TRUE(check_config(config).error().message.contains("'exa mple' is no mail domain"));
  config = Config();
  config.autodiscover.redirect = "example.net";
  config.autodiscover.redirect_url = "https://example.net/autodiscover/autodiscover.xml";
  EXPECT_TRUE(check_config(config).error().message.contains("contradict each other"));
}

TEST(Config, ADavServerIsNamedInOneWay) {
  Config config;
  config.dav.url = "https://dav.example.org/";
  EXPECT_TRUE(check_config(config));
  config.dav.contacts = "/{user}/";
  EXPECT_TRUE(check_config(config).error().message.contains("{login}, {name} and {domain}"));
  config.dav.domain = "example.org";
  EXPECT_TRUE(check_config(config).error().message.contains("remove one"));
  config.dav.domain.clear();
  config.dav.url = "dav.example.org";
  EXPECT_TRUE(check_config(config).error().message.contains("dav.url"));
}

TEST(Config, AManageSieveServerIsForAnImapServerBehind) {
  Config config;
  config.sieve.host = "imap.example.org";
  EXPECT_TRUE(check_config(config).error().message.contains("[sieve]: host"));
  config.backend.kind = "imap";
  config.submission.host = "smtp.example.org";
  EXPECT_TRUE(check_config(config));
  config.sieve.sign_in = "master";
  EXPECT_TRUE(check_config(config).error().message.contains("[sieve]: sign_in"));
}

TEST(Config, AReloadTakesSomeKeysAndNamesTheOthersThatChanged) {
  Config running;
  Config fresh;
  fresh.http.idle_seconds = 7;
  fresh.http.trusted_proxies = {"192.0.2.1"};
  fresh.http.listen = {"127.0.0.1:81"};
  fresh.imap.verify = false;
  fresh.policy.mode = "strict";
  fresh.policy.settings.values = {{"DevicePasswordEnabled", "1"}};
  EXPECT_EQ(take_over(running, fresh), (Strings{"http.listen", "imap.verify"}));
  EXPECT_EQ(running.http.idle_seconds, 7);
  EXPECT_EQ(running.http.trusted_proxies, Strings{"192.0.2.1"});
  EXPECT_EQ(running.http.listen, Config{}.http.listen);
  EXPECT_TRUE(running.imap.verify);
  EXPECT_EQ(running.policy.mode, "strict");
  EXPECT_EQ(running.policy.settings, fresh.policy.settings);
  // What still waits for a restart is named each time.
  EXPECT_EQ(take_over(running, fresh), (Strings{"http.listen", "imap.verify"}));
}

TEST(Config, ExampleIsTheDefaultAndComplete) {
  const std::string example = config_example();
  const auto as_shipped = parse_config(example, "example");
  ASSERT_TRUE(as_shipped) << as_shipped.error().message;
  // With every key switched on it reads as well, and changes nothing.
  const std::string on = std::regex_replace(example, std::regex("\n#([a-z_]+ = |\\[\\[)"), "\n$1");
  const auto switched_on = parse_config(on, "example");
  ASSERT_TRUE(switched_on) << switched_on.error().message;
  EXPECT_EQ(switched_on->imap.connections_per_user_max, Config{}.imap.connections_per_user_max);
  for (const Key& key : keys()) {
    EXPECT_TRUE(on.contains("\n" + std::string(key.name) + " = ")) << key.name;
  }
}

TEST(Config, PackagedFilesAreWhatTheTableSays) {
  EXPECT_EQ(file_text("packaging/godwit.toml.example"), config_example())
      << "run: godwit config example > packaging/godwit.toml.example";
  EXPECT_EQ(file_text("packaging/man/godwit.toml.5"), config_manual())
      << "run: godwit config manual > packaging/man/godwit.toml.5";
}

TEST(Config, DefaultsAreWithinTheirRanges) {
  Config config;
  for (const Key& key : keys()) {
    const Target target = key.target(config);
    if (const auto* number = std::get_if<std::int64_t*>(&target)) {
      EXPECT_GE(**number, key.least) << key.name;
      EXPECT_LE(**number, key.most) << key.name;
    }
  }
}

TEST(Secret, OthersMustNotReadTheFile) {
  const std::string path = testing::TempDir() + "/godwit-secret-test";
  std::ofstream(path) << "correct horse\nsecond line\n";
  ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
  const auto open_to_all = read_secret(path);
  ASSERT_FALSE(open_to_all);
  EXPECT_TRUE(open_to_all.error().message.contains("chmod o="));
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  const auto secret = read_secret(path);
  ASSERT_TRUE(secret);
  EXPECT_EQ(secret->reveal(), "correct horse");
  EXPECT_FALSE(read_secret(path + ".missing"));
  ::unlink(path.c_str());
}

TEST(Config, SomeSectionsMayBeThereSeveralTimes) {
  const auto config = parse_config(
      "[[sign_in]]\nkind = \"ldap\"\nservers = [\"ldap://a\"]\nca_file = \"ca.pem\"\n"
      "[[sign_in]]\n[[access]]\nname = \"r\"\ndeny = [\"notes\"]\n",
      "/etc/godwit/godwit.toml");
  ASSERT_TRUE(config) << config.error().message;
  ASSERT_EQ(config->sign_in.size(), 2U);
  EXPECT_EQ(config->sign_in[0].kind, "ldap");
  EXPECT_EQ(config->sign_in[0].ca_file, "/etc/godwit/ca.pem");
  EXPECT_EQ(config->sign_in[1], Config::SignIn());  // nothing of the one before
  ASSERT_EQ(config->access.size(), 1U);
  EXPECT_EQ(config->access[0].deny, Strings{"notes"});
  EXPECT_TRUE(error_of("[sign_in]\n").contains(":1: sign_in: may be there several times"));
  EXPECT_TRUE(error_of("sign_in = [1]\n").contains("write [[sign_in]]"));
  EXPECT_TRUE(error_of("[[access]]\nuser = []\n").contains("did you mean 'users'?"));
  EXPECT_TRUE(error_of("[[sign_in]]\nkind = \"x\"\n").contains("is none of"));

  Config running = *config;
  EXPECT_EQ(take_over(running, Config()), (Strings{"sign_in", "access"}));
  EXPECT_EQ(running.sign_in.size(), 2U);
}

TEST(Config, SignInThatCannotWorkIsRefused) {
  const auto problem = [](const std::string& text) {
    const auto config = parse_config(text, "godwit.toml");
    if (!config) return config.error().message;
    const auto checked = check_config(*config);
    return checked ? std::string() : checked.error().message;
  };
  const std::string ldap = "[[sign_in]]\nkind = \"ldap\"\nservers = [\"ldap://a\"]\n";
  EXPECT_EQ(problem(ldap + "base = \"dc=x\"\n"), "");
  EXPECT_TRUE(problem("[[sign_in]]\nkind = \"ldap\"\n").contains("name a server"));
  EXPECT_TRUE(problem(ldap).contains("base: say where"));
  EXPECT_TRUE(problem(ldap + "dn = \"uid=ann\"\n").contains("dn: wants {login}"));
  EXPECT_TRUE(problem(ldap + "base = \"dc=x\"\nfilter = \"(uid=%s)\"\n").contains("filter:"));
  EXPECT_TRUE(problem(ldap + "base = \"dc=x\"\nbind_dn = \"cn=y\"\n").contains("go together"));
  EXPECT_TRUE(
      problem("[[sign_in]]\nkind = \"pam\"\nservice = \"../x\"\n").contains("is the name of a"));
  const std::string two = "[local]\ndomains = [\"a.org\", \"b.org\"]\n";
  EXPECT_TRUE(problem(two + "[[sign_in]]\nkind = \"pam\"\n").contains("would be one"));
  EXPECT_TRUE(problem(two + ldap + "dn = \"uid={name},dc=x\"\n").contains("would be one"));
  EXPECT_EQ(problem(two + "[[sign_in]]\nkind = \"pam\"\ndomains = [\"a.org\"]\n"), "");
  EXPECT_EQ(problem(two + "[[sign_in]]\nkind = \"pam\"\nuser = \"login\"\n"), "");
  EXPECT_TRUE(problem("[[access]]\nname = \"r\"\ndeny = [\"maill\"]\n").contains("'maill'"));
  EXPECT_TRUE(problem("[[access]]\nname = \"r\"\n").contains("neither allows nor denies"));
  EXPECT_TRUE(problem("[[access]]\ndeny = [\"all\"]\n").contains("needs a name"));
  EXPECT_TRUE(problem("[imap]\nsign_in = \"master\"\n").contains("imap.sign_in is master"));
  EXPECT_TRUE(problem("[auth]\nunlimited_networks = [\"x\"]\n").contains("'x' is no network"));
}

TEST(Config, AnIssuerThatCannotWorkIsRefused) {
  const auto problem = [](const std::string& with, const std::string& more = {}) {
    const auto config =
        parse_config("[[sign_in]]\nkind = \"oauth\"\n" + with + more, "godwit.toml");
    if (!config) return config.error().message;
    const auto checked = check_config(*config);
    return checked ? std::string() : checked.error().message;
  };
  const std::string issuer = "issuer = \"https://id.example.org\"\n";
  const std::string whole = issuer + "audience = \"godwit\"\n";
  EXPECT_EQ(problem(whole), "");
  EXPECT_TRUE(problem("").contains("issuer: not an https: URL"));
  EXPECT_TRUE(problem("issuer = \"http://id.example.org\"\n").contains("not an https: URL"));
  EXPECT_TRUE(problem(issuer).contains("audience:"));
  EXPECT_TRUE(problem(whole + "verify = false\n").contains("is always verified"));
  EXPECT_TRUE(problem(whole + "scope = \"a b\"\n").contains("scope: is one word"));
  EXPECT_TRUE(problem(whole + "user_claim = \"\"\n").contains("user_claim:"));
  EXPECT_TRUE(problem(whole + "skew_seconds = 301\n").contains("skew_seconds"));
  EXPECT_TRUE(
      problem(whole, "[sieve]\nhost = \"localhost\"\n").contains("set sieve.sign_in to master"));
}

TEST(Config, LevelsOfLoggersAreReadAndMisspeltOnesRefused) {
  const auto good = parse_config(
      "[server]\nlog_level = \"warning\"\nlog_levels = [\"imap debug\", \"request error\"]\n",
      "godwit.toml");
  ASSERT_TRUE(good) << good.error().message;
  apply_log_levels(good->server);
  EXPECT_TRUE(is_shown("imap", LogLevel::debug));
  EXPECT_FALSE(is_shown("request", LogLevel::warning));
  EXPECT_FALSE(is_shown("sync", LogLevel::info));
  apply_log_levels(Config().server);  // as after a reload of a file without them
  EXPECT_TRUE(logger_levels().empty());
  EXPECT_EQ(common_log_level(), LogLevel::info);

  const auto problem = [](std::string_view list) {
    return error_of(fmt::format("[server]\nlog_levels = [\n{}]\n", list));
  };
  EXPECT_TRUE(problem("\"sync info\",\n\"imop debug\"")
                  .starts_with("godwit.toml:4: server.log_levels: no logger is called 'imop'; "
                               "there are: admin, "));
  EXPECT_TRUE(problem("\"imap loud\"").contains(":3: server.log_levels: write \"imap LEVEL\""));
  EXPECT_TRUE(problem("\"imap\"").contains("write \"imap LEVEL\""));
  EXPECT_TRUE(problem("\"\"").contains("no logger is called ''"));
  EXPECT_TRUE(problem("\"all debug\"").contains("the level of all is server.log_level"));
  EXPECT_TRUE(problem("\"imap debug\", \"imap info\"").contains("'imap' has a level already"));
  EXPECT_TRUE(problem("7").contains("holds strings only"));
}

/// The words of `code` that follow a '.', "->" or "::".
std::set<std::string, std::less<>> members_named(std::string_view code) {
  std::set<std::string, std::less<>> out;
  const auto in_word = [](char c) {
    return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0;
  };
  for (auto at = code.begin(); at != code.end();) {
    const auto begin = std::find_if(at, code.end(), in_word);
    at = std::find_if_not(begin, code.end(), in_word);
    const std::string_view before(code.begin(), begin);
    if (before.ends_with('.') || before.ends_with("->") || before.ends_with("::")) {
      out.emplace(begin, at);
    }
  }
  return out;
}

TEST(Config, EveryKeyIsReadByTheProgram) {
  std::string program;
  for (const auto& entry : std::filesystem::directory_iterator(GODWIT_SOURCE_DIR "/src/app")) {
    const std::string name = entry.path().filename();
    const bool code = name.ends_with(".cpp") || name.ends_with(".hpp");
    // Named policies are read and made in one file.
    const bool declares = name.starts_with("config") && name != "config_policies.cpp";
    if (!code || declares || name.contains("_test.")) continue;
    program += file_text("src/app/" + name);
  }
  const auto named = members_named(program);
  for (const Key& key : keys()) {
    EXPECT_TRUE(named.contains(key.name)) << key.section << '.' << key.name;
  }
}

}  // namespace
}  // namespace godwit::app
