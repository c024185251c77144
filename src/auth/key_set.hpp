/// The public keys of an issuer of tokens (JWK Set, RFC 7517), and signatures checked by them
/// (RFC 7518 3). Asymmetric algorithms alone: whoever may check a token cannot make one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace godwit::auth {

inline constexpr std::size_t key_set_bytes_max = 256 * std::size_t{1024};  // certificates included
inline constexpr std::size_t keys_max = 64;                                // of one issuer
inline constexpr std::size_t key_id_max = 256;                             // bytes
inline constexpr int rsa_bits_min = 2048;                                  // RFC 7518 3.3
inline constexpr int rsa_bits_max = 8192;  // the time of a check grows with it

enum class Algorithm : std::uint8_t {
  rs256,
  rs384,
  rs512,  // RSASSA-PKCS1-v1_5
  ps256,
  ps384,
  ps512,  // RSASSA-PSS, the salt as long as the digest
  es256,
  es384,
  es512,  // ECDSA on P-256, P-384, P-521
};

/// By its name in `alg`, whose case counts. Nothing: `none`, those with a shared secret, all
/// others.
std::optional<Algorithm> algorithm_by_name(std::string_view name);

class KeySet {
 public:
  /// Keys of other kinds, for other uses and of sizes that are not safe are left out: one of them
  /// must not cost the others. Errors: malformed (not a JWK Set), too_large, incomplete (none of
  /// its keys can be used).
  static Result<KeySet> parse(std::string_view json);

  /// No keys: of an issuer that was not asked yet.
  KeySet() noexcept;
  KeySet(KeySet&&) noexcept;
  KeySet& operator=(KeySet&&) noexcept;
  KeySet(const KeySet&) = delete;
  KeySet& operator=(const KeySet&) = delete;
  ~KeySet();

  std::size_t size() const noexcept;
  /// Whether a key has this id.
  bool has(std::string_view id) const;
  /// Whether `signature`, raw, is of `bytes` by the key that `id` names; an empty id means the only
  /// key for this algorithm (OpenID Connect Core 10.1). Errors: not_found (no such key: the issuer
  /// may have a new one), refused (not the signature, or a key for another algorithm).
  Result<> verify(Algorithm algorithm, std::string_view id, std::string_view bytes,
                  std::string_view signature) const;

 private:
  struct Key;
  explicit KeySet(std::vector<Key> keys);
  std::vector<Key> keys_;
};

}  // namespace godwit::auth
