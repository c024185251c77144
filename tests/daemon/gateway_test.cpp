// The whole daemon as a gateway before a real Dovecot and a real Cyrus, on good days and on bad
// ones.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <regex>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "daemon/daemon_process.hpp"
#include "daemon/meddler.hpp"
#include "interop/imap_servers.hpp"
#include "interop/scripted_server.hpp"
#include "run.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/email.hpp"

namespace godwit::test {
namespace {

using interop::RunningServer;
using interop::Script;
using interop::ScriptedServer;
using Mood = Meddler::Mood;

namespace base = wbxml::airsyncbase;
namespace email = wbxml::email;

constexpr int sent_type = 5;

std::string mail(const std::string& subject, std::size_t bytes = 100) {
  std::string text = "From: sender@example.com\r\nTo: ann@example.org\r\nSubject: " + subject +
                     "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n";
  while (text.size() < bytes) text += "A line that makes the message longer.\r\n";
  return text;
}

class GatewayTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const std::string name = GetParam();
    if (!RunningServer::is_there(name)) GTEST_SKIP() << RunningServer::why_not(name);
    server_ = RunningServer::get(name, "");
    // Cyrus makes a user's mailboxes at the first sign-in, and takes mail for them from then on.
    interop::TestLoop loop;
    interop::sign_in_by_imap(loop, *server_, user_);
    meddler_ = std::make_unique<Meddler>(server_->port("IMAP_PORT"));
    daemon_.config["backend"] = "kind = \"imap\"\n";
    daemon_.config["imap"] = "host = \"127.0.0.1\"\nport = " + std::to_string(meddler_->port()) +
                             "\ntls = \"none\"\ncommand_seconds = 1\nconnect_seconds = 1\n";
    daemon_.config["submission"] = "host = \"127.0.0.1\"\nport = 1\ntls = \"none\"\n";
    daemon_.config["auth"] = "failure_delay_milliseconds = 0\n";
  }
  void start() {
    daemon_.start();
    phone_ = std::make_unique<Phone>(daemon_, user_);
    deliver("first");
    inbox_ = phone_->inbox();
    ASSERT_EQ(subjects(), (std::vector<std::string>{"first"}));
  }
  void deliver(const std::string& subject, std::size_t bytes = 100) const {
    interop::deliver_by_lmtp(server_->port("LMTP_PORT"), user_, mail(subject, bytes));
  }
  client::Device& phone() { return **phone_; }
  std::vector<std::string> subjects() {
    std::vector<std::string> out;
    for (const auto& [id, item] : phone().collection(inbox_).items) {
      out.push_back(item.at("Subject"));
    }
    std::ranges::sort(out);
    return out;
  }
  /// HTTP status, or the collection's where the answer is a document.
  int sync_status() {
    const auto outcome = run(phone().sync(inbox_, {}));
    if (outcome.http_status != 200) return outcome.http_status;
    const auto found = outcome.collections.find(inbox_);
    return found == outcome.collections.end() ? outcome.status : found->second.status;
  }
  /// The bad time is over: the same key goes on, and nothing is missing or twice.
  void expect_recovery(const std::vector<std::string>& wanted) {
    meddler_->set(Mood::honest);
    EXPECT_TRUE(run(phone().sync_all(inbox_, {})).ok());
    EXPECT_EQ(subjects(), wanted);
    Phone other(daemon_, user_, "other");
    const std::string inbox = other.inbox();
    EXPECT_EQ(other->collection(inbox).items.size(), wanted.size());
  }

  const RunningServer* server_ = nullptr;
  std::unique_ptr<Meddler> meddler_;
  DaemonProcess daemon_;
  const std::string user_ = interop::fresh_user();
  std::unique_ptr<Phone> phone_;
  std::string inbox_;
};

