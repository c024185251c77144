#include "app/cli_completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <set>
#include <string>

#include "app/cli_options.hpp"

namespace godwit::app {
namespace {

/// One row of the script's table: a path of subcommands, and what can stand behind it.
void add_rows(const CLI::App& command, const std::string& path, std::set<std::string> options,
              std::string& rows) {
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) options.insert("--" + name);
  }
  const auto below = command.get_subcommands([](const CLI::App*) { return true; });
  std::set<std::string> words(options);
  for (const CLI::App* each : below) words.insert(each->get_name());
  rows += fmt::format("    \"{}\") echo \"{}\" ;;\n", path, fmt::join(words, " "));
  for (const CLI::App* each : below) add_rows(*each, path + ' ' + each->get_name(), options, rows);
}

constexpr std::string_view script = R"(_godwit_words() {{
  case "$1" in
{}    *) return 1 ;;
  esac
}}
_godwit() {{
  local path="" i words
  for ((i = 1; i < COMP_CWORD; i++)); do
    _godwit_words "$path ${{COMP_WORDS[i]}}" > /dev/null && path="$path ${{COMP_WORDS[i]}}"
  done
  words=$(_godwit_words "$path")
  COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -o default -F _godwit godwit
)";

}  // namespace

void register_completion_command(CLI::App& app, CliOptions& options) {
  auto* completion =
      app.add_subcommand("completion", "A script with which a shell completes godwit's commands");
  completion->require_subcommand(1);
  struct Shell {
    const char* name;
    const char* what;
    std::string_view before;
  };
  for (const Shell& shell : {Shell{"bash", "For bash: source <(godwit completion bash)", ""},
                             Shell{"zsh", "For zsh: source <(godwit completion zsh)",
                                   "autoload -U +X compinit && compinit\n"
                                   "autoload -U +X bashcompinit && bashcompinit\n"}}) {
    completion->add_subcommand(shell.name, shell.what)
        ->callback([&app, &options, before = shell.before] {
          options.run = [&app, &options, before] {
            std::string rows;
            add_rows(app, "", {}, rows);
            return report_text(options, "script", std::string(before) + fmt::format(script, rows));
          };
        });
  }
}

}  // namespace godwit::app
