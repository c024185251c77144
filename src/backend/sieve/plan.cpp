#include "backend/sieve/plan.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

#include "backend/out_of_office.hpp"
#include "backend/sieve/protocol.hpp"
#include "backend/sieve/script.hpp"
#include "base/text.hpp"

namespace godwit::backend::sieve {
namespace {

// A vacation action of the user's script that must not run beside ours (RFC 5230 4.10 allows one)
// stays where it is, below a test that never holds.
constexpr std::string_view asleep_for_good = "if false /* godwit: off */ { ";
constexpr std::string_view asleep_meanwhile = "if false /* godwit: resting */ { ";
constexpr std::string_view asleep_end = " }";

std::string without_block(const std::string& script) {
  const auto place = find_block(script);
  if (!place) return script;
  std::string out = script;
  return out.erase(place->begin, place->end - place->begin);
}

std::optional<Block> block_in(const std::string& script, const std::vector<std::string>& domains) {
  const auto place = find_block(script);
  if (!place) return std::nullopt;
  return read_block(std::string_view(script).substr(place->begin, place->end - place->begin),
                    domains);
}

/// Rules' answers that rested run again: the text is what it was before.
void wake(const std::vector<Command>& commands, std::string& text) {
  for (const Command& command : std::views::reverse(commands)) {
    const auto whole = std::string_view(text).substr(command.begin, command.end - command.begin);
    if (!whole.starts_with(asleep_meanwhile) || !whole.ends_with(asleep_end)) {
      wake(command.block, text);
      continue;
    }
    std::string_view inner = whole.substr(asleep_meanwhile.size());
    inner.remove_suffix(asleep_end.size());
    text.replace(command.begin, command.end - command.begin, std::string(inner));
  }
}

struct Host {
  std::string text;  // without a block of ours
  std::vector<Command> commands;
  std::vector<FoundVacation> found;
};

Result<Host> read_host(const std::string& script, const std::vector<std::string>& domains) {
  Host out;
  out.text = without_block(script);
  auto commands = parse_script(out.text);
  if (!commands) return pass(commands);
  out.commands = std::move(*commands);
  out.found = find_vacations(out.commands, domains);
  return out;
}

/// No vacation of the user's own can run.
std::string put_to_sleep(const Host& host) {
  std::string out = host.text;
  for (const FoundVacation& each : std::views::reverse(host.found)) {
    out.insert(each.end, asleep_end);
    out.insert(each.begin, each.general ? asleep_for_good : asleep_meanwhile);
  }
  return out;
}

/// Out-of-office is off: answers of rules run, general ones do not.
Result<std::string> put_back(const Host& host, const std::vector<std::string>& domains) {
  Host out = host;
  wake(out.commands, out.text);
  auto woken = read_host(out.text, domains);
  if (!woken) return pass(woken);
  std::erase_if(woken->found, [](const FoundVacation& each) { return !each.general; });
  return put_to_sleep(*woken);
}

/// Behind the last `require` at the beginning, where RFC 5228 3.2 still allows one.
std::string with_block(const Host& asleep, const std::string& block) {
  std::size_t at = 0;
  for (const Command& command : asleep.commands) {
    if (command.name != "require") break;
    at = command.end;
  }
  std::string out = asleep.text;
  if (at > 0) {
    // To the end of that line, where nothing but white space stands there: so the marks have lines
    // of their own, and taking the block out leaves not an octet behind.
    const std::size_t end = out.find('\n', at);
    const bool rest_is_blank =
        end != std::string::npos && out.find_first_not_of(" \t\r", at) == end;
    if (!rest_is_blank) {
      out.insert(at, block);
      return out;
    }
    at = end + 1;
  }
  out.insert(at, block);
  return out;
}

class Planner {
 public:
  Planner(const Snapshot& now, const Circumstances& around) : now_(now), around_(around) {}

  Result<std::vector<Step>> run(const OutOfOffice& wanted) {
    if (auto fits = check_out_of_office(wanted); !fits) return pass(fits);
    auto host = read_host(now_.host_text, around_.domains);
    // What we cannot read, but the server can, may be included where it surely answers nobody.
    const bool may_answer = ascii_lower(now_.host_text).contains("vacation");
    if (!host && (may_answer || !around_.offers("include"))) return pass(host);
    if (!host) host = Host{.text = now_.host_text, .commands = {}, .found = {}};
    // Nothing is touched where the scripts say it already: above all, those of others.
    const bool ours = now_.active == own_script || find_block(now_.host_text).has_value();
    const bool same =
        pack_out_of_office(read_state(now_, around_.domains)) == pack_out_of_office(wanted);
    const bool off = wanted.state == OutOfOffice::State::disabled;
    if (same && !ours && !off) return steps_;
    Block block{.settings = wanted, .manner = manner(*host), .host = {}};
    auto done = off ? turn_off(*host, block, same) : turn_on(*host, block);
    if (!done) return pass(done);
    for (const Step& step : steps_) {
      if (step.text.size() > script_bytes_max) {
        return fail(Errc::too_large, "the script would be too long");
      }
    }
    return std::move(steps_);
  }

