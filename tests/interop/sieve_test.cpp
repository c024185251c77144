// Out-of-office on Pigeonhole and Cyrus: scripts kept by ManageSieve, answers sent at delivery. And
// scripted servers for bad days.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "backend/out_of_office.hpp"
#include "backend/sieve/client.hpp"
#include "backend/sieve/vacation.hpp"
#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "interop/imap_servers.hpp"
#include "interop/scripted_server.hpp"

namespace godwit::interop {
namespace {

using namespace std::chrono_literals;
using backend::Account;
using backend::OutOfOffice;
using backend::SieveSettings;
using backend::SieveVacation;
using State = OutOfOffice::State;

Account account_of(const std::string& login) {
  return {.user = UserId::parse(login).value(),
          .login = login,
          .password = Secret("secret"),
          .display_name = {},
          .addresses = {login.contains('@') ? login : login + "@example.org"}};
}

struct Server {
  const char* name;
  const char* options;
  const char* title;
};

OutOfOffice away(State state = State::enabled) {
  OutOfOffice out;
  out.state = state;
  out.internal = {.enabled = true, .text = "Inside: back on Monday.", .html = false};
  out.external_known = {.enabled = true, .text = "<p>Outside: <b>gone</b></p>", .html = true};
  out.external_unknown = out.external_known;
  return out;
}

Task<std::vector<std::string>> friends() {
  co_return std::vector<std::string>{"friend@example.net"};
}

class SieveServer : public testing::TestWithParam<Server> {
 protected:
  void SetUp() override {
    const std::string name = GetParam().name;
    if (!RunningServer::is_there(name)) GTEST_SKIP() << RunningServer::why_not(name);
    server_ = RunningServer::get(name, GetParam().options);
    settings_.host = "localhost";
    settings_.port = server_->port("SIEVE_PORT");
    settings_.tls_settings.ca_file = server_->value("TLS_CERTIFICATE");
    ann_ = account_of(fresh_user());
    imap_.host = "127.0.0.1";
    imap_.port = server_->port("IMAP_PORT");
    imap_.encryption = backend::imap::Encryption::none;
    static_cast<void>(mails_in("INBOX"));  // Cyrus makes mailboxes at the first sign-in
  }

  void set(const OutOfOffice& wanted) {
    SieveVacation vacation(settings_);
    if (known_) vacation.set_known(known_);
    const auto done = loop_.get(vacation.set_out_of_office(ann_, wanted));
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(backend::pack_out_of_office(get()), backend::pack_out_of_office(wanted));
  }
  OutOfOffice get() {
    SieveVacation vacation(settings_);
    return loop_.get(vacation.out_of_office(ann_));
  }

  /// As another program works on the scripts.
  Task<backend::sieve::Snapshot> other(std::vector<backend::sieve::Step> steps) {
    backend::sieve::Client client(settings_);
    co_await client.open(ann_);
    for (auto& step : steps) {
      const auto done = co_await client.carry_out(std::move(step));
      if (!done) throw std::runtime_error(done.error().message);
    }
    auto now = co_await client.look();
    co_await client.close();
    co_return now;
  }
  backend::sieve::Snapshot install(const std::string& name, const std::string& text) {
    using Kind = backend::sieve::Step::Kind;
    return loop_.get(other({{Kind::put, name, text}, {Kind::activate, name, {}}}));
  }
  backend::sieve::Snapshot look() { return loop_.get(other({})); }

