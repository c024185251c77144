/// Expected outcomes: a value, or an error that the caller can act upon. Faults are exceptions
/// (fault.hpp).
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <utility>

namespace godwit {

enum class Errc : std::uint8_t {
  malformed,     // the input breaks its own grammar
  too_large,     // a bound was exceeded: size, depth, count
  unsupported,   // well-formed, but not something we do
  not_found,     // the thing named does not exist
  conflict,      // somebody else changed it, or it exists already
  refused,       // not allowed
  stale,         // names a state that is no longer current
  out_of_range,  // a number or range outside what it may be
  incomplete,    // something required is missing
};

struct Error {
  Errc code;
  std::string message;  // for the log and the admin; never content or secrets
};

template <class T = void>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(Errc code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

/// Hands an error on to a result of another type.
template <class T>
[[nodiscard]] std::unexpected<Error> pass(const Result<T>& failed) {
  return std::unexpected(failed.error());
}

}  // namespace godwit
