/// The CalDAV and CardDAV server of the configuration as a backend.
#pragma once

#include <memory>
#include <string>

#include "app/backends.hpp"
#include "backend/dav/dav.hpp"
#include "backend/free_busy.hpp"

namespace godwit::app {

/// Null when the configuration names none. Throws Fault when its password file cannot be read.
std::unique_ptr<backend::dav::DavServer> make_dav(const Config& config, Surroundings around);
/// Null without a server, which outlives it.
std::unique_ptr<backend::FreeBusy> make_free_busy(backend::dav::DavServer* server,
                                                  const Config& config, Surroundings around);
bool has_dav(const Config& config);
/// What is wrong with the section, in words; empty when nothing is.
std::string check_dav(const Config& config);

/// Throws Fault when no connection to the server of that URL can be made; nothing is tried where
/// only DNS says where it is.
Task<> reach_dav(std::string url, std::chrono::milliseconds limit);

}  // namespace godwit::app
