/// Password hashes (argon2id, RFC 9106): private to this folder. Both functions are slow and take
/// the memory that they are told; run them on the hash gate.
#pragma once

#include <cstdint>
#include <string>

#include "base/secret.hpp"

namespace godwit::backend::local {

/// Throws Fault (unavailable) when the memory is not to be had.
std::string hash_password(const Secret& password, std::uint64_t passes, std::uint64_t memory_bytes);
bool verify_password(const std::string& hash, const Secret& password);

}  // namespace godwit::backend::local
