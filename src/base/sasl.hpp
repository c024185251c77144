/// What clients say to sign in by a bearer token, in IMAP and SMTP (SASL, RFC 4422).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/secret.hpp"

namespace godwit {

enum class TokenMechanism : std::uint8_t {
  oauthbearer,  // RFC 7628
  xoauth2,      // what servers had before
};

struct TokenSignIn {
  std::string_view login;
  std::string_view host;  // of the server
  std::uint16_t port = 0;
};

/// The whole of it, in base64.
std::string token_credentials(TokenMechanism mechanism, const TokenSignIn& who,
                              const Secret& token);
/// The answer, in base64, to the challenge by which the server says why it refuses: then the
/// refusal comes (RFC 7628 3.2.3).
std::string_view token_farewell(TokenMechanism mechanism);

}  // namespace godwit
