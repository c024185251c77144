// links: godwit_large_mail
//
// The memory that one mail of 100 MB takes: godwitd's peak above what it took before, for each way
// that the mail can go, over the embedded store and over Dovecot where its packages are unpacked.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "daemon/large_mail.hpp"
#include "interop/imap_servers.hpp"
#include "table.hpp"

namespace {

using namespace godwit;

constexpr double megabyte = 1024.0 * 1024;
constexpr double goal_megabytes = 16;

void run(bench::Table& table, const std::string& title, test::LargeMailSetup setup) {
  setup.folder = std::filesystem::temp_directory_path() /
                 fmt::format("godwit_bench_large_mail_{}", ::getpid());
  table.section("one mail of 100 MB, MiB above idle: " + title);
  setup.told = [&table](const test::LargeMailStep& step) {
    table.at_most(step.name, static_cast<double>(step.above_idle) / megabyte, goal_megabytes);
  };
  const std::string folder = setup.folder;
  test::run_large_mail(std::move(setup));
  std::filesystem::remove_all(folder);
}

}  // namespace

int main() {
  bench::Table table;
  run(table, "embedded store", {});
  if (interop::RunningServer::is_there("dovecot")) {
    const auto* dovecot = interop::RunningServer::get("dovecot", "");
    test::LargeMailSetup setup;
    setup.imap_port = dovecot->port("IMAP_PORT");
    setup.imap_lmtp_port = dovecot->port("LMTP_PORT");
    setup.user = interop::fresh_user();
    setup.password = "secret";
    run(table, "Dovecot", std::move(setup));
  } else {
    fmt::print("Dovecot: {}\n", interop::RunningServer::why_not("dovecot"));
  }
  return table.exit_code();
}
