#include "store/memory/memory_store.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "store/batch.hpp"

namespace godwit::store {

std::optional<Record> MemoryStore::find(const Key& key) const {
  const auto found = records_.find(key);
  if (found == records_.end()) return std::nullopt;
  return Record{key, found->second.revision, found->second.value};
}

Task<std::optional<Record>> MemoryStore::get(Key key) { co_return find(key); }

Task<std::vector<std::optional<Record>>> MemoryStore::get_many(std::vector<Key> keys) {
  std::vector<std::optional<Record>> records;
  records.reserve(keys.size());
  for (const Key& key : keys) records.push_back(find(key));
  co_return records;
}

Task<std::vector<Record>> MemoryStore::list(std::string user, Kind kind, std::string prefix,
                                            std::string after, std::size_t limit) {
  std::vector<Record> records;
  for (auto at = records_.lower_bound(Key{user, kind, std::max(prefix, after)});
       at != records_.end() && records.size() < limit; ++at) {
    const Key& key = at->first;
    if (key.user != user || key.kind != kind || !key.name.starts_with(prefix)) break;
    if (key.name > after) records.push_back({key, at->second.revision, at->second.value});
  }
  co_return records;
}

Task<std::vector<Record>> MemoryStore::list_all(Kind kind, Key after, std::size_t limit) {
  std::vector<Record> records;
  for (const auto& [key, stored] : records_) {
    if (key.kind != kind || std::tie(key.user, key.name) <= std::tie(after.user, after.name)) {
      continue;
    }
    if (records.size() == limit) break;
    records.push_back({key, stored.revision, stored.value});
  }
  co_return records;
}

Task<bool> MemoryStore::commit(std::vector<Write> batch) {
  arrange(batch);
  for (const Write& write : batch) {
    const auto found = records_.find(write.key);
    const std::uint64_t revision = found == records_.end() ? 0 : found->second.revision;
    if (write.expected && *write.expected != revision) co_return false;
  }
  for (Write& write : batch) {
    if (!write.value) {
      records_.erase(write.key);
      continue;
    }
    Stored& stored = records_[std::move(write.key)];
    ++stored.revision;
    stored.value = std::move(*write.value);
  }
  co_return true;
}

}  // namespace godwit::store
