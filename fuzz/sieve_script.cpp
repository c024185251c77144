// links: godwit_backend_sieve
// parser: backend/sieve/script.hpp backend/sieve/block.hpp backend/sieve/vacation.hpp
// A user's script, whatever it is: read within bounds; and an out-of-office that comes and goes
// leaves it as it was, or does not touch it.
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "backend/sieve/plan.hpp"

namespace {

using namespace godwit::backend;
using namespace godwit::backend::sieve;

void require(bool condition) {
  if (!condition) std::abort();
}

void places_are_within(const std::vector<Command>& commands, std::size_t begin, std::size_t end) {
  for (const Command& command : commands) {
    require(command.begin >= begin && command.begin < command.end && command.end <= end);
    places_are_within(command.block, command.begin, command.end);
    begin = command.end;
  }
}

struct Server {
  std::map<std::string, std::string> scripts;
  std::string active;

  Snapshot look() const {
    Snapshot out;
    out.active = active;
    for (const auto& [name, text] : scripts) out.names.push_back(name);
    if (out.has(own_script)) out.own = scripts.at(std::string(own_script));
    out.host = host_of(active, out.own);
    if (!out.has(out.host)) out.host.clear();
    if (!out.host.empty()) out.host_text = scripts.at(out.host);
    return out;
  }
  bool set(const OutOfOffice& wanted, const Circumstances& around) {
    const auto steps = plan(look(), wanted, around);
    if (!steps) return false;
    for (const Step& step : *steps) {
      if (step.kind == Step::Kind::put) scripts[step.name] = step.text;
      if (step.kind == Step::Kind::activate) active = step.name;
    }
    const auto again = plan(look(), wanted, around);
    require(again && again->empty());
    return true;
  }
};

void comes_and_goes(const std::string& script, bool readable, const Circumstances& around) {
  Server server{.scripts = {{"mine", script}}, .active = "mine"};
  const OutOfOffice before = read_state(server.look(), around.domains);
  const bool answers = readable && !find_vacations(*parse_script(script), around.domains).empty();
  OutOfOffice away = before;
  away.state = OutOfOffice::State::scheduled;
  away.start = godwit::Time(std::chrono::hours(500'000));
  away.end = away.start + std::chrono::hours(24);
  away.internal = {.enabled = true, .text = "in", .html = false};
  away.external_unknown = {.enabled = true, .text = script.substr(0, 1000), .html = false};
  if (!server.set(away, around)) {
    require(server.scripts.size() == 1 && server.scripts["mine"] == script);
    return;
  }
  if (readable) require(parse_script(server.scripts.at(server.active)).has_value());
  away.state = OutOfOffice::State::disabled;
  if (!server.set(away, around)) return;
  require(server.active == "mine");
  require(read_state(server.look(), around.domains).state == OutOfOffice::State::disabled);
  const bool marked = script.contains("godwit") || script.contains("Godwit");
  if (!answers && !marked) require(server.scripts["mine"] == script);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string script(reinterpret_cast<const char*>(data), size);
  const auto commands = parse_script(script);
  if (commands) places_are_within(*commands, 0, script.size());
  Circumstances around{.extensions = {"vacation", "envelope", "date", "relational"},
                       .addresses = {"ann@example.org"},
                       .domains = {"example.org"},
                       .known = {"bob@example.net"}};
  comes_and_goes(script, commands.has_value(), around);
  around.extensions.emplace_back("include");
  comes_and_goes(script, commands.has_value(), around);
  if (const auto place = find_block(script)) {
    static_cast<void>(read_block(
        std::string_view(script).substr(place->begin, place->end - place->begin), around.domains));
  }
  return 0;
}
