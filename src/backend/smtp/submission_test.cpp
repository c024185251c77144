#include "backend/smtp/submission.hpp"

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include "backend/smtp/protocol.hpp"
#include "base/fault.hpp"
#include "net/listener.hpp"
#include "run.hpp"

namespace godwit::backend {
namespace {

/// What the hop says: the greeting, then one answer a line of the client. An empty answer closes.
struct Script {
  std::vector<std::string> says;
  std::string heard;
};

class SubmissionTest : public testing::Test {
 protected:
  SubmissionTest() {
    settings_.host = "127.0.0.1";
    settings_.tls = SmtpSettings::Tls::none;
    settings_.sign_in = SmtpSettings::SignIn::none;
    settings_.own_name = "me";
  }

  static Task<> serve(net::Listener& listener, Script& script) {
    auto stream = co_await listener.accept();
    bool content = false;
    for (std::size_t next = 0; next < script.says.size(); ++next) {
      if (script.says[next].empty()) break;
      co_await stream->write_all(script.says[next] + "\r\n");
      content = script.says[next].starts_with("354");
      if (next + 1 < script.says.size()) {
        co_await hear(*stream, content ? "\r\n.\r\n" : "\r\n", script);
      }
    }
    stream->close();
  }

  static Task<> hear(net::Stream& stream, std::string_view end, Script& script) {
    std::array<char, 1024> buffer;
    const std::size_t before = script.heard.size();
    while (!script.heard.ends_with(end) || script.heard.size() == before) {
      const auto count = co_await stream.read_some(buffer);
      if (count == 0) co_return;
      script.heard.append(buffer.data(), count);
    }
  }

  Task<> play(Script& script, std::vector<std::string> to, std::optional<Result<>>& out) {
    const auto executor = co_await boost::asio::this_coro::executor;
    auto listener = net::Listener::tcp(executor, "127.0.0.1", 0).value();
    settings_.port = listener.port();
    net::spawn(executor, serve(listener, script), "hop");
    SmtpSubmission submission(settings_);
    Account account{UserId::parse("anna@x.test").value(), "anna", Secret("pw"), "", {}};
    if (token_) account.token_ends = Time();
    Submission::Envelope envelope{"anna@x.test", std::move(to), "id"};
    out = co_await submission.submit(std::move(account), std::move(envelope),
                                     std::make_shared<StringSource>("Subject: x\n\n.dot"));
    listener.close();
  }

  Result<> submit(Script& script, std::vector<std::string> to = {"b@y.test"}) {
    std::optional<Result<>> out;
    test::run_task(play(script, std::move(to), out));
    return *out;
  }
  std::optional<Fault::Kind> fault(Script script) {
    try {
      static_cast<void>(submit(script));
    } catch (const Fault& fault) {
      return fault.kind();
    }
    return std::nullopt;
  }

