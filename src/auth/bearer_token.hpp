/// Whether a bearer token (RFC 6750) is one that an issuer made for us: a signed JWT (RFC 7519,
/// RFC 7515, RFC 9068, and the advice of RFC 8725). No I/O; nothing of a token is put in an error.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "auth/key_set.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace godwit::auth {

inline constexpr std::size_t token_bytes_max = 7168;  // fits authorization_max; before decoding
inline constexpr std::size_t audiences_max = 64;      // of one token
inline constexpr std::chrono::seconds token_skew_max{300};

/// What a token must say.
struct TokenRules {
  std::string issuer;                // `iss`, compared byte by byte
  std::string audience;              // one of `aud`
  std::string user_claim = "email";  // which claim names the user
  std::string scope = {};            // one of `scope` or `scp`; empty: any
  std::chrono::seconds skew{60};     // how far clocks may differ, 0 to token_skew_max
};

struct VerifiedToken {
  std::string user;  // what the claim says: UTF-8, no control characters, user_name_max bytes
  Time expires{};    // by the issuer's clock
};

/// What a token is, and what it says about itself, is looked at before its signature is: keys are
/// asked for on behalf of tokens only that could be good ones. Errors: too_large, malformed,
/// unsupported (an algorithm, type or extension that we do not do; `none` and shared secrets are
/// among them), refused (another issuer's, for others, without the scope, bound to a key of its
/// sender, an address that is not verified, or a signature that is not the issuer's), stale
/// (expired or not yet valid), incomplete (a claim is missing), not_found (its key is none of
/// `keys`).
Result<VerifiedToken> verify_token(const Secret& token, const TokenRules& rules, const KeySet& keys,
                                   Time now);

}  // namespace godwit::auth
