#include "backend/local/vacation.hpp"

#include <gtest/gtest.h>

#include "backend/local/limits.hpp"
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
  EXPECT_TRUE(
      text.contains("\r\nIn-Reply-To: <q@example.net>\r\nReferences:\r\n <q@example.net>\r\n"));
  EXPECT_TRUE(text.contains("Content-Type: text/html; charset=utf-8"));
  EXPECT_TRUE(text.contains(base64_encode("<b>outside answer</b>")));
  deliver({}, "bob@example.com");
  ASSERT_EQ(2U, sent.texts.size());
  EXPECT_TRUE(sent.texts[1].contains(base64_encode("inside answer")));
  fixture.clock().advance(std::chrono::hours(23));
  deliver();
  EXPECT_EQ(2U, sent.texts.size()) << "not within a day";
  fixture.clock().advance(std::chrono::hours(1));
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
        "List-Unsubscribe: <mailto:x@example.net>\r\n", "X-Spam-Flag: YES\r\n",
        "Auto-Submitted: auto-replied; x=\"y\"\r\n", "Auto-Submitted: nonsense\r\n",
        "precedence: List\r\n", "Precedence: junk\r\n",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n",
        "Auto-Submitted: no\r\nAuto-Submitted: auto-generated\r\n"}) {
    deliver(header);
    EXPECT_TRUE(sent.texts.empty()) << header;
  }
  for (const std::string from : {"", "MAILER-DAEMON@example.net", "owner-list@example.net",
                                 "list-request@example.net", "no-reply@example.net"}) {
    deliver({}, from);
  }
  deliver({}, "eve@example.net", "somebody.else@example.com");
  deliver({}, "ada@example.com");
  EXPECT_TRUE(sent.texts.empty());
  deliver("Auto-Submitted: no (really)\r\n");
  EXPECT_EQ(1U, sent.texts.size());
}

TEST_F(LocalVacationTest, AnAnswerIsNeverAnswered) {
  set();
  deliver();
  ASSERT_EQ(1U, sent.texts.size());
  EXPECT_FALSE(may_be_answered("ada@example.com", sent.texts[0])) << "whoever sent it";
  EXPECT_FALSE(may_be_answered(sent.envelopes[0].from, "To: x@example.com\r\n"));
}

TEST_F(LocalVacationTest, OnlyMailThatNamesTheUserIsAnswered) {
  ASSERT_TRUE(fixture.change_person("ada@example.com", {.aliases = {{"countess@example.com"}}}));
  set();
  int answered = 0;
  const auto is_answered = [&](const std::string& fields) {
    const std::string from = "s" + std::to_string(++number) + "@example.net";
    fixture.deliver(ada, "From: " + from + "\r\n" + fields + "\r\nx\r\n", from);
    const bool grew = sent.texts.size() > static_cast<std::size_t>(answered);
    answered = static_cast<int>(sent.texts.size());
    return grew;
  };
  EXPECT_TRUE(is_answered("To: \"x, y\" <b@example.net>, ADA@Example.com\r\n"));
  EXPECT_TRUE(is_answered("Cc: team: b@example.net, <countess@example.com>;\r\n"));
  EXPECT_TRUE(is_answered("To: ada+news@example.com\r\n"));
  EXPECT_TRUE(is_answered("To: b@example.net\r\nResent-To: ada@example.com\r\n"));
  EXPECT_FALSE(is_answered(""));
  EXPECT_FALSE(is_answered("To: canada@example.com\r\n")) << "the end of another's address";
  EXPECT_FALSE(is_answered("To: \"ada@example.com\" <b@example.net>\r\n")) << "a name only";
  EXPECT_FALSE(is_answered("X-To: ada@example.com\r\nSubject: ada@example.com\r\n"));
}

TEST_F(LocalVacationTest, ContactsAreKnownSenders) {
  OutOfOffice settings;
  settings.state = OutOfOffice::State::enabled;
  settings.external_known = {.enabled = true, .text = "dear friend", .html = false};
  ASSERT_TRUE(test::run(fixture.vacation().set_out_of_office(ada, settings)));
  const auto items = fixture.store().open_items(ada);
  FolderKey contacts = FolderKey::parse("//x").value();
  for (const auto& each : test::run(items->collections())) {
    if (each.role == FolderRole::contacts) contacts = each.key;
  }
  const std::string card =
      "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Eve\r\nEMAIL:Eve@Example.net\r\n"
      "NOTE:mallory@example.net\r\nEND:VCARD\r\n";
  ASSERT_TRUE(test::run(items->put(contacts, "eve", card, {})));
  deliver({}, "eve@example.net");
  ASSERT_EQ(1U, sent.texts.size());
  EXPECT_TRUE(sent.texts[0].contains(base64_encode("dear friend")));
  deliver({}, "mallory@example.net");
  deliver({}, "ve@example.net");
  deliver({}, "bob@example.com");
  EXPECT_EQ(1U, sent.texts.size()) << "nothing is set for strangers, nor inside";
}

TEST_F(LocalVacationTest, AThreadIsReferredTo) {
  set();
  std::string many = "References:";
  for (int i = 0; i < 40; ++i) many += "\r\n <r" + std::to_string(i) + "@example.net>";
  deliver(many + "\r\n");
  ASSERT_EQ(1U, sent.texts.size());
  EXPECT_TRUE(sent.texts[0].contains("\r\n <r39@example.net>\r\n <q@example.net>\r\n"));
  EXPECT_FALSE(sent.texts[0].contains("<r5@example.net>"));
  deliver("In-Reply-To: <one@example.net>\r\n", "b@example.net");
  EXPECT_TRUE(sent.texts[1].contains("References:\r\n <one@example.net>\r\n <q@example.net>\r\n"));
}

TEST_F(LocalVacationTest, RememberedSendersAreBounded) {
  set();
  const std::string header = "To: ada@example.com\r\n\r\n";
  for (std::int64_t i = 0; i <= out_of_office_answers_max; ++i) {
    test::run(fixture.vacation().answer(ada.user, "f" + std::to_string(i) + "@x.example", header));
  }
  EXPECT_EQ(static_cast<std::size_t>(out_of_office_answers_max), sent.texts.size());
  fixture.clock().advance(out_of_office_interval);
  deliver({}, "late@example.net");
  EXPECT_EQ(static_cast<std::size_t>(out_of_office_answers_max) + 1, sent.texts.size());
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