TEST_P(GatewayTest, MailComesIsReadAndIsAnswered) {
  ScriptedServer submission({Script{
      "S: 220 mail.example.org ESMTP", "C: EHLO", "S: 250-mail.example.org",
      "S: 250-AUTH PLAIN LOGIN", "S: 250 SIZE 1000000", "C: AUTH PLAIN", "S: 235 in",
      "C: MAIL FROM:<" + user_ + "@example.org>", "S: 250 ok", "C: RCPT TO:<bob@example.com>",
      "S: 250 ok", "C: DATA", "S: 354 go", "until: .", "S: 250 taken", "C: QUIT", "S: 221 bye"}});
  daemon_.config["imap"] += "login = \"without-domain\"\n";
  daemon_.config["submission"] =
      "host = \"127.0.0.1\"\nport = " + std::to_string(submission.port()) +
      "\ntls = \"none\"\nsign_in = \"user\"\n";
  daemon_.start();
  deliver("first");
  phone_ = std::make_unique<Phone>(daemon_, user_ + "@example.org");
  inbox_ = phone_->inbox();
  EXPECT_EQ(subjects(), (std::vector<std::string>{"first"}));

  deliver("second");
  EXPECT_TRUE(run(phone().sync_all(inbox_, {})).ok());
  EXPECT_EQ(subjects(), (std::vector<std::string>{"first", "second"}));

  const std::string first = phone().collection(inbox_).items.begin()->first;
  phone().set_read(inbox_, first, true);
  EXPECT_TRUE(run(phone().sync_all(inbox_, {})).ok());
  const std::string text = "From: " + user_ + "@example.org\r\nTo: bob@example.com\r\n" +
                           "Subject: answer\r\n\r\nText\r\n";
  EXPECT_EQ(phone_->send(text), 1);
  EXPECT_EQ(submission.complaints(), std::vector<std::string>{});

  // Another phone finds all of it: what was read, and the mail that was sent.
  Phone other(daemon_, user_ + "@example.org", "other");
  const std::string inbox = other.inbox();
  int read = 0;
  for (const auto& [id, item] : other->collection(inbox).items) read += item.at("Read") == "1";
  EXPECT_EQ(read, 1);
  const std::string sent = other->folder_of_type(sent_type)->id;
  client::SyncOptions options;
  options.options = client::mail_options(0, 1, std::nullopt);
  EXPECT_TRUE(run(other->sync_all(sent, options)).ok());
  ASSERT_EQ(other->collection(sent).items.size(), 1U);
  EXPECT_EQ(other->collection(sent).items.begin()->second.at("Subject"), "answer");
  EXPECT_EQ(daemon_.stop(), 0);
}

TEST_P(GatewayTest, AServerThatStalls) {
  start();
  deliver("second");
  meddler_->set(Mood::stalls);
  EXPECT_EQ(sync_status(), 503);
  expect_recovery({"first", "second"});
}

