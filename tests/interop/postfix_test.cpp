// Postfix in front of us: mail in by LMTP, mail out by submission, refusals and bounces.
#include <gtest/gtest.h>

#include <array>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>

#include "backend/local/testing.hpp"
#include "backend/smtp/submission.hpp"
#include "base/fault.hpp"
#include "base/text.hpp"
#include "lmtp/server.hpp"
#include "net/listener.hpp"
#include "queue/queue.hpp"

namespace godwit::interop {
namespace {

using backend::local::LocalFixture;

/// The server while it lives; started when the LMTP port is known.
class Postfix {
 public:
  /// In a folder that its daemons, other users than we, can reach.
  Postfix() {
    std::string pattern = "/tmp/godwit-postfix-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = pattern;
  }
  ~Postfix() {
    script("stop " + folder_);
    std::filesystem::remove_all(folder_);
  }
  Postfix(const Postfix&) = delete;
  Postfix& operator=(const Postfix&) = delete;

  /// 0: it runs; 3: it cannot be run here.
  int start(std::uint16_t lmtp_port) {
    std::string output;
    const int status = script("start " + folder_ + ' ' + std::to_string(lmtp_port), &output);
    constexpr std::string_view name = "SMTP_PORT=";
    const auto at = output.find(name);
    if (status == 0 && at != std::string::npos) {
      port_ = parse_number<std::uint16_t>(trim(output.substr(at + name.size()))).value_or(0);
    }
    return status;
  }
  std::uint16_t port() const { return port_; }

 private:
  static int script(const std::string& arguments, std::string* output = nullptr) {
    const std::string command =
        std::string(GODWIT_SOURCE_DIR) + "/tests/parts/postfix.sh " + arguments;
    std::FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("cannot run a shell");
    std::array<char, 1024> buffer{};
    while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) {
      if (output != nullptr) *output += buffer.data();
    }
    return WEXITSTATUS(::pclose(pipe));
  }

  std::string folder_;
  std::uint16_t port_ = 0;
};

class NoReports final : public queue::Reports {
 public:
  Task<> deliver(std::string, std::shared_ptr<const backend::MessageSource>) override {
    ADD_FAILURE() << "nothing should bounce here";
    co_return;
  }
};

class PostfixTest : public testing::Test {
 protected:
  PostfixTest() : inbox_(local_.delivery()), lmtp_(settings(), inbox_, local_.files(), clock_) {}

  lmtp::ServerSettings settings() const {
    lmtp::ServerSettings settings;
    settings.session.host = "godwit.example.com";
    settings.spool_folder = local_.folder() + "/incoming";
    return settings;
  }

  Task<> accept_all(net::Listener& listener) {
    const auto executor = co_await boost::asio::this_coro::executor;
    try {
      for (;;) net::spawn(executor, lmtp_.serve(co_await listener.accept()), "lmtp");
    } catch (const boost::system::system_error&) {
      co_return;  // it was closed
    }
  }

  backend::SmtpSubmission hop(std::uint16_t port) const {
    backend::SmtpSettings settings;
    settings.host = "127.0.0.1";
    settings.port = port;
    settings.tls = backend::SmtpSettings::Tls::none;
    settings.sign_in = backend::SmtpSettings::SignIn::none;
    return backend::SmtpSubmission(std::move(settings));
  }

  Task<Result<>> submit(backend::Submission& submission, std::string to, std::string subject,
                        std::size_t bytes = 10) {
    backend::Submission::Envelope envelope{"anna@example.com", {std::move(to)}, subject};
    std::string text = "From: anna@example.com\r\nSubject: " + subject + "\r\n\r\n.dots\r\n";
    while (text.size() < bytes) text += "A line that fills the mail up.\r\n";
    co_return co_await submission.submit(anna_, std::move(envelope),
                                         std::make_shared<backend::StringSource>(text));
  }

