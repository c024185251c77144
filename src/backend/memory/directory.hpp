/// An address list held in memory, for tests. One thread.
#pragma once

#include <string>
#include <vector>

#include "backend/directory.hpp"
#include "base/fault.hpp"

namespace godwit::backend {

class MemoryDirectory final : public Directory {
 public:
  struct Someone {
    DirectoryEntry entry;
    Photo photo{};
    std::vector<std::string> certificates{};
    std::vector<std::string> members{};  // addresses, of a group
  };

  /// The entry's id is made.
  void add(Someone someone);
  /// All calls throw Fault from now on.
  void fail() { failing_ = true; }

  Task<DirectoryMatches> find(Account account, DirectoryQuery query) override;
  Task<std::vector<Photo>> photos(Account account, std::vector<std::string> ids) override;
  Task<std::vector<std::string>> certificates(Account account, std::string id) override;
  Task<DirectoryMatches> members(Account account, std::string id, std::size_t entries_max) override;

 private:
  const Someone& get(const std::string& id) const;
  void begin_call() const;

  std::vector<Someone> people_;
  bool failing_ = false;
};

}  // namespace godwit::backend
