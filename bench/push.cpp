// links: godwit_imap_servers godwit_client
//
// How long after a delivery the Ping that waits for it is answered, from the mail server's "250" to
// the device: over the embedded store; over Dovecot by NOTIFY, beside which a bare NOTIFY
// connection listens to the same mailboxes; over Dovecot by events, from the event on; over Cyrus
// by the sweep. That nobody else is answered is part of it. And what a user costs whom events wake.
// `bench_push [deliveries]`, 200 by default.
#include <fmt/format.h>
#include <malloc.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "daemon.hpp"
#include "interop/imap_servers.hpp"
#include "table.hpp"
#include "waiting_devices.hpp"

namespace {

using namespace godwit;
using bench::Devices;
using bench::devices_count;
using bench::Heard;
using bench::Latencies;
using bench::password;
using bench::patience;
using bench::Steady;

constexpr std::chrono::seconds sweep{5};

/// What any client could hear: a connection that says when Dovecot's notification is there.
class BareNotify {
 public:
  BareNotify(std::uint16_t port, const std::string& user, int number, Heard& heard)
      : socket_(bench::connect_to(port)) {
    say("a LOGIN \"" + user + "\" \"secret\"");
    wait_for("a OK");
    say("b NOTIFY SET (personal (MessageNew MessageExpunge))");
    wait_for("b OK");
    thread_ = std::jthread([this, number, &heard] {
      while (wait_for("* STATUS")) heard.put(number);
    });
  }
  ~BareNotify() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
  }
  BareNotify(const BareNotify&) = delete;
  BareNotify& operator=(const BareNotify&) = delete;

 private:
  void say(const std::string& line) {
    const std::string text = line + "\r\n";
    if (::send(socket_, text.data(), text.size(), 0) < 0) throw std::runtime_error("IMAP: gone");
  }
  /// False when the connection ended.
  bool wait_for(const std::string& begin) {
    for (std::string line;;) {
      char c = 0;
      if (::recv(socket_, &c, 1, 0) != 1) return false;
      if (c != '\n') {
        line += c;
        continue;
      }
      if (line.starts_with(begin)) return true;
      line.clear();
    }
  }

  int socket_;
  std::jthread thread_;
};

std::string mail(int number) {
  return fmt::format(
      "From: b@example.net\r\nSubject: News {0}\r\nMessage-ID: <{0}@bench>\r\n\r\nText {0}\r\n",
      number);
}

struct Measured {
  Latencies pushed;
  Latencies bare;
};
/// `deliver(user, number)` hands a mail over.
template <class Deliver>
Measured measure(std::unique_ptr<bench::Daemon> daemon, const std::vector<std::string>& users,
                 int deliveries, std::uint16_t imap_port, Deliver deliver) {
  Measured out;
  Devices devices(std::move(daemon), users);
  Heard bare;
  std::vector<std::unique_ptr<BareNotify>> listeners;
  for (int i = 0; imap_port != 0 && i < devices_count; ++i) {
    listeners.push_back(
        std::make_unique<BareNotify>(imap_port, users[static_cast<std::size_t>(i)], i, bare));
  }
  devices.wait_until_parked();
  ::usleep(2'000'000);  // watches begin
  SeededRandom random(5);
  for (int number = 0; number < deliveries; ++number) {
    devices.wait_until_parked();
    devices.heard().forget();
    bare.forget();
    const int who = static_cast<int>(random.next() % devices_count);
    deliver(users[static_cast<std::size_t>(who)], number);
    const auto delivered = Steady::now();
    out.pushed.add(delivered, devices.heard().wait_for(who));
    if (imap_port != 0) out.bare.add(delivered, bare.wait_for(who));
  }
  return out;
}

/// One mail to everybody, again and again: where a sweep tells of it one mail after the other would
/// take an hour. Between the rounds a part of `pause`, so that they meet the sweep anywhere.
template <class Deliver>
Latencies measure_rounds(std::unique_ptr<bench::Daemon> daemon,
                         const std::vector<std::string>& users, int rounds,
                         std::chrono::milliseconds pause, Deliver deliver) {
  Latencies out;
  Devices devices(std::move(daemon), users);
  SeededRandom random(7);
  for (int round = 0; round < rounds; ++round) {
    devices.wait_until_parked();
    const auto part = random.next() % static_cast<std::uint64_t>(pause.count());
    std::this_thread::sleep_for(std::chrono::milliseconds(part));
    devices.heard().forget();
    std::vector<Steady::time_point> delivered;
    for (const std::string& user : users) {
      deliver(user, round);
      delivered.push_back(Steady::now());
    }
    const auto heard = devices.heard().wait_for_all(users.size(), patience + pause);
    for (std::size_t i = 0; i < users.size(); ++i) out.add(delivered[i], heard[i]);
  }
  return out;
}

void report(bench::Table& table, const std::string& title, Measured measured, double goal) {
  table.at_most(title + ", p99", measured.pushed.at(0.99), goal);
  table.tell("  median", measured.pushed.at(0.5));
  if (measured.bare.milliseconds.empty()) return;
  table.tell("  raw limit: p99 of a bare NOTIFY connection", measured.bare.at(0.99));
}

