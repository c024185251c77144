/// Out-of-office on a ManageSieve server, as the configuration says.
#pragma once

#include <memory>
#include <string>

#include "app/config.hpp"
#include "backend/sieve/vacation.hpp"

namespace godwit::app {

/// What cannot work; empty: nothing.
std::string check_sieve(const Config& config);

/// Null where none is configured. Throws Fault when its password cannot be read.
std::unique_ptr<backend::SieveVacation> make_sieve(const Config& config);

}  // namespace godwit::app
