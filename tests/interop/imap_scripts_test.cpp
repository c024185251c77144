// The gateway against servers that do what real ones do on bad days.
#include <gtest/gtest.h>

#include <chrono>

#include "backend/decoded.hpp"
#include "interop/scripted_gateway.hpp"
#include "net/deadline.hpp"

namespace godwit::interop {
namespace {

using namespace std::chrono_literals;
using backend::Account;
using backend::FlagChange;
using backend::Mail;
using backend::StringSource;
using backend::imap::Encryption;
using backend::imap::ImapServer;
using backend::imap::LoginForm;
using backend::imap::Settings;

TEST_F(Scripted, AServerThatStallsIsGivenUpInTime) {
  serve({hello(rich, {"C: STATUS", "stall"})});
  mail();
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(Fault::Kind::timed_out, fault(mail().status(box_)));
  EXPECT_LT(std::chrono::steady_clock::now() - began, 1s);
}

TEST_F(Scripted, ACancelledCallReturnsAtOnce) {
  serve({hello(rich, {"C: STATUS", "stall"})});
  mail();
  const auto began = std::chrono::steady_clock::now();
  EXPECT_THROW(static_cast<void>(get(net::with_deadline(100ms, mail().status(box_)))),
               std::exception);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 250ms);
}

TEST_F(Scripted, AKeptConnectionThatDiedIsReplacedOnce) {
  const Script dies =
      hello(rich, selecting() + Script{"C: UID FETCH 5 (UID BODY.PEEK[1])",
                                       "raw: * 1 FETCH (UID 5 BODY[1] {100}\r\nab"});
  const Script lives = hello(rich, selecting() + Script{"C: UID FETCH 5 (UID BODY.PEEK[1])",
                                                        "S: * 1 FETCH (UID 5 BODY[1] {2}",
                                                        "raw: ab", "S: )", "S: $ OK", "stall"});
  serve({dies, lives});
  const auto bytes = get(mail().read(box_, 7, {{.uid = 5, .section = "1"}}));
  ASSERT_TRUE(bytes);
  EXPECT_EQ("ab", bytes->front());
}

TEST_F(Scripted, AServerThatAlwaysDiesIsUnavailable) {
  const Script dies = hello(rich, {"C: STATUS", "raw: * STATUS Box (MESS"});
  serve({dies, dies});
  EXPECT_EQ(Fault::Kind::unavailable, fault(mail().status(box_)));
}

TEST_F(Scripted, ByeInsteadOfAnAnswer) {
  const Script bye = hello(rich, {"C: STATUS", "S: * BYE shutting down"});
  serve({bye, bye});
  EXPECT_EQ(Fault::Kind::unavailable, fault(mail().status(box_)));
}

TEST_F(Scripted, NonsenseIsCorrupt) {
  serve({hello(rich, {"C: STATUS", "S: * STATUS Box (MESSAGES", "stall"})});
  EXPECT_EQ(Fault::Kind::corrupt, fault(mail().status(box_)));
}

TEST_F(Scripted, OneRefusalEndsAllAttemptsUntilSomebodySignsIn) {
  serve({hello(rich),
         {"S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hi", "C: AUTHENTICATE",
          "S: $ NO [AUTHENTICATIONFAILED] no"},
         hello(rich, {"C: STATUS", "S: * STATUS Box (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 7)",
                      "S: $ OK", "stall"})});
  mail();
  EXPECT_EQ(Fault::Kind::sign_in_failed, fault(mail().status(box_)));
  EXPECT_EQ(Fault::Kind::sign_in_failed, fault(mail().status(box_)));
  EXPECT_EQ(Fault::Kind::sign_in_failed, fault(mail().folders()));
  EXPECT_EQ(2U, server_->connections());
  ASSERT_TRUE(sign_in());
  EXPECT_TRUE(get(mail().status(box_)));
  EXPECT_EQ(3U, server_->connections());
}

/// With no time at all to be kept, what is due is done before anything that waits: nothing is
/// measured here.
TEST_F(Scripted, AnUnusedConnectionIsClosedAndThePasswordOpensAnother) {
  settings_.idle_close = 0ms;
  const Script status = {"C: STATUS", "S: * STATUS Box (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 7)",
                         "S: $ OK", "stall"};
  serve({hello(rich, {"stall"}), hello(rich, status), hello(rich, status)});
  mail();
  for (std::size_t closed = 1; closed <= 3; ++closed) {
    EXPECT_TRUE(loop_.wait_until([&] { return server_->finished() == closed; }));
    EXPECT_EQ(closed, server_->connections());
    if (closed < 3) EXPECT_TRUE(get(mail().status(box_)));
  }
}

TEST_F(Scripted, APasswordIsForgottenOnceNothingNeedsIt) {
  settings_.idle_close = 0ms;
  settings_.password_keep = 0ms;
  serve({hello(rich, {"stall"}),
         hello(rich, {"C: STATUS", "S: * STATUS Box (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 7)",
                      "S: $ OK", "stall"})});
  const Account account = sign_in().value();
  mail_ = gateway_->open(account);
  EXPECT_TRUE(loop_.wait_until([&] { return server_->finished() == 1; }));
  int turns = 0;
  EXPECT_TRUE(loop_.wait_until([&] { return ++turns == 3; }));  // timers that are due come first
  EXPECT_EQ(Fault::Kind::unavailable, fault(mail_->status(box_)));
  EXPECT_EQ(1U, server_->connections());
  // The next request brings it again.
  mail_ = gateway_->open(account);
  EXPECT_TRUE(get(mail_->status(box_)));
}

TEST_F(Scripted, ABusyServerIsNoRefusal) {
  serve({{"S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hi", "C: AUTHENTICATE",
          "S: $ NO [UNAVAILABLE] directory is down"},
         {"S: * BYE too many"}});
  EXPECT_EQ(Fault::Kind::unavailable, fault(gateway_->sign_in("ada", Secret("secret"))));
  EXPECT_EQ(Fault::Kind::unavailable, fault(gateway_->sign_in("ada", Secret("secret"))));
}

TEST_F(Scripted, NoPasswordWithoutTheTlsThatWasAskedFor) {
  encryption_ = Encryption::starttls;
  serve({{"S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi"},
         {"S: * PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] hi"},
         {"S: * OK [CAPABILITY IMAP4rev1 STARTTLS] hi", "C: STARTTLS", "S: $ NO later"}});
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Fault::Kind::unavailable, fault(gateway_->sign_in("ada", Secret("secret"))));
  }
}

