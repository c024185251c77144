// The next window is made ready while the device reads (engine.md §4): it saves the backend's
// answers, and changes none of ours.
#include "command/prefetch.hpp"

#include <gtest/gtest.h>

#include "command/test_bed.hpp"
#include "item/email.hpp"

namespace godwit::command {
namespace {

constexpr unsigned window = 10;

Settings with_prefetch(std::uint64_t bytes) {
  Settings settings;
  settings.prefetch_bytes_max = bytes;
  return settings;
}

/// Twenty messages, the newer half of which the device got; the other half is prefetched.
class PrefetchTest : public ::testing::Test {
 protected:
  explicit PrefetchTest(std::uint64_t bytes = 1024 * 1024)
      : bed(eas::Version::v16_1, with_prefetch(bytes)) {
    for (int i = 1; i <= 20; ++i) bed.deliver(bed.inbox(), "Number " + std::to_string(i));
    inbox = bed.id("Inbox");
    sync();  // key 0
    sync();
    EXPECT_EQ(held().size(), window);
  }

  client::SyncOutcome sync(std::vector<client::Node> wanted = client::mail_options(0, 1, {})) {
    client::SyncOptions options;
    options.window_size = window;
    options.options = std::move(wanted);
    auto outcome = test::run(bed.device().sync(inbox, options));
    EXPECT_TRUE(outcome.ok());
    return outcome;
  }
  const std::map<std::string, client::Item>& held() {
    return bed.device().collections().at(inbox).items;
  }
  const client::Item& item(Uid uid) { return held().at(bed.server_id("Inbox", bed.inbox(), uid)); }
  std::uint64_t calls_of_a_sync() {
    const auto before = bed.mail().calls();
    sync();
    return bed.mail().calls() - before;
  }
  Prefetches& prefetches() { return bed.server().prefetches(); }

  TestBed bed;
  std::string inbox;
};

class WithoutPrefetch : public PrefetchTest {
 protected:
  WithoutPrefetch() : PrefetchTest(0) {}
};

class LittlePrefetch : public PrefetchTest {
 protected:
  LittlePrefetch() : PrefetchTest(1) {}
};

TEST_F(PrefetchTest, what_is_ready_is_not_asked_for_again) {
  EXPECT_EQ(prefetches().size(), 1U);
  EXPECT_EQ(calls_of_a_sync(), 1U);  // what changed since
  EXPECT_EQ(held().size(), 20U);
  EXPECT_EQ(item(1).at("Subject"), "Number 1");
}

TEST_F(WithoutPrefetch, everything_is_asked_for) {
  EXPECT_EQ(prefetches().size(), 0U);
  EXPECT_GT(calls_of_a_sync(), 1U);
  EXPECT_EQ(held().size(), 20U);
}

TEST_F(LittlePrefetch, the_rest_of_the_window_is_fetched) {
  EXPECT_GT(calls_of_a_sync(), 1U);
  EXPECT_EQ(held().size(), 20U);
}

TEST_F(PrefetchTest, flags_that_changed_meanwhile_are_told) {
  bed.mail().set_flags(bed.inbox(), UidSet{{3, 3}}, {.seen = true, .keywords = {}});
  sync();
  EXPECT_EQ(item(3).at("Read"), "1");
  EXPECT_EQ(item(4).at("Read"), "0");
  EXPECT_EQ(held().size(), 20U);
}

TEST_F(PrefetchTest, what_is_gone_meanwhile_does_not_come) {
  bed.mail().remove(bed.inbox(), UidSet{{2, 5}});
  sync();
  EXPECT_EQ(held().size(), 16U);
  EXPECT_FALSE(held().contains(bed.server_id("Inbox", bed.inbox(), 3)));
}

TEST_F(PrefetchTest, what_arrives_meanwhile_comes_first) {
  const Uid uid = bed.deliver(bed.inbox(), "Late");
  sync();
  EXPECT_EQ(item(uid).at("Subject"), "Late");
  EXPECT_EQ(held().size(), 20U);
  sync();
  EXPECT_EQ(held().size(), 21U);
}

TEST_F(PrefetchTest, other_wishes_are_served_anew) {
  EXPECT_EQ(item(20).at("Body/Type"), "1");
  sync(client::mail_options(0, 4, {}));
  EXPECT_EQ(item(1).at("Body/Type"), "4");
}

TEST_F(PrefetchTest, details_of_a_flag_are_those_of_now) {
  FollowUp flag;
  flag.status = FollowUp::Status::complete;
  flag.type = "Flag for follow up";
  std::vector<store::Write> writes;
  writes.push_back(
      {{"anna@example.test", store::Kind::item, bed.server_id("Inbox", bed.inbox(), 5)},
       0,
       pack_follow_up(flag)});
  ASSERT_TRUE(test::run(bed.store().commit(std::move(writes))));
  sync();
  EXPECT_EQ(item(5).at("Flag/Status"), "1");
  EXPECT_EQ(held().size(), 20U);
}

TEST_F(PrefetchTest, a_lost_answer_is_given_again_and_nothing_comes_twice) {
  bed.device().lose_next_answer();
  client::SyncOptions options;
  options.window_size = window;
  test::run(bed.device().sync(inbox, options));
  EXPECT_EQ(held().size(), window);
  ASSERT_TRUE(test::run(bed.device().repeat_lost()).ok());
  EXPECT_EQ(held().size(), 20U);
  EXPECT_TRUE(sync().empty);
}

TEST_F(PrefetchTest, a_device_that_stays_away_is_forgotten) {
  prefetches().sweep(bed.clock().now());
  EXPECT_EQ(prefetches().size(), 1U);
  bed.clock().advance(std::chrono::minutes(1));
  prefetches().sweep(bed.clock().now());
  EXPECT_EQ(prefetches().size(), 0U);
  sync();
  EXPECT_EQ(held().size(), 20U);
}

TEST_F(PrefetchTest, is_for_so_many_devices_at_a_time) {
  for (int i = 0; i < 40; ++i) {
    client::Device::Settings settings;
    settings.id = "further" + std::to_string(i);
    settings.user = "anna@example.test";
    settings.password = Secret("secret");
    client::Device device(bed.server(), std::move(settings));
    ASSERT_TRUE(test::run(device.folder_sync()).ok());
    client::SyncOptions options;
    options.window_size = window;
    for (int round = 0; round < 2; ++round) {
      ASSERT_TRUE(test::run(device.sync(inbox, options)).ok());
    }
  }
  EXPECT_EQ(prefetches().size(), Prefetches::Limits().devices_max);
}

TEST_F(PrefetchTest, ends_with_the_server) {
  test::run(prefetches().stop());
  EXPECT_EQ(prefetches().size(), 0U);
  bed.server().restart();
  sync();
  EXPECT_EQ(held().size(), 20U);
}

}  // namespace
}  // namespace godwit::command
