/// The embedded store's groups: addresses whose mail goes to each member once. Groups may be in
/// groups, also in circles.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/directory.hpp"
#include "backend/local/local.hpp"

namespace godwit::backend {

class LocalGroups {
 public:
  enum class Outside : std::uint8_t { refused, taken };  // members in other domains
  LocalGroups(const LocalStore& store, Outside outside);

  /// Errors: malformed (address, name), refused (the domain; members elsewhere), conflict (the
  /// address is taken), not_found (a member of our domains that is none), too_large.
  Task<Result<>> add(Group group);
  /// By address, without members.
  Task<std::vector<Group>> list();
  /// Errors of the following: not_found, and those of `add`.
  Task<Result<Group>> find(std::string address);
  Task<Result<>> change(std::string address, GroupChange change);
  /// Who is a member already stays one.
  Task<Result<>> add_members(std::string address, std::vector<std::string> members);
  /// Error not_found also when one of them is no member: then nobody is removed.
  Task<Result<>> remove_members(std::string address, std::vector<std::string> members);
  Task<Result<>> remove(std::string address);

 private:
  std::shared_ptr<local::Core> core_;
  Outside outside_;
};

}  // namespace godwit::backend
