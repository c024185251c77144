#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "client/command_line.hpp"
#include "client/replay.hpp"

namespace godwit::client {
namespace {

constexpr int failed = 1;
constexpr unsigned patience_seconds_max = 3600;

struct ReplayOptions {
  Connection connection;
  std::string file;
  unsigned patience = 60;
  std::string of_device;
};

void print(const std::vector<ReplayedRequest>& rows, std::size_t differences) {
  for (const ReplayedRequest& row : rows) {
    std::cout << fmt::format("{:>5} {:<18} {}", row.number, row.command, row.recorded);
    if (!row.why_not.empty()) std::cout << " -> not sent: " << row.why_not;
    if (row.why_not.empty() && row.differs()) std::cout << " -> " << row.now;
    std::cout << '\n';
  }
  std::cout << fmt::format("{} requests, {} with another outcome\n", rows.size(), differences);
}

void print_json(const std::vector<ReplayedRequest>& rows, std::size_t differences) {
  nlohmann::json list = nlohmann::json::array();
  for (const ReplayedRequest& row : rows) {
    list.push_back({{"request", row.number},
                    {"command", row.command},
                    {"recorded", row.recorded},
                    {"now", row.now},
                    {"not_sent", row.why_not},
                    {"differs", row.differs()}});
  }
  const nlohmann::json reply{
      {"ok", differences == 0},
      {"result", {{"requests", std::move(list)}, {"differences", differences}}}};
  std::cout << reply.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

Task<int> replay(Endpoint endpoint, Replay work, bool json) {
  const auto rows = co_await work.run([url = endpoint.url, trust = endpoint.trust] {
    return std::make_unique<HttpTransport>(url, trust);
  });
  const auto differences =
      static_cast<std::size_t>(std::ranges::count_if(rows, &ReplayedRequest::differs));
  (json ? print_json : print)(rows, differences);
  co_return differences == 0 ? 0 : failed;
}

int run_replay(const ReplayOptions& options, bool json) {
  auto endpoint = endpoint_of(options.connection);
  if (!endpoint) return complain(endpoint.error().message, 2, json);
  auto trace = read_trace_file(options.file);
  if (!trace) return complain(trace.error().message, failed, json);
  auto work = Replay::of(*std::move(trace), {.device = endpoint->device,
                                             .patience = std::chrono::seconds(options.patience),
                                             .of_device = options.of_device});
  if (!work) return complain(options.file + ": " + work.error().message, failed, json);
  return run_to_end([&] { return replay(*endpoint, *work, json); }, failed, json);
}

}  // namespace

void register_replay(CLI::App& client, std::function<int()>& run, const bool& json) {
  auto* command = client.add_subcommand(
      "replay", "Send the requests of a full trace again and compare how they end");
  auto options = std::make_shared<ReplayOptions>();  // shared with the callback
  add_connection_options(*command, options->connection);
  command->add_option("file", options->file, "Made by `godwit trace USER on --full`")->required();
  command->add_option("--patience", options->patience, "Seconds that one answer may take")
      ->check(CLI::Range(1U, patience_seconds_max))
      ->capture_default_str();
  command->add_option("--of-device", options->of_device,
                      "Only the requests of this device of the trace");
  command->callback(
      [options, &run, &json] { run = [options, &json] { return run_replay(*options, json); }; });
}

}  // namespace godwit::client
