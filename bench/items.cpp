// links: godwit_client godwit_test_run godwit_convert_ical
//
// What Sync of text items costs on the embedded store: a device writes many events and contacts,
// a second one gets them, and asks again when nothing is new; and what it costs to know the
// occurrences of a year. `bench_items [items]`, 5,000 of each class by default.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "client/device.hpp"
#include "client/http_transport.hpp"
#include "convert/ical/expand.hpp"
#include "daemon.hpp"
#include "run.hpp"
#include "table.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/calendar.hpp"
#include "wbxml/pages/contacts.hpp"

namespace {

using namespace godwit;
using client::Node;
namespace airsync = wbxml::airsync;
namespace calendar = wbxml::calendar;
namespace contacts = wbxml::contacts;
using Steady = std::chrono::steady_clock;

constexpr int adds_of_request = 200;
constexpr unsigned window = 512;
constexpr int no_change_syncs = 1'000;
constexpr int few = 50;
constexpr int calendar_type = 8;
constexpr int contacts_type = 9;

double seconds_since(Steady::time_point begin) {
  return std::chrono::duration<double>(Steady::now() - begin).count();
}

/// Every fifth one repeats.
std::vector<Node> event(int number) {
  const int day = 1 + number % 28;
  const std::string date = fmt::format("2025{:02}{:02}T", 1 + number % 12, day);
  std::vector<Node> out{Node(calendar::StartTime, date + "090000Z"),
                        Node(calendar::EndTime, date + "100000Z"),
                        Node(calendar::Subject, fmt::format("Meeting number {}", number)),
                        Node(calendar::BusyStatus, "2"),
                        Node(calendar::Sensitivity, "0"),
                        Node(calendar::Reminder, "15")};
  if (number % 5 == 0) {
    out.push_back(
        Node(calendar::Recurrence, {Node(calendar::Type, "1"), Node(calendar::Interval, "2"),
                                    Node(calendar::DayOfWeek, "62")}));
  }
  return out;
}

std::vector<Node> contact(int number) {
  return {Node(contacts::FirstName, fmt::format("First{}", number)),
          Node(contacts::LastName, fmt::format("Last{}", number)),
          Node(contacts::Email1Address, fmt::format("person{}@example.org", number)),
          Node(contacts::MobilePhoneNumber, fmt::format("+49 170 {}", number)),
          Node(contacts::CompanyName, "Example Ltd.")};
}

struct Phone {
  Phone(const bench::Daemon& daemon, const std::string& id)
      : transport({.tls = true, .host = "127.0.0.1", .port = daemon.https_port},
                  {.ca_file = {}, .insecure = true}),
        device(transport, settings(id)) {
    if (!test::run(device.folder_sync()).ok()) throw std::runtime_error("FolderSync failed");
  }
  static client::Device::Settings settings(const std::string& id) {
    client::Device::Settings out;
    out.id = id;
    out.user = "reader@example.org";
    out.password = Secret("secret");
    return out;
  }
  std::string folder(int type) const { return device.folder_of_type(type)->id; }

  /// Adds `count` items, 200 in each request; `first`: the number of the first.
  void write(int type, int count, std::vector<Node> (*make)(int), int first) {
    std::string key = sync(Node(airsync::Collection, {Node(airsync::SyncKey, "0"),
                                                      Node(airsync::CollectionId, folder(type))}));
    for (int done = first; done < first + count; done += adds_of_request) {
      Node commands(airsync::Commands);
      for (int i = done; i < std::min(first + count, done + adds_of_request); ++i) {
        commands.add(Node(airsync::Add, {Node(airsync::ClientId, std::to_string(i)),
                                         Node(airsync::ApplicationData, make(i))}));
      }
      key = sync(Node(airsync::Collection,
                      {Node(airsync::SyncKey, key), Node(airsync::CollectionId, folder(type)),
                       Node(airsync::GetChanges, "0"), commands}));
    }
  }

  /// The next key.
  std::string sync(Node collection) {
    const Node root(airsync::Sync, {Node(airsync::Collections, {std::move(collection)})});
    const auto answer = test::run(device.send_raw(
        device.wire("Sync", client::encode(root), "application/vnd.ms-sync.wbxml")));
    const auto document = client::decode(answer.body);
    const Node* found = document ? document->find(airsync::Collections) : nullptr;
    if (found != nullptr) found = found->find(airsync::Collection);
    if (found == nullptr || found->text_of(airsync::Status) != "1") {
      throw std::runtime_error("Sync failed");
    }
    return std::string(found->text_of(airsync::SyncKey));
  }

