#include <fmt/chrono.h>
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "admin/traces.hpp"
#include "app/cli_ask.hpp"
#include "client/trace_file.hpp"

namespace godwit::app {
namespace {

using nlohmann::json;

std::string time_text(const json& trace) {
  const std::chrono::sys_seconds time{std::chrono::seconds(trace.value("ends", std::int64_t{0}))};
  return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", time);
}

void print_begun(const json& trace) {
  std::cout << fmt::format("{}\nuntil {}, `godwit trace {} off`, or the daemon's end\n",
                           field(trace, "file"), time_text(trace), field(trace, "user"));
  if (trace.value("waits", false)) {
    std::cout << "No device of this user has been seen yet: it waits for the first one.\n";
  }
  if (trace.value("full", false)) {
    std::cout << "It holds what the user's mail and appointments say: show it to nobody else.\n";
  }
}

void print_ended(const json& trace) {
  std::cout << fmt::format("{}\n{} requests, {} bytes\n", field(trace, "file"),
                           trace.value("requests", std::uint64_t{0}),
                           trace.value("bytes", std::uint64_t{0}));
}

void print_traces(const json& result) {
  for (const json& each : result.value("traces", json::array())) {
    std::cout << fmt::format("{:<32} {:<9} until {} {:>7} requests {:>10} bytes  {}\n",
                             field(each, "user"), each.value("full", false) ? "full" : "redacted",
                             time_text(each), each.value("requests", std::uint64_t{0}),
                             each.value("bytes", std::uint64_t{0}), field(each, "file"));
  }
}

struct Given {
  std::string user, order, file;
  bool full = false;
  std::int64_t minutes = 60;
};

int turn(const CliOptions& options, const Given& given) {
  if (given.order == "off") return ask(options, "trace.off", {{"user", given.user}}, &print_ended);
  return ask(options, "trace.on",
             {{"user", given.user}, {"full", given.full}, {"minutes", given.minutes}},
             &print_begun);
}

int show(const CliOptions& options, const std::string& file) {
  const auto trace = client::read_trace_file(file);
  if (!trace) return report_failure(options, trace.error().message);
  return report_text(options, "text", client::text_of(*trace));
}

}  // namespace

void register_trace_commands(CLI::App& app, CliOptions& options) {
  auto given = std::make_shared<Given>();
  auto* trace = app.add_subcommand(
      "trace", "Write down what passes between the devices of one user and the server");
  auto* user = trace->add_option("user", given->user, "user@domain");
  auto* order = trace->add_option("order", given->order, "on or off")
                    ->check(CLI::IsMember({"on", "off"}))
                    ->needs(user);
  trace->add_flag("--full", given->full,
                  "With content, which else gives way to its length; passwords never");
  trace->add_option("--minutes", given->minutes, "It ends by itself after so many")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{admin::Traces::minutes_max.count()}))
      ->capture_default_str();
  trace->require_subcommand(0, 1);
  auto* list = trace->add_subcommand("list", "Those that go on");
  list->callback([&options] {
    options.run = [&options] { return ask(options, "trace.list", json::object(), &print_traces); };
  });
  auto* shown = trace->add_subcommand("show", "A trace for people");
  shown->add_option("file", given->file, "As `on` said")->required();
  shown->callback([&options, given] {
    options.run = [&options, given] { return show(options, given->file); };
  });
  trace->callback([&options, given, trace, order] {
    if (!trace->get_subcommands().empty()) return;
    if (order->empty()) throw CLI::RequiredError("a user and 'on' or 'off', 'list', or 'show'");
    options.run = [&options, given] { return turn(options, *given); };
  });
}

}  // namespace godwit::app
