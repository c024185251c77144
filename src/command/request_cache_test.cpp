#include "command/request_cache.hpp"

#include <gtest/gtest.h>

namespace godwit::command {
namespace {

const UserId ann = *UserId::parse("ann@example.org");
const DeviceId phone = *DeviceId::parse("phone");

sync::SyncKey key(std::uint64_t relationship, std::uint32_t generation) {
  return sync::SyncKey::of(relationship, generation);
}

TEST(RequestCache, GivesBackRequests) {
  CachedSync sync;
  sync.collections.push_back({"5", "1a.3", false, true, 25});
  sync.collections.push_back({"12", "ffffffffffffffff.4294967295", true, false, std::nullopt});
  sync.heartbeat_seconds = 600;
  sync.window = 100;
  const CachedSync again = unpack_sync(pack(sync));
  ASSERT_EQ(again.collections.size(), 2U);
  EXPECT_EQ(again.collections[0].id, "5");
  EXPECT_EQ(again.collections[0].window, 25U);
  EXPECT_FALSE(again.collections[0].get_changes);
  EXPECT_EQ(again.collections[1].sync_key, "ffffffffffffffff.4294967295");
  EXPECT_FALSE(again.collections[1].deletes_as_moves);
  EXPECT_EQ(again.heartbeat_seconds, 600);
  EXPECT_FALSE(again.wait_minutes);
  EXPECT_EQ(again.window, 100U);
  const CachedPing ping = unpack_ping(pack(CachedPing{480, {"1", "2"}}));
  EXPECT_EQ(ping.heartbeat_seconds, 480U);
  EXPECT_EQ(ping.folders, (std::vector<std::string>{"1", "2"}));
  EXPECT_TRUE(unpack_ping({}).folders.empty());
}

TEST(RequestCache, AKeyIsProvedByPresentingItOrBySpeakingOn) {
  RequestCache cache;
  auto& entry = cache.entry(ann, phone);
  EXPECT_FALSE(entry.proved("5", key(7, 1), 3));
  entry.note_offered("5", key(7, 2), 3);
  EXPECT_TRUE(entry.proved("5", key(7, 2), 3));
  EXPECT_FALSE(entry.proved("5", key(7, 2), 4)) << "another connection";
  EXPECT_FALSE(entry.proved("6", key(7, 2), 3)) << "another collection";
  entry.note_proven("5", key(7, 2));
  EXPECT_TRUE(entry.proved("5", key(7, 2), 4));
  entry.note_offered("5", key(7, 3), 4);
  EXPECT_TRUE(entry.proved("5", key(7, 2), 9)) << "what was proved stays so";
  EXPECT_FALSE(entry.proved("5", key(7, 3), 9));
  entry.note_proven("6", key(8, 1));
  EXPECT_TRUE(entry.proved("5", key(7, 2), 9)) << "collections do not touch each other";
  entry.note_offered("5", key(9, 1), 4);
  EXPECT_FALSE(entry.proved("5", key(9, 2), 4));
  EXPECT_FALSE(entry.proved("5", key(7, 2), 9)) << "a new relationship knows nothing of the old";
  EXPECT_FALSE(entry.proved("5", sync::SyncKey::initial(), 4));
}

TEST(RequestCache, ForgetsTheDeviceUsedLongestAgo) {
  RequestCache cache(2);
  const DeviceId second = *DeviceId::parse("second");
  const DeviceId third = *DeviceId::parse("third");
  cache.entry(ann, phone).ping = pack(CachedPing{60, {"1"}});
  cache.entry(ann, second).ping = pack(CachedPing{60, {"2"}});
  EXPECT_FALSE(cache.entry(ann, phone).ping.empty());
  cache.entry(ann, third);
  EXPECT_FALSE(cache.entry(ann, phone).ping.empty());
  EXPECT_TRUE(cache.entry(ann, second).ping.empty());
  cache.forget(ann, phone);
  EXPECT_TRUE(cache.entry(ann, phone).ping.empty());
}

}  // namespace
}  // namespace godwit::command