TEST_F(Scripted, SignsInByWhatIsOffered) {
  const Script after = {"S: $ OK in", "C: CAPABILITY", "S: * CAPABILITY IMAP4rev1",
                        "S: $ OK",    "C: LIST",       "S: * LIST () \"/\" \"\"",
                        "S: $ OK"};
  serve({Script{"S: * OK hi", "C: CAPABILITY", "S: * CAPABILITY IMAP4rev1 AUTH=LOGIN", "S: $ OK",
                "C: AUTHENTICATE LOGIN", "S: + VXNlcm5hbWU6", "C: YWRh", "S: + UGFzc3dvcmQ6",
                "C: c2VjcmV0", "S: G2 OK in"} +
             Script(after.begin() + 1, after.end()),
         Script{"S: * OK [CAPABILITY IMAP4rev1] hi", "C: LOGIN ada secret"} + after,
         Script{"S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi", "C: AUTHENTICATE PLAIN", "S: +",
                "C: AGFkYQBzZWNyZXQ=", "S: G1 OK in"} +
             Script(after.begin() + 1, after.end()),
         {"S: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED] hi"}});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(sign_in());
  EXPECT_EQ(Fault::Kind::unavailable, fault(gateway_->sign_in("ada", Secret("secret"))));
}

TEST_F(Scripted, ALieAboutUidValidityIsStale) {
  serve({hello(rich, selecting(8) + Script{"stall"})});
  const auto read = get(mail().fetch_state(box_, 7, {1}));
  ASSERT_FALSE(read);
  EXPECT_EQ(Errc::stale, read.error().code);
}

