/// Named policies that are kept in the store, beside those of the configuration
/// (docs/adr/0028-policies-in-the-store.md). A record is of user "" and store::Kind::policy, by the
/// policy's name.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "policy/book.hpp"
#include "policy/check.hpp"
#include "store/store.hpp"

namespace godwit::policy {

inline constexpr std::size_t stored_policies_max = 500;
inline constexpr std::size_t policy_name_bytes_max = 64;
inline constexpr std::size_t policy_names_max = 1000;  // users, groups and domains of one
inline constexpr std::size_t policy_bytes_max = std::size_t{128} * 1024;

store::Key policy_key(std::string_view name);
std::string pack(const Policy& policy);
/// `name`: the record's. Errors: unsupported, malformed.
Result<Policy> unpack_policy(std::string_view name, std::string_view bytes);

/// The configuration's, then those of the store in their order. A name that the configuration has
/// is the configuration's alone.
Book with_stored(Book configured, const std::vector<PolicyRef>& stored);

/// What keeps `wanted` from the store, as the configuration's check says it, and more than the
/// store takes. `book`: all that count now.
std::vector<Problem> problems_of(const Policy& wanted, const Book& book);

/// What is another in `after`: "mode strict -> loose", "AllowCamera - -> 0". Of values without a
/// bound the beginning.
std::vector<std::string> differences(const Policy& before, const Policy& after);

std::string_view name_of(Mode mode);
/// Errors: out_of_range.
Result<Mode> parse_mode(std::string_view name);

}  // namespace godwit::policy
