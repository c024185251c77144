// links: godwit_large_mail
//
// The memory that one mail of 100 MB takes: godwitd's peak above what it took before, for each way
// that the mail can go, over the embedded store and over Dovecot where its packages are unpacked.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "daemon/large_mail.hpp"
#include "interop/imap_servers.hpp"

namespace {

using namespace godwit;

constexpr double megabyte = 1024.0 * 1024;
constexpr double goal_megabytes = 16;

bool run(const char* title, test::LargeMailSetup setup) {
  setup.folder = std::filesystem::temp_directory_path() /
                 fmt::format("godwit_bench_large_mail_{}", ::getpid());
  fmt::print("one mail of 100 MB, {}\n{:<40}{:>16}{:>10}\n", title, "", "MiB above idle",
             "seconds");
  bool reached = true;
  setup.told = [&reached](const test::LargeMailStep& step) {
    const double above = static_cast<double>(step.above_idle) / megabyte;
    reached = reached && above <= goal_megabytes;
    fmt::print("{:<40}{:>16.1f}{:>10.2f}{}\n", step.name, above, step.seconds,
               above <= goal_megabytes ? "" : "  above the goal of 16");
    std::fflush(stdout);
  };
  const std::string folder = setup.folder;
  test::run_large_mail(std::move(setup));
  std::filesystem::remove_all(folder);
  return reached;
}

}  // namespace

int main() {
  bool reached = run("embedded store", {});
  if (interop::RunningServer::is_there("dovecot")) {
    const auto* dovecot = interop::RunningServer::get("dovecot", "");
    test::LargeMailSetup setup;
    setup.imap_port = dovecot->port("IMAP_PORT");
    setup.imap_lmtp_port = dovecot->port("LMTP_PORT");
    setup.user = interop::fresh_user();
    setup.password = "secret";
    reached = run("Dovecot", std::move(setup)) && reached;
  } else {
    fmt::print("Dovecot: {}\n", interop::RunningServer::why_not("dovecot"));
  }
  return reached ? 0 : 1;
}