TEST_F(Scripted, PositionsThatWentBackAreStale) {
  const auto status = [](const std::string& values) {
    return Script{"C: STATUS \"Box\"", "S: * STATUS Box (" + values + ")", "S: $ OK"};
  };
  serve({hello(rich, status("MESSAGES 3 UIDNEXT 10 UIDVALIDITY 7 HIGHESTMODSEQ 50") +
                         status("MESSAGES 3 UIDNEXT 9 UIDVALIDITY 7 HIGHESTMODSEQ 50") +
                         status("MESSAGES 3 UIDNEXT 10 UIDVALIDITY 7 HIGHESTMODSEQ 49") +
                         status("MESSAGES 3 UIDNEXT 10 UIDVALIDITY 6 HIGHESTMODSEQ 50") +
                         Script{"stall"})});
  const auto first = get(mail().changes(box_, {}, {}));
  ASSERT_TRUE(first);
  for (int i = 0; i < 3; ++i) {
    const auto now = get(mail().changes(box_, first->cursor, {}));
    ASSERT_FALSE(now);
    EXPECT_EQ(Errc::stale, now.error().code);
  }
}

TEST_F(Scripted, WithoutUidplusNothingIsExpunged) {
  serve({hello("IMAP4rev1", selecting() + Script{"C: UID STORE 5 +FLAGS.SILENT (\\Deleted)",
                                                 "S: $ OK", "C: NOOP", "S: $ OK",
                                                 "C: UID STORE 6 +FLAGS", "S: $ OK", "stall"})});
  EXPECT_TRUE(get(mail().expunge(box_, 7, UidSet{{5, 5}})));
  EXPECT_TRUE(get(mail().expunge(box_, 7, UidSet{{6, 6}})));
}

TEST_F(Scripted, MarkedMessagesAreNotThere) {
  serve({hello(
      "IMAP4rev1",
      selecting() + Script{"C: UID SEARCH UNDELETED", "S: * SEARCH 5", "S: $ OK", "C: NOOP",
                           "S: $ OK", "C: UID FETCH 5:6 (UID FLAGS INTERNALDATE)",
                           "S: * 1 FETCH (UID 5 FLAGS () INTERNALDATE \"01-Jan-2025 00:00:00 "
                           "+0000\")",
                           "S: * 2 FETCH (UID 6 FLAGS (\\Deleted) INTERNALDATE "
                           "\"01-Jan-2025 00:00:00 +0000\")",
                           "S: $ OK", "stall"})});
  EXPECT_EQ((UidSet{{5, 5}}), get(mail().search(box_, std::nullopt)).value());
  EXPECT_EQ(1U, get(mail().fetch_state(box_, 7, {5, 6}))->size());
}

TEST_F(Scripted, WithoutMoveTheOriginalGoesLast) {
  serve({hello(
      "IMAP4rev1 UIDPLUS",
      selecting() + Script{"C: UID FETCH 5 (UID FLAGS INTERNALDATE)",
                           "S: * 1 FETCH (UID 5 FLAGS () INTERNALDATE \" 1-Jan-2025 00:00:00 "
                           "+0000\")",
                           "S: $ OK", "C: UID COPY 5 \"To\"", "S: $ OK [COPYUID 9 5 77] done",
                           "C: NOOP", "S: $ OK", "C: UID STORE 5 +FLAGS.SILENT (\\Deleted)",
                           "S: $ OK", "C: UID EXPUNGE 5", "S: * 1 EXPUNGE", "S: $ OK", "stall"})});
  EXPECT_EQ(77U, get(mail().move(box_, 7, 5, FolderKey::parse("To").value())).value());
}