  /// Delivers a mail and gives what was sent for it, all of it.
  std::vector<std::string> answers(const std::string& from, const std::string& fields = {}) {
    const std::filesystem::path folder(server_->value("SENT"));
    const auto before = files(folder);
    deliver_by_lmtp(server_->port("LMTP_PORT"), ann_.login,
                    "From: <" + from + ">\r\nTo: <" + ann_.addresses[0] +
                        ">\r\nSubject: hello\r\n" + "Message-ID: <" + std::to_string(++number_) +
                        "." + ann_.login + ">\r\n" + fields + "\r\nAre you there?\r\n",
                    from);
    std::vector<std::string> out;
    for (const auto& path : files(folder)) {
      if (before.contains(path)) continue;
      std::stringstream text;
      text << std::ifstream(path).rdbuf();
      out.push_back(std::move(text).str());
    }
    return out;
  }
  static std::set<std::filesystem::path> files(const std::filesystem::path& folder) {
    std::set<std::filesystem::path> out;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (!entry.path().filename().string().starts_with('.')) out.insert(entry.path());
    }
    return out;
  }
  std::uint32_t mails_in(const std::string& mailbox) {
    backend::imap::ImapServer gateway(imap_, loop_.executor(), random_);
    const Account account = loop_.get(gateway.sign_in(ann_.login, Secret("secret"))).value();
    const auto status = loop_.get(gateway.open(account)->status(FolderKey::parse(mailbox).value()));
    return status ? status->messages : 0;
  }