  void read_all(int type) {
    client::SyncOptions wanted;
    wanted.window_size = window;
    if (!test::run(device.sync_all(folder(type), wanted)).ok()) {
      throw std::runtime_error("Sync failed");
    }
    // Proves the last key, so that what follows has nothing to note.
    look(type);
  }
  void look(int type) {
    if (!test::run(device.sync(folder(type), {})).ok()) throw std::runtime_error("Sync failed");
  }

  client::HttpTransport transport;
  client::Device device;
};

struct Rate {
  double wall = 0;       // each second
  double processor = 0;  // each second of godwitd's processor time
};
template <class Work>
Rate measure(const bench::Daemon& daemon, int count, Work work) {
  const double before = daemon.processor_seconds();
  const auto begin = Steady::now();
  work();
  const double seconds = seconds_since(begin);
  return {count / seconds, count / (daemon.processor_seconds() - before)};
}

std::string series_since(const std::string& year, const std::string& rule) {
  return "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=Europe/Berlin:" + year +
         "0101T090000\r\nDTEND;TZID=Europe/Berlin:" + year + "0101T100000\r\nRRULE:" + rule +
         "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
}

/// Seconds for the occurrences of one year.
double expansion_seconds(const std::string& text) {
  namespace ical = convert::ical;
  const Time from = Time(std::chrono::sys_days(std::chrono::year(2025) / 1 / 1));
  const ical::Context context{.zone = convert::Zone::named("Europe/Berlin").value(), .now = from};
  constexpr int rounds = 200;
  std::size_t found = 0;
  const auto begin = Steady::now();
  for (int i = 0; i < rounds; ++i) {
    const auto year = ical::expand(text, "", from, from + std::chrono::days(365), 1'000, context);
    if (year) found += year->all.size();
  }
  if (found == 0) throw std::runtime_error("nothing was expanded");
  return seconds_since(begin) / rounds;
}

void measure_expansion(bench::Table& table) {
  table.section("occurrences of one year");
  for (const char* rule : {"FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,WE,FR", "FREQ=MONTHLY;BYDAY=-1FR"}) {
    const double fresh = expansion_seconds(series_since("2025", rule));
    const double old = expansion_seconds(series_since("1601", rule));
    table.tell(fmt::format("{}: microseconds", rule), fresh * 1e6);
    table.at_most(fmt::format("{}: since 1601, as often as that", rule), old / fresh, 3);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 5'000;
  bench::Table table;
  const std::string folder = fmt::format("/tmp/godwit-bench-items-{}", ::getpid());
  {
    const bench::Daemon daemon(folder, bench::Daemon::Mail::embedded,
                               {"local.domains = [\"example.org\"]"});
    daemon.add_user("reader@example.org", "secret");
    Phone writer(daemon, "writer");
    Phone reader(daemon, "reader");
    struct Row {
      const char* name;
      int type;
      std::vector<Node> (*make)(int);
    };
    table.section(fmt::format("{} items of each class, embedded store", count));
    for (const Row& row :
         {Row{"events", calendar_type, &event}, Row{"contacts", contacts_type, &contact}}) {
      const auto looks = [&] {
        return measure(daemon, no_change_syncs, [&] {
          for (int i = 0; i < no_change_syncs; ++i) reader.look(row.type);
        });
      };
      writer.write(row.type, few, row.make, 0);
      reader.read_all(row.type);
      const Rate with_few = looks();
      const Rate added =
          measure(daemon, count, [&] { writer.write(row.type, count, row.make, few); });
      table.tell(fmt::format("{} added, each second", row.name), added.wall);
      const Rate initial = measure(daemon, count, [&] { reader.read_all(row.type); });
      table.at_least(fmt::format("{}, initial Sync, each second", row.name), initial.wall, 3'000);
      table.tell(fmt::format("{}, each second of processor time", row.name), initial.processor);
      const Rate with_all = looks();
      table.tell(fmt::format("Syncs of {} without a change, each second", row.name), with_all.wall);
      table.at_most(fmt::format("one of them, as dear as with {} {}", few, row.name),
                    with_few.processor / with_all.processor, 1.5);
    }
  }
  measure_expansion(table);
  std::filesystem::remove_all(folder);
  return table.exit_code();
}
