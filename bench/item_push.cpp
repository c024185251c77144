// links: godwit_dav_servers godwit_client godwit_test_run
//
// How long after a change of a calendar the Ping that waits for it is answered, from the request
// that brings the change to the answer at the phone: over the embedded store, where another phone
// of the same user makes it, and over Radicale, where another DAV client does, by the sweep as it
// is configured when nobody says anything. `bench_item_push [changes]`, 60 by default.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "interop/imap_servers.hpp"
#include "interop/plain_dav.hpp"
#include "run.hpp"
#include "table.hpp"
#include "waiting_devices.hpp"
#include "wbxml/pages/calendar.hpp"

namespace {

using namespace godwit;
using bench::Devices;
using bench::devices_count;
using bench::Latencies;
using bench::Steady;
using client::Node;

constexpr int calendar_type = 8;
constexpr double goal_embedded_ms = 1'000;
constexpr double goal_dav_ms = 60'000;

std::unique_ptr<bench::Daemon> daemon_with_users(const std::string& folder,
                                                 const std::vector<std::string>& users,
                                                 const std::vector<std::string>& settings) {
  auto daemon = std::make_unique<bench::Daemon>(folder, bench::Daemon::Mail::embedded, settings);
  for (const std::string& user : users) daemon->add_user(user, bench::password);
  return daemon;
}

/// A second phone of a user, which makes events.
struct Writer {
  Writer(std::uint16_t port, const std::string& user)
      : transport({.tls = false, .host = "127.0.0.1", .port = port}, {}),
        device(transport, settings(user)) {
    if (!test::run(device.folder_sync()).ok()) throw std::runtime_error("FolderSync failed");
    calendar = device.folder_of_type(calendar_type)->id;
    if (!test::run(device.sync_all(calendar, {})).ok()) throw std::runtime_error("Sync failed");
  }
  static client::Device::Settings settings(const std::string& user) {
    client::Device::Settings out;
    out.id = "writer";
    out.user = user;
    out.password = Secret(bench::password);
    return out;
  }
  void write(int number) {
    namespace page = wbxml::calendar;
    device.add(calendar,
               {Node(page::StartTime, "20250616T090000Z"), Node(page::EndTime, "20250616T100000Z"),
                Node(page::Subject, fmt::format("Event {}", number)), Node(page::BusyStatus, "2"),
                Node(page::Sensitivity, "0")});
    const auto outcome = test::run(device.sync(calendar, {}));
    if (!outcome.ok()) throw std::runtime_error("Sync failed");
  }

  client::HttpTransport transport;
  client::Device device;
  std::string calendar;
};

void run_embedded(bench::Table& table, const std::string& folder, int changes) {
  std::vector<std::string> users;
  for (int i = 0; i < devices_count; ++i) users.push_back(fmt::format("user{}@example.org", i));
  auto daemon = daemon_with_users(folder, users, {});
  const auto port = daemon->http_port;
  Devices devices(std::move(daemon), users);
  std::vector<std::unique_ptr<Writer>> writers;
  for (const std::string& user : users) writers.push_back(std::make_unique<Writer>(port, user));
  devices.wait_until_parked();
  std::this_thread::sleep_for(std::chrono::seconds(2));  // what the writers began with is told
  SeededRandom random(5);
  Latencies out;
  for (int number = 0; number < changes; ++number) {
    devices.wait_until_parked();
    devices.heard().forget();
    const auto who = static_cast<std::size_t>(random.next() % devices_count);
    const auto begin = Steady::now();
    writers[who]->write(number);
    out.add(begin, devices.heard().wait_for(static_cast<int>(who)));
  }
  table.at_most("an event by another phone, embedded store, p99", out.at(0.99), goal_embedded_ms);
  table.tell("  median", out.at(0.5));
}

std::string event(const std::string& uid) {
  return fmt::format(
      "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//desktop//EN\r\nBEGIN:VEVENT\r\nUID:{}\r\n"
      "DTSTAMP:20250601T080000Z\r\nDTSTART:20250616T090000Z\r\nDTEND:20250616T100000Z\r\n"
      "SUMMARY:{}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
      uid, uid);
}

/// One event for everybody, again and again, each time somewhere between two looks.
void run_radicale(bench::Table& table, const std::string& folder, int changes) {
  using interop::RunningServer;
  if (!RunningServer::is_there("radicale")) {
    fmt::print("{}\n", RunningServer::why_not("radicale"));
    return;
  }
  const auto port = RunningServer::get("radicale", "")->port("HTTP_PORT");
  std::vector<std::string> users;
  std::vector<interop::PlainDavItems> desktops;
  for (int i = 0; i < devices_count; ++i) {
    users.push_back(fmt::format("{}@example.org", interop::fresh_user()));
    desktops.emplace_back(interop::PlainDav(port, users.back(), bench::password),
                          '/' + users.back() + '/');
  }
  Devices devices(
      daemon_with_users(folder, users, {fmt::format("dav.url = \"http://127.0.0.1:{}/\"", port)}),
      users);
  SeededRandom random(7);
  Latencies out;
  const int rounds = (changes + devices_count - 1) / devices_count;
  for (int round = 0; round < rounds; ++round) {
    devices.wait_until_parked();
    // So that it meets the time between two looks anywhere.
    std::this_thread::sleep_for(std::chrono::milliseconds(random.next() % 50'000));
    devices.heard().forget();
    std::vector<Steady::time_point> begins;
    for (interop::PlainDavItems& desktop : desktops) {
      const auto calendar = test::run(desktop.collections()).front();
      const std::string uid = fmt::format("event-{}", round);
      begins.push_back(Steady::now());
      if (!test::run(desktop.put(calendar.key, uid, event(uid), {}))) {
        throw std::runtime_error("Radicale does not take an event");
      }
    }
    const auto heard =
        devices.heard().wait_for_all(users.size(), std::chrono::milliseconds(120'000));
    for (std::size_t i = 0; i < users.size(); ++i) out.add(begins[i], heard[i]);
  }
  table.at_most("an event by another DAV client, Radicale, the longest", out.at(1), goal_dav_ms);
  table.tell("  median", out.at(0.5));
}

}  // namespace

int main(int count, char** arguments) {
  const int changes = count > 1 ? std::atoi(arguments[1]) : 60;
  const auto folder =
      std::filesystem::temp_directory_path() / fmt::format("godwit_bench_item_push_{}", ::getpid());
  bench::Table table;
  table.section(fmt::format("ms from a change to the held Ping's answer: {} changes, {} phones",
                            changes, devices_count));
  int code = 1;
  try {
    run_embedded(table, folder.string() + "/embedded", changes);
    run_radicale(table, folder.string() + "/radicale", changes);
    code = table.exit_code();
  } catch (const std::exception& failure) {
    fmt::print(stderr, "{}\n", failure.what());
  }
  std::filesystem::remove_all(folder);
  return code;
}