  const RunningServer* server_ = nullptr;
  SieveSettings settings_;
  backend::imap::Settings imap_;
  SeededRandom random_{1};
  SieveVacation::Known known_;
  Account ann_ = account_of("nobody@example.org");
  TestLoop loop_;
  int number_ = 0;
};

TEST_P(SieveServer, EachAudienceGetsItsAnswer) {
  EXPECT_EQ(get().state, State::disabled);
  EXPECT_TRUE(answers("bob@example.org").empty());
  set(away());
  const auto inside = answers("bob@example.org");
  ASSERT_EQ(inside.size(), 1U);
  EXPECT_TRUE(inside[0].contains("Inside: back on Monday.")) << inside[0];
  EXPECT_TRUE(inside[0].contains("Auto-Submitted: auto-replied"));
  EXPECT_TRUE(inside[0].contains("bob@example.org"));
  const auto outside = answers("eve@example.net");
  ASSERT_EQ(outside.size(), 1U);
  EXPECT_TRUE(outside[0].contains("text/html")) << outside[0];
  EXPECT_TRUE(outside[0].contains(base64_encode("<p>Outside: <b>gone</b></p>"))) << outside[0];
  EXPECT_TRUE(answers("bob@example.org").empty()) << "one answer a day and sender";
  OutOfOffice inside_only = away();
  inside_only.external_known.enabled = inside_only.external_unknown.enabled = false;
  set(inside_only);
  EXPECT_TRUE(answers("mallory@example.net").empty());
  EXPECT_EQ(answers("carol@example.org").size(), 1U);
  OutOfOffice off = away();
  off.state = State::disabled;
  set(off);
  EXPECT_TRUE(answers("dave@example.org").empty());
  EXPECT_EQ(get().internal.text, "Inside: back on Monday.") << "kept for the next time";
}

TEST_P(SieveServer, KnownSendersAreThoseOfTheContacts) {
  known_ = [](const Account&) { return friends(); };
  OutOfOffice friends = away();
  friends.external_unknown.enabled = false;
  set(friends);
  EXPECT_EQ(answers("friend@example.net").size(), 1U);
  EXPECT_TRUE(answers("stranger@example.net").empty());
}

TEST_P(SieveServer, MachinesAndListsGetNone) {
  set(away());
  for (const std::string fields :
       {"Auto-Submitted: auto-generated\r\n", "List-Id: <x.example.net>\r\n",
        "Precedence: bulk\r\n", "X-Spam-Flag: YES\r\n", "X-Auto-Response-Suppress: OOF\r\n"}) {
    EXPECT_TRUE(answers("machine@example.net", fields).empty()) << fields;
  }
  EXPECT_TRUE(answers("owner-list@example.net").empty());
  EXPECT_EQ(answers("machine@example.net").size(), 1U);
}

TEST_P(SieveServer, TheScheduleIsKept) {
  const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
  const auto sent = [&](Time start, Time end) {
    OutOfOffice scheduled = away(State::scheduled);
    scheduled.start = start;
    scheduled.end = end;
    set(scheduled);
    return answers("s" + std::to_string(number_) + "@example.net").size();
  };
  EXPECT_EQ(sent(now - 1h, now + 1h), 1U);
  EXPECT_EQ(sent(now - 48h, now + 48h), 1U);
  EXPECT_EQ(sent(now + 1h, now + 2h), 0U);
  EXPECT_EQ(sent(now - 2h, now - 1s), 0U);
  EXPECT_EQ(sent(now + 48h, now + 72h), 0U);
  EXPECT_EQ(sent(now - 72h, now - 48h), 0U);
  EXPECT_EQ(sent(now - 1s, now + 1h), 1U);
}

TEST_P(SieveServer, TheUsersRulesRunOnAndComeBackAsTheyWere) {
  const std::string rules =
      "require [\"fileinto\", \"mailbox\"];\r\n# rule:[mine]\nif header :is \"x-mine\" \"yes\"\r\n"
      "{\n\tfileinto :create \"Mine\";\r\n\tstop;\r\n}\r\n";
  // Cyrus lists a name with quotes unreadably.
  const bool odd = std::string(GetParam().name) != "cyrus";
  const std::string name = odd ? "my \"rules\"" : "my rules";
  install(name, rules);
  set(away());
  EXPECT_EQ(answers("bob@example.org", "X-Mine: yes\r\n").size(), 1U);
  EXPECT_EQ(mails_in("Mine"), 1U) << "and the rule moved it";
  EXPECT_EQ(mails_in("INBOX"), 0U);
  set(away(State::disabled));
  const auto then = look();
  EXPECT_EQ(then.active, name);
  EXPECT_EQ(then.host_text, rules);
  EXPECT_TRUE(answers("carol@example.org", "X-Mine: yes\r\n").empty());
  EXPECT_EQ(mails_in("Mine"), 2U);
}

TEST_P(SieveServer, AnswersThatOthersWroteAreReadAndReplaced) {
  install("webmail",
          "require [\"vacation\", \"date\", \"relational\"];\r\n"
          "if header :contains \"subject\" \"job\" { vacation :handle \"j\" \"no jobs\"; }\r\n"
          "elsif allof (currentdate :value \"ge\" \"date\" \"2024-01-01\", currentdate :value "
          "\"le\" \"date\" \"2099-12-30\") { vacation :days 2 :subject \"Away\" :addresses \"" +
              ann_.addresses[0] +
              "\" text:\r\nFrom the "
              "webmail.\r\n.\r\n; }\r\n");
  const OutOfOffice read = get();
  EXPECT_EQ(read.state, State::scheduled);
  EXPECT_EQ(read.start, std::chrono::sys_days(2024y / 1 / 1));
  EXPECT_EQ(read.end, std::chrono::sys_days(2099y / 12 / 31));
  EXPECT_EQ(read.internal.text, "From the webmail.\r\n");
  const auto theirs = answers("bob@example.org");
  ASSERT_EQ(theirs.size(), 1U);
  EXPECT_TRUE(theirs[0].contains("From the webmail."));
  set(away());
  const auto ours = answers("carol@example.org");
  ASSERT_EQ(ours.size(), 1U) << "never both";
  EXPECT_TRUE(ours[0].contains("Inside: back on Monday."));
  EXPECT_TRUE(ours[0].contains("Subject: Away")) << ours[0];
  set(away(State::disabled));
  EXPECT_TRUE(answers("dave@example.org").empty());
  EXPECT_EQ(look().active, "webmail");
}

TEST_P(SieveServer, TextsArriveAsTheyWereSet) {
  OutOfOffice odd = away();
  odd.internal.text = "Dear \"you\" \\ ${sender}\n.\n..\nGrüße, Müller";
  odd.external_known = odd.external_unknown = odd.internal;
  set(odd);
  const auto got = answers("bob@example.org");
  ASSERT_EQ(got.size(), 1U);
  const std::size_t body = got[0].find("\r\n\r\n");
  std::string encoded = got[0].substr(body);
  const auto text = base64_decode(encoded);
  ASSERT_TRUE(text) << got[0];
  EXPECT_EQ(*text, "Dear \"you\" \\ ${sender}\r\n.\r\n..\r\nGrüße, Müller");
}

TEST_P(SieveServer, AWrongPasswordIsAFault) {
  if (std::string(GetParam().name) == "cyrus") GTEST_SKIP() << "this one takes every password";
  ann_ = account_of("refused" + ann_.login);
  try {
    get();
    FAIL() << "it signs in";
  } catch (const Fault& fault) {
    EXPECT_EQ(fault.kind(), Fault::Kind::sign_in_failed) << fault.what();
  }
}

TEST_P(SieveServer, ACertificateOfAnotherIsRefused) {
  settings_.tls_settings.ca_file.clear();
  EXPECT_THROW(get(), Fault);
}

INSTANTIATE_TEST_SUITE_P(
    Servers, SieveServer,
    testing::Values(Server{"dovecot", "--sieve all", "Pigeonhole"},
                    Server{"dovecot",
                           "--sieve 'fileinto envelope vacation relational date mailbox variables'",
                           "WithoutInclude"},
                    Server{"cyrus", "", "Cyrus"}),
    [](const auto& info) { return std::string(info.param.title); });

// --- Scripted ---

/// A script listed, active or not.
Script listing(const std::string& line) {
  Script out = {"C: LISTSCRIPTS"};
  if (!line.empty()) out.push_back("S: " + line);
  out.emplace_back("S: OK");
  return out;
}

class ScriptedSieve : public testing::Test {
 protected:
  static Script hello(Script then = {}, const std::string& sasl = "PLAIN") {
    Script out = {"S: \"SASL\" \"" + sasl + "\"",
                  "S: OK \"ready\"",
                  "C: AUTHENTICATE \"PLAIN\" \"AGFubkBleGFtcGxlLm9yZwBzZWNyZXQ=\"",
                  "S: OK \"in\"",
                  "C: CAPABILITY",
                  "S: \"SIEVE\" \"vacation include envelope date relational\"",
                  "S: OK"};
    out.insert(out.end(), then.begin(), then.end());
    return out;
  }

