#include "lmtp/session.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace godwit::lmtp {
namespace {

SessionSettings settings() {
  return {.host = "mx.example.com", .message_bytes_max = 1000, .recipients_max = 3};
}

/// Plays the driver: an address says what becomes of it.
class Peer {
 public:
  explicit Peer(SessionSettings with = settings()) : session_(std::move(with)) { act(); }

  void send(std::string_view bytes) {
    session_.feed(bytes);
    act();
  }
  std::string take() { return std::exchange(output_, {}); }
  Session& session() { return session_; }

  struct Mail {
    Transaction transaction;
    std::string text;
  };
  std::vector<Mail> mails;
  bool closed = false;
  bool spool_breaks = false;

 private:
  static Verdict verdict(const std::string& address, bool after) {
    if (address.starts_with("nobody")) return Verdict::unknown_user;
    if (address.starts_with("full")) return Verdict::over_quota;
    if (address.starts_with("down")) return Verdict::not_now;
    if (after && address.starts_with("later-full")) return Verdict::over_quota;
    if (after && address.starts_with("disk")) return Verdict::disk_full;
    return Verdict::taken;
  }
  void act() {
    while (!closed) {
      auto action = session_.next();
      if (!action) break;
      if (const auto* asked = std::get_if<CheckRecipient>(&*action)) {
        session_.recipient(verdict(asked->address, false));
      } else if (std::holds_alternative<BeginMail>(*action)) {
        text_.clear();
        if (spool_breaks) session_.spool_failed(Verdict::disk_full);
      } else if (const auto* bytes = std::get_if<MailBytes>(&*action)) {
        text_ += bytes->bytes;
      } else if (const auto* whole = std::get_if<DeliverMail>(&*action)) {
        mails.push_back({whole->transaction, text_});
        std::vector<Verdict> verdicts;
        verdicts.reserve(whole->transaction.recipients.size());
        for (const std::string& address : whole->transaction.recipients) {
          verdicts.push_back(verdict(address, true));
        }
        session_.delivered(verdicts);
      } else if (std::holds_alternative<Close>(*action)) {
        closed = true;
      }
    }
    output_ += session_.take_output();
  }

  Session session_;
  std::string output_;
  std::string text_;
};

struct Step {
  std::string sent;
  std::string expected;
};

/// Lines `C: ...` and `S: ...`; an `S:` that ends in `...` compares only what is before.
std::vector<Step> parse(const std::string& transcript) {
  std::vector<Step> steps{{}};
  std::istringstream lines(transcript);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("C: ") || line == "C:") {
      if (!steps.back().expected.empty()) steps.emplace_back();
      steps.back().sent += (line.size() > 3 ? line.substr(3) : "") + "\r\n";
    } else if (line.starts_with("S: ")) {
      steps.back().expected += line.substr(3) + "\r\n";
    }
  }
  return steps;
}

constexpr std::string_view greeting = "220 mx.example.com LMTP\r\n";