void run_embedded(bench::Table& table, const std::string& folder, int deliveries) {
  auto daemon = std::make_unique<bench::Daemon>(folder, bench::Daemon::Mail::embedded,
                                                std::vector<std::string>());
  std::vector<std::string> users;
  for (int i = 0; i < devices_count; ++i) {
    users.push_back(fmt::format("user{}@example.org", i));
    daemon->add_user(users.back(), password);
  }
  const auto port = daemon->lmtp_port;
  report(table, "embedded store",
         measure(std::move(daemon), users, deliveries, 0,
                 [port](const std::string& user, int number) {
                   interop::deliver_by_lmtp(port, user, mail(number));
                 }),
         50);
}

/// A daemon before that server, whose watches sweep as often as can be configured.
std::unique_ptr<bench::Daemon> gateway(const std::string& folder, std::uint16_t imap_port) {
  return std::make_unique<bench::Daemon>(
      folder, bench::Daemon::Mail::gateway,
      std::vector<std::string>{"backend.kind = \"imap\"", "imap.host = \"127.0.0.1\"",
                               fmt::format("imap.port = {}", imap_port), "imap.tls = \"none\"",
                               fmt::format("imap.sweep_seconds = {}", sweep.count()),
                               "submission.host = \"127.0.0.1\"", "submission.tls = \"none\"",
                               "submission.sign_in = \"none\""});
}

void run_cyrus(bench::Table& table, const std::string& folder, int deliveries) {
  if (!interop::RunningServer::is_there("cyrus")) {
    fmt::print("{}\n", interop::RunningServer::why_not("cyrus"));
    return;
  }
  const auto* server = interop::RunningServer::get("cyrus", "");
  const auto imap = server->port("IMAP_PORT");
  const std::vector<std::string> others = {"Alpha", "Beta", "Gamma"};
  std::vector<std::string> users;
  for (int i = 0; i < devices_count; ++i) {
    users.push_back(interop::fresh_user());
    std::vector<std::string> commands;
    for (const std::string& name : others) commands.push_back("CREATE " + name);
    interop::run_imap_commands(imap, users.back(), commands);
  }
  SeededRandom random(8);
  const int rounds = (deliveries + devices_count - 1) / devices_count;
  // While nothing changes a sweep comes up to four times more seldom, and up to a tenth later or
  // earlier; the rest is for the look and the answer.
  const double longest = 4 * 1.15 * 1000 * static_cast<double>(sweep.count());
  report(table,
         fmt::format("Cyrus, other folders by a sweep of {} to {} s", sweep.count(),
                     4 * sweep.count()),
         {measure_rounds(gateway(folder, imap), users, rounds, 4 * sweep,
                         [&](const std::string& user, int number) {
                           const std::string text = mail(number);
                           interop::run_imap_commands(
                               imap, user,
                               {fmt::format("APPEND {} {{{}+}}\r\n{}",
                                            others[random.next() % others.size()], text.size(),
                                            text)});
                         }),
          {}},
         longest);
}

