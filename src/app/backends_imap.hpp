/// The gateway to an IMAP server as a backend.
#pragma once

#include "app/backends.hpp"
#include "backend/imap/settings.hpp"

namespace godwit::app {

std::unique_ptr<Backends> make_imap_backends(const Config& config, Surroundings around);
backend::imap::Settings imap_settings(const Config& config);

}  // namespace godwit::app
