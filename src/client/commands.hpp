/// `godwit probe` and `godwit client`: the subcommands that speak ActiveSync to a server.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace godwit::client {

/// Adds the subcommands to `app`. The one that the command line names sets `run`, whose value is
/// the exit code. `json`: whether answers are to be in JSON; read when it runs. Both outlive `app`.
void register_client_commands(CLI::App& app, std::function<int()>& run, const bool& json);

}  // namespace godwit::client
