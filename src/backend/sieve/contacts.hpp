/// Whom a user knows: the addresses in their contacts.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/items.hpp"

namespace godwit::backend {

inline constexpr std::size_t known_addresses_max = 2000;

/// In lower case, each once, at most known_addresses_max. Contacts that cannot be read are left
/// out.
Task<std::vector<std::string>> contact_addresses(std::shared_ptr<Items> items);

}  // namespace godwit::backend