TEST_F(Scripted, CondstoreAloneCountsBeforeItSearches) {
  const std::string caps = "IMAP4rev1 CONDSTORE ESEARCH";
  const auto status = [](const std::string& values) {
    return Script{"C: STATUS \"Box\"", "S: * STATUS Box (" + values + ")", "S: $ OK"};
  };
  const Script changed = {"C: UID FETCH 1:* (UID FLAGS INTERNALDATE MODSEQ) (CHANGEDSINCE 50)",
                          "S: * 4 FETCH (UID 10 MODSEQ (51) FLAGS () INTERNALDATE "
                          "\"01-Jan-2025 00:00:00 +0000\")",
                          "S: $ OK"};
  const Script noop = {"C: NOOP", "S: $ OK"};
  serve({hello(caps, status("MESSAGES 3 UIDNEXT 10 UIDVALIDITY 7 HIGHESTMODSEQ 50") +
                         status("MESSAGES 4 UIDNEXT 11 UIDVALIDITY 7 HIGHESTMODSEQ 51") +
                         selecting() + changed + noop +
                         status("MESSAGES 3 UIDNEXT 11 UIDVALIDITY 7 HIGHESTMODSEQ 51") + noop +
                         changed + noop +
                         Script{"C: UID SEARCH RETURN (ALL) ALL",
                                "S: * ESEARCH (TAG \"x\") UID ALL 1,3,10", "S: $ OK", "stall"})});
  const auto first = get(mail().changes(box_, {}, {}));
  const UidSet known{{1, 3}};
  const auto grown = get(mail().changes(box_, first->cursor, known));
  ASSERT_TRUE(grown);
  EXPECT_EQ(1U, grown->changed.size());
  EXPECT_TRUE(grown->vanished.empty());
  const auto swapped = get(mail().changes(box_, first->cursor, known));
  ASSERT_TRUE(swapped);
  EXPECT_EQ((UidSet{{2, 2}}), swapped->vanished);
}

TEST_F(Scripted, AppendWaitsForTheServerAndTellsWhy) {
  serve({hello("IMAP4rev1 UIDPLUS",
               {"C: APPEND \"Box\" (\\Seen) \"01-Jan-1970 00:00:00 +0000\" {5}", "S: + go", "+7",
                "S: $ OK [APPENDUID 7 42] done", "C: APPEND", "S: $ NO [OVERQUOTA] full",
                "C: APPEND", "S: $ NO [TRYCREATE] no box", "C: APPEND", "S: $ NO [TOOBIG] too long",
                "C: APPEND", "S: $ NO mailbox is over quota", "stall"})});
  const auto append = [this] {
    return mail().append(box_, std::make_shared<const StringSource>("a\r\nbc"), {.seen = true}, {});
  };
  EXPECT_EQ(42U, get(append()).value());
  EXPECT_EQ(Fault::Kind::quota, fault(append()));
  EXPECT_EQ(Errc::not_found, get(append()).error().code);
  EXPECT_EQ(Errc::too_large, get(append()).error().code);
  EXPECT_EQ(Fault::Kind::quota, fault(append()));
}

TEST_F(Scripted, PartsAreDecodedByServersThatCan) {
  serve({hello("IMAP4rev1 BINARY",
               selecting() + Script{"C: UID FETCH 5 (UID BINARY.SIZE[2] BINARY.PEEK[2]<3.4>)",
                                    "S: * 1 FETCH (UID 5 BINARY.SIZE[2] 10 BINARY[2]<3> ~{4}",
                                    std::string("raw: a\0\r\n", 9), "S: )", "S: $ OK",
                                    "C: UID FETCH 5 (UID BINARY.SIZE[3] BINARY.PEEK[3]<0.9>)",
                                    "S: $ NO [UNKNOWN-CTE] cannot decode that",
                                    "C: UID FETCH 5 (UID BODY.PEEK[3]<0.9>)",
                                    "S: * 1 FETCH (UID 5 BODY[3]<0> {2}", "raw: QQ", "S: )",
                                    "S: $ OK", "stall"})});
  auto& decoded = dynamic_cast<backend::DecodedReads&>(mail());
  const auto stretch = get(decoded.read_decoded(box_, 7, {5, "2", 3, 4})).value();
  ASSERT_TRUE(stretch);
  EXPECT_EQ(std::string("a\0\r\n", 4), stretch->bytes);
  EXPECT_EQ(10U, stretch->total);
  EXPECT_FALSE(get(decoded.read_decoded(box_, 7, {5, "3", 0, 9})).value());
  EXPECT_EQ("QQ", get(mail().read(box_, 7, {{5, "3", 0, 9}})).value().front());
}

TEST_F(Scripted, WhereNothingIsDecodedNothingIsAsked) {
  serve({hello("IMAP4rev1", {"stall"})});
  auto& decoded = dynamic_cast<backend::DecodedReads&>(mail());
  EXPECT_FALSE(get(decoded.read_decoded(box_, 7, {5, "2", 0, 9})).value());
}

