// The suite of collections against real CalDAV and CardDAV servers, below build/parts.
#include <gtest/gtest.h>

#include "backend/dav/dav.hpp"
#include "base/fault.hpp"
#include "conformance/items_suite.hpp"
#include "interop/imap_servers.hpp"

namespace godwit::conformance {
namespace {

using interop::RunningServer;

struct Variant {
  const char* server;
  const char* path;
  ItemsQuirks quirks{.any_bytes = false, .tells_at_once = false};
  bool by_imap = false;  // an account is there once it has signed in by IMAP
};

class DavUnderTest final : public ItemsServer {
 public:
  explicit DavUnderTest(const Variant& variant) : quirks_(variant.quirks) {
    const RunningServer& server = *RunningServer::get(variant.server, "");
    backend::dav::Settings settings;
    settings.start =
        dav::parse_url("http://127.0.0.1:" + server.value("HTTP_PORT") + variant.path).value();
    settings.interval = std::chrono::milliseconds(100);
    const std::string user = interop::fresh_user();
    account_.user = UserId::parse(user).value();
    account_.login = user;
    account_.password = Secret("secret");
    if (variant.by_imap) interop::sign_in_by_imap(loop_, server, user);
    server_ = std::make_unique<backend::dav::DavServer>(settings, loop_.executor(), random_);
    elsewhere_ = std::make_unique<backend::dav::DavServer>(settings, loop_.executor(), random_);
    items_ = server_->open_items(account_);
    other_ = elsewhere_->open_items(account_);
  }
  ~DavUnderTest() override {
    items_.reset();
    other_.reset();
  }

  const ItemsQuirks& quirks() const override { return quirks_; }
  backend::Items& items() override { return *items_; }
  backend::Items& other() override { return *other_; }
  void run(Task<> work) override { loop_.run(std::move(work)); }
  bool wait_until(const std::function<bool()>& done) override { return loop_.wait_until(done); }

 private:
  ItemsQuirks quirks_;
  interop::TestLoop loop_;
  SeededRandom random_{1};
  backend::Account account_{.user = UserId::parse("nobody").value(),
                            .login = {},
                            .password = {},
                            .display_name = {},
                            .addresses = {}};
  std::unique_ptr<backend::dav::DavServer> server_;
  std::unique_ptr<backend::dav::DavServer> elsewhere_;
  std::shared_ptr<backend::Items> items_;
  std::shared_ptr<backend::Items> other_;
};

constexpr Variant radicale{"radicale", "/"};
constexpr Variant davical{"davical", "/caldav.php/"};
constexpr Variant cyrus{.server = "cyrus", .path = "/", .by_imap = true};

template <const Variant& variant>
std::unique_ptr<ItemsServer> make() {
  return std::make_unique<DavUnderTest>(variant);
}

std::vector<MakeItemsServer> there(const char* name, MakeItemsServer make_one) {
  if (RunningServer::is_there(name)) return {make_one};
  return {};
}

std::optional<Fault::Kind> fault_of_listing(const backend::dav::Settings& settings,
                                            const std::string& user) {
  interop::TestLoop loop;
  SeededRandom random(1);
  backend::dav::DavServer server(settings, loop.executor(), random);
  const auto items = server.open_items({.user = UserId::parse(user).value(),
                                        .login = user,
                                        .password = Secret("secret"),
                                        .display_name = {},
                                        .addresses = {}});
  std::optional<std::vector<ItemCollection>> listed;
  try {
    loop.run(test::detail::store_result(items->collections(), listed));
  } catch (const Fault& fault) {
    return fault.kind();
  }
  return std::nullopt;
}

TEST(DavTls, OnlyAServerThatIsKnownGetsThePassword) {
  if (!RunningServer::is_there("radicale")) GTEST_SKIP() << RunningServer::why_not("radicale");
  const RunningServer& server = *RunningServer::get("radicale", "");
  backend::dav::Settings settings;
  settings.start = dav::parse_url("https://localhost:" + server.value("HTTPS_PORT") + "/").value();
  const std::string user = interop::fresh_user();
  EXPECT_EQ(fault_of_listing(settings, user), Fault::Kind::unavailable);
  settings.client.ca_file = server.value("TLS_CERTIFICATE");
  EXPECT_EQ(fault_of_listing(settings, user), std::nullopt);
  EXPECT_EQ(fault_of_listing(settings, "refused-" + user), Fault::Kind::unavailable);
  settings.start->origin.host = "127.0.0.2";  // not in the certificate
  EXPECT_EQ(fault_of_listing(settings, user), Fault::Kind::unavailable);
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ItemsSuite);
INSTANTIATE_TEST_SUITE_P(Radicale, ItemsSuite,
                         testing::ValuesIn(there("radicale", &make<radicale>)));
INSTANTIATE_TEST_SUITE_P(Davical, ItemsSuite, testing::ValuesIn(there("davical", &make<davical>)));
INSTANTIATE_TEST_SUITE_P(Cyrus, ItemsSuite, testing::ValuesIn(there("cyrus", &make<cyrus>)));

}  // namespace
}  // namespace godwit::conformance
