// The bundled client against a whole daemon, and the demonstration with the commands that it
// prints.
#include <gtest/gtest.h>
#include <signal.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <nlohmann/json.hpp>

#include "daemon/daemon_process.hpp"

namespace godwit::test {
namespace {

using nlohmann::json;

constexpr const char* ann = "ann@example.org";

class BundledClient : public testing::Test {
 protected:
  void SetUp() override {
    daemon_.listen_lmtp();
    daemon_.start();
    daemon_.add_user(ann);
    std::ofstream(daemon_.folder() + "/ann") << "secret\n";
    std::ofstream(daemon_.folder() + "/wrong") << "guess\n";
  }
  std::string url() const { return " http://127.0.0.1:" + std::to_string(daemon_.port("http ")); }
  std::string as_ann(const std::string& passwords = "ann") const {
    return " --user " + std::string(ann) + " --password-file " + daemon_.folder() + '/' + passwords;
  }
  Finished client(const std::string& what, const std::string& arguments = "") const {
    return daemon_.command("client " + what + as_ann() + " --state " + daemon_.folder() +
                           "/state.json" + url() + ' ' + arguments);
  }
  Finished probe(const std::string& arguments) const {
    return daemon_.command(arguments.contains("--json") ? "--json probe" + as_ann() + url()
                                                        : "probe " + arguments + url());
  }
  /// By LMTP, as a mail server would.
  void deliver(const std::string& mail) const {
    const std::string path = daemon_.folder() + "/mail";
    std::ofstream(path, std::ios::binary) << mail;
    const Finished done =
        daemon_.command("deliver --server 127.0.0.1:" + std::to_string(daemon_.port("lmtp ")) +
                        ' ' + ann + " <" + path + " #");
    ASSERT_EQ(done.code, 0) << done.output;
  }
  std::string contents(const std::string& name) const {
    std::ifstream file(daemon_.folder() + '/' + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  /// What follows `before` on its line.
  static std::string after(const std::string& text, const std::string& before) {
    const auto at = text.find(before);
    if (at == std::string::npos) return "";
    const auto begin = at + before.size();
    return text.substr(begin, text.find('\n', begin) - begin);
  }

  DaemonProcess daemon_;
};

TEST_F(BundledClient, ListsShowsAndFetches) {
  deliver(
      "From: Bob <bob@example.com>\r\nTo: ann@example.org\r\nSubject: With a file\r\n"
      "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
      "--b\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n"
      "--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
      "Content-Disposition: attachment; filename=a.bin\r\n\r\nAAECAw==\r\n--b--\r\n");
  const Finished listed = client("sync", "Inbox");
  ASSERT_EQ(listed.code, 0) << listed.output;
  EXPECT_TRUE(listed.output.contains("With a file")) << listed.output;
  const std::string item = listed.output.substr(0, listed.output.find('\t'));
  const Finished shown = client("show", "Inbox " + item);
  ASSERT_EQ(shown.code, 0) << shown.output;
  EXPECT_TRUE(shown.output.contains("Subject: With a file\n")) << shown.output;
  EXPECT_TRUE(shown.output.contains("See below.")) << shown.output;
  const Finished fetched = client("attachment", "'" + after(shown.output, "Attachment: ") +
                                                    "' --output " + daemon_.folder() + "/a.bin");
  ASSERT_EQ(fetched.code, 0) << fetched.output;
  EXPECT_EQ(contents("a.bin"), std::string("\0\1\2\3", 4));
  EXPECT_EQ(client("show", "Inbox 1:9.9").code, 1);
  EXPECT_EQ(client("attachment", "nothing").code, 1);
}

TEST_F(BundledClient, SendsAndWatches) {
  ASSERT_EQ(client("sync", "Inbox").code, 0);
  auto watching = std::async(std::launch::async, [this] { return client("watch", "Inbox"); });
  ASSERT_TRUE(wait_until([this] { return daemon_.status().parked == 1; }));
  // Another device: the watching one writes its own state.
  const Finished sent =
      daemon_.command("client send" + as_ann() + " --device-id other --state " + daemon_.folder() +
                      "/other.json" + url() + ' ' + ann + " 'Für mich'");
  EXPECT_EQ(sent.code, 0) << sent.output;
  EXPECT_EQ(sent.output, "sent\n");
  EXPECT_TRUE(wait_until([this] { return contents("state.json").contains("Für mich"); }));
  EXPECT_EQ(daemon_.stop(), 0);
  const Finished watched = watching.get();
  EXPECT_NE(watched.code, 0);
  EXPECT_TRUE(watched.output.contains("Für mich\n")) << watched.output;
}

TEST_F(BundledClient, ProbesForEveryMonitor) {
  Finished good = probe(as_ann());
  EXPECT_EQ(good.code, 0) << good.output;
  EXPECT_TRUE(good.output.starts_with("GODWIT OK - version 16.1, ")) << good.output;
  EXPECT_EQ(std::ranges::count(good.output, '\n'), 1) << good.output;
  for (const std::string step :
       {"options", "folder_sync", "sync", "send", "push", "fetch", "delete"}) {
    EXPECT_TRUE(good.output.contains(' ' + step + '=')) << step << ": " << good.output;
  }
  // Its mail is gone again.
  EXPECT_EQ(client("sync", "Inbox").output, "");

  const Finished slow = probe("--slow 0" + as_ann());
  EXPECT_EQ(slow.code, 1) << slow.output;
  EXPECT_TRUE(slow.output.starts_with("GODWIT WARNING - ")) << slow.output;

  const Finished exported = probe("--prometheus" + as_ann());
  EXPECT_EQ(exported.code, 0);
  EXPECT_TRUE(exported.output.contains("\ngodwit_probe_success 1\n")) << exported.output;
  EXPECT_TRUE(exported.output.contains("godwit_probe_step_seconds{step=\"push\"} "))
      << exported.output;

  const json told = json::parse(probe("--json").output, nullptr, false);
  ASSERT_TRUE(told.is_object());
  EXPECT_EQ(told["ok"], true);
  EXPECT_EQ(told["result"]["version"], "16.1");
  EXPECT_TRUE(told["result"]["milliseconds"].contains("push"));
}

TEST_F(BundledClient, ProbesSayWhatIsWrong) {
  const Finished refused = probe(as_ann("wrong"));
  EXPECT_EQ(refused.code, 2) << refused.output;
  EXPECT_TRUE(refused.output.starts_with("GODWIT CRITICAL - ")) << refused.output;
  const Finished exported = probe("--prometheus" + as_ann("wrong"));
  EXPECT_EQ(exported.code, 2);
  EXPECT_TRUE(exported.output.contains("\ngodwit_probe_success 0\n")) << exported.output;
  const std::string where = url();
  ASSERT_EQ(daemon_.stop(), 0);
  const Finished gone = daemon_.command("probe" + as_ann() + where);
  EXPECT_EQ(gone.code, 2) << gone.output;
  EXPECT_EQ(daemon_.command("probe" + as_ann() + " nonsense:").code, 3);
}

/// Runs `line` in a shell.
Finished run(const std::string& line) {
  Finished out;
  std::FILE* pipe = ::popen((line + " 2>&1 </dev/null").c_str(), "r");
  std::array<char, 4096> buffer{};
  while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) out.output += buffer.data();
  const int status = ::pclose(pipe);
  out.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return out;
}

/// `godwitd --demo` while it lives.
class Demonstration {
 public:
  explicit Demonstration(const std::string& folder)
      : pipe_(::popen(
            ("echo $$; GODWIT_DEMO_DIR=" + folder + " exec " GODWITD " --demo 2>&1").c_str(),
            "r")) {
    std::array<char, 4096> buffer{};
    while (std::fgets(buffer.data(), buffer.size(), pipe_) != nullptr) {
      if (pid_ == 0) {
        pid_ = std::stoi(buffer.data());
      } else {
        greeting_ += buffer.data();
      }
      if (greeting_.ends_with("Ctrl-C ends it.\n")) break;
    }
  }
  ~Demonstration() { stop(); }
  Demonstration(const Demonstration&) = delete;
  Demonstration& operator=(const Demonstration&) = delete;

