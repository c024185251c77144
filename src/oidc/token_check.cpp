#include "oidc/token_check.hpp"

#include <utility>

#include "base/log.hpp"

namespace godwit::oidc {
namespace {
constexpr Log log("oidc");
}

Task<Result<auth::Proof>> TokenCheck::verify(auth::Claim claim) {
  const auto verified = co_await issuer_.verify(std::move(claim.password), rules_);
  if (verified) {
    co_return auth::Proof{.login = verified->user, .token_ends = verified->expires + rules_.skew};
  }
  log.info("token.refused", {{"issuer", rules_.issuer}, {"why", verified.error().message}});
  const bool stale = verified.error().code == Errc::stale;
  co_return fail(stale ? Errc::stale : Errc::refused, verified.error().message);
}

Task<std::optional<auth::Facts>> TokenCheck::facts(std::string) { co_return std::nullopt; }

}  // namespace godwit::oidc
