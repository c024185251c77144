// links: godwit_daemon_process
//
// What a device that waits costs the whole product: bytes of memory a held Ping and a hanging Sync,
// plain and over TLS, kernel included. `bench_waiting [devices]`, 5,000 by default.
//
// godwitd is a process of its own with the embedded store; each device has a user of its own, eight
// folders with a message each, signs in, does FolderSync and full Syncs and then waits. The devices
// live in a further process. Measured twice: from the daemon that has served 1,000 devices (what
// each further one costs), and from the daemon that has just begun (its caches included).
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "app/backends_local.hpp"
#include "app/databases.hpp"
#include "app/system.hpp"
#include "backend/local/local.hpp"
#include "backend/local/users.hpp"
#include "base/files.hpp"
#include "client/device.hpp"
#include "client/http_transport.hpp"
#include "daemon/daemon_process.hpp"
#include "kernel_memory.hpp"
#include "net/loop.hpp"
#include "table.hpp"

namespace {

using namespace godwit;

constexpr int warm_devices = 1'000;
constexpr std::size_t folders_each = 8;
constexpr int at_once = 16;
constexpr unsigned heartbeat_seconds = 3000;

std::string user_of(int number) { return fmt::format("first.lastname{:05}@example.org", number); }
std::string device_of(int number) { return fmt::format("device{:020}", number); }

[[noreturn]] void stop(const std::string& why) {
  fmt::print(stderr, "bench_waiting: {}\n", why);
  std::_Exit(1);
}

// --- the mailboxes
// --------------------------------------------------------------------------------

Task<> fill_mailbox(backend::LocalStore& store, backend::LocalUsers& users, int number) {
  const std::string address = user_of(number);
  if (!co_await users.add({.address = address, .password = Secret("pw")}))
    stop("a user is refused");
  const auto account = co_await users.find(address);
  const auto mail = store.open(*account);
  auto folders = co_await mail->folders();
  while (folders.size() < folders_each) {
    static_cast<void>(
        co_await mail->create_folder(std::nullopt, fmt::format("Folder {}", folders.size())));
    folders = co_await mail->folders();
  }
  for (const backend::MailFolder& folder : folders) {
    auto source = std::make_shared<backend::StringSource>(
        fmt::format("From: a@example.org\r\nTo: all@example.org\r\nSubject: Of {}\r\n"
                    "Date: Sun, 22 Nov 2026 10:00:00 +0000\r\n\r\nText.\r\n",
                    folder.name));
    if (!co_await mail->append(folder.key, std::move(source), {}, app::SystemClock().now())) {
      stop("a message is refused");
    }
  }
}

/// Passwords are hashed at the least cost, which says itself in the hash: what the daemon checks is
/// the same otherwise.
void fill_store(const app::Config& config, int devices) {
  for (const app::Database& database : app::databases(config)) {
    if (database.status().current == 0) database.install();
  }
  auto options = app::local_options(config);
  options.hash_memory_bytes = 8192;
  options.hash_passes = 1;
  const app::SystemClock clock;
  const auto files = system_files();
  backend::LocalStore store(options, *files, clock);
  backend::LocalUsers users(store);
  net::Loop loop;
  int next = 0;
  const auto work = [](backend::LocalStore& to, backend::LocalUsers& who, int& number,
                       int end) -> Task<> {
    while (number < end) co_await fill_mailbox(to, who, number++);
  };
  for (int i = 0; i < at_once; ++i) loop.spawn(work(store, users, next, devices), "fill");
  loop.run();
}

// --- the devices
// ----------------------------------------------------------------------------------

enum class Wait : std::uint8_t { ping, sync };

class Devices {
 public:
  Devices(std::string url, Wait wait) : url_(std::move(url)), wait_(wait) {}

  /// Each byte from `go` brings as many more devices to where they wait as the next of `steps`
  /// says; its end ends the process.
  [[noreturn]] void run(int go, std::vector<int> steps) {
    loop_.every(std::chrono::milliseconds(50), [this, go, steps = std::move(steps)]() mutable {
      pollfd ready{.fd = go, .events = POLLIN, .revents = 0};
      if (::poll(&ready, 1, 0) != 1) return;
      char byte = 0;
      if (::read(go, &byte, 1) != 1 || steps.empty()) std::_Exit(0);
      end_ += steps.front();
      steps.erase(steps.begin());
      for (int i = 0; i < at_once; ++i) loop_.spawn(work(), "devices");
    });
    loop_.run();
    stop("the devices' loop ended");
  }

 private:
  struct One {
    std::unique_ptr<client::HttpTransport> transport;
    std::unique_ptr<client::Device> device;
    std::vector<std::string> folders;
  };

  Task<> work() {
    while (next_ < end_) {
      auto one = co_await make(next_++);
      loop_.spawn(hold(std::move(one)), "hold");
    }
  }

  Task<std::shared_ptr<One>> make(int number) {
    auto one = std::make_shared<One>();
    one->transport = std::make_unique<client::HttpTransport>(
        *client::parse_url(url_), client::Trust{.ca_file = {}, .insecure = true});
    client::Device::Settings settings;
    settings.id = device_of(number);
    settings.user = user_of(number);
    settings.password = Secret("pw");
    one->device = std::make_unique<client::Device>(*one->transport, std::move(settings));
    if (!(co_await one->device->folder_sync()).ok()) stop("a FolderSync failed");
    for (const auto& [id, folder] : one->device->folders()) {
      if (one->folders.size() < folders_each && one->device->item_class(id) == "Email")
        one->folders.push_back(id);
    }
    if (one->folders.size() != folders_each) stop("a device has too few folders");
    for (int round = 0; round < 3; ++round) {  // begin, fetch, nothing new
      const auto synced = co_await one->device->sync_many(all_of(*one), {});
      if (!synced.ok())
        stop(fmt::format("a Sync failed: {}/{}", synced.http_status, synced.status));
    }
    co_return one;
  }