 private:
  /// As the user's own action answers, if there is one; else as ours did before.
  Manner manner(const Host& host) const {
    for (const FoundVacation& each : host.found) {
      if (each.general) return each.manner;
    }
    for (const std::string* script : {&now_.host_text, &now_.own}) {
      if (const auto block = block_in(*script, around_.domains)) return block->manner;
    }
    return {};
  }

  void put(std::string_view name, const std::string& present, std::string text) {
    if (present == text && (now_.has(name) || text.empty())) return;
    steps_.push_back({Step::Kind::put, std::string(name), std::move(text)});
  }
  void activate(std::string_view name) {
    if (now_.active != name) steps_.push_back({Step::Kind::activate, std::string(name), {}});
  }

  Result<> turn_on(const Host& host, Block& block) {
    if (!around_.offers("vacation")) return fail(Errc::unsupported, "no vacation in Sieve there");
    const bool dates = around_.offers("date") && around_.offers("relational");
    if (block.settings.state == OutOfOffice::State::scheduled && !dates) {
      return fail(Errc::unsupported, "no dates in Sieve there");
    }
    if (block.manner.period_in_seconds && !around_.offers("vacation-seconds")) block.manner = {};
    const bool has_host = !now_.host.empty();
    std::string asleep = put_to_sleep(host);
    if (!has_host || around_.offers("include")) {
      if (has_host) put(now_.host, now_.host_text, std::move(asleep));
      block.host = now_.host;
      std::string text = "# Written anew by Godwit at each change of the out-of-office.\r\n";
      if (has_host) text += "require \"include\";\r\n";
      text += write_block(block, around_);
      if (has_host) text += "include :personal :once :optional " + quote(now_.host) + ";\r\n";
      put(own_script, now_.own, std::move(text));
      activate(own_script);
      return {};
    }
    auto sleeping = read_host(asleep, around_.domains);
    if (!sleeping) return pass(sleeping);
    put(now_.host, now_.host_text, with_block(*sleeping, write_block(block, around_)));
    activate(now_.host);
    return {};
  }

  /// `kept`: ours says already what is to be kept while it is off.
  Result<> turn_off(const Host& host, const Block& block, bool kept) {
    auto text = put_back(host, around_.domains);
    if (!text) return pass(text);
    const bool has_host = !now_.host.empty();
    // First the one, then the other: at no time do two answers run in one script.
    if (now_.active == own_script) activate(has_host ? std::string_view(now_.host) : "");
    if (has_host) put(now_.host, now_.host_text, std::move(*text));
    if (!kept) put(own_script, now_.own, write_block(block, around_));
    return {};
  }

  const Snapshot& now_;
  const Circumstances& around_;
  std::vector<Step> steps_;
};

}  // namespace

bool Snapshot::has(std::string_view name) const {
  return std::ranges::find(names, name) != names.end();
}

std::string host_of(std::string_view active, std::string_view own) {
  if (active != own_script) return std::string(active);
  const auto block = block_in(std::string(own), {});
  return block ? block->host : std::string();
}

OutOfOffice read_state(const Snapshot& snapshot, const std::vector<std::string>& domains) {
  const auto own = block_in(snapshot.own, domains);
  if (snapshot.active == own_script) {
    if (own) return own->settings;
    const auto commands = parse_script(snapshot.own);
    return commands ? absence_of(find_vacations(*commands, domains)) : OutOfOffice{};
  }
  if (!snapshot.active.empty()) {
    if (const auto block = block_in(snapshot.host_text, domains)) return block->settings;
    const auto commands = parse_script(snapshot.host_text);
    const OutOfOffice found =
        commands ? absence_of(find_vacations(*commands, domains)) : OutOfOffice{};
    if (found.state != OutOfOffice::State::disabled) return found;
  }
  OutOfOffice out = own ? own->settings : OutOfOffice{};
  out.state = OutOfOffice::State::disabled;
  out.start = out.end = {};
  return out;
}

Result<std::vector<Step>> plan(const Snapshot& snapshot, const OutOfOffice& wanted,
                               const Circumstances& around) {
  return Planner(snapshot, around).run(wanted);
}

}  // namespace godwit::backend::sieve
