// Every page of the console in a real Chromium (tests/console/browse.py).
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "daemon/daemon_process.hpp"
#include "run.hpp"

namespace godwit::test {
namespace {

constexpr const char* ann = "ann@example.org";
constexpr const char* bob = "bob@example.org";

std::string parts_folder() {
  const char* const given = std::getenv("GODWIT_PARTS");
  return given != nullptr ? given : GODWIT_SOURCE_DIR "/build/parts";
}

/// What the command prints; "" when it ends well.
std::string run_command(const std::string& command) {
  std::string output;
  FILE* const pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return "cannot be run";
  std::array<char, 4096> buffer{};
  while (const auto count = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    output.append(buffer.data(), count);
  }
  return ::pclose(pipe) == 0 ? "" : output + "failed";
}

TEST(ConsoleBrowser, EveryPageIsFitToBeSeen) {
  const std::string parts = parts_folder();
  for (const char* const part : {"chromium", "axe"}) {
    if (!std::filesystem::exists(parts + '/' + part + "/.fetched")) {
      GTEST_SKIP() << part << " is not in " << parts << ": run tests/parts.sh fetch " << part;
    }
  }
  DaemonProcess daemon;
  daemon.listen_tls();
  daemon.config["server"] += "hostname = \"localhost\"\n";
  daemon.config["[sign_in]"] = "kind = \"app-password\"\n[[sign_in]]\nkind = \"mailbox\"\n";
  daemon.config["console"] = "admins = [\"ann@example.org\"]\n";
  daemon.config["[device_rule]"] =
      "name = \"bob's\"\naction = \"quarantine\"\nusers = [\"bob@example.org\"]\n";
  daemon.config["policy.board"] = "mode = \"loose\"\nusers = [\"carol@example.org\"]\n";
  daemon.config["policy.board.settings"] =
      "DevicePasswordEnabled = true\nMinDevicePasswordLength = 8\n";
  daemon.start();
  daemon.add_user(ann);
  daemon.add_user(bob);
  EXPECT_EQ(daemon
                .command("policy set field --user dave@example.org --setting AllowCamera=false "
                         "--setting DevicePasswordEnabled=true --setting MinDevicePasswordLength=6")
                .code,
            0);
  Phone phone(daemon, ann);
  phone.inbox();
  EXPECT_EQ(phone.send("To: ann@example.org\r\nSubject: Hello <b>there</b>, a subject that goes on "
                       "for longer than a small screen is wide\r\n\r\nHello.\r\n"),
            1);
  EXPECT_TRUE(wait_until([&] {
    return phone.inbox(), daemon.command("why ann@example.org phone1").output.contains("1 items");
  }));
  Phone waiting(daemon, bob, "waiting1");
  waiting.inbox();
  const char* const pictures = std::getenv("GODWIT_PICTURES");
  const std::string url = "https://localhost:" + std::to_string(daemon.port("https "));
  const std::string command = "python3 " GODWIT_SOURCE_DIR "/tests/console/browse.py '" + parts +
                              "' " + url + " " + ann + " " + password + " " +
                              (pictures != nullptr ? pictures : "");
  EXPECT_EQ(run_command(command), "");
}

}  // namespace
}  // namespace godwit::test
