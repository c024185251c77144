// Push over real mail systems: of 200 deliveries to random folders each ends what waits for that
// folder, and nothing else. Who ends is asserted; how fast is printed, and measured by bench/push.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "interop/mail_systems.hpp"
#include "interop/waiting_transport.hpp"

namespace godwit::interop {
namespace {

using backend::Mail;
using Steady = std::chrono::steady_clock;

constexpr std::array<const char*, 5> folder_names = {"INBOX", "Alpha", "Beta", "Gamma", "Trash"};
constexpr std::size_t trash = 4;
using FolderNumbers = std::set<std::size_t>;

struct User {
  std::string name;
  std::shared_ptr<Mail> mail;
  std::array<std::optional<FolderKey>, folder_names.size()> keys;
};

/// One device, and what it waits for.
struct Waiter {
  const User* user = nullptr;
  FolderNumbers watches;
  bool by_sync = false;
  std::unique_ptr<client::Device> device;
  std::array<std::string, folder_names.size()> ids{};

  bool waits = false;
  Steady::time_point ended{};
  std::vector<std::size_t> news{};  // folders that the answer named
  std::string failure{};
};

class PushTest : public testing::Test {
 protected:
  void begin(std::unique_ptr<MailSystem> system, std::chrono::seconds other_changes) {
    system_ = std::move(system);
    users_ = std::make_unique<Remembering>(system_->users());
    server_ = std::make_unique<test::TestServer>(
        test::Systems{clock_, random_, store_, system_->mail(), *users_, submission_},
        command::Settings{}, other_changes);
    transport_ = std::make_unique<WaitingTransport>(*server_);
  }
  /// False: the test is skipped.
  bool begin_imap(const std::string& name, std::chrono::seconds other_changes) {
    if (!RunningServer::is_there(name)) return false;
    begin(std::make_unique<Gateway>(*RunningServer::get(name, ""), loop_), other_changes);
    return true;
  }
  ~PushTest() override {
    if (!server_) return;
    server_->hub().end_all(watch::Wake::shutdown);
    loop_.wait_until([&] { return std::ranges::none_of(waiters_, &Waiter::waits); });
    users_list_.clear();
    waiters_.clear();
    server_.reset();
  }

  User& add_user() {
    auto user = std::make_unique<User>();
    user->name = system_->add_user();
    user->mail = system_->elsewhere(user->name);
    loop_.run(make_folders(*user));
    users_list_.push_back(std::move(user));
    return *users_list_.back();
  }
  Waiter& add_device(const User& user, FolderNumbers watches, bool by_sync) {
    client::Device::Settings settings;
    settings.id = fmt::format("device{}", waiters_.size());
    settings.user = user.name;
    settings.password = Secret("secret");
    auto device = std::make_unique<client::Device>(*transport_, std::move(settings));
    waiters_.push_back({&user, std::move(watches), by_sync, std::move(device)});
    loop_.run(set_up(waiters_.back()));
    return waiters_.back();
  }
  void hold(Waiter& waiter) {
    waiter.waits = true;
    waiter.news.clear();
    net::spawn(loop_.executor(), wait(waiter), "test.wait");
  }
  /// Waits until all of them are held, whatever their watches tell late.
  bool all_parked() {
    const auto count = static_cast<std::size_t>(std::ranges::count_if(waiters_, &Waiter::waits));
    return loop_.wait_until([&] { return server_->hub().parked() == count; });
  }
  void put(const User& user, std::size_t folder, unsigned number) {
    const std::string message = fmt::format(
        "From: b@example.net\r\nSubject: News {0}\r\nMessage-ID: <{0}@push>\r\n\r\n{0}\r\n",
        number);
    if (folder == 0) {
      system_->deliver(user.name, message);
    } else {
      loop_.run(append(user, folder, message));
    }
  }

  /// The devices that wait, with their users and what the hub counted of their folders.
  std::string still_waiting() {
    std::string out;
    for (const Waiter& each : waiters_) {
      if (!each.waits) continue;
      out += fmt::format("{} of {}:", each.device->settings().id, each.user->name);
      const UserId user = UserId::parse(ascii_lower(each.user->name)).value();
      for (const std::size_t folder : each.watches) {
        const CollectionId id = CollectionId::parse(each.ids[folder]).value();
        out += fmt::format(" {}={}", folder, server_->hub().counter(user, id).added);
      }
      out += "; ";
    }
    return out;
  }

