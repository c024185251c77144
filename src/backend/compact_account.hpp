/// An account as it is kept for long: what most have in common takes no memory.
#pragma once

#include "backend/backend.hpp"
#include "base/shared_text.hpp"

namespace godwit::backend {

/// Everything but the password.
class CompactAccount {
 public:
  explicit CompactAccount(const Account& account);
  const UserId& user() const { return user_; }
  Account with(Secret password) const;

 private:
  UserId user_;
  SharedText rest_;  // empty: the user's name is the login and the only address
};

/// All addresses by which rules may mean the user: the login, too.
std::vector<std::string> names_of(const Account& account);

}  // namespace godwit::backend
