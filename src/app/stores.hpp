/// Where the state of devices is kept, as the configuration says.
#pragma once

#include <memory>

#include "app/config.hpp"
#include "app/damage.hpp"
#include "store/postgres/postgres_store.hpp"
#include "store/store.hpp"

namespace godwit::app {

/// Blocks. Throws Fault when the store cannot be used: its text says what to do.
std::unique_ptr<store::Store> make_store(const Config& config, Damage& damage);
/// With the password of its file. Throws Fault when that cannot be read.
store::PostgresOptions postgres_options(const Config& config);

}  // namespace godwit::app
