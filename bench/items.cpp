// links: godwit_client godwit_test_run
//
// What Sync of text items costs on the embedded store: a device writes many events and contacts,
// a second one gets them, and asks again when nothing is new. `bench_items [items]`, 5,000 of each
// class by default.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "client/device.hpp"
#include "client/http_transport.hpp"
#include "daemon.hpp"
#include "run.hpp"
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

  /// Adds `count` items, 200 in each request.
  void write(int type, int count, std::vector<Node> (*make)(int)) {
    std::string key = sync(Node(airsync::Collection, {Node(airsync::SyncKey, "0"),
                                                      Node(airsync::CollectionId, folder(type))}));
    for (int done = 0; done < count; done += adds_of_request) {
      Node commands(airsync::Commands);
      for (int i = done; i < std::min(count, done + adds_of_request); ++i) {
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

template <class Work>
void measure(const bench::Daemon& daemon, const char* what, int count, Work work) {
  const double before = daemon.processor_seconds();
  const auto begin = Steady::now();
  work();
  const double seconds = seconds_since(begin);
  const double processor = daemon.processor_seconds() - before;
  fmt::print("{}: {:.0f}/s, {:.0f}/s by godwitd's processor time\n", what, count / seconds,
             count / processor);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 5'000;
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
    for (const Row& row :
         {Row{"events", calendar_type, &event}, Row{"contacts", contacts_type, &contact}}) {
      measure(daemon, fmt::format("{} added", row.name).c_str(), count,
              [&] { writer.write(row.type, count, row.make); });
      measure(daemon, fmt::format("{}, initial Sync", row.name).c_str(), count,
              [&] { reader.read_all(row.type); });
      measure(daemon, fmt::format("Syncs of {} without a change", row.name).c_str(),
              no_change_syncs, [&] {
                for (int i = 0; i < no_change_syncs; ++i) reader.look(row.type);
              });
    }
  }
  std::filesystem::remove_all(folder);
  return 0;
}
