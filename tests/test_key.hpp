/// Keys that tests sign tokens with (JWS, RFC 7515), as issuers have them.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

struct evp_pkey_st;  // OpenSSL's

namespace godwit {

std::string base64url_encode(std::string_view bytes);

class TestKey {
 public:
  static TestKey rsa(unsigned bits = 2048);
  static TestKey p256();
  static TestKey p521();

  /// The public half, as issuers publish it.
  nlohmann::json published(const std::string& id) const;
  std::string pem() const;
  /// Signed as `head` says in `alg` by name of digest and padding, whatever else that is.
  std::string token(const nlohmann::json& head, const nlohmann::json& claims) const;
  /// The signature as tokens have it, raw. `digest`: SHA256 and so on.
  std::string sign(std::string_view bytes, const std::string& digest) const;
  std::string sign_pss(std::string_view bytes, const std::string& digest) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const noexcept;
  };
  TestKey(evp_pkey_st* key, std::string curve, int size);
  std::string number(const char* name, int size) const;
  std::string made(std::string_view bytes, const std::string& digest, bool pss) const;
  std::string side_by_side(std::string_view der) const;

  std::unique_ptr<evp_pkey_st, Free> key_;
  std::string curve_;  // empty: RSA
  int size_;           // bytes of a coordinate
};

/// RFC 2104, raw: what signs tokens where both sides have a secret. `digest`: SHA256 and so on.
std::string hmac(std::string_view bytes, const std::string& digest, std::string_view secret);

/// What an issuer publishes: `keys`, a list of them, as a JWK Set.
std::string key_list(const nlohmann::json& keys);

}  // namespace godwit