  SmtpSettings settings_;
  bool token_ = false;
};

TEST_F(SubmissionTest, HandsAMailOn) {
  Script script{{"220 hi", "250-mx\r\n250-8BITMIME\r\n250 SIZE 0", "250 ok", "250 ok", "250 ok",
                 "354 go", "250 taken", ""},
                ""};
  EXPECT_TRUE(submit(script, {"b@y.test", "c@y.test"}));
  EXPECT_EQ(script.heard,
            "EHLO me\r\nMAIL FROM:<anna@x.test> SIZE=16 BODY=8BITMIME\r\nRCPT TO:<b@y.test>\r\n"
            "RCPT TO:<c@y.test>\r\nDATA\r\nSubject: x\r\n\r\n..dot\r\n.\r\nQUIT\r\n");
}

TEST_F(SubmissionTest, SignsIn) {
  settings_.sign_in = SmtpSettings::SignIn::user;
  Script script{{"220 hi", "250-mx\r\n250 AUTH PLAIN", "235 ok", "250 ok", "250 ok", "354 go",
                 "250 taken", ""},
                ""};
  EXPECT_TRUE(submit(script));
  EXPECT_TRUE(script.heard.contains("AUTH PLAIN AGFubmEAcHc=\r\n"));
  EXPECT_EQ(fault({{"220 hi", "250-mx\r\n250 AUTH PLAIN", "535 no"}, ""}),
            Fault::Kind::sign_in_failed);
  EXPECT_EQ(fault({{"220 hi", "250 mx"}, ""}), Fault::Kind::unavailable);
}

TEST_F(SubmissionTest, SignsInByAToken) {
  settings_.sign_in = SmtpSettings::SignIn::user;
  token_ = true;
  for (const std::string name : {"OAUTHBEARER", "XOAUTH2"}) {
    Script script{{"220 hi", "250-mx\r\n250 AUTH PLAIN " + name, "334 ", "235 ok", "250 ok",
                   "250 ok", "354 go", "250 taken", ""},
                  ""};
    EXPECT_TRUE(submit(script));
    EXPECT_TRUE(script.heard.contains("AUTH " + name + "\r\n")) << script.heard;
    EXPECT_FALSE(script.heard.contains("AUTH PLAIN"));
    // Why, which nobody answers but by an empty word; then the refusal.
    EXPECT_EQ(fault({{"220 hi", "250-mx\r\n250 AUTH " + name, "334 ", "334 e30=", "535 no"}, ""}),
              Fault::Kind::sign_in_failed);
  }
  EXPECT_EQ(fault({{"220 hi", "250-mx\r\n250 AUTH PLAIN LOGIN"}, ""}), Fault::Kind::unavailable);
}

TEST_F(SubmissionTest, SignsInAsAMasterInTheNameOfTheUser) {
  settings_.sign_in = SmtpSettings::SignIn::master;
  settings_.user = "godwit";
  settings_.password = Secret("gw");
  Script script{{"220 hi", "250-mx\r\n250 AUTH PLAIN", "235 ok", "250 ok", "250 ok", "354 go",
                 "250 taken", ""},
                ""};
  EXPECT_TRUE(submit(script));
  EXPECT_TRUE(script.heard.contains("AUTH PLAIN " +
                                    smtp::plain_credentials("godwit", "gw", "anna") + "\r\n"))
      << script.heard;
  // No phone asks its user for the master's password.
  EXPECT_EQ(fault({{"220 hi", "250-mx\r\n250 AUTH PLAIN", "535 no"}, ""}),
            Fault::Kind::unavailable);
  EXPECT_EQ(fault({{"220 hi", "250-mx\r\n250 AUTH LOGIN", "334 x"}, ""}), Fault::Kind::unavailable);
}

TEST_F(SubmissionTest, TellsRefusals) {
  Script unknown{{"220 hi", "250 mx", "250 ok", "550 5.1.1 who?", ""}, ""};
  EXPECT_EQ(submit(unknown).error().code, Errc::not_found);
  Script refused{{"220 hi", "250 mx", "250 ok", "554 go away", ""}, ""};
  EXPECT_EQ(submit(refused).error().message, "554 go away");
  Script large{{"220 hi", "250-mx\r\n250 SIZE 5", ""}, ""};
  EXPECT_EQ(submit(large).error().code, Errc::too_large);
  Script late{{"220 hi", "250 mx", "250 ok", "250 ok", "354 go", "552 too much", ""}, ""};
  EXPECT_EQ(submit(late).error().code, Errc::too_large);
  Script path{{"220 hi", "250 mx", ""}, ""};
  EXPECT_EQ(submit(path, {"a>\r\nDATA"}).error().code, Errc::refused);
  EXPECT_FALSE(path.heard.contains("DATA"));
}

TEST_F(SubmissionTest, TellsWhatMayPassFromWhatNobodyKnows) {
  EXPECT_EQ(fault({{"220 hi", "250 mx", "250 ok", "451 later"}, ""}), Fault::Kind::unavailable);
  EXPECT_EQ(fault({{"421 busy"}, ""}), Fault::Kind::unavailable);
  EXPECT_EQ(fault({{"220 hi", ""}, ""}), Fault::Kind::unavailable);
  EXPECT_EQ(fault({{"220 hi", "nonsense"}, ""}), Fault::Kind::corrupt);
  // The last dot is out and the connection gone: it may have been taken.
  EXPECT_EQ(fault({{"220 hi", "250 mx", "250 ok", "250 ok", "354 go", ""}, ""}),
            Fault::Kind::timed_out);
  settings_.tls = SmtpSettings::Tls::starttls;
  EXPECT_EQ(fault({{"220 hi", "250 mx"}, ""}), Fault::Kind::unavailable);
  EXPECT_EQ(fault({{"220 hi", "250-mx\r\n250 STARTTLS", "220 go\r\n250 injected"}, ""}),
            Fault::Kind::corrupt);
}

}  // namespace
}  // namespace godwit::backend
