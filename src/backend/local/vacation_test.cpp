#include "backend/local/vacation.hpp"

#include <gtest/gtest.h>

#include "backend/local/testing.hpp"
#include "base/bytes.hpp"
#include "base/fault.hpp"

namespace godwit::backend::local {
namespace {

class Sent final : public Submission {
 public:
  Task<Result<>> submit(Account, Envelope envelope,
                        std::shared_ptr<const MessageSource> message) override {
    envelopes.push_back(std::move(envelope));
    texts.push_back(message->read(0, static_cast<std::size_t>(message->size())));
    if (broken) throw Fault(Fault::Kind::unavailable, "no hop");
    co_return Result<>{};
  }
  std::vector<Envelope> envelopes;
  std::vector<std::string> texts;
  bool broken = false;
};

struct LocalVacationTest : testing::Test {
  LocalVacationTest() { fixture.vacation().set_submission(sent); }

  void set(OutOfOffice::State state = OutOfOffice::State::enabled) {
    OutOfOffice settings;
    settings.state = state;
    settings.start = fixture.clock().now() + std::chrono::hours(1);
    settings.end = fixture.clock().now() + std::chrono::hours(3);
    settings.internal = {.enabled = true, .text = "inside answer"};
    settings.external_unknown = {.enabled = true, .text = "<b>outside answer</b>", .html = true};
    ASSERT_TRUE(test::run(fixture.vacation().set_out_of_office(ada, settings)));
  }
  void deliver(const std::string& extra = {}, const std::string& from = "eve@example.net",
               const std::string& to = "ada@example.com") {
    fixture.deliver(ada,
                    "From: " + from + "\r\nTo: Ada <" + to + ">\r\nSubject: question " +
                        std::to_string(++number) + "\r\nMessage-ID: <q@example.net>\r\n" + extra +
                        "\r\nWhere are you?\r\n",
                    from);
  }

  LocalFixture fixture;
  Account ada = fixture.add_user("ada@example.com");
  Sent sent;
  int number = 0;
};

TEST_F(LocalVacationTest, SettingsAreKept) {
  EXPECT_EQ(OutOfOffice::State::disabled, test::run(fixture.vacation().out_of_office(ada)).state);
  set(OutOfOffice::State::scheduled);
  fixture.reopen();
  const OutOfOffice settings = test::run(fixture.vacation().out_of_office(ada));
  EXPECT_EQ(OutOfOffice::State::scheduled, settings.state);
  EXPECT_EQ(fixture.clock().now() + std::chrono::hours(3), settings.end);
  EXPECT_EQ("inside answer", settings.internal.text);
  EXPECT_TRUE(settings.external_unknown.html);
  EXPECT_FALSE(settings.external_known.enabled);
  OutOfOffice huge;
  huge.internal.text = std::string(1'000'000, 'x');
  EXPECT_EQ(Errc::too_large,
            test::run(fixture.vacation().set_out_of_office(ada, huge)).error().code);
}

TEST_F(LocalVacationTest, AnswersOncePerSender) {
  deliver();
  EXPECT_TRUE(sent.texts.empty());
  set();
  deliver();
  deliver();
  ASSERT_EQ(1U, sent.texts.size());
  EXPECT_EQ("", sent.envelopes[0].from);
  EXPECT_EQ(std::vector<std::string>{"eve@example.net"}, sent.envelopes[0].to);
  const std::string& text = sent.texts[0];
  EXPECT_TRUE(text.contains("\r\nAuto-Submitted: auto-replied\r\n")) << text;
  EXPECT_TRUE(text.contains("\r\nIn-Reply-To: <q@example.net>\r\n"));
  EXPECT_TRUE(text.contains("Content-Type: text/html; charset=utf-8"));
  EXPECT_TRUE(text.contains(base64_encode("<b>outside answer</b>")));
  deliver({}, "bob@example.com");
  ASSERT_EQ(2U, sent.texts.size());
  EXPECT_TRUE(sent.texts[1].contains(base64_encode("inside answer")));
  fixture.clock().advance(std::chrono::hours(7 * 24 + 1));
  deliver();
  EXPECT_EQ(3U, sent.texts.size());
  fixture.clock().advance(std::chrono::seconds(1));
  set(OutOfOffice::State::enabled);
  deliver();
  EXPECT_EQ(4U, sent.texts.size()) << "new settings answer anew";
}

TEST_F(LocalVacationTest, KeepsToItsSchedule) {
  set(OutOfOffice::State::scheduled);
  deliver();
  EXPECT_TRUE(sent.texts.empty());
  fixture.clock().advance(std::chrono::hours(2));
  deliver();
  EXPECT_EQ(1U, sent.texts.size());
  fixture.clock().advance(std::chrono::hours(2));
  deliver({}, "late@example.net");
  EXPECT_EQ(1U, sent.texts.size());
}

TEST_F(LocalVacationTest, NeverAnswersMachinesListsAndStrangersOfTheMail) {
  set();
  for (const std::string header :
       {"Auto-Submitted: auto-generated\r\n", "List-Id: <x.example.net>\r\n",
        "Precedence: bulk\r\n", "X-Auto-Response-Suppress: OOF, AutoReply\r\n",
        "List-Unsubscribe: <mailto:x@example.net>\r\n", "X-Spam-Flag: YES\r\n"}) {
    deliver(header);
  }
  for (const std::string from : {"", "MAILER-DAEMON@example.net", "owner-list@example.net",
                                 "list-request@example.net", "no-reply@example.net"}) {
    deliver({}, from);
  }
  deliver({}, "eve@example.net", "somebody.else@example.com");
  deliver({}, "ada@example.com");
  EXPECT_TRUE(sent.texts.empty());
  deliver("Auto-Submitted: no\r\n");
  EXPECT_EQ(1U, sent.texts.size());
}

TEST_F(LocalVacationTest, ARedeliveryIsNotAnsweredAndABrokenHopLosesNoMail) {
  set();
  sent.broken = true;
  const std::string text = "From: eve@example.net\r\nTo: ada@example.com\r\n\r\nx\r\n";
  EXPECT_EQ(LocalDelivery::Outcome::stored, fixture.deliver(ada, text));
  EXPECT_EQ(LocalDelivery::Outcome::repeated, fixture.deliver(ada, text));
  EXPECT_EQ(1U, sent.texts.size());
}

}  // namespace
}  // namespace godwit::backend::local
