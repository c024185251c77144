/// A store that forgets everything when it goes: for tests. One thread; completes without
/// suspending.
#pragma once

#include <map>

#include "store/store.hpp"

namespace godwit::store {

class MemoryStore final : public Store {
 public:
  Task<std::optional<Record>> get(Key key) override;
  Task<std::vector<std::optional<Record>>> get_many(std::vector<Key> keys) override;
  Task<std::vector<Record>> list(std::string user, Kind kind, std::string prefix, std::string after,
                                 std::size_t limit) override;
  Task<std::vector<Record>> list_all(Kind kind, Key after, std::size_t limit) override;
  Task<bool> commit(std::vector<Write> batch) override;

 private:
  struct Stored {
    std::uint64_t revision;
    std::string value;
  };

  std::optional<Record> find(const Key& key) const;

  std::map<Key, Stored> records_;
};

}  // namespace godwit::store
