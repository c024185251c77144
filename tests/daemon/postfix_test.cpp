// What docs/postfix.md promises, with its own lines in a real Postfix and in godwitd, and phones.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include "base/text.hpp"
#include "daemon/daemon_process.hpp"
#include "interop/imap_servers.hpp"
#include "run.hpp"
#include "sqlite/database.hpp"

namespace godwit::test {
namespace {

constexpr const char* ann = "ann@example.org";
constexpr const char* bob = "bob@example.org";

std::string contents(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

/// The server while it lives.
class Postfix {
 public:
  /// In a folder that its daemons, other users than we, can reach.
  Postfix() {
    std::string pattern = "/tmp/godwit-postfix-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = pattern;
  }
  ~Postfix() {
    stop();
    std::filesystem::remove_all(folder_);
  }
  Postfix(const Postfix&) = delete;
  Postfix& operator=(const Postfix&) = delete;

  /// 0: it runs; 3: it cannot be run here.
  int start(std::uint16_t lmtp_port) {
    std::string output;
    const int status = script("start " + folder_ + ' ' + std::to_string(lmtp_port), &output);
    const auto number = [&](const std::string& name) {
      std::smatch found;
      return std::regex_search(output, found, std::regex(name + "=([0-9]+)"))
                 ? parse_number<std::uint32_t>(found.str(1)).value_or(0)
                 : 0;
    };
    port_ = static_cast<std::uint16_t>(number("SMTP_PORT"));
    size_limit_ = number("SIZE_LIMIT");
    return status;
  }
  void stop() { script("stop " + folder_); }
  std::uint16_t port() const { return port_; }
  std::size_t size_limit() const { return size_limit_; }
  std::string log() const { return contents(folder_ + "/log"); }

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
  std::size_t size_limit_ = 0;
};

/// The sections that docs/postfix.md puts into godwit.toml.
std::map<std::string, std::string> documented_sections() {
  const std::string text = contents(std::string(GODWIT_SOURCE_DIR) + "/docs/postfix.md");
  constexpr std::string_view fence = "```toml\n";
  auto begin = text.find(fence, text.find("In `godwit.toml`:"));
  if (begin == std::string::npos) throw std::runtime_error("docs/postfix.md has no godwit.toml");
  begin += fence.size();
  std::istringstream lines(text.substr(begin, text.find("```", begin) - begin));
  std::map<std::string, std::string> out;
  std::string section;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('[')) {
      section = line.substr(1, line.find(']') - 1);
    } else if (!line.empty()) {
      out[section] += line + '\n';
    }
  }
  return out;
}

void replace(std::string& text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("docs/postfix.md lacks " + from);
  text.replace(at, from.size(), to);
}

class PostfixTest : public testing::Test {
 protected:
  void SetUp() override {
    {
      const BoundSocket free;
      lmtp_port_ = free.port;
    }
    const int started = postfix_.start(lmtp_port_);
    if (started == 3) {
      GTEST_SKIP() << "Postfix cannot be run here: tests/parts.sh fetch postfix, and be root";
    }
    ASSERT_EQ(started, 0);
    configure();
    daemon_.start();
    for (const char* user : {ann, bob}) daemon_.add_user(user);
    phone_ = std::make_unique<Phone>(daemon_, ann);
    inbox_ = phone_->inbox();
  }
  void configure() {
    auto sections = documented_sections();
    replace(sections.at("lmtp"), ":8024", ':' + std::to_string(lmtp_port_));
    replace(sections.at("submission"), "port = 25\n",
            "port = " + std::to_string(postfix_.port()) + '\n');
    for (auto& [name, lines] : sections) daemon_.config[name] = lines;
  }
  /// What Postfix says to a mail of somebody elsewhere, from the recipients on.
  std::vector<std::string> mail_from_outside(const std::vector<std::string>& to,
                                             const std::string& subject) const {
    return mail_in({"XCLIENT NAME=mail.example.net ADDR=192.0.2.7", "EHLO mail.example.net"},
                   "eve@example.net", to, subject);
  }
  /// The same of a program on this machine.
  std::vector<std::string> mail_from_here(const std::string& from,
                                          const std::vector<std::string>& to,
                                          const std::string& subject) const {
    return mail_in({}, from, to, subject);
  }
  std::vector<std::string> mail_in(const std::vector<std::string>& first, const std::string& from,
                                   const std::vector<std::string>& to,
                                   const std::string& subject) const {
    std::vector<std::string> lines{"EHLO here"};
    lines.insert(lines.end(), first.begin(), first.end());
    lines.push_back("MAIL FROM:<" + from + '>');
    const std::size_t before = lines.size() + 1;
    for (const std::string& each : to) lines.push_back("RCPT TO:<" + each + '>');
    lines.emplace_back("DATA");
    lines.push_back("From: " + from + "\r\nSubject: " + subject + "\r\n\r\nText\r\n.");
    auto answers = interop::converse(postfix_.port(), lines);
    answers.erase(answers.begin(), answers.begin() + static_cast<std::ptrdiff_t>(before));
    return answers;
  }
  int send(const std::string& to, std::size_t bytes = 100) {
    std::string text = "From: ann@example.org\r\nTo: " + to + "\r\nSubject: out\r\n\r\n";
    while (text.size() < bytes) text += "A line that fills the mail up.\r\n";
    return phone_->send(text);
  }
  /// Once the user's inbox holds a mail whose subject begins so.
  bool comes(const std::string& user, const std::string& subject) const {
    Phone phone(daemon_, user, "reader");
    const std::string inbox = phone.inbox();
    return wait_until([&] {
      static_cast<void>(run(phone->sync_all(inbox, {})));
      for (const auto& [id, item] : phone->collection(inbox).items) {
        if (item.at("Subject").starts_with(subject)) return true;
      }
      return false;
    });
  }
  void set_quota(const std::string& user, std::uint64_t bytes) const {
    sqlite::Database mail({.path = daemon_.state_folder() + "/mail/mail.sqlite"});
    mail.execute("UPDATE user SET quota = " + std::to_string(bytes) + " WHERE address = '" + user +
                 '\'');
  }

