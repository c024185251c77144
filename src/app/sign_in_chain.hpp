/// Who checks passwords and tokens, and who may see what, as the configuration says.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/backends.hpp"
#include "app/config.hpp"
#include "app/issuers.hpp"
#include "auth/access.hpp"
#include "auth/app_password.hpp"
#include "auth/check.hpp"
#include "backend/kerberos/check.hpp"
#include "base/clock.hpp"

namespace godwit::app {

/// What cannot work, a line each; empty when all can.
Strings sign_in_problems(const Config& config);

/// The checks of [[sign_in]]; none there: the mailboxes alone. Throws Fault when a password cannot
/// be read. `issuers`: make_issuers(config). All outlive it.
auth::Chain make_chain(const Config& config, Backends& backends, auth::AppPasswords& passwords,
                       const Issuers& issuers, const Clock& clock);

/// Of a [[sign_in]] of the kind kerberos.
backend::KerberosSettings kerberos_settings(const Config& config, const Config::SignIn& given);

/// The rules of [[access]]. The configuration was checked.
std::vector<auth::AccessRule> access_rules(const Config& config);

}  // namespace godwit::app
