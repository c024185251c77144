/// The embedded mail store as a backend.
#pragma once

#include "app/backends.hpp"
#include "backend/local/local.hpp"

namespace godwit::app {

std::unique_ptr<Backends> make_local_backends(const Config& config, Surroundings around);
backend::LocalOptions local_options(const Config& config);

}  // namespace godwit::app