  void serve(std::vector<Script> scripts) {
    server_ = std::make_unique<ScriptedServer>(std::move(scripts));
    settings_.host = "127.0.0.1";
    settings_.port = server_->port();
    settings_.connect_limit = 2s;
    settings_.command_limit = 300ms;
  }
  Fault::Kind fault_of_reading() {
    SieveVacation vacation(settings_);
    try {
      loop_.get(vacation.out_of_office(ann_));
    } catch (const Fault& fault) {
      return fault.kind();
    }
    ADD_FAILURE() << "no fault";
    return {};
  }
  Result<> set(const OutOfOffice& wanted) {
    SieveVacation vacation(settings_);
    return loop_.get(vacation.set_out_of_office(ann_, wanted));
  }

  ScriptedSieve() { settings_.tls = SieveSettings::Tls::none; }

  std::unique_ptr<ScriptedServer> server_;
  SieveSettings settings_;
  Account ann_ = account_of("ann@example.org");
  TestLoop loop_;
};

TEST_F(ScriptedSieve, ServersThatMisbehaveAreFaults) {
  const auto kind = [&](const Script& script) {
    serve({script});
    return fault_of_reading();
  };
  EXPECT_EQ(kind({"S: BYE (TRYLATER) \"full\""}), Fault::Kind::unavailable);
  EXPECT_EQ(kind({"S: NO \"no\""}), Fault::Kind::unavailable);
  EXPECT_EQ(kind({"S: hello"}), Fault::Kind::unavailable) << "and the end of the stream";
  EXPECT_EQ(kind({"S: {99999999}"}), Fault::Kind::corrupt);
  EXPECT_EQ(kind({"stall"}), Fault::Kind::timed_out);
  EXPECT_EQ(kind({"S: \"SASL\" \"GSSAPI\"", "S: OK"}), Fault::Kind::unavailable);
  EXPECT_EQ(kind({"S: \"SASL\" \"PLAIN\"", "S: OK", "C: AUTHENTICATE", "S: NO \"wrong\""}),
            Fault::Kind::sign_in_failed);
  EXPECT_EQ(kind({"S: \"SASL\" \"PLAIN\"", "S: OK", "C: AUTHENTICATE", "S: NO (TRYLATER) \"x\""}),
            Fault::Kind::unavailable);
  EXPECT_EQ(kind(hello({"C: LISTSCRIPTS", "S: NO"})), Fault::Kind::unavailable);
  EXPECT_EQ(kind(hello({"C: LISTSCRIPTS", "S: \"a\" ACTIVE", "S: OK", "C: GETSCRIPT", "S: OK"})),
            Fault::Kind::corrupt);
}

TEST_F(ScriptedSieve, AListThatCannotBeReadIsNoEmptyOne) {
  // Taken for no script, the user's own would be put out of use.
  for (const std::string line : {"\"my \"rules\"\" ACTIVE", "mine ACTIVE", "\"mine\" SELECTED"}) {
    serve({hello(listing(line))});
    EXPECT_EQ(fault_of_reading(), Fault::Kind::corrupt) << line;
  }
}

TEST_F(ScriptedSieve, TlsIsNotLeftOut) {
  settings_.tls = SieveSettings::Tls::starttls;
  serve({{"S: \"SASL\" \"PLAIN\"", "S: OK"}});
  EXPECT_EQ(fault_of_reading(), Fault::Kind::unavailable);
  serve({{"S: \"STARTTLS\"", "S: OK", "C: STARTTLS", "raw: OK\r\n\"SASL\" \"PLAIN\"\r\nOK\r\n"}});
  EXPECT_EQ(fault_of_reading(), Fault::Kind::corrupt) << "injected before the handshake";
}

TEST_F(ScriptedSieve, AMasterSignsInForTheUser) {
  settings_.sign_in = SieveSettings::SignIn::master;
  settings_.user = "m";
  settings_.password = Secret("p");
  serve({{"S: \"SASL\" \"PLAIN\"", "S: OK",
          "C: AUTHENTICATE \"PLAIN\" \"YW5uQGV4YW1wbGUub3JnAG0AcA==\"", "S: NO"}});
  EXPECT_EQ(fault_of_reading(), Fault::Kind::unavailable);
  EXPECT_EQ(server_->complaints(), std::vector<std::string>{});
}

Script operator+(Script a, const Script& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST_F(ScriptedSieve, WhatTheServerRefusesIsSaidSo) {
  const Script looked = listing("") + listing("");
  serve({hello(looked + Script{"C: PUTSCRIPT", "until: # END out of office, kept by Godwit",
                               "C: ", "S: NO (QUOTA) \"full\""})});
  const auto full = set(away());
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Errc::too_large);
  serve({hello(looked + Script{"C: PUTSCRIPT", "until: # END out of office, kept by Godwit",
                               "C: ", "S: NO \"line 3\""})});
  EXPECT_EQ(set(away()).error().code, Errc::refused);
}

TEST_F(ScriptedSieve, AnotherWhoWritesBetweenIsNoticed) {
  const Script theirs =
      listing("\"b\" ACTIVE") + Script{"C: GETSCRIPT \"b\"", "S: \"keep;\"", "S: OK"};
  Script talk;
  for (int attempt = 0; attempt < 3; ++attempt) talk = talk + listing("") + theirs;
  serve({hello(talk)});
  EXPECT_EQ(set(away()).error().code, Errc::conflict);
  EXPECT_EQ(server_->complaints(), std::vector<std::string>{}) << "nothing was written";
  // Once the other is done, ours goes on top of theirs.
  serve({hello(listing("") + theirs + theirs + theirs +
               Script{"C: PUTSCRIPT \"godwit-out-of-office\"",
                      "until: include :personal :once :optional \"b\";", "C: ", "S: OK",
                      "C: SETACTIVE \"godwit-out-of-office\"", "S: OK"} +
               listing("\"godwit-out-of-office\" ACTIVE") +
               Script{"C: GETSCRIPT", "S: \"keep;\"", "S: OK"})});
  EXPECT_TRUE(set(away()));
}

TEST_F(ScriptedSieve, AfterALostAnswerTheSameIsAskedAgainAndNothingIsDoneTwice) {
  serve({hello(listing("") + listing("") +
               Script{"C: PUTSCRIPT", "until: # END out of office, kept by Godwit", "C: "})});
  EXPECT_THROW(static_cast<void>(set(away())), Fault) << "the connection broke before the answer";
}

}  // namespace
}  // namespace godwit::interop
