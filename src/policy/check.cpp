#include "policy/check.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "policy/settings.hpp"

namespace godwit::policy {

std::vector<Problem> problems_of(const Settings& settings) {
  std::vector<Problem> out;
  for (const auto& [name, value] : settings.values) {
    const auto known = check_setting(name, value);
    if (!known) out.push_back({"settings." + name, known.error().message});
  }
  if (!out.empty()) return out;
  for (const Contradiction& each : contradictions(settings)) {
    out.push_back({each.setting.empty() ? "mode" : "settings." + each.setting, each.what});
  }
  return out;
}

void NamedOnce::add(const std::string& policy, const Whom& whom, std::vector<Problem>& out) {
  const auto look = [&](const char* key, const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      const auto [at, is_new] =
          seen_.try_emplace(fmt::format("{} {}", key, ascii_lower(name)), policy);
      if (is_new) continue;
      out.push_back({key, fmt::format("{} is in policy.{} already; remove it from one of them",
                                      name, at->second)});
    }
  };
  look("users", whom.users);
  look("groups", whom.groups);
  look("domains", whom.domains);
}

}  // namespace godwit::policy
