#include "app/cli_activity.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "app/cli_ask.hpp"

namespace godwit::app {
namespace {

using nlohmann::json;

constexpr std::size_t lines_default = 24;  // of a terminal that does not say it
constexpr std::size_t lines_around = 3;    // beside the rows: what goes on, names, the cursor
constexpr unsigned interval_seconds_max = 3600;
/// Home, and everything behind it is erased.
constexpr const char* clear_screen = "\x1b[H\x1b[J";

/// "12s", "3m05s", "2h07m".
std::string span_text(std::int64_t seconds) {
  if (seconds < 60) return fmt::format("{}s", std::max<std::int64_t>(seconds, 0));
  if (seconds < 3600) return fmt::format("{}m{:02}s", seconds / 60, seconds % 60);
  return fmt::format("{}h{:02}m", seconds / 3600, seconds / 60 % 60);
}

std::string or_none(std::string text) { return text.empty() ? "-" : text; }

/// "all" where no change is missed.
std::string state_of(const json& watch) {
  if (watch.value("gave_up", false)) return "gave up";
  return watch.value("sees_all", false) ? "all" : "some";
}

/// Where there are any: else there is nothing to be said.
void print_sources(const json& result) {
  const json sources = result.value("sources", json::array());
  if (sources.empty()) return;
  std::cout << fmt::format("{:<24} {:<7} {:>9} {:>9} {:>9} {:>9} {:>9}  {}\n", "source", "state",
                           "told", "unwatched", "ignored", "malformed", "limited", "last");
  for (const json& each : sources) {
    const auto count = [&](const char* name) { return each.value(name, std::uint64_t{0}); };
    const json& silent = each.at("silent_seconds");
    std::cout << fmt::format("{:<24} {:<7} {:>9} {:>9} {:>9} {:>9} {:>9}  {}\n",
                             field(each, "name"), each.value("quiet", false) ? "quiet" : "heard",
                             count("told"), count("unwatched"), count("ignored"),
                             count("malformed"), count("limited"),
                             silent.is_null() ? "never" : span_text(silent.get<std::int64_t>()));
  }
  const auto refused = result.value("refused", std::uint64_t{0});
  std::cout << fmt::format("refused, of nobody known: {}\n\n", refused);
}

void print_watches(const json& result) {
  print_sources(result);
  const json watches = result.value("watches", json::array());
  std::cout << fmt::format("{:<32} {:<11} {:<11} {:<8} {:>7} {:>7}  {}\n", "user", "mail", "items",
                           "sees", "folders", "age", "waits");
  for (const json& each : watches) {
    std::cout << fmt::format("{:<32} {:<11} {:<11} {:<8} {:>7} {:>7}  {}\n", field(each, "user"),
                             or_none(field(each, "mail")), or_none(field(each, "items")),
                             state_of(each), each.value("folders", std::size_t{0}),
                             span_text(each.value("age_seconds", std::int64_t{0})),
                             each.value("waited_for", false) ? "yes" : "no");
  }
  const auto all = result.value("all", watches.size());
  if (all > watches.size()) std::cout << fmt::format("and {} more\n", all - watches.size());
}

bool is_working(const json& request) { return request.value("state", "") == "working"; }

/// What is worked at comes first; the oldest first of each.
std::vector<json> requests_of(const json& result) {
  const json rows = result.value("requests", json::array());
  std::vector<json> out;
  for (const bool working : {true, false}) {
    std::ranges::copy_if(rows, std::back_inserter(out),
                         [working](const json& each) { return is_working(each) == working; });
  }
  return out;
}

std::string request_line(const json& request) {
  const auto milliseconds = request.value("age_ms", std::int64_t{0});
  const bool is_short = milliseconds < 10'000;
  return fmt::format("{:<32} {:<32} {:<16} {:<7} {:>7} {:>7} {:>9} {:>10}", field(request, "user"),
                     field(request, "device"), field(request, "command"), field(request, "state"),
                     request.value("folders", json::array()).size(),
                     is_short ? fmt::format("{}ms", milliseconds) : span_text(milliseconds / 1000),
                     request.value("bytes_in", std::uint64_t{0}),
                     fmt::format("{}ms", request.value("backend_ms", std::int64_t{0})));
}

struct Screen {
  std::size_t lines = SIZE_MAX;
  std::size_t columns = SIZE_MAX;
};

void print_requests(const json& result, const Screen& screen) {
  const auto rows = requests_of(result);
  const auto working = static_cast<std::size_t>(std::ranges::count_if(rows, &is_working));
  const auto all = result.value("all", rows.size());
  std::vector<std::string> lines{
      fmt::format("{} requests: {} worked at, {} parked{}", all, working, rows.size() - working,
                  all > rows.size() ? ", and others that are not shown" : ""),
      fmt::format("{:<32} {:<32} {:<16} {:<7} {:>7} {:>7} {:>9} {:>10}", "user", "device",
                  "command", "state", "folders", "since", "bytes", "backend")};
  const std::size_t shown =
      std::min(rows.size(), screen.lines - std::min(screen.lines, lines_around));
  std::transform(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(shown),
                 std::back_inserter(lines), &request_line);
  for (const std::string& line : lines) std::cout << line.substr(0, screen.columns) << '\n';
  std::cout << std::flush;
}

void print_once(const json& result) { print_requests(result, {}); }

void print_screen(const json& result) {
  winsize size{};
  Screen screen{.lines = lines_default};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0) {
    screen = {.lines = size.ws_row, .columns = size.ws_col};
  }
  std::cout << clear_screen;
  print_requests(result, screen);
}

/// Until somebody ends it, or the daemon does not answer.
int show(const CliOptions& options, unsigned seconds) {
  const bool is_live = !options.json && ::isatty(STDOUT_FILENO) == 1;
  const Printer print = is_live ? &print_screen : &print_once;
  for (;;) {
    const int code = ask(options, "request.list", json::object(), print);
    if (!is_live || code != 0) return code;
    std::this_thread::sleep_for(std::chrono::seconds(seconds));
  }
}

}  // namespace

void register_activity_commands(CLI::App& app, CliOptions& options) {
  auto* push = app.add_subcommand("push", "How changes are learnt of that phones wait for");
  push->require_subcommand(1);
  push->add_subcommand("list", "Users whose changes are watched, at most 1,000")
      ->callback([&options] {
        options.run = [&options] {
          return ask(options, "push.list", json::object(), &print_watches);
        };
      });
  auto seconds = std::make_shared<unsigned>(2);
  auto* top = app.add_subcommand(
      "top", "Requests that are not answered yet: a table on a terminal, else a snapshot");
  top->add_option("--interval", *seconds, "Seconds from one look to the next")
      ->check(CLI::Range(1U, interval_seconds_max))
      ->capture_default_str();
  top->callback([&options, seconds] {
    options.run = [&options, seconds] { return show(options, *seconds); };
  });
}

}  // namespace godwit::app
