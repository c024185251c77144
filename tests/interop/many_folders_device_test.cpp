// A device in a mailbox of 2,000 folders: it learns of all, waits for as many as a Ping may name,
// and syncs as many as a Sync may.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "eas/sync.hpp"
#include "interop/mail_systems.hpp"
#include "interop/waiting_transport.hpp"

namespace godwit::interop {
namespace {

constexpr std::size_t folder_count = 2000;
constexpr unsigned watched_max = 1000;  // push.folders_max

std::string folder_name(std::size_t number) { return fmt::format("F{:04}", number); }

class ManyFoldersDevice : public testing::Test {
 protected:
  /// With the user's folders in it.
  void begin(std::unique_ptr<MailSystem> system, const std::string& user) {
    system_ = std::move(system);
    elsewhere_ = system_->elsewhere(user);
    users_ = std::make_unique<Remembering>(system_->users());
    command::Settings settings;
    settings.ping_folders_max = watched_max;
    server_ = std::make_unique<test::TestServer>(
        test::Systems{clock_, random_, store_, system_->mail(), *users_, submission_}, settings,
        std::chrono::seconds(60));
    transport_ = std::make_unique<WaitingTransport>(*server_);
    client::Device::Settings phone;
    phone.user = user;
    phone.password = Secret("secret");
    device_ = std::make_unique<client::Device>(*transport_, std::move(phone));
  }
  ~ManyFoldersDevice() override {
    if (!server_) return;
    server_->hub().end_all(watch::Wake::shutdown);
    loop_.wait_until([&] { return !waits_; });
    elsewhere_.reset();
    server_.reset();
  }
  void learns_waits_and_syncs();

  TestLoop loop_;
  std::unique_ptr<MailSystem> system_;

 private:
  /// The ids of the folders made for the test, by their names.
  std::vector<std::string> ids() const {
    std::map<std::string, std::string> by_name;
    for (const auto& [id, folder] : device_->folders()) by_name.emplace(folder.name, id);
    std::vector<std::string> out;
    for (std::size_t i = 0; i < folder_count; ++i) out.push_back(by_name[folder_name(i)]);
    return out;
  }
  /// One Sync of them all.
  client::SyncOutcome sync(const std::vector<std::string>& ids) {
    std::vector<std::pair<std::string, client::SyncOptions>> collections;
    for (const std::string& id : ids) collections.emplace_back(id, client::SyncOptions());
    return loop_.get(device_->sync_many(std::move(collections), {}));
  }
  void hold(std::vector<std::string> ids) {
    waits_ = true;
    net::spawn(loop_.executor(), wait(std::move(ids)), "test.wait");
  }
  Task<> wait(std::vector<std::string> ids) {
    ping_ = co_await device_->ping(std::move(ids), 600);
    waits_ = false;
  }
  void put(std::size_t folder, const std::string& text) {
    const auto message = std::make_shared<const backend::StringSource>(text);
    std::optional<FolderKey> key;
    for (const auto& each : loop_.get(elsewhere_->folders())) {
      if (each.name == folder_name(folder)) key = each.key;
    }
    ASSERT_TRUE(loop_.get(elsewhere_->append(key.value(), message, {}, clock_.now())));
  }

  ManualClock clock_;
  SeededRandom random_{7};
  store::MemoryStore store_;
  test::RecordingSubmission submission_{nullptr};
  std::unique_ptr<Remembering> users_;
  std::unique_ptr<test::TestServer> server_;
  std::unique_ptr<WaitingTransport> transport_;
  std::unique_ptr<client::Device> device_;
  std::shared_ptr<backend::Mail> elsewhere_;
  client::PingOutcome ping_;
  bool waits_ = false;
};

void ManyFoldersDevice::learns_waits_and_syncs() {
  ASSERT_TRUE(loop_.get(device_->folder_sync()).ok());
  const auto all = ids();
  ASSERT_EQ(std::set(all.begin(), all.end()).size(), folder_count);
  ASSERT_EQ(std::ranges::count(all, ""), 0);
  const std::string key = device_->folder_key();
  ASSERT_TRUE(loop_.get(device_->folder_sync()).ok());
  EXPECT_EQ(device_->folder_key(), key) << "nothing changed";

  // As many as a request may name, twice: the first gives keys, the second looks.
  const std::vector<std::string> watched(all.begin(), all.begin() + watched_max);
  constexpr std::size_t together = 250;
  static_assert(together <= eas::sync_collections_max && watched_max % together == 0);
  for (std::size_t i = 0; i < watched_max; i += together) {
    const std::vector<std::string> part(
        watched.begin() + static_cast<std::ptrdiff_t>(i),
        watched.begin() + static_cast<std::ptrdiff_t>(i + together));
    ASSERT_EQ(sync(part).http_status, 200);
    ASSERT_EQ(sync(part).http_status, 200);
    for (const std::string& id : part) ASSERT_NE(device_->collection(id).sync_key, "0") << i;
  }

  hold(watched);
  ASSERT_TRUE(loop_.wait_until([&] { return server_->hub().parked() == 1; }));
  constexpr std::size_t one = 321;
  put(one, "Subject: News\r\n\r\nx\r\n");
  ASSERT_TRUE(loop_.wait_until([&] { return !waits_; }));
  EXPECT_EQ(ping_.status, 2);
  EXPECT_EQ(ping_.folders, std::vector{watched[one]});
  const std::size_t first = one - one % together;
  const auto synced = sync(
      {watched.begin() + first, watched.begin() + static_cast<std::ptrdiff_t>(first + together)});
  std::size_t changes = 0;
  for (const auto& [id, outcome] : synced.collections) changes += outcome.changes();
  EXPECT_EQ(changes, 1U);
  EXPECT_EQ(device_->collection(watched[one]).items.size(), 1U);

  std::vector<std::string> too_many(all.begin(), all.begin() + watched_max + 1);
  const auto refused = loop_.get(device_->ping(std::move(too_many), 600));
  EXPECT_EQ(refused.status, 6);
  EXPECT_EQ(refused.limit, watched_max);
}

Task<> make_folders(backend::Mail& mail) {
  for (std::size_t i = 0; i < folder_count; ++i) {
    EXPECT_TRUE(co_await mail.create_folder(std::nullopt, folder_name(i)));
  }
}

TEST_F(ManyFoldersDevice, OverTheEmbeddedStore) {
  auto system = std::make_unique<Embedded>();
  const std::string user = system->add_user();
  loop_.run(make_folders(*system->elsewhere(user)));
  begin(std::move(system), user);
  learns_waits_and_syncs();
}

TEST_F(ManyFoldersDevice, OverDovecot) {
  if (!RunningServer::is_there("dovecot")) GTEST_SKIP() << RunningServer::why_not("dovecot");
  const RunningServer& server = *RunningServer::get("dovecot", "");
  auto system = std::make_unique<Gateway>(server, loop_, std::chrono::seconds(30));
  const std::string user = system->add_user();
  std::vector<std::string> names;
  for (std::size_t i = 0; i < folder_count; ++i) names.push_back(folder_name(i));
  make_maildirs(server.value("MAIL") + '/' + user, names);
  begin(std::move(system), user);
  learns_waits_and_syncs();
}

}  // namespace
}  // namespace godwit::interop
