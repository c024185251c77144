// links: godwit_imap_servers godwit_client godwit_test_run PkgConfig::gmime
//
// The initial Sync of many messages of about 12 KB over Dovecot, HTML bodies whole, against what
// Dovecot and GMime do by themselves in the same run. `bench_sync [messages]`, 10,000 by default.
#include <gmime/gmime.h>

#include <algorithm>
#include <ctime>
#include <thread>

#include "base/handle.hpp"
#include "gateway.hpp"
#include "run.hpp"
#include "table.hpp"

namespace {

using namespace godwit;
using bench::BareImap;
using bench::Phone;

constexpr unsigned window = 100;
constexpr int devices_together = 8;
constexpr const char* all_bodies = "UID FETCH 1:* (BODY.PEEK[])";

/// Messages a second that GMime parses and walks.
double gmime_rate(int count) {
  g_mime_init();
  std::vector<std::string> mails;
  for (int i = 0; i < std::min(count, 2'000); ++i) mails.push_back(bench::usual_mail(i));
  using Object = Handle<void, g_object_unref>;
  const auto begin = std::clock();  // the processor's time, as it is counted for godwitd
  for (const std::string& mail : mails) {
    const Object stream(g_mime_stream_mem_new_with_buffer(mail.data(), mail.size()));
    const Object parser(g_mime_parser_new_with_stream(static_cast<GMimeStream*>(stream.get())));
    const Object message(
        g_mime_parser_construct_message(static_cast<GMimeParser*>(parser.get()), nullptr));
    if (!message) throw std::runtime_error("GMime parses nothing");
  }
  const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  return static_cast<double>(mails.size()) / seconds;
}

struct Spent {
  double seconds = 0;
  double processor = 0;
};
template <class Work>
Spent spend(const bench::Daemon& daemon, Work work) {
  const double before = daemon.processor_seconds();
  const auto begin = std::chrono::steady_clock::now();
  work();
  return {bench::seconds_since(begin), daemon.processor_seconds() - before};
}

class Bench {
 public:
  Bench(const std::string& folder, const interop::RunningServer& server, bench::Table& table)
      : server_(server),
        daemon_(folder, bench::Daemon::Mail::gateway, bench::gateway_settings(server)),
        table_(table) {}

  void run(int count) {
    table_.section(fmt::format("initial Sync of {} messages over Dovecot", count));
    const double raw = alone(count);
    together(count / devices_together, raw);
  }

 private:
  /// The raw limit, in messages a second.
  double alone(int count) {
    const std::string user = filled_mailbox(count);
    BareImap bare(server_.port("IMAP_PORT"), user);
    const double fetch = count / bare.run(all_bodies);
    const double gmime = gmime_rate(count);
    table_.tell("raw limit: Dovecot's FETCH of them all, messages/s", fetch);
    table_.tell("raw limit: GMime parses them, messages a core-second", gmime);
    Phone one(daemon_, user, "one");
    const Spent spent =
        spend(daemon_, [&] { test::run(one.sync_all(client::mail_options(0, 2, {}), window)); });
    if (one.items() != static_cast<std::size_t>(count)) throw std::runtime_error("not all came");
    const double raw = std::min(fetch, gmime);
    table_.at_least("one device over TLS, messages/s", count / spent.seconds, 2'000);
    table_.tell("one device, messages a core-second of godwitd, of the raw limit",
                count / spent.processor / raw);
    return raw;
  }

  void together(int each_count, double raw) {
    std::vector<std::unique_ptr<Phone>> phones;
    for (int i = 0; i < devices_together; ++i) {
      phones.push_back(std::make_unique<Phone>(daemon_, filled_mailbox(each_count), "eight"));
    }
    const Spent spent = spend(daemon_, [&] {
      std::vector<std::jthread> threads;
      for (const auto& phone : phones) {
        threads.emplace_back(
            [&phone] { test::run(phone->sync_all(client::mail_options(0, 2, {}), window)); });
      }
    });
    const int all = each_count * devices_together;
    table_.tell("eight devices, messages/s", all / spent.seconds);
    table_.at_least("eight devices, messages a core-second, of the raw limit",
                    all / spent.processor / raw, 0.6);
  }

  /// A user whose messages Dovecot has read once, so that they are in the page cache.
  std::string filled_mailbox(int count) {
    const std::string user = interop::fresh_user();
    bench::fill_maildir(server_, user, count, &bench::usual_mail);
    BareImap(server_.port("IMAP_PORT"), user).run(all_bodies);
    return user;
  }

  const interop::RunningServer& server_;
  bench::Daemon daemon_;
  bench::Table& table_;
};

}  // namespace

int main(int count, char** arguments) {
  return bench::over_dovecot(
      "sync", [&](const std::string& folder, const auto& server, bench::Table& table) {
        Bench(folder, server, table).run(count > 1 ? std::atoi(arguments[1]) : 10'000);
      });
}