  std::uint16_t lmtp_port_ = 0;
  Postfix postfix_;
  DaemonProcess daemon_;
  std::unique_ptr<Phone> phone_;
  std::string inbox_;
};

TEST_F(PostfixTest, MailFromOutsideComesInAndStrangersAreRefusedForUnknownUsers) {
  const auto answers =
      mail_from_outside({ann, "nobody@example.org", bob, "carol@example.com"}, "hello");
  ASSERT_EQ(answers.size(), 6U);
  EXPECT_TRUE(answers[0].starts_with("250 ")) << answers[0];
  EXPECT_TRUE(answers[1].starts_with("550 5.1.1")) << answers[1];
  EXPECT_TRUE(answers[2].starts_with("250 ")) << answers[2];
  EXPECT_TRUE(answers[3].starts_with("554 ")) << answers[3];  // we are nobody's relay
  EXPECT_TRUE(answers[5].starts_with("250 ")) << answers[5];
  EXPECT_TRUE(comes(ann, "hello"));
  EXPECT_TRUE(comes(bob, "hello"));
}

TEST_F(PostfixTest, OverLmtpAloneAnUnknownUserMakesABounce) {
  const auto answers = mail_from_here(ann, {"nobody@example.org"}, "lost");
  EXPECT_TRUE(answers.back().starts_with("250 ")) << answers.back();
  EXPECT_TRUE(comes(ann, "Undelivered Mail Returned to Sender")) << postfix_.log();
}

TEST_F(PostfixTest, AFullMailboxMakesPostfixWait) {
  set_quota(bob, 1);
  const auto answers = mail_from_here("eve@example.net", {ann, bob}, "later");
  EXPECT_TRUE(answers.back().starts_with("250 ")) << answers.back();
  EXPECT_TRUE(comes(ann, "later"));
  EXPECT_TRUE(wait_until([&] { return postfix_.log().contains("452 4.2.2"); })) << postfix_.log();
  set_quota(bob, 0);
  EXPECT_TRUE(comes(bob, "later")) << postfix_.log();
}

TEST_F(PostfixTest, APhoneIsToldAtOnce) {
  EXPECT_EQ(send("bruno@elsewhere.test"), 1);
  EXPECT_EQ(send("nobody@elsewhere.test"), 116);
  EXPECT_EQ(send("nobody@elsewhere.test, bruno@elsewhere.test"), 116);
  EXPECT_EQ(send("bruno@example.net"), 116);  // no way there
  EXPECT_EQ(send("bruno@elsewhere.test", postfix_.size_limit() + 1000), 122);
  EXPECT_TRUE(daemon_.command("queue list --json").output.contains("\"mails\":[]"));
}

TEST_F(PostfixTest, WhileItIsDownMailWaits) {
  postfix_.stop();
  EXPECT_EQ(send("bruno@elsewhere.test"), 1);
  const std::string waiting = daemon_.command("queue list").output;
  ASSERT_TRUE(waiting.contains("ann@example.org -> bruno@elsewhere.test")) << waiting;
  ASSERT_EQ(postfix_.start(lmtp_port_), 0);
  ASSERT_EQ(daemon_.stop(), 0);
  configure();  // this Postfix has another port
  daemon_.start();
  const auto name = waiting.substr(waiting.rfind('\n', waiting.find("ann@example.org")) + 1, 32);
  EXPECT_EQ(daemon_.command("queue retry " + name).code, 0);
  EXPECT_TRUE(wait_until([&] {
    return daemon_.command("queue list --json").output.contains("\"mails\":[]");
  })) << daemon_.log();
  EXPECT_TRUE(wait_until([&] { return postfix_.log().contains("to=<bruno@elsewhere.test>"); }))
      << postfix_.log();
}

}  // namespace
}  // namespace godwit::test
