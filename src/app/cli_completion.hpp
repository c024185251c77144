/// What shells ask while somebody types a godwit command.
#pragma once

namespace CLI {
class App;
}

namespace godwit::app {

struct CliOptions;

/// `completion`: to be registered last; it knows what is there when it runs. Both outlive the run.
void register_completion_command(CLI::App& app, CliOptions& options);

}  // namespace godwit::app
