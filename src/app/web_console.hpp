/// The web console over this process's parts.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "admin/insight.hpp"
#include "admin/operations.hpp"
#include "app/config.hpp"
#include "app/engine.hpp"
#include "console/console.hpp"

namespace godwit::app {

console::Settings console_settings(const Config& config);

/// A request of admin::Operations, and its reply.
using Perform = std::function<Task<std::string>(std::string line, admin::Caller by)>;

/// In front of what answers phones. All references outlive it.
std::unique_ptr<console::Console> make_console(const Config& config, const Clock& clock,
                                               Random& random, Engine& engine,
                                               admin::Devices& devices, admin::Insight& insight,
                                               backend::Vacation* vacation, Perform perform);

}  // namespace godwit::app