void run_dovecot(bench::Table& table, const std::string& folder, int deliveries) {
  if (!interop::RunningServer::is_there("dovecot")) {
    fmt::print("{}\n", interop::RunningServer::why_not("dovecot"));
    return;
  }
  const auto* server = interop::RunningServer::get("dovecot", "");
  const auto imap = server->port("IMAP_PORT");
  const auto lmtp = server->port("LMTP_PORT");
  auto daemon = gateway(folder, imap);
  const std::vector<std::string> details = {"", "+Alpha", "+Beta", "+Gamma"};
  std::vector<std::string> users;
  for (int i = 0; i < devices_count; ++i) {
    users.push_back(interop::fresh_user());
    for (const std::string& detail : details) {
      interop::deliver_by_lmtp(lmtp, users.back() + detail, mail(i));
    }
  }
  SeededRandom random(6);
  report(table, "Dovecot by NOTIFY",
         measure(std::move(daemon), users, deliveries, imap,
                 [&](const std::string& user, int number) {
                   const auto& detail = details[random.next() % details.size()];
                   interop::deliver_by_lmtp(lmtp, user + detail, mail(number));
                 }),
         1'500);
}

constexpr const char* push_secret = "0123456789abcdef";

/// One event, on a connection of its own. Throws when it is not taken.
void tell(std::uint16_t port, const std::string& user, const std::string& folder) {
  const std::string body =
      fmt::format(R"({{"user": "{}", "folder": "{}", "event": "new"}})", user, folder);
  const std::string request = fmt::format(
      "POST /godwit/push HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n"
      "Connection: close\r\nContent-Length: {}\r\n\r\n{}",
      push_secret, body.size(), body);
  const int socket = bench::connect_to(port);
  std::array<char, 256> reply{};
  const bool said = ::send(socket, request.data(), request.size(), MSG_NOSIGNAL) > 0;
  const auto count = said ? ::recv(socket, reply.data(), reply.size(), 0) : 0;
  ::close(socket);
  const std::string_view text(reply.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
  if (!text.starts_with("HTTP/1.1 204")) throw std::runtime_error("the event was not taken");
}

std::vector<std::string> push_source_lines(const std::string& folder, std::uint16_t imap_port) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/push.secret") << push_secret << '\n';
  std::filesystem::permissions(folder + "/push.secret", std::filesystem::perms::owner_read);
  return {"backend.kind = \"imap\"",
          "imap.host = \"127.0.0.1\"",
          fmt::format("imap.port = {}", imap_port),
          "imap.tls = \"none\"",
          "imap.unused_seconds = 1",
          "submission.host = \"127.0.0.1\"",
          "submission.tls = \"none\"",
          "submission.sign_in = \"none\"",
          "[[push_source]]",
          "name = \"bench\"",
          fmt::format("secret_file = \"{}/push.secret\"", folder)};
}

/// From the event on: Dovecot itself is told of before it answers a delivery.
void run_events(bench::Table& table, const std::string& folder, int deliveries) {
  if (!interop::RunningServer::is_there("dovecot")) return;
  const auto* server = interop::RunningServer::get("dovecot", "");
  const auto lmtp = server->port("LMTP_PORT");
  auto daemon = std::make_unique<bench::Daemon>(
      folder, bench::Daemon::Mail::gateway, push_source_lines(folder, server->port("IMAP_PORT")));
  const auto http = daemon->http_port;
  const std::vector<std::string> details = {"", "Alpha", "Beta", "Gamma"};
  std::vector<std::string> users;
  for (int i = 0; i < devices_count; ++i) {
    users.push_back(interop::fresh_user());
    for (const std::string& detail : details) {
      interop::deliver_by_lmtp(lmtp, users.back() + (detail.empty() ? "" : "+" + detail), mail(i));
    }
  }
  SeededRandom random(6);
  std::future<void> telling;
  report(table, "Dovecot by events, without connections",
         measure(std::move(daemon), users, deliveries, 0,
                 [&](const std::string& user, int number) {
                   if (telling.valid()) telling.get();
                   const std::string detail = details[random.next() % details.size()];
                   interop::deliver_by_lmtp(lmtp, user + (detail.empty() ? "" : "+" + detail),
                                            mail(number));
                   telling = std::async(std::launch::async, tell, http, user,
                                        detail.empty() ? "INBOX" : detail);
                 }),
         50);
}

/// What the watch of one user takes, seven folders each.
void run_watched_users(bench::Table& table) {
  if (!interop::RunningServer::is_there("dovecot")) return;
  constexpr std::size_t users_count = 200;
  class Nobody final : public backend::ChangeListener {
    void changed(const UserId&, const std::optional<FolderKey>&, Kind) override {}
  } nobody;
  const auto* server = interop::RunningServer::get("dovecot", "");
  interop::TestLoop loop;
  SeededRandom random(9);
  backend::imap::Settings settings;
  settings.host = "127.0.0.1";
  settings.port = server->port("IMAP_PORT");
  settings.encryption = backend::imap::Encryption::none;
  settings.idle_close = std::chrono::milliseconds(100);
  settings.push_sources.resize(1);
  backend::imap::ImapServer gateway(settings, loop.executor(), random);
  std::vector<std::shared_ptr<backend::Mail>> mails;
  for (std::size_t i = 0; i < users_count; ++i) {
    const std::string user = interop::fresh_user();
    for (const char* detail : {"", "+Alpha", "+Beta"}) {
      interop::deliver_by_lmtp(server->port("LMTP_PORT"), user + detail, mail(1));
    }
    const auto account = loop.get(gateway.sign_in(user, Secret(password)));
    mails.push_back(gateway.open(account.value()));
    static_cast<void>(loop.get(mails.back()->folders()));
  }
  loop.run(net::sleep_for(std::chrono::seconds(2)));  // their connections close
  std::vector<std::unique_ptr<backend::Watch>> watches;
  watches.reserve(users_count);
  const auto before = ::mallinfo2().uordblks;
  for (const auto& each : mails) watches.push_back(each->watch(nobody));
  const auto after = ::mallinfo2().uordblks;
  table.at_most("bytes a user watched by events",
                static_cast<double>(after - before) / static_cast<double>(users_count), 1024);
}

}  // namespace

int main(int count, char** arguments) {
  const int deliveries = count > 1 ? std::atoi(arguments[1]) : 200;
  const auto folder =
      std::filesystem::temp_directory_path() / fmt::format("godwit_bench_push_{}", ::getpid());
  bench::Table table;
  table.section(fmt::format("ms from delivery to the held Ping's answer: {} deliveries, {} devices",
                            deliveries, devices_count));
  int code = 1;
  try {
    run_embedded(table, folder.string() + "/embedded", deliveries);
    run_dovecot(table, folder.string() + "/dovecot", deliveries);
    run_events(table, folder.string() + "/events", deliveries);
    run_watched_users(table);
    run_cyrus(table, folder.string() + "/cyrus", deliveries);
    code = table.exit_code();
  } catch (const std::exception& failure) {
    fmt::print(stderr, "{}\n", failure.what());
  }
  std::filesystem::remove_all(folder);
  return code;
}
