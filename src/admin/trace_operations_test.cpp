#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "admin/store_audit.hpp"
#include "admin/store_devices.hpp"
#include "admin/traces.hpp"
#include "backend/backend.hpp"
#include "policy/device.hpp"
#include "run.hpp"
#include "store/memory/memory_store.hpp"

namespace godwit::admin {
namespace {

using nlohmann::json;

/// `ann` is another spelling of ann@example.org. Who else there is it cannot tell, or nobody.
class Mailboxes final : public backend::KnownUsers {
 public:
  Task<Result<backend::Account>> known(std::string login, Secret) override {
    if (login == "ann") login = "ann@example.org";
    if (!takes_all && login != "ann@example.org") co_return fail(Errc::not_found, "nobody");
    co_return backend::Account{.user = UserId::parse(login).value(),
                               .login = login,
                               .password = {},
                               .display_name = {},
                               .addresses = {}};
  }
  bool takes_all = false;
};

class Files final : public Traces {
 public:
  Result<Trace> begin(TraceOrder order) override {
    Trace begun{.user = order.user, .file = "f", .full = order.full};
    open.emplace(order.user.str(), begun);
    return begun;
  }
  Result<Trace> end(const UserId& user) override {
    const auto found = open.extract(user.str());
    if (found.empty()) return fail(Errc::not_found, "no trace of this user goes on");
    return found.mapped();
  }
  std::vector<Trace> list() override { return {}; }
  std::map<std::string, Trace> open;
};

class TraceOperationsTest : public testing::Test {
 protected:
  json ask(const std::string& operation, const std::string& user) {
    const json request{{"operation", operation}, {"arguments", {{"user", user}}}};
    return json::parse(test::run(operations_.run(request.dump())));
  }
  void add_device(const char* user) {
    ASSERT_TRUE(test::run(store_.commit(
        {{{user, store::Kind::device, "phone"}, std::nullopt, pack(policy::Device{})}})));
  }

  ManualClock clock_;
  SeededRandom random_{1};
  store::MemoryStore store_;
  StoreAudit audit_{store_, clock_, random_};
  StoreDevices devices_{store_, audit_, clock_, [](const UserId&, const DeviceId&) {}};
  Mailboxes mailboxes_;
  Files files_;
  Operations operations_{{.devices = &devices_,
                          .status = {},
                          .forget_user = {},
                          .known_users = &mailboxes_,
                          .traces = &files_}};
};

TEST_F(TraceOperationsTest, WhoIsNobodyIsNotTraced) {
  const json refused = ask("trace.on", "nobody@example.org");
  EXPECT_EQ(refused["error"]["code"], "not_found") << refused;
  EXPECT_TRUE(files_.open.empty());
  // One of whom nothing is left but a device.
  add_device("nobody@example.org");
  EXPECT_EQ(ask("trace.on", "nobody@example.org")["result"]["waits"], false);
}

TEST_F(TraceOperationsTest, WhoIsKnownWaitsForADevice) {
  EXPECT_EQ(ask("trace.on", "ann@example.org")["result"]["waits"], true);
  EXPECT_EQ(ask("trace.off", "ann@example.org")["result"]["user"], "ann@example.org");
  add_device("ann@example.org");
  EXPECT_EQ(ask("trace.on", "ann@example.org")["result"]["waits"], false);
}

TEST_F(TraceOperationsTest, AnotherNameOfAMailboxIsThatMailbox) {
  EXPECT_EQ(ask("trace.on", "ann")["result"]["user"], "ann@example.org");
  EXPECT_EQ(ask("trace.off", "ann")["result"]["user"], "ann@example.org");
  EXPECT_EQ(ask("trace.off", "ann")["error"]["code"], "not_found");
}

TEST_F(TraceOperationsTest, WhereNobodyCanTellItWaits) {
  mailboxes_.takes_all = true;
  EXPECT_EQ(ask("trace.on", "somebody@example.org")["result"]["waits"], true);
}

}  // namespace
}  // namespace godwit::admin