  /// 200 deliveries; what they found.
  void deliver_to_random_folders();
  void own_changes_end_nothing();
  void moves_of_one_device_end_what_others_wait_for();

  ManualClock clock_;
  SeededRandom random_{7};
  store::MemoryStore store_;
  test::RecordingSubmission submission_{nullptr};
  TestLoop loop_;
  std::unique_ptr<MailSystem> system_;
  std::unique_ptr<Remembering> users_;
  std::unique_ptr<test::TestServer> server_;
  std::unique_ptr<WaitingTransport> transport_;
  std::vector<std::unique_ptr<User>> users_list_;
  std::deque<Waiter> waiters_;

  static Task<> fetch(Waiter& waiter, std::size_t folder) {
    const auto outcome = co_await waiter.device->sync_all(waiter.ids[folder], {});
    EXPECT_TRUE(outcome.ok());
  }
  static Task<> move(Waiter& waiter, std::string item, std::size_t target) {
    const auto outcome =
        co_await waiter.device->move(std::move(item), waiter.ids[0], waiter.ids[target]);
    EXPECT_TRUE(outcome.ok());
  }

 private:
  Task<> make_folders(User& user) {
    for (const backend::MailFolder& folder : co_await user.mail->folders()) {
      if (folder.role == FolderRole::inbox) user.keys[0] = folder.key;
      if (folder.role == FolderRole::trash) user.keys[trash] = folder.key;
    }
    for (std::size_t i = 1; i < folder_names.size(); ++i) {
      if (user.keys[i]) continue;
      user.keys[i] = (co_await user.mail->create_folder(std::nullopt, folder_names[i])).value();
    }
  }
  Task<> append(const User& user, std::size_t folder, std::string message) {
    const auto done = co_await user.mail->append(
        *user.keys[folder], std::make_shared<backend::StringSource>(std::move(message)), {},
        clock_.now());
    EXPECT_TRUE(done);
  }
  Task<> set_up(Waiter& waiter) {
    EXPECT_TRUE((co_await waiter.device->folder_sync()).ok());
    for (const auto& [id, folder] : waiter.device->folders()) {
      for (std::size_t i = 0; i < folder_names.size(); ++i) {
        const bool is_inbox = i == 0 && folder.type == 2;
        if (is_inbox || folder.name == folder_names[i]) waiter.ids[i] = id;
      }
    }
    for (const std::size_t folder : waiter.watches) {
      EXPECT_TRUE((co_await waiter.device->sync_all(waiter.ids[folder], {})).ok());
    }
  }
  /// Waits once, by Ping or Sync, and fetches what the Ping told of.
  Task<> wait(Waiter& waiter) {
    try {
      co_await (waiter.by_sync ? wait_by_sync(waiter) : wait_by_ping(waiter));
    } catch (const std::exception& failure) {
      waiter.failure = failure.what();
    }
    waiter.ended = Steady::now();
    waiter.waits = false;
  }
  Task<> wait_by_ping(Waiter& waiter) {
    std::vector<std::string> ids;
    for (const std::size_t folder : waiter.watches) ids.push_back(waiter.ids[folder]);
    const auto outcome = co_await waiter.device->ping(std::move(ids), 600);
    if (outcome.status > 2) waiter.failure = fmt::format("Ping status {}", outcome.status);
    for (const std::string& id : outcome.folders) name_news(waiter, id);
  }
  Task<> wait_by_sync(Waiter& waiter) {
    std::vector<std::pair<std::string, client::SyncOptions>> collections;
    for (const std::size_t folder : waiter.watches) {
      collections.emplace_back(waiter.ids[folder], client::SyncOptions());
    }
    client::SyncRequest request;
    request.wait_minutes = 50;
    const auto outcome = co_await waiter.device->sync_many(std::move(collections), request);
    for (const auto& [id, collection] : outcome.collections) {
      if (collection.changes() > 0) name_news(waiter, id);
    }
  }
  static void name_news(Waiter& waiter, const std::string& id) {
    const auto place = std::ranges::find(waiter.ids, id);
    waiter.news.push_back(static_cast<std::size_t>(place - waiter.ids.begin()));
  }
};

void PushTest::deliver_to_random_folders() {
  for (int i = 0; i < 2; ++i) {
    const User& user = add_user();
    add_device(user, {0, 1, 2, 3}, false);
    add_device(user, {0, 1}, true);
    add_device(user, {2, 3}, false);
  }
  for (Waiter& waiter : waiters_) hold(waiter);
  ASSERT_TRUE(all_parked());
  std::vector<double> latencies;
  constexpr unsigned deliveries = 200;
  for (unsigned number = 0; number < deliveries; ++number) {
    SCOPED_TRACE(fmt::format("delivery {}", number));
    const User& user = *users_list_[random_.next() % users_list_.size()];
    const std::size_t folder = random_.next() % folder_names.size();
    const auto concerned = [&](const Waiter& waiter) {
      return waiter.user == &user && waiter.watches.contains(folder);
    };
    put(user, folder, number);
    const auto delivered = Steady::now();
    ASSERT_TRUE(loop_.wait_until([&] {
      return std::ranges::none_of(
          waiters_, [&](const Waiter& each) { return concerned(each) && each.waits; });
    })) << "who waits for folder "
        << folder << " was not told: " << still_waiting();
    for (Waiter& waiter : waiters_) {
      ASSERT_EQ(waiter.failure, "");
      ASSERT_EQ(waiter.waits, !concerned(waiter)) << waiter.device->settings().id;
      if (waiter.waits) continue;
      ASSERT_EQ(waiter.news, std::vector{folder});
      latencies.push_back(
          std::chrono::duration<double, std::milli>(waiter.ended - delivered).count());
      if (!waiter.by_sync) {
        loop_.run(fetch(waiter, folder));
      }
      hold(waiter);
    }
    ASSERT_TRUE(all_parked());
  }
  std::ranges::sort(latencies);
  fmt::print("{} deliveries, {} ends; ms from delivery: median {:.1f}, p99 {:.1f}\n", deliveries,
             latencies.size(), latencies[latencies.size() / 2],
             latencies[latencies.size() * 99 / 100]);
}

/// A device reads and removes mail, then waits: its own doing, however late the watch tells of it,
/// does not end its Ping. What others do does.
void PushTest::own_changes_end_nothing() {
  const User& user = add_user();
  for (unsigned number = 0; number < 20; ++number) put(user, 0, number);
  Waiter& phone = add_device(user, {0, 1}, false);
  const UserId id = UserId::parse(ascii_lower(user.name)).value();
  const CollectionId inbox = CollectionId::parse(phone.ids[0]).value();
  for (unsigned round = 0; round < 10; ++round) {
    SCOPED_TRACE(fmt::format("round {}", round));
    hold(phone);
    ASSERT_TRUE(all_parked());
    put(user, 0, 100 + round);
    ASSERT_TRUE(loop_.wait_until([&] { return !phone.waits; }));
    ASSERT_EQ(phone.failure, "");
    ASSERT_EQ(phone.news, std::vector<std::size_t>{0});
    loop_.run(fetch(phone, 0));

    const auto before = server_->hub().counter(id, inbox);
    const auto& items = phone.device->collection(phone.ids[0]).items;
    phone.device->set_read(phone.ids[0], items.begin()->first, round % 2 == 0);
    phone.device->remove(phone.ids[0], items.rbegin()->first);
    loop_.run(fetch(phone, 0));
    hold(phone);
    ASSERT_TRUE(
        loop_.wait_until([&] { return server_->hub().counter(id, inbox).other != before.other; }));
    ASSERT_TRUE(all_parked());
    ASSERT_TRUE(phone.waits) << "its own change ended its Ping";
    put(user, 0, 200 + round);
    ASSERT_TRUE(loop_.wait_until([&] { return !phone.waits; }));
    ASSERT_EQ(phone.news, std::vector<std::size_t>{0});
    loop_.run(fetch(phone, 0));
  }
}

/// What one device deletes or moves is news to the others, in the folder where it comes to lie.
void PushTest::moves_of_one_device_end_what_others_wait_for() {
  const User& user = add_user();
  for (unsigned number = 0; number < 10; ++number) put(user, 0, number);
  Waiter& mover = add_device(user, {0}, false);
  Waiter& of_trash = add_device(user, {trash}, false);
  Waiter& of_trash_by_sync = add_device(user, {trash}, true);
  Waiter& of_alpha = add_device(user, {1}, false);
  for (Waiter* each : {&of_trash, &of_trash_by_sync, &of_alpha}) hold(*each);
  for (unsigned round = 0; round < 5; ++round) {
    SCOPED_TRACE(fmt::format("round {}", round));
    ASSERT_TRUE(all_parked());
    const auto& items = mover.device->collection(mover.ids[0]).items;
    const bool deletes = round % 2 == 0;
    if (deletes) {
      mover.device->remove(mover.ids[0], items.begin()->first);
    } else {
      loop_.run(move(mover, items.begin()->first, 1));
    }
    loop_.run(fetch(mover, 0));
    const std::vector<Waiter*> concerned =
        deletes ? std::vector{&of_trash, &of_trash_by_sync} : std::vector{&of_alpha};
    ASSERT_TRUE(loop_.wait_until([&] {
      return std::ranges::none_of(concerned, [](const Waiter* each) { return each->waits; });
    })) << "not told: "
        << still_waiting();
    for (Waiter* each : {&of_trash, &of_trash_by_sync, &of_alpha}) {
      ASSERT_EQ(each->failure, "");
      ASSERT_EQ(each->waits, std::ranges::find(concerned, each) == concerned.end());
      if (each->waits) continue;
      const std::size_t folder = deletes ? trash : 1;
      ASSERT_EQ(each->news, std::vector{folder});
      if (!each->by_sync) loop_.run(fetch(*each, folder));
      ASSERT_EQ(each->device->collection(each->ids[folder]).items.size(), round / 2 + 1);
      hold(*each);
    }
  }
  ASSERT_TRUE(all_parked());
}

constexpr std::chrono::seconds never{0};
constexpr std::chrono::seconds at_most_once_a_minute{60};

TEST_F(PushTest, EmbeddedEndsWhatWaitsForTheFolder) {
  begin(std::make_unique<Embedded>(), never);
  deliver_to_random_folders();
}

TEST_F(PushTest, DovecotByNotifyEndsWhatWaitsForTheFolder) {
  if (!begin_imap("dovecot", never)) GTEST_SKIP() << RunningServer::why_not("dovecot");
  deliver_to_random_folders();
}

TEST_F(PushTest, CyrusBySweepEndsWhatWaitsForTheFolder) {
  if (!begin_imap("cyrus", never)) GTEST_SKIP() << RunningServer::why_not("cyrus");
  deliver_to_random_folders();
}

TEST_F(PushTest, MovesEndWhatOthersWaitForInTheEmbeddedStore) {
  begin(std::make_unique<Embedded>(), never);
  moves_of_one_device_end_what_others_wait_for();
}

TEST_F(PushTest, MovesEndWhatOthersWaitForInDovecot) {
  if (!begin_imap("dovecot", never)) GTEST_SKIP() << RunningServer::why_not("dovecot");
  moves_of_one_device_end_what_others_wait_for();
}

TEST_F(PushTest, MovesEndWhatOthersWaitForInCyrus) {
  if (!begin_imap("cyrus", never)) GTEST_SKIP() << RunningServer::why_not("cyrus");
  moves_of_one_device_end_what_others_wait_for();
}

TEST_F(PushTest, OwnChangesEndNothingOfTheEmbeddedStore) {
  begin(std::make_unique<Embedded>(), at_most_once_a_minute);
  own_changes_end_nothing();
}

TEST_F(PushTest, OwnChangesEndNothingOfDovecot) {
  if (!begin_imap("dovecot", at_most_once_a_minute)) {
    GTEST_SKIP() << RunningServer::why_not("dovecot");
  }
  own_changes_end_nothing();
}

TEST_F(PushTest, OwnChangesEndNothingOfCyrus) {
  if (!begin_imap("cyrus", at_most_once_a_minute)) GTEST_SKIP() << RunningServer::why_not("cyrus");
  own_changes_end_nothing();
}

}  // namespace
}  // namespace godwit::interop
