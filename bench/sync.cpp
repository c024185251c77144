// links: godwit_imap_servers godwit_client godwit_test_run PkgConfig::gmime
//
// What Sync costs over Dovecot, against what Dovecot and GMime do by themselves in the same run:
// the initial Sync of many messages of about 12 KB, Syncs with nothing new while a watch tells all,
// and a folder of 200,000 messages. `bench_sync [messages] [large]`, 10,000 and 200,000 by default.
#include <fmt/format.h>
#include <gmime/gmime.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/this_coro.hpp>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/bytes.hpp"
#include "base/handle.hpp"
#include "client/device.hpp"
#include "client/http_transport.hpp"
#include "daemon.hpp"
#include "interop/imap_servers.hpp"
#include "net/loop.hpp"
#include "run.hpp"

namespace {

using namespace godwit;
using Steady = std::chrono::steady_clock;
constexpr double megabyte = 1024.0 * 1024;
constexpr unsigned window = 100;
constexpr int no_change_syncs = 2'000;

double seconds_since(Steady::time_point begin) {
  return std::chrono::duration<double>(Steady::now() - begin).count();
}

/// multipart/mixed of an alternative and an attachment, about 12 KB.
std::string usual_mail(int number) {
  const auto lines = [number](const char* line, int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += fmt::format("{} {} {}\r\n", line, number, i);
    return text;
  };
  std::string octets;
  for (int i = 0; i < 2'200; ++i) octets += static_cast<char>((number * 31 + i * 7) % 251);
  return fmt::format(
      "From: Writer {0} <w{0}@example.net>\r\nTo: reader@example.org\r\nSubject: Message {0}\r\n"
      "Date: Sun, 22 Nov 2026 10:00:00 +0000\r\nMessage-ID: <{0}@bench>\r\nMIME-Version: 1.0\r\n"
      "Content-Type: multipart/mixed; boundary=outer\r\n\r\n--outer\r\n"
      "Content-Type: multipart/alternative; boundary=inner\r\n\r\n--inner\r\n"
      "Content-Type: text/plain; charset=utf-8\r\n\r\n{1}\r\n--inner\r\n"
      "Content-Type: text/html; charset=utf-8\r\n\r\n<html><body>{2}</body></html>\r\n"
      "--inner--\r\n--outer\r\nContent-Type: application/pdf; name=a.pdf\r\n"
      "Content-Disposition: attachment; filename=a.pdf\r\n"
      "Content-Transfer-Encoding: base64\r\n\r\n{3}\r\n--outer--\r\n",
      number, lines("Some words of the plain text, line", 60),
      lines("<p>Some words of the <b>formatted</b> text &amp; more, line</p>", 70),
      base64_encode(octets));
}

std::string small_mail(int number) {
  return fmt::format("From: w@example.net\r\nSubject: Small {0}\r\n\r\nText {0}\r\n", number);
}

/// Puts messages where Dovecot finds them, as if it had delivered them long ago.
void fill_maildir(const interop::RunningServer& server, const std::string& user, int count,
                  std::string (*make)(int)) {
  namespace fs = std::filesystem;
  const fs::path run = fs::path(server.value("TLS_CERTIFICATE")).parent_path();
  const fs::path box = run / "mail" / user;
  for (const char* part : {"cur", "new", "tmp"}) fs::create_directories(box / part);
  for (int i = 0; i < count; ++i) {
    const std::string text = make(i);
    const std::string name =
        fmt::format("{}.M{}P1.bench,S={}:2,", 1'760'000'000 + i, i, text.size());
    std::ofstream(box / "cur" / name) << text;
  }
  if (::getuid() != 0) return;
  const std::string command =
      fmt::format("chown -R --reference='{0}/mail' '{0}/mail'", run.string());
  if (std::system(command.c_str()) != 0) throw std::runtime_error("chown failed");
}

/// Reads what one command brings; the seconds it took.
class BareImap {
 public:
  BareImap(std::uint16_t port, const std::string& user) : socket_(bench::connect_to(port)) {
    run("LOGIN \"" + user + "\" secret");
    run("SELECT INBOX");
  }
  ~BareImap() { ::close(socket_); }
  BareImap(const BareImap&) = delete;
  BareImap& operator=(const BareImap&) = delete;

  double run(const std::string& command) {
    const auto begin = Steady::now();
    const std::string line = "x " + command + "\r\n";
    if (::send(socket_, line.data(), line.size(), 0) < 0) throw std::runtime_error("IMAP: gone");
    std::string end;
    std::array<char, 262'144> buffer;
    while (!end.contains("\r\nx OK") && !end.starts_with("x OK")) {
      const auto count = ::recv(socket_, buffer.data(), buffer.size(), 0);
      if (count <= 0) throw std::runtime_error("IMAP: " + end);
      end.append(buffer.data(), static_cast<std::size_t>(count));
      if (end.size() > last_line_max) end.erase(0, end.size() - last_line_max);
    }
    return seconds_since(begin);
  }

 private:
  static constexpr std::size_t last_line_max = 8'192;
  int socket_;
};

/// Messages a second that GMime parses and walks.
double gmime_rate(int count) {
  g_mime_init();
  std::vector<std::string> mails;
  for (int i = 0; i < std::min(count, 2'000); ++i) mails.push_back(usual_mail(i));
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

struct Phone {
  Phone(const bench::Daemon& daemon, const std::string& user, const std::string& id)
      : transport({.tls = true, .host = "127.0.0.1", .port = daemon.https_port},
                  {.ca_file = {}, .insecure = true}) {
    client::Device::Settings settings;
    settings.id = id;
    settings.user = user;
    settings.password = Secret("secret");
    device = std::make_unique<client::Device>(transport, std::move(settings));
  }
  Task<> open() {
    if (!(co_await device->folder_sync()).ok()) throw std::runtime_error("FolderSync failed");
    inbox = device->folder_of_type(2)->id;
  }
  Task<> sync_all(std::vector<client::Node> options, unsigned size = window) {
    co_await open();
    client::SyncOptions wanted;
    wanted.window_size = size;
    wanted.options = std::move(options);
    if (!(co_await device->sync_all(inbox, wanted)).ok()) throw std::runtime_error("Sync failed");
    // Proves the last key, so that what follows has nothing to note.
    if (!(co_await device->sync(inbox, {})).ok()) throw std::runtime_error("Sync failed");
  }
  std::size_t items() { return device->collection(inbox).items.size(); }

  client::HttpTransport transport;
  std::unique_ptr<client::Device> device;
  std::string inbox;
};

struct Spent {
  double seconds = 0;
  double processor = 0;
};
template <class Work>
Spent spend(const bench::Daemon& daemon, Work work) {
  const double before = daemon.processor_seconds();
  const auto begin = Steady::now();
  work();
  return {seconds_since(begin), daemon.processor_seconds() - before};
}

class Bench {
 public:
  Bench(const std::string& folder, const interop::RunningServer& server)
      : server_(server), daemon_(folder, bench::Daemon::Mail::gateway, settings(server)) {}

  bool initial(int count) {
    const std::string user = interop::fresh_user();
    fill_maildir(server_, user, count, &usual_mail);
    BareImap bare(server_.port("IMAP_PORT"), user);
    bare.run("UID FETCH 1:* (BODY.PEEK[])");  // from here on in the page cache
    const double fetch = count / bare.run("UID FETCH 1:* (BODY.PEEK[])");
    const double gmime = gmime_rate(count);
    raw_ = std::min(fetch, gmime);
    fmt::print("raw: Dovecot gives {:.0f} messages/s, GMime parses {:.0f}/s\n", fetch, gmime);
    std::fflush(stdout);

    Phone one(daemon_, user, "one");
    const Spent alone =
        spend(daemon_, [&] { test::run(one.sync_all(client::mail_options(0, 2, {}))); });
    if (one.items() != static_cast<std::size_t>(count)) throw std::runtime_error("not all came");
    row("initial Sync, one device over TLS, messages/s", count / alone.seconds, 2'000, true);
    row("  per core-second of godwitd", count / alone.processor, 0, true);
    row("  of min(raw fetch, GMime)", count / alone.processor / raw_, 0, true);

    std::vector<std::unique_ptr<Phone>> phones;
    for (int i = 0; i < 8; ++i) {
      const std::string each = interop::fresh_user();
      fill_maildir(server_, each, count / 8, &usual_mail);
      BareImap(server_.port("IMAP_PORT"), each).run("UID FETCH 1:* (BODY.PEEK[])");
      phones.push_back(std::make_unique<Phone>(daemon_, each, "eight"));
    }
    const Spent together = spend(daemon_, [&] {
      std::vector<std::jthread> threads;
      for (const auto& phone : phones) {
        threads.emplace_back(
            [&phone] { test::run(phone->sync_all(client::mail_options(0, 2, {}))); });
      }
    });
    const int all = count / 8 * 8;
    row("eight devices, messages/s", all / together.seconds, 0, true);
    return row("  of min(raw fetch, GMime) per core-second", all / together.processor / raw_, 0.6,
               true);
  }

  /// Milliseconds of godwitd for a Sync with nothing new, while another device of the user waits.
  double no_change(const std::string& user) {
    double milliseconds = 0;
    test::run(run_no_change(user, milliseconds));
    return milliseconds;
  }

  bool large_folder(int large) {
    const std::string few = interop::fresh_user();
    const std::string many = interop::fresh_user();
    fill_maildir(server_, few, 100, &small_mail);
    fill_maildir(server_, many, large, &small_mail);
    BareImap(server_.port("IMAP_PORT"), many).run("UID FETCH 1:* (FLAGS)");
    const std::string first = interop::fresh_user();
    fill_maildir(server_, first, 100, &small_mail);
    no_change(first);  // what only the first one costs, or saves, is no part of the comparison
    const double with_few = no_change(few);
    bool reached = row("Sync with nothing new, 100 messages, ms of godwitd", with_few, 0.2, false);
    const auto idle = daemon_.memory("VmRSS");
    daemon_.forget_peak();
    const double with_many = no_change(many);
    const double above = static_cast<double>(daemon_.memory("VmHWM") - idle) / megabyte;
    row(fmt::format("the same, {} messages", large).c_str(), with_many, 0.2, false);
    reached = row("  of what it costs with 100", with_many / with_few, 1.2, false) && reached;
    return row("  peak above idle of the whole, MiB", above, 32, false) && reached;
  }

 private:
  static std::vector<std::string> settings(const interop::RunningServer& server) {
    return {"backend.kind = \"imap\"",
            "imap.host = \"127.0.0.1\"",
            fmt::format("imap.port = {}", server.port("IMAP_PORT")),
            "imap.tls = \"none\"",
            "imap.command_seconds = 300",
            "submission.host = \"127.0.0.1\"",
            "submission.tls = \"none\"",
            "submission.sign_in = \"none\""};
  }
  Task<> run_no_change(std::string user, double& milliseconds) {
    Phone watcher(daemon_, user, "watcher");
    Phone phone(daemon_, user, "phone");
    co_await watcher.sync_all(client::mail_options(0, 1, 0), 512);
    co_await phone.sync_all(client::mail_options(0, 1, 0), 512);
    bool held = true;
    net::spawn(co_await boost::asio::this_coro::executor, hold(watcher, held), "watcher");
    while (daemon_.parked() != 1) co_await net::sleep_for(std::chrono::milliseconds(10));
    co_await net::sleep_for(std::chrono::seconds(2));  // the watch begins
    co_await again(phone, no_change_syncs / 10);
    const double before = daemon_.processor_seconds();
    co_await again(phone, no_change_syncs);
    const double spent = daemon_.processor_seconds() - before;
    milliseconds = spent / no_change_syncs * 1'000;
    // A Sync of the same device ends its Ping.
    Phone ender(daemon_, user, "watcher");
    co_await ender.open();
    co_await ender.device->sync(ender.inbox, {});
    while (held) co_await net::sleep_for(std::chrono::milliseconds(10));
  }
  static Task<> hold(Phone& watcher, bool& held) {
    co_await watcher.device->ping({watcher.inbox}, 3'000);
    held = false;
  }
  static Task<> again(Phone& phone, int times) {
    for (int i = 0; i < times; ++i) {
      const auto synced = co_await phone.device->sync(phone.inbox, {});
      if (!synced.ok() || !synced.empty) throw std::runtime_error("a Sync was not empty");
    }
  }
  /// Prints it, and whether the goal was reached; goal 0 = none.
  static bool row(const char* name, double value, double goal, bool more_is_better) {
    const bool reached = goal == 0 || (more_is_better ? value >= goal : value <= goal);
    fmt::print("{:<52}{:>12.3f}{:>10}{}\n", name, value,
               goal == 0 ? std::string() : fmt::format("{}", goal), reached ? "" : "  missed");
    std::fflush(stdout);
    return reached;
  }

  const interop::RunningServer& server_;
  bench::Daemon daemon_;
  double raw_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  const int messages = count > 1 ? std::atoi(arguments[1]) : 10'000;
  const int large = count > 2 ? std::atoi(arguments[2]) : 200'000;
  if (!interop::RunningServer::is_there("dovecot")) {
    fmt::print("{}\n", interop::RunningServer::why_not("dovecot"));
    return 0;
  }
  const auto folder =
      std::filesystem::temp_directory_path() / fmt::format("godwit_bench_sync_{}", ::getpid());
  bool reached = false;
  try {
    Bench bench(folder.string(), *interop::RunningServer::get("dovecot", ""));
    fmt::print("{:<52}{:>12}{:>10}\n", "", "", "goal");
    reached = bench.initial(messages);
    reached = bench.large_folder(large) && reached;
  } catch (const std::exception& failure) {
    fmt::print(stderr, "{}\n", failure.what());
    reached = false;
  }
  std::filesystem::remove_all(folder);
  return reached ? 0 : 1;
}