TEST_P(GatewayTest, AServerThatDiesInALiteral) {
  start();
  deliver("second", 50'000);
  meddler_->set(Mood::dies_in_literal);
  EXPECT_EQ(sync_status(), 503);
  EXPECT_EQ(subjects(), (std::vector<std::string>{"first"}));
  expect_recovery({"first", "second"});
}

TEST_P(GatewayTest, AServerThatIsDown) {
  start();
  deliver("second");
  meddler_->go_down();
  EXPECT_EQ(sync_status(), 503);
  EXPECT_EQ(sync_status(), 503);
  // Nobody is told that the password is wrong.
  const std::string reply = ask_http(daemon_.port("http "), {.user = interop::fresh_user()});
  EXPECT_TRUE(reply.starts_with("HTTP/1.1 503")) << reply;
  EXPECT_TRUE(reply.contains("Retry-After: ")) << reply;
  // The page for people says so, too, to whom signed in before.
  const std::string page = ask_http(
      daemon_.port("http "),
      {.head = "GET /Microsoft-Server-ActiveSync HTTP/1.1\r\nAccept: text/html", .user = user_});
  EXPECT_TRUE(page.starts_with("HTTP/1.1 503")) << page;
  EXPECT_TRUE(page.contains("Your mailbox</td><td class=\"bad\">it cannot be reached")) << page;
  meddler_->come_back();
  expect_recovery({"first", "second"});
}

TEST_P(GatewayTest, AServerThatLiesAboutUidValidity) {
  start();
  deliver("second");
  meddler_->set(Mood::lies);
  meddler_->cut();
  // The mailbox is another one now: the device starts over, and holds each mail once.
  EXPECT_TRUE(run(phone().sync_all(inbox_, {})).ok());
  EXPECT_EQ(subjects(), (std::vector<std::string>{"first", "second"}));
  meddler_->cut();
  expect_recovery({"first", "second"});
}

TEST_P(GatewayTest, OneRefusalEndsOurAttemptsUntilThePhoneSignsInAnew) {
  start();
  auto held = phone_->ping(inbox_, 600);
  EXPECT_TRUE(wait_until([&] { return daemon_.status().parked == 1; }));
  meddler_->set(Mood::refuses);
  const unsigned before = meddler_->sign_ins();
  meddler_->cut();
  // What waits ends; the phone is asked for its password.
  EXPECT_EQ(held.get().status, 401);
  EXPECT_EQ(meddler_->sign_ins(), before + 1);
  EXPECT_EQ(sync_status(), 401);
  EXPECT_LE(meddler_->sign_ins(), before + 2);
  deliver("second");
  expect_recovery({"first", "second"});
}

/// A mail with an attachment in base64, and what that holds.
std::string mail_with_attachment(const std::string& content) {
  const std::string digits = base64_encode(content);
  std::string lines;
  for (std::size_t at = 0; at < digits.size(); at += 76) lines += digits.substr(at, 76) + "\r\n";
  return "From: sender@example.com\r\nTo: ann@example.org\r\nSubject: with a file\r\n"
         "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
         "--b\r\nContent-Type: text/plain\r\n\r\nSee the file.\r\n"
         "--b\r\nContent-Type: application/octet-stream\r\n"
         "Content-Disposition: attachment; filename=a.bin\r\n"
         "Content-Transfer-Encoding: base64\r\n\r\n" +
         lines + "--b--\r\n";
}

TEST_P(GatewayTest, AnAttachmentIsCarriedAsItsOctets) {
  std::string content;
  SeededRandom random(3);
  while (content.size() < 3'000'000) content += static_cast<char>(random.next() & 0xFF);
  daemon_.start();
  phone_ = std::make_unique<Phone>(daemon_, user_);
  interop::deliver_by_lmtp(server_->port("LMTP_PORT"), user_, mail_with_attachment(content));
  inbox_ = phone_->inbox();
  const client::Item& item = phone().collection(inbox_).items.begin()->second;
  const auto reference = item.at("Attachments/Attachment/FileReference");
  const std::uint64_t before = meddler_->bytes_to_client();
  const auto fetched = run(phone().fetch_attachment(reference));
  const std::uint64_t carried = meddler_->bytes_to_client() - before;
  EXPECT_EQ(fetched.fetch_status, 1);
  EXPECT_TRUE(fetched.data == content);
  // In base64 it would be 4/3 and the line ends.
  EXPECT_LT(carried, content.size() + 50'000);
  std::printf("%s: an attachment of %zu octets took %llu, in base64 %zu\n", GetParam(),
              content.size(), static_cast<unsigned long long>(carried),
              mail_with_attachment(content).size());
}

TEST_P(GatewayTest, AFullMailboxIsToldToThePhone) {
  // Quirk quota_counts_no_folders: Dovecot 2.3 bounds octets, Cyrus octets and folders.
  const bool counts_folders = std::string_view(GetParam()) == "cyrus";
  if (counts_folders) {
    interop::run_imap_commands(server_->port("IMAP_PORT"), "cyrus",
                               {"SETQUOTA user/" + user_ + " (STORAGE 100 X-NUM-FOLDERS 6)"});
  } else {
    server_ = RunningServer::get("dovecot", "--quota 100");
    meddler_ = std::make_unique<Meddler>(server_->port("IMAP_PORT"));
    daemon_.config["imap"] = std::regex_replace(daemon_.config["imap"], std::regex("port = [0-9]+"),
                                                "port = " + std::to_string(meddler_->port()));
  }
  start();
  const auto create = [&](const std::string& name) {
    return run(phone().folder_create("0", name, 12)).status;
  };
  EXPECT_EQ(create("One"), 1);
  EXPECT_EQ(create("Two"), counts_folders ? 113 : 1);
  EXPECT_TRUE(run(phone().folder_sync()).ok());

  // A draft that does not fit is refused as what it is; what is there goes on being served.
  const std::string drafts = phone().folder_of_type(3)->id;
  EXPECT_TRUE(run(phone().sync_all(drafts, {})).ok());
  int status = 1;
  for (int i = 0; i < 5 && status == 1; ++i) {
    const std::string id = phone().add(
        drafts, {client::Node(email::Subject, "Draft"),
                 client::Node(base::Body, {client::Node(base::Type, "1"),
                                           client::Node(base::Data, std::string(40'000, 'x'))})});
    const auto synced = run(phone().sync(drafts, {}));
    ASSERT_TRUE(synced.ok());
    status = synced.collections.at(drafts).responses.at(id);
  }
  EXPECT_EQ(status, 9);  // [MS-ASCMD] Status (Sync) 9: out of disk space
  deliver("small");
  EXPECT_TRUE(run(phone().sync_all(inbox_, {})).ok());
  EXPECT_EQ(subjects(), (std::vector<std::string>{"first", "small"}));
}

INSTANTIATE_TEST_SUITE_P(Servers, GatewayTest, testing::Values("dovecot", "cyrus"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace godwit::test