TEST_F(Scripted, AFolderThatExistsUnsubscribedIsSubscribed) {
  settings_.subscribed_only = true;
  serve({hello(
      "IMAP4rev1",
      {"C: CREATE \"Box\"", "S: $ NO exists", "C: LIST \"\" \"Box\"", "S: * LIST () \"/\" Box",
       "S: $ OK", "C: LIST \"\" \"*\"", "S: * LIST () \"/\" INBOX", "S: * LIST () \"/\" Box",
       "S: $ OK", "C: LSUB \"\" \"*\"", "S: $ OK", "C: SUBSCRIBE \"Box\"", "S: $ OK", "stall"})});
  EXPECT_EQ(box_, get(mail().create_folder(std::nullopt, "Box")).value());
}

TEST_F(Scripted, OnlyKeywordsThatTheServerKeepsAreSent) {
  Script select = selecting();
  select[4] = "S: * OK [PERMANENTFLAGS (\\Seen \\Flagged Blue)] x";
  serve({hello(
      "IMAP4rev1",
      select + Script{"C: UID FETCH 5",
                      "S: * 1 FETCH (UID 5 FLAGS (Red) INTERNALDATE \"01-Jan-2025 00:00:00 "
                      "+0000\")",
                      "S: $ OK", "C: NOOP", "S: $ OK", "C: UID STORE 5 +FLAGS.SILENT (\\Seen Blue)",
                      "S: $ OK", "C: UID STORE 5 -FLAGS.SILENT (Red)", "S: $ OK", "stall"})});
  FlagChange change{.seen = true};
  change.keywords = std::vector<std::string>{"Blue", "Green"};
  EXPECT_TRUE(get(mail().store_flags(box_, 7, 5, change)));
}

class Listener final : public backend::ChangeListener {
 public:
  void changed(const UserId&, const std::optional<FolderKey>& folder, Kind kind) override {
    told.push_back((folder ? folder->str() : "-") + ' ' + std::to_string(static_cast<int>(kind)));
  }
  std::vector<std::string> told;
};

TEST_F(Scripted, AWatchTellsWhatHappenedBeforeItsFirstLook) {
  const std::string caps = "IMAP4rev1 CONDSTORE ENABLE LIST-EXTENDED LIST-STATUS NOTIFY";
  serve({hello(caps,
               {"C: STATUS", "S: * STATUS Box (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 7 HIGHESTMODSEQ 3)",
                "S: $ OK"}),
         hello(caps, {"C: NOTIFY SET", "S: $ OK", "C: LIST \"\" \"*\" RETURN (STATUS",
                      "S: * LIST () \"/\" Box",
                      "S: * STATUS Box (MESSAGES 2 UIDNEXT 3 UIDVALIDITY 7 HIGHESTMODSEQ 4)",
                      "S: $ OK", "S: * STATUS Box (MESSAGES 1 UIDNEXT 3 HIGHESTMODSEQ 5)",
                      "S: * LIST (\\NonExistent) \"/\" Box", "stall"})});
  ASSERT_TRUE(get(mail().status(box_)));
  Listener listener;
  const auto watch = mail().watch(listener);
  EXPECT_TRUE(loop_.wait_until([&] { return listener.told.size() >= 4; }));
  EXPECT_TRUE(watch->authoritative());
  EXPECT_EQ((std::vector<std::string>{"Box 0", "Box 1", "Box 1", "- 2"}), listener.told);
}

TEST_F(Scripted, WhatNotifyDidNotTellIsFoundByASweep) {
  const std::string caps = "IMAP4rev1 CONDSTORE ENABLE LIST-EXTENDED LIST-STATUS NOTIFY";
  const auto look = [](std::string messages, std::string uid_next) {
    return Script{"C: LIST \"\" \"*\" RETURN (STATUS", "S: * LIST () \"/\" Box",
                  "S: * STATUS Box (MESSAGES " + messages + " UIDNEXT " + uid_next +
                      " UIDVALIDITY 7 HIGHESTMODSEQ " + uid_next + ")",
                  "S: $ OK"};
  };
  settings_.sweep_min = settings_.sweep_max = std::chrono::milliseconds(20);
  serve({hello(caps), hello(caps, Script{"C: NOTIFY SET", "S: $ OK"} + look("2", "3") +
                                      look("3", "4") + Script{"stall"})});
  mail();
  Listener listener;
  const auto watch = mail().watch(listener);
  EXPECT_TRUE(loop_.wait_until([&] { return listener.told.size() >= 2; }));
  EXPECT_EQ((std::vector<std::string>{"Box 3", "Box 0"}), listener.told);
}

