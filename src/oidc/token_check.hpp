/// Lets users in by tokens of one issuer.
#pragma once

#include <optional>
#include <string>

#include "auth/bearer_token.hpp"
#include "auth/check.hpp"
#include "oidc/issuer.hpp"

namespace godwit::oidc {

class TokenCheck final : public auth::Check {
 public:
  /// `issuer` outlives it.
  TokenCheck(Issuer& issuer, auth::TokenRules rules) : issuer_(issuer), rules_(std::move(rules)) {}
  /// The claim's password is the token; it is the mailbox's, too. Errors: stale (expired, or not
  /// yet valid), refused (all else that is wrong with it).
  Task<Result<auth::Proof>> verify(auth::Claim claim) override;
  Task<std::optional<auth::Facts>> facts(std::string login) override;

 private:
  Issuer& issuer_;
  auth::TokenRules rules_;
};

}  // namespace godwit::oidc
