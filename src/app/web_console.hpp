/// The web console over this process's parts.
#pragma once

#include <memory>

#include "admin/operations.hpp"
#include "app/config.hpp"
#include "app/engine.hpp"
#include "console/console.hpp"

namespace godwit::app {

console::Settings console_settings(const Config& config);

/// In front of what answers phones. All references outlive it.
std::unique_ptr<console::Console> make_console(const Config& config, const Clock& clock,
                                               Random& random, Engine& engine,
                                               admin::Devices& devices);

}  // namespace godwit::app