  static std::vector<std::pair<std::string, client::SyncOptions>> all_of(const One& one) {
    std::vector<std::pair<std::string, client::SyncOptions>> out;
    for (const std::string& id : one.folders) {
      client::SyncOptions options;
      options.window_size = 100;
      if (one.device->collection(id).sync_key == "0") {
        options.options = client::mail_options(3, 2, 200'000);
      }
      out.emplace_back(id, std::move(options));
    }
    return out;
  }

  Task<> hold(std::shared_ptr<One> one) {
    if (wait_ == Wait::ping) {
      const auto ping = co_await one->device->ping(one->folders, heartbeat_seconds);
      stop(fmt::format("a Ping ended with {}", ping.status));
    }
    client::SyncRequest request;
    request.heartbeat_seconds = heartbeat_seconds;
    co_await one->device->sync_many(all_of(*one), request);
    stop("a Sync did not hang");
  }

  net::Loop loop_;
  std::string url_;
  Wait wait_;
  int next_ = 0;
  int end_ = 0;
};

// --- measuring
// ------------------------------------------------------------------------------------

struct Cost {
  double further = 0;  // user space, of each further device
  double all = 0;      // the same with what the daemon's caches took
  double kernel = 0;
};

struct Variant {
  const char* name;
  bool tls;
  Wait wait;
  double goal;
};

void configure(test::DaemonProcess& daemon) {
  daemon.config["server"] += "log_level = \"error\"\n";
  daemon.listen_tls();
}

/// Waits until so many requests are parked, and for what is freed or trimmed then.
void settle(const test::DaemonProcess& daemon, std::uint64_t parked) {
  while (daemon.status().parked != parked)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  std::this_thread::sleep_for(std::chrono::seconds(8));
}

Cost measure(const Variant& variant, const std::string& folder, int devices) {
  test::DaemonProcess daemon(folder);
  configure(daemon);
  daemon.start();
  const auto url = variant.tls ? fmt::format("https://127.0.0.1:{}", daemon.port("https "))
                               : fmt::format("http://127.0.0.1:{}", daemon.port("http "));
  std::array<int, 2> go{};
  if (::pipe(go.data()) != 0) stop("no pipe");
  const pid_t client = ::fork();
  if (client == 0) {
    ::close(go[1]);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    Devices(url, variant.wait).run(go[0], {warm_devices, devices});
  }
  ::close(go[0]);
  const auto begin = daemon.memory().resident;
  if (::write(go[1], "g", 1) != 1) stop("the devices are gone");
  settle(daemon, warm_devices);
  const auto warm = daemon.memory().resident;
  if (::write(go[1], "g", 1) != 1) stop("the devices are gone");
  settle(daemon, static_cast<std::uint64_t>(warm_devices + devices));
  const auto end = daemon.memory().resident;
  const auto count = static_cast<double>(devices);
  const Cost cost{(static_cast<double>(end) - static_cast<double>(warm)) / count,
                  (static_cast<double>(end) - static_cast<double>(begin)) / (count + warm_devices),
                  bench::kernel_bytes_a_socket()};
  ::close(go[1]);
  ::waitpid(client, nullptr, 0);
  return cost;
}

int run(int devices, const std::string& only) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  if (devices < 1 || static_cast<rlim_t>(devices) + warm_devices + 200 > files.rlim_cur) {
    stop(fmt::format("devices must be 1 to {}", static_cast<long>(files.rlim_cur) - 400));
  }
  const auto folder =
      std::filesystem::temp_directory_path() / fmt::format("godwit_bench_waiting_{}", ::getpid());
  {
    test::DaemonProcess prepared(folder);
    configure(prepared);
    std::filesystem::create_directories(prepared.state_folder());
    fill_store(prepared.configuration(), warm_devices + devices);
  }
  bench::Table table;
  table.section(
      fmt::format("bytes a device that waits: {} devices, {} folders each", devices, folders_each));
  for (const Variant& variant : {Variant{"held Ping, plain", false, Wait::ping, 6'144},
                                 Variant{"held Ping, TLS", true, Wait::ping, 20'480},
                                 Variant{"hanging Sync, plain", false, Wait::sync, 6'144},
                                 Variant{"hanging Sync, TLS", true, Wait::sync, 20'480}}) {
    if (!std::string_view(variant.name).contains(only)) continue;
    const Cost cost = measure(variant, folder, devices);
    table.at_most(variant.name, cost.further + cost.kernel, variant.goal);
    table.tell("  of these the kernel's", cost.kernel);
    table.tell("  with a share of what the daemon's caches took", cost.all + cost.kernel);
  }
  std::filesystem::remove_all(folder);
  return table.exit_code();
}

}  // namespace

int main(int count, char** arguments) {
  return run(count > 1 ? std::atoi(arguments[1]) : 5'000, count > 2 ? arguments[2] : "");
}