/// Plays it a reply at a time, a byte at a time, and all at once (RFC 2920).
std::vector<Peer::Mail> play(const std::string& transcript, bool spool_breaks = false) {
  const std::vector<Step> steps = parse(transcript);
  std::vector<Peer::Mail> mails;
  for (const std::size_t piece : {std::size_t{100'000}, std::size_t{1}, std::size_t{3}}) {
    Peer peer;
    peer.spool_breaks = spool_breaks;
    EXPECT_EQ(greeting, peer.take());
    for (const Step& step : steps) {
      for (std::size_t at = 0; at < step.sent.size(); at += piece) {
        peer.send(std::string_view(step.sent).substr(at, piece));
      }
      EXPECT_EQ(step.expected, peer.take()) << "after " << step.sent << "in pieces of " << piece;
    }
    mails = peer.mails;
  }
  Peer pipelined;
  pipelined.spool_breaks = spool_breaks;
  std::string sent;
  std::string expected(greeting);
  for (const Step& step : steps) {
    sent += step.sent;
    expected += step.expected;
  }
  pipelined.send(sent);
  EXPECT_EQ(expected, pipelined.take()) << "pipelined";
  EXPECT_EQ(mails.size(), pipelined.mails.size());
  return mails;
}

TEST(LmtpSession, TakesAMailForSeveral) {
  const auto mails = play(R"(
C: LHLO mx.example.net
S: 250-mx.example.com
S: 250-PIPELINING
S: 250-ENHANCEDSTATUSCODES
S: 250-8BITMIME
S: 250-SMTPUTF8
S: 250 SIZE 1000
C: MAIL FROM:<eve@example.net> SIZE=100 BODY=8BITMIME
S: 250 2.1.0 ok
C: RCPT TO:<ada@example.com>
S: 250 2.1.5 ok
C: RCPT TO:<nobody@example.com>
S: 550 5.1.1 <nobody@example.com> is nobody here
C: RCPT TO:<later-full@example.com>
S: 250 2.1.5 ok
C: RCPT TO:<disk@example.com>
S: 250 2.1.5 ok
C: DATA
S: 354 go on, a lone dot ends it
C: Subject: x
C:
C: body
C: ..dot
C: ...two
C: .
S: 250 2.0.0 <ada@example.com> stored
S: 452 4.2.2 the mailbox of <later-full@example.com> is full
S: 452 4.3.1 no room to store mail now
C: QUIT
S: 221 2.0.0 bye
)");
  ASSERT_EQ(1U, mails.size());
  EXPECT_EQ("eve@example.net", mails[0].transaction.from);
  EXPECT_EQ(100U, mails[0].transaction.announced_bytes);
  EXPECT_EQ("Subject: x\r\n\r\nbody\r\n.dot\r\n..two\r\n", mails[0].text);
}

TEST(LmtpSession, TakesManyMailsOneAfterTheOther) {
  const auto mails = play(R"(
C: lhlo a
S: 250-mx.example.com
S: 250-PIPELINING
S: 250-ENHANCEDSTATUSCODES
S: 250-8BITMIME
S: 250-SMTPUTF8
S: 250 SIZE 1000
C: mail from:<>
S: 250 2.1.0 ok
C: rcpt to:<@hop.example:ada@example.com>
S: 250 2.1.5 ok
C: data
S: 354 go on, a lone dot ends it
C: .
S: 250 2.0.0 <ada@example.com> stored
C: MAIL FROM: <"eve"@example.net> SMTPUTF8
S: 250 2.1.0 ok
C: RCPT TO:<ädä@example.com>
S: 250 2.1.5 ok
C: DATA
S: 354 go on, a lone dot ends it
C: second
C: .
S: 250 2.0.0 <ädä@example.com> stored
)");
  ASSERT_EQ(2U, mails.size());
  EXPECT_EQ("", mails[0].transaction.from);
  EXPECT_EQ("", mails[0].text);
  EXPECT_EQ("eve@example.net", mails[1].transaction.from);
  EXPECT_TRUE(mails[1].transaction.utf8);
}

TEST(LmtpSession, RefusesWhatComesAtTheWrongTime) {
  play(R"(
C: MAIL FROM:<a@b>
S: 503 5.5.1 LHLO comes first
C: EHLO a
S: 500 5.5.1 this is LMTP: say LHLO
C: LHLO
S: 501 5.5.4 LHLO needs your name
C: LHLO a(b
S: 501 5.5.4 LHLO needs your name
C: LHLO a
S: 250-mx.example.com
S: 250-PIPELINING
S: 250-ENHANCEDSTATUSCODES
S: 250-8BITMIME
S: 250-SMTPUTF8
S: 250 SIZE 1000
C: RCPT TO:<a@b>
S: 503 5.5.1 MAIL comes first
C: DATA
S: 503 5.5.1 no recipients
C: MAIL FROM:<a@b>
S: 250 2.1.0 ok
C: MAIL FROM:<a@b>
S: 503 5.5.1 one mail at a time
C: DATA
S: 503 5.5.1 no recipients
C: RSET
S: 250 2.0.0 ok
C: RCPT TO:<a@b>
S: 503 5.5.1 MAIL comes first
C: VRFY ada
S: 252 2.5.0 send some mail, it will be told then
C: NOOP again
S: 250 2.0.0 ok
C: TURN
S: 500 5.5.1 unknown command
)");
}

TEST(LmtpSession, RefusesBadAddressesAndParameters) {
  play(R"(
C: LHLO a
S: 250-mx.example.com
S: 250-PIPELINING
S: 250-ENHANCEDSTATUSCODES
S: 250-8BITMIME
S: 250-SMTPUTF8
S: 250 SIZE 1000
C: MAIL a@b
S: 501 5.1.7 FROM:<address> is needed
C: MAIL FROM:a@b
S: 501 5.1.7 addresses stand in < and >
C: MAIL FROM:<a@b
S: 501 5.1.7 addresses stand in < and >
C: MAIL FROM:<"a@b>
S: 501 5.1.7 addresses stand in < and >
C: MAIL FROM:<ä@b>
S: 553 5.6.7 the address needs SMTPUTF8
C: MAIL FROM:<a@b> SIZE=x
S: 501 5.5.4 SIZE needs a number
C: MAIL FROM:<a@b> BODY=BINARYMIME
S: 501 5.5.4 BODY is 7BIT or 8BITMIME
C: MAIL FROM:<a@b> AUTH=<>
S: 555 5.5.4 unknown parameter
C: MAIL FROM:<a@b> SIZE=1001
S: 552 5.3.4 the mail is too large
C: MAIL FROM:<a@b> SIZE=1000
S: 250 2.1.0 ok
C: RCPT TO:<>
S: 501 5.1.3 a recipient is needed
C: RCPT TO:<a@b> NOTIFY=NEVER
S: 555 5.5.4 unknown parameter
C: RCPT TO:<full@b>
S: 452 4.2.2 the mailbox of <full@b> is full
C: RCPT TO:<down@b>
S: 451 4.3.0 mail cannot be stored now
)");
}

TEST(LmtpSession, BoundsTheRecipients) {
  play(R"(
C: LHLO a
S: 250-mx.example.com
S: 250-PIPELINING
S: 250-ENHANCEDSTATUSCODES
S: 250-8BITMIME
S: 250-SMTPUTF8
S: 250 SIZE 1000
C: MAIL FROM:<a@b>
S: 250 2.1.0 ok
C: RCPT TO:<r1@b>
C: RCPT TO:<r2@b>
C: RCPT TO:<r3@b>
S: 250 2.1.5 ok
S: 250 2.1.5 ok
S: 250 2.1.5 ok
C: RCPT TO:<r4@b>
S: 452 4.5.3 too many recipients
)");
}

constexpr const char* large_mail = R"(
C: LHLO a
S: 250-mx.example.com
S: 250-PIPELINING
S: 250-ENHANCEDSTATUSCODES
S: 250-8BITMIME
S: 250-SMTPUTF8
S: 250 SIZE 1000
C: MAIL FROM:<a@b>
S: 250 2.1.0 ok
C: RCPT TO:<r1@b>
S: 250 2.1.5 ok
C: RCPT TO:<r2@b>
S: 250 2.1.5 ok
C: DATA
S: 354 go on, a lone dot ends it
)";

TEST(LmtpSession, AMailThatIsTooLargeIsReadToItsEndAndRefusedForEach) {
  const auto mails = play(std::string(large_mail) + "C: " + std::string(1200, 'x') +
                          "\nC: .\n"
                          "S: 552 5.3.4 the mail is too large\n"
                          "S: 552 5.3.4 the mail is too large\n"
                          "C: NOOP\nS: 250 2.0.0 ok\n");
  EXPECT_TRUE(mails.empty());
}

TEST(LmtpSession, AMailThatCannotBeKeptIsReadToItsEndAndPutOff) {
  const auto mails = play(std::string(large_mail) +
                              "C: x\nC: .\n"
                              "S: 452 4.3.1 no room to store mail now\n"
                              "S: 452 4.3.1 no room to store mail now\n"
                              "C: NOOP\nS: 250 2.0.0 ok\n",
                          true);
  EXPECT_TRUE(mails.empty());
}

struct OpenMail : Peer {
  explicit OpenMail(SessionSettings with = settings()) : Peer(std::move(with)) {
    send("LHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<ada@b>\r\nDATA\r\n");
    take();
  }
};

TEST(LmtpSession, OnlyCrLfDotCrLfEndsAMail) {
  const std::vector<std::pair<std::string, bool>> ends = {{"\n.\r\n", true},  {"\n.\n", true},
                                                          {"\r\n.\n", true},  {"\r\n.\r", false},
                                                          {"\r.\r\n", false}, {"\r.\r", false}};
  for (const auto& [smuggled, bare] : ends) {
    OpenMail peer;
    peer.send("text" + smuggled + "MAIL FROM:<evil@b>\r\n");
    EXPECT_EQ("", peer.take());
    peer.send(".\r\n");
    EXPECT_EQ(
        bare ? "554 5.6.0 the mail has line ends without CR\r\n" : "250 2.0.0 <ada@b> stored\r\n",
        peer.take())
        << testing::PrintToString(smuggled);
  }
}

TEST(LmtpSession, ALoneCrIsContent) {
  OpenMail peer;
  peer.send("a\rb\r\r\n.\rc\r\n.\r\r\n.\r\n");
  ASSERT_EQ(1U, peer.mails.size());
  EXPECT_EQ("a\rb\r\r\n\rc\r\n\r\r\n", peer.mails[0].text);
}

TEST(LmtpSession, CommandLinesAreBoundedAndWhole) {
  Peer peer;
  peer.take();
  for (int i = 0; i < 10; ++i) peer.send(std::string(line_bytes_max, 'x'));
  peer.send("\r\n");
  EXPECT_EQ("500 5.5.6 line too long\r\n", peer.take());
  peer.send("NOOP\n");
  EXPECT_EQ("500 5.5.2 lines end with CR LF\r\n", peer.take());
  peer.send("NO\rOP\r\n");
  EXPECT_EQ("500 5.5.2 lines end with CR LF\r\n", peer.take());
  peer.send("NOOP\r\n");
  EXPECT_EQ("250 2.0.0 ok\r\n", peer.take());
}

TEST(LmtpSession, TooManyErrorsEndIt) {
  Peer peer;
  peer.take();
  for (unsigned i = 0; i <= errors_max + 5; ++i) peer.send("NONSENSE\r\n");
  EXPECT_TRUE(peer.closed);
  EXPECT_TRUE(peer.take().ends_with("421 4.7.0 too many errors\r\n"));
}

TEST(LmtpSession, AFullMailboxMayBeForEver) {
  SessionSettings permanent = settings();
  permanent.quota_is_permanent = true;
  Peer peer(permanent);
  peer.send("LHLO a\r\nMAIL FROM:<a@b>\r\n");
  peer.take();
  peer.send("RCPT TO:<full@b>\r\n");
  EXPECT_EQ("552 5.2.2 the mailbox of <full@b> is full\r\n", peer.take());
}

TEST(LmtpSession, WhoAnswersForTooFewHasTakenNothingElse) {
  Session session(settings());
  session.feed("LHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<r1@b>\r\nRCPT TO:<r2@b>\r\nDATA\r\n.\r\n");
  while (auto action = session.next()) {
    if (std::holds_alternative<CheckRecipient>(*action)) session.recipient(Verdict::taken);
    if (std::holds_alternative<DeliverMail>(*action)) session.delivered({Verdict::taken});
  }
  EXPECT_TRUE(session.take_output().ends_with(
      "250 2.0.0 <r1@b> stored\r\n451 4.3.0 mail cannot be stored now\r\n"));
}

}  // namespace
}  // namespace godwit::lmtp