  const std::string& greeting() const { return greeting_; }
  void stop() {
    if (pipe_ == nullptr) return;
    ::kill(pid_, SIGTERM);
    ::pclose(pipe_);
    pipe_ = nullptr;
  }

 private:
  std::FILE* pipe_;
  pid_t pid_ = 0;
  std::string greeting_;
};

/// The commands that the greeting names, in its order; each may span lines.
std::vector<std::string> commands_in(const std::string& greeting) {
  std::vector<std::string> out;
  std::string text = greeting;
  for (std::size_t at = 0; (at = text.find("\\\n", at)) != std::string::npos;) {
    text.replace(at, 2, " ");
  }
  const std::string program = std::filesystem::path(GODWITD).parent_path().string() + "/godwit ";
  for (std::size_t at = 0; (at = text.find("\n  " + program, at)) != std::string::npos;) {
    at += 3;
    out.push_back(text.substr(at, text.find('\n', at) - at));
  }
  return out;
}

TEST(Demonstration, ItsThreeCommandsDoWhatTheySay) {
  const std::string folder = std::filesystem::temp_directory_path() / "godwit_demonstration";
  std::filesystem::remove_all(folder);
  Demonstration demo(folder);
  if (demo.greeting().contains("in use")) {
    GTEST_SKIP() << "the demonstration's ports are taken: " << demo.greeting();
  }
  EXPECT_TRUE(demo.greeting().contains("ann@example.org  password ")) << demo.greeting();
  EXPECT_TRUE(demo.greeting().contains("bob@example.org  password ")) << demo.greeting();
  const auto commands = commands_in(demo.greeting());
  ASSERT_EQ(commands.size(), 3U) << demo.greeting();

  const Finished before = run(commands[0]);
  EXPECT_EQ(before.code, 0) << before.output;
  EXPECT_GT(std::ranges::count(before.output, '\n'), 3) << "sample mail: " << before.output;
  EXPECT_EQ(run(commands[1]).code, 0);
  const Finished with_mail = run(commands[0]);
  EXPECT_TRUE(with_mail.output.contains("Hello")) << with_mail.output;
  const Finished added = run(commands[2]);
  EXPECT_EQ(added.code, 0) << added.output;
  EXPECT_TRUE(added.output.starts_with("carol@example.org ")) << added.output;

  // Over TLS, with its own certificate.
  const Finished probed = run(std::filesystem::path(GODWITD).parent_path().string() +
                              "/godwit probe --insecure --user bob@example.org --password-file " +
                              folder + "/bob@example.org.password https://127.0.0.1:8443");
  EXPECT_EQ(probed.code, 0) << probed.output;
  demo.stop();
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace godwit::test
