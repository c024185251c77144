/// The address list that the configuration names.
#pragma once

#include <memory>

#include "app/config.hpp"
#include "backend/directory.hpp"
#include "backend/ldap/ldap.hpp"

namespace godwit::app {

/// An LDAP directory when directory.kind is ldap, else null. Throws Fault when its password cannot
/// be read.
std::unique_ptr<backend::LdapDirectory> make_directory(const Config& config, const Clock& clock);

/// Where users come from (`godwit user sync`), whatever the address list is; null where no servers
/// are named. Throws Fault as the former.
std::unique_ptr<backend::LdapDirectory> make_synced_directory(const Config& config,
                                                              const Clock& clock);

/// Of the account that reads it; empty where none is named. Throws Fault.
Secret directory_password(const Config& config);

/// All but the password.
backend::LdapSettings ldap_settings(const Config& config);

}  // namespace godwit::app
