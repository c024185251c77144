#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <iterator>

#include "app/cli_options.hpp"
#include "base/bytes.hpp"
#include "wbxml/text.hpp"

namespace godwit::app {
namespace {

constexpr std::size_t input_bytes_max = 64 * 1024 * 1024;

/// The file, or standard input for "-".
Result<std::string> read_input(const std::string& file) {
  std::ifstream opened;
  if (file != "-") {
    opened.open(file, std::ios::binary);
    if (!opened) return fail(Errc::not_found, file + ": cannot be read");
  }
  std::istream& in = file == "-" ? std::cin : opened;
  std::string bytes;
  char buffer[16 * 1024];
  while (in.read(buffer, sizeof buffer) || in.gcount() > 0) {
    bytes.append(buffer, static_cast<std::size_t>(in.gcount()));
    if (bytes.size() > input_bytes_max) return fail(Errc::too_large, file + ": above 64 MiB");
  }
  return bytes;
}

int dump(const CliOptions& options, const std::string& file) {
  const auto bytes = read_input(file);
  if (!bytes) return report_failure(options, bytes.error().message);
  const std::string text = wbxml::dump(*bytes);
  report_text(options, "text", text);
  return text.starts_with("! ") || text.contains("\n! ") ? 1 : 0;
}

int pack(const CliOptions& options, const std::string& file) {
  const auto text = read_input(file);
  if (!text) return report_failure(options, text.error().message);
  const auto bytes = wbxml::pack(*text);
  if (!bytes) return report_failure(options, file + ": " + bytes.error().message);
  return report_text(options, "base64", options.json ? base64_encode(*bytes) : *bytes);
}

}  // namespace

void register_wbxml_commands(CLI::App& app, CliOptions& options) {
  auto* wbxml = app.add_subcommand("wbxml", "Read and write the bodies of ActiveSync messages");
  wbxml->require_subcommand(1);
  const auto add = [&](const char* name, const char* what, auto run) {
    auto* command = wbxml->add_subcommand(name, what);
    auto* file = command->add_option("file", "The file; - or nothing = standard input");
    command->callback([&options, file, run] {
      options.run = [&options, run,
                     name = file->empty() ? std::string("-") : file->as<std::string>()] {
        return run(options, name);
      };
    });
  };
  add("dump", "WBXML to text; a body that is damaged ends with a line that says where", &dump);
  add("pack", "Text of that form to WBXML", &pack);
}

}  // namespace godwit::app
