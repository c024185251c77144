#include "replay/player.hpp"

#include <algorithm>
#include <map>

#include "replay/replica.hpp"

namespace godwit::test {

ReplayResult replay(const std::vector<Exchange>& recording) {
  ReplayResult result;
  std::vector<std::pair<std::string, std::vector<const Exchange*>>> devices;
  for (const Exchange& exchange : recording) {
    const std::string name = exchange.capture + " " + exchange.user + " " + exchange.device_id;
    auto known = std::ranges::find(devices, name, [](const auto& entry) { return entry.first; });
    if (known == devices.end()) {
      devices.emplace_back(name, std::vector<const Exchange*>());
      known = std::prev(devices.end());
    }
    known->second.push_back(&exchange);
  }
  for (auto& [name, exchanges] : devices) Replica(std::move(exchanges)).play(result);
  return result;
}

std::string summary(const ReplayResult& result, std::vector<Rule>& rules) {
  struct Group {
    std::size_t count = 0;
    const Difference* first = nullptr;
    const Rule* rule = nullptr;
  };
  std::map<std::string, Group> groups;
  for (const Difference& difference : result.differences) {
    Group& group = groups[difference.kind + " " + difference.path];
    if (group.count++ == 0) {
      group.first = &difference;
      group.rule = explain(rules, difference);
    }
  }
  std::vector<std::pair<std::string, Group>> sorted(groups.begin(), groups.end());
  std::ranges::sort(sorted, [](const auto& a, const auto& b) {
    return std::pair(a.second.rule != nullptr, b.second.count) <
           std::pair(b.second.rule != nullptr, a.second.count);
  });
  std::string out = std::to_string(result.played) + " requests played, " +
                    std::to_string(result.compared) + " answers compared, " +
                    std::to_string(result.alike) + " alike, " + std::to_string(result.skipped) +
                    " skipped\n";
  for (const auto& [name, group] : sorted) {
    out += (group.rule == nullptr ? "UNEXPLAINED " : "rule " + group.rule->name + ": ") + name +
           " (" + std::to_string(group.count) + ", first in " + group.first->where +
           (group.first->detail.empty() ? "" : ": " + group.first->detail.substr(0, 100)) + ")\n";
  }
  return out;
}

}  // namespace godwit::test
