/// The users of the embedded store as an address list, and what an administrator enters for it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/directory_list.hpp"
#include "backend/local/local.hpp"

namespace godwit::backend {

/// Everybody in the store finds everybody who is listed, of all its domains.
class LocalDirectory final : public Directory, public DirectoryList {
 public:
  explicit LocalDirectory(const LocalStore& store);

  Task<DirectoryMatches> find(Account account, DirectoryQuery query) override;
  Task<std::vector<Photo>> photos(Account account, std::vector<std::string> ids) override;
  Task<std::vector<std::string>> certificates(Account account, std::string id) override;
  Task<DirectoryMatches> members(Account account, std::string id, std::size_t entries_max) override;

  Task<std::vector<DirectoryEntry>> everybody(std::size_t entries_max) override;

  /// Error of both: not_found.
  Task<Result<Person>> person(std::string address);
  /// Errors: malformed (text with control characters, no photo, no certificate), too_large,
  /// refused and conflict (aliases).
  Task<Result<>> change(std::string address, PersonChange change);

 private:
  std::shared_ptr<local::Core> core_;
};

}  // namespace godwit::backend
