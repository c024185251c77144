#include "backend/local/password.hpp"

#include <sodium.h>

#include <array>

#include "base/fault.hpp"

namespace godwit::backend::local {

std::string hash_password(const Secret& password, std::uint64_t passes,
                          std::uint64_t memory_bytes) {
  std::array<char, crypto_pwhash_STRBYTES> out{};
  const std::string_view text = password.reveal();
  if (sodium_init() < 0 || crypto_pwhash_str_alg(out.data(), text.data(), text.size(), passes,
                                                 static_cast<std::size_t>(memory_bytes),
                                                 crypto_pwhash_ALG_ARGON2ID13) != 0) {
    throw Fault(Fault::Kind::unavailable, "no memory to hash a password");
  }
  return out.data();
}

bool verify_password(const std::string& hash, const Secret& password) {
  const std::string_view text = password.reveal();
  return crypto_pwhash_str_verify(hash.c_str(), text.data(), text.size()) == 0;
}

}  // namespace godwit::backend::local
