/// What users of the embedded store share with each other: an administrator says so. A reader finds
/// a shared folder among the own ones as on an IMAP or DAV server; all else of its owner's stays
/// closed. What a reader adds counts for the owner's quota.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/local/local.hpp"
#include "backend/share.hpp"

namespace godwit::backend {

class LocalShares {
 public:
  explicit LocalShares(LocalStore& store) : core_(store.core()) {}

  /// What is to be shared, of which class where several are called so.
  struct Place {
    std::string owner;   // address
    std::string folder;  // as in Share
    std::optional<ItemClass> item_class{};
  };
  /// Instead of the right there was; the reader's devices learn of it. Errors: not_found (owner,
  /// folder or reader), conflict (several are called so), refused (with its owner, or too many).
  Task<Result<>> share(Place place, std::string reader, ShareRight right);
  /// It leaves the reader's devices; all else stays. Errors: not_found (also: not shared),
  /// conflict.
  Task<Result<>> unshare(Place place, std::string reader);
  /// Of one user, as owner or reader, or of all. Error: not_found (no such user).
  Task<Result<std::vector<Share>>> list(std::optional<std::string> user);

 private:
  std::shared_ptr<local::Core> core_;
};

}  // namespace godwit::backend
