// links: godwit_imap_servers godwit_client godwit_test_run
//
// What a Sync with nothing new costs over Dovecot while the mailbox is watched, in a folder of 100
// messages and in a large one, and the memory that the large one takes.
// `bench_nothing_new [messages]`, 200,000 by default.
//
// The two folders take turns in short stretches, so that whatever else the machine does meanwhile
// slows both alike.
#include <boost/asio/this_coro.hpp>

#include "gateway.hpp"
#include "net/loop.hpp"
#include "run.hpp"
#include "table.hpp"

namespace {

using namespace godwit;
using bench::Phone;

constexpr int few = 100;
constexpr unsigned window = 512;
constexpr int stretches = 40;
constexpr int syncs_a_stretch = 100;

/// A user with a device that waits, so that the mailbox is watched, and one that syncs.
class Mailbox {
 public:
  Mailbox(const bench::Daemon& daemon, const interop::RunningServer& server, int count)
      : daemon_(daemon), user_(interop::fresh_user()) {
    bench::fill_maildir(server, user_, count, &bench::small_mail);
    bench::BareImap(server.port("IMAP_PORT"), user_).run("UID FETCH 1:* (FLAGS)");
  }

  Task<> begin() {
    watcher_ = std::make_unique<Phone>(daemon_, user_, "watcher");
    phone_ = std::make_unique<Phone>(daemon_, user_, "phone");
    co_await watcher_->sync_all(client::mail_options(0, 1, 0), window);
    co_await phone_->sync_all(client::mail_options(0, 1, 0), window);
    const std::uint64_t parked = daemon_.parked();
    net::spawn(co_await boost::asio::this_coro::executor, hold(), "watcher");
    while (daemon_.parked() == parked) co_await net::sleep_for(std::chrono::milliseconds(10));
    co_await net::sleep_for(std::chrono::seconds(2));  // the watch begins
    co_await sync(syncs_a_stretch);
  }
  /// A Sync of the same device ends its Ping.
  Task<> end() {
    Phone ender(daemon_, user_, "watcher");
    co_await ender.open();
    co_await ender.device->sync(ender.inbox, {});
    while (held_) co_await net::sleep_for(std::chrono::milliseconds(10));
  }

  Task<> stretch() {
    const double before = daemon_.processor_seconds();
    co_await sync(syncs_a_stretch);
    seconds_ += daemon_.processor_seconds() - before;
  }
  double milliseconds() const { return seconds_ * 1'000 / (stretches * syncs_a_stretch); }

 private:
  Task<> sync(int times) {
    for (int i = 0; i < times; ++i) {
      const auto synced = co_await phone_->device->sync(phone_->inbox, {});
      if (!synced.ok() || !synced.empty) throw std::runtime_error("a Sync was not empty");
    }
  }
  Task<> hold() {
    held_ = true;
    co_await watcher_->device->ping({watcher_->inbox}, 3'000);
    held_ = false;
  }

  const bench::Daemon& daemon_;
  std::string user_;
  std::unique_ptr<Phone> watcher_, phone_;
  bool held_ = false;
  double seconds_ = 0;
};

Task<> measure(const bench::Daemon& daemon, const interop::RunningServer& server, int count,
               bench::Table& table) {
  constexpr double megabyte = 1024.0 * 1024;
  Mailbox small(daemon, server, few);
  Mailbox large(daemon, server, count);
  co_await small.begin();
  const auto idle = daemon.memory("VmRSS");
  daemon.forget_peak();
  co_await large.begin();
  for (int i = 0; i < stretches; ++i) {
    co_await small.stretch();
    co_await large.stretch();
  }
  const auto peak = daemon.memory("VmHWM");
  table.section("Sync with nothing new over Dovecot, mailbox watched");
  table.at_most(fmt::format("{} messages, ms of godwitd's processor", few), small.milliseconds(),
                0.2);
  table.at_most(fmt::format("{} messages, ms of godwitd's processor", count), large.milliseconds(),
                0.2);
  table.at_most("  of what it costs with 100", large.milliseconds() / small.milliseconds(), 1.2);
  table.at_most(fmt::format("two initial Syncs of {} messages, MiB above idle", count),
                static_cast<double>(peak - std::min(peak, idle)) / megabyte, 32);
  co_await small.end();
  co_await large.end();
}

}  // namespace

int main(int count, char** arguments) {
  return bench::over_dovecot(
      "nothing_new", [&](const std::string& folder, const auto& server, bench::Table& table) {
        const bench::Daemon daemon(folder, bench::Daemon::Mail::gateway,
                                   bench::gateway_settings(server));
        test::run(measure(daemon, server, count > 1 ? std::atoi(arguments[1]) : 200'000, table));
      });
}