TEST_F(Scripted, SeveralStatusesTakeOneRoundAndAreKnownByTheirNames) {
  serve({hello(
      rich, {"C: STATUS \"Box\"",
             "S: * STATUS Other (MESSAGES 4 UIDNEXT 5 UIDVALIDITY 7 HIGHESTMODSEQ 9)", "S: $ OK",
             "C: STATUS \"Gone\"", "S: $ NO [NONEXISTENT] gone", "C: STATUS \"Other\"",
             "S: * STATUS Box (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 7 HIGHESTMODSEQ 3)", "S: $ OK"})});
  const auto gone = FolderKey::parse("Gone").value();
  const auto other = FolderKey::parse("Other").value();
  const auto statuses = get(mail().statuses({box_, gone, other}));
  ASSERT_EQ(3U, statuses.size());
  EXPECT_EQ(1U, statuses[0].value().messages);
  EXPECT_EQ(Errc::not_found, statuses[1].error().code);
  EXPECT_EQ(9U, statuses[2].value().highest_modseq);
}

TEST_F(Scripted, AWatchEndsAtOneRefusal) {
  serve({hello(rich),
         {"S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hi", "C: AUTHENTICATE",
          "S: $ NO [AUTHENTICATIONFAILED] no"}});
  mail();
  Listener listener;
  const auto watch = mail().watch(listener);
  EXPECT_TRUE(loop_.wait_until([&] { return !listener.told.empty(); }));
  EXPECT_EQ((std::vector<std::string>{"- 3"}), listener.told);
  EXPECT_FALSE(watch->authoritative());
  EXPECT_TRUE(watch->ended());
  EXPECT_EQ(Fault::Kind::sign_in_failed, fault(mail().folders()));
  EXPECT_EQ(2U, server_->connections());
}

TEST_F(Scripted, AWatchThatLostItsConnectionTellsOfTheGap) {
  const std::string caps = "IMAP4rev1 CONDSTORE ENABLE LIST-EXTENDED LIST-STATUS NOTIFY";
  const Script looks = {"C: NOTIFY SET",
                        "S: $ OK",
                        "C: LIST \"\" \"*\" RETURN (STATUS",
                        "S: * LIST () \"/\" Box",
                        "S: * STATUS Box (MESSAGES 2 UIDNEXT 3 UIDVALIDITY 7 HIGHESTMODSEQ 4)",
                        "S: $ OK"};
  serve({hello(caps), hello(caps, looks + Script{"S: * OK [NOTIFICATIONOVERFLOW] too much"}),
         hello(caps, looks + Script{"stall"})});
  mail();
  Listener listener;
  const auto watch = mail().watch(listener);
  EXPECT_TRUE(loop_.wait_until([&] { return listener.told.size() >= 2; }));
  EXPECT_EQ((std::vector<std::string>{"Box 3", "- 3"}), listener.told);
  EXPECT_TRUE(loop_.wait_until([&] { return watch->authoritative(); }));
}

TEST(ServerLogin, IsWhatTheServerWants) {
  Settings settings;
  settings.domain = "example.org";
  const auto login = [&](LoginForm form, std::string_view text) {
    settings.login = form;
    return backend::imap::server_login(settings, text).value_or("refused");
  };
  EXPECT_EQ("ada@x.org", login(LoginForm::as_given, "ada@x.org"));
  EXPECT_EQ("ada", login(LoginForm::as_given, "CORP\\ada"));
  EXPECT_EQ("ada", login(LoginForm::without_domain, "ada@x.org"));
  EXPECT_EQ("ada@example.org", login(LoginForm::with_domain, "CORP\\ada"));
  EXPECT_EQ("ada@x.org", login(LoginForm::with_domain, "ada@x.org"));
  for (const std::string& bad : {std::string(), std::string("a\r\nb"), std::string("@x.org"),
                                 std::string("\xFF"), std::string(1000, 'a')}) {
    EXPECT_EQ("refused", login(LoginForm::as_given, bad));
  }
}

}  // namespace
}  // namespace godwit::interop
