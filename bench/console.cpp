// links: godwit_console godwit_store_sqlite godwit_test_run fmt::fmt
/// Pages of the web console over so many devices in SQLite: the time that 95 of 100 requests take
/// at most, in milliseconds, one request after the other.
///
///   bench_console [DEVICES]     default 10,000; goal: 100 ms a page
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "admin/operations.hpp"
#include "admin/store_audit.hpp"
#include "admin/store_devices.hpp"
#include "console/console.hpp"
#include "policy/device.hpp"
#include "run.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "table.hpp"

namespace {

using namespace godwit;

constexpr int requests = 100;  // of a page
constexpr const char* admin_name = "admin@example.org";

class Nothing final : public http::Service {
 public:
  Task<http::Outcome> handle(http::Request) override { co_return http::Reply{}; }
};

/// Two devices a user; one in fifty waits for a decision.
void fill(store::Store& store, int devices) {
  constexpr int at_once = 500;
  for (int first = 0; first < devices; first += at_once) {
    std::vector<store::Write> batch;
    for (int i = first; i < std::min(devices, first + at_once); ++i) {
      policy::Device device;
      device.type = i % 3 == 0 ? "iPhone" : "Android";
      device.model = fmt::format("model {}", i % 40);
      device.user_agent = fmt::format("Apple-iPhone12C1/2001.{}", i % 90);
      device.version = 161;
      device.last_seen = Time(std::chrono::days(20'000 + i % 30));
      if (i % 50 == 0) device.standing = policy::Standing::quarantined;
      store::Key key{fmt::format("user{}@example.org", i / 2), store::Kind::device,
                     fmt::format("device{}", i)};
      batch.push_back({std::move(key), std::nullopt, pack(device)});
    }
    if (!test::run(store.commit(std::move(batch)))) throw std::runtime_error("not stored");
  }
}

/// Devices whose folders nobody asks about: those are not what is measured.
class NoInsight final : public admin::Insight {
 public:
  Task<Result<std::vector<admin::Finding>>> why(UserId, DeviceId, std::string,
                                                std::optional<backend::Account>) override {
    co_return std::vector<admin::Finding>();
  }
  Task<std::vector<admin::DeviceFolder>> folders(UserId, DeviceId) override {
    co_return std::vector<admin::DeviceFolder>();
  }
  std::vector<admin::PastRequest> requests(const UserId&, const DeviceId&) const override {
    return {};
  }
  std::vector<admin::TrafficMinute> traffic() const override { return {}; }
  Task<std::vector<admin::FoundMail>> find(backend::Account, std::string) override {
    co_return std::vector<admin::FoundMail>();
  }
};

class Visitor {
 public:
  explicit Visitor(console::Console& console) : console_(console) {
    http::Request request = request_for("POST", "/godwit/sign-in", "");
    request.headers.push_back({"Origin", "https://localhost"});
    request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    request.body = http::text_body("user=admin&password=x");
    for (const http::Header& each : send(std::move(request)).headers) {
      if (each.name == "Set-Cookie") cookie_ = each.value.substr(0, each.value.find(';'));
    }
  }
  http::Reply get(const std::string& path, const std::string& query) {
    return send(request_for("GET", path, query));
  }

 private:
  http::Request request_for(const std::string& method, const std::string& path,
                            const std::string& query) const {
    http::Request request;
    request.method = method;
    request.path = path;
    request.query = query;
    request.headers = {{"Host", "localhost"}, {"Cookie", cookie_}};
    request.body = http::text_body({});
    request.tls = true;
    return request;
  }
  http::Reply send(http::Request request) {
    return std::get<http::Reply>(test::run(console_.handle(std::move(request))));
  }

  console::Console& console_;
  std::string cookie_;
};

void measure(bench::Table& table, Visitor& visitor, const std::string& path,
             const std::string& query) {
  std::vector<double> times;
  for (int i = 0; i < requests; ++i) {
    const auto began = std::chrono::steady_clock::now();
    const auto reply = visitor.get(path, query);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
    if (reply.status != 200) throw std::runtime_error(path + " is not there");
    times.push_back(took.count());
  }
  std::ranges::sort(times);
  table.at_most(path + (query.empty() ? "" : "?" + query), times[requests * 95 / 100], 100);
}

Task<console::SignInOutcome> sign_in() {
  co_return backend::Account{.user = UserId::parse(admin_name).value(),
                             .login = admin_name,
                             .password = Secret("x"),
                             .display_name = {},
                             .addresses = {admin_name}};
}

Task<bool> yes() { co_return true; }

}  // namespace

int main(int argc, char** argv) {
  const int devices = argc > 1 ? std::stoi(argv[1]) : 10'000;
  const std::string folder = "/tmp/godwit_bench_console";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directory(folder);
  const store::SqliteOptions options{.path = folder + "/store.db"};
  store::install_schema(options);
  bench::Table table;
  {
    store::SqliteStore store(options);
    const ManualClock clock;
    SeededRandom random(1);
    fill(store, devices);
    admin::StoreAudit audit(store, clock, random);
    admin::StoreDevices all(store, audit, clock, [](const UserId&, const DeviceId&) {});
    admin::Operations::Parts parts;
    parts.devices = &all;
    parts.audit = &audit;
    admin::Operations operations(parts);
    Nothing next;
    NoInsight insight;
    console::Console console(
        {.clock = clock,
         .random = random,
         .sign_in = [](std::string, Secret, std::string) { return sign_in(); },
         .is_admin = [](backend::Account) { return yes(); },
         .devices = all,
         .insight = insight,
         .perform =
             [&operations](std::string line, admin::Caller by) {
               return operations.run(std::move(line), std::move(by));
             },
         .phone_setup = [](const http::Request&,
                           const backend::Account&) { return console::PhoneSetup(); },
         .phone_profile = {},
         .sign_in_delay = {}},
        {}, next);
    Visitor visitor(console);
    table.section(fmt::format("the console's pages over {} devices, ms", devices));
    measure(table, visitor, "/godwit/", "");
    measure(table, visitor, "/godwit/admin", "");
    measure(table, visitor, "/godwit/admin/devices", "");
    measure(table, visitor, "/godwit/admin/devices", "q=user77&state=allowed");
    measure(table, visitor, "/godwit/admin/device", "user=user7%40example.org&id=device14");
    measure(table, visitor, "/godwit/admin/users", "");
    measure(table, visitor, "/godwit/admin/users", "q=user77");
    measure(table, visitor, "/godwit/admin/quarantine", "");
    measure(table, visitor, "/godwit/admin/audit", "");
  }
  std::filesystem::remove_all(folder);
  return table.exit_code();
}
