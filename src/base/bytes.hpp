/// Text forms of bytes: base64 (RFC 4648), hexadecimal, and digests to compare by.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace godwit {

std::string base64_encode(std::string_view bytes);
/// Accepts missing padding, the URL-safe alphabet and white space; anything else is malformed.
Result<std::string> base64_decode(std::string_view text);

std::string hex_encode(std::string_view bytes);
Result<std::string> hex_decode(std::string_view text);

/// BLAKE2b-128 of `bytes`, raw. Identifies content; not a password hash.
std::string digest128(std::string_view bytes);
/// BLAKE2b-256 of `bytes`, raw, keyed when `key` is not empty (at most 64 bytes of it are used).
std::string digest256(std::string_view bytes, std::string_view key = {});

}  // namespace godwit