  /// The whole mails in the inbox once there are `count`.
  Task<std::vector<std::string>> inbox(std::size_t count) {
    const auto mail = local_.store().open(anna_);
    std::optional<FolderKey> folder;
    for (const backend::MailFolder& each : co_await mail->folders()) {
      if (each.role == FolderRole::inbox) folder = each.key;
    }
    std::vector<std::string> out;
    for (int wait = 0; wait < 200; ++wait) {
      const auto uids = (co_await mail->search(*folder, std::nullopt)).value();
      if (uids.count() >= count) {
        const auto status = (co_await mail->status(*folder)).value();
        std::vector<backend::PartRange> ranges;
        for (const Uid uid : uids.to_vector()) ranges.push_back({uid, "", 0, UINT64_MAX});
        out = (co_await mail->read(*folder, status.uid_validity, std::move(ranges))).value();
        break;
      }
      co_await net::sleep_for(std::chrono::milliseconds(100));
    }
    co_return out;
  }

  Task<> play(int& started) {
    const auto executor = co_await boost::asio::this_coro::executor;
    auto listener = net::Listener::tcp(executor, "127.0.0.1", 0).value();
    net::spawn(executor, accept_all(listener), "accept");
    started = postfix_.start(listener.port());
    if (started == 0) co_await steps();
    listener.close();
  }

  Task<> steps() {
    auto smarthost = hop(postfix_.port());
    const auto out = co_await submit(smarthost, "bruno@elsewhere.test", "out");
    EXPECT_TRUE(out) << out.error().message;
    const auto unknown = co_await submit(smarthost, "nobody@elsewhere.test", "unknown");
    EXPECT_EQ(unknown.error().code, Errc::not_found) << unknown.error().message;
    const auto large = co_await submit(smarthost, "bruno@elsewhere.test", "large", 150'000);
    EXPECT_EQ(large.error().code, Errc::too_large) << large.error().message;
    const auto outside = co_await submit(smarthost, "bruno@example.net", "outside");
    EXPECT_FALSE(outside);

    const auto in = co_await submit(smarthost, "anna@example.com", "in");
    EXPECT_TRUE(in) << in.error().message;
    auto mails = co_await inbox(1);
    EXPECT_EQ(mails.size(), 1U);
    if (mails.empty()) co_return;
    EXPECT_TRUE(mails[0].contains("Subject: in\r\n")) << mails[0];
    EXPECT_TRUE(mails[0].ends_with("\r\n\r\n.dots\r\n")) << mails[0];

    // Our own refusal over LMTP makes Postfix send a report, which comes in by LMTP too.
    const auto gone = co_await submit(smarthost, "gone@example.com", "gone");
    EXPECT_TRUE(gone) << gone.error().message;
    mails = co_await inbox(2);
    EXPECT_EQ(mails.size(), 2U);
    if (mails.size() < 2) co_return;
    EXPECT_TRUE(mails[1].contains("report-type=delivery-status")) << mails[1];
    EXPECT_TRUE(mails[1].contains("gone@example.com"));
    co_await queued(smarthost);
  }

  /// Taken while the hop is down, handed on when it is back.
  Task<> queued(backend::Submission& smarthost) {
    NoReports reports;
    SeededRandom random(1);
    queue::QueueOptions options{.folder = local_.folder() + "/queue", .host = "mx.example.com"};
    {
      auto nowhere = hop(1);
      queue::Queue queue(options, local_.files(), clock_, random, nowhere, reports);
      const auto taken = co_await submit(queue, "anna@example.com", "queued");
      EXPECT_TRUE(taken) << taken.error().message;
    }
    queue::Queue queue(options, local_.files(), clock_, random, smarthost, reports);
    clock_.advance(std::chrono::minutes(2));
    EXPECT_EQ(co_await queue.work(), 1U);
    EXPECT_EQ((co_await inbox(3)).size(), 3U);
    EXPECT_TRUE((co_await queue.list()).empty());
  }

  LocalFixture local_;
  ManualClock clock_;
  lmtp::LocalInbox inbox_;
  lmtp::Server lmtp_;
  backend::Account anna_ = local_.add_user("anna@example.com");
  Postfix postfix_;
};

TEST_F(PostfixTest, MailInAndOut) {
  int started = -1;
  test::run_task(play(started));
  if (started == 3) {
    GTEST_SKIP() << "Postfix cannot be run here: tests/parts.sh fetch postfix, and be root";
  }
  EXPECT_EQ(started, 0);
}

}  // namespace
}  // namespace godwit::interop
