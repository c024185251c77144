#include "app/former_policies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/printable.hpp"
#include "base/text.hpp"
#include "migration/policies_ini.hpp"
#include "policy/settings.hpp"

namespace godwit::app {
namespace {

bool is_plain(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    const char lower = ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

std::string line_of(const migration::FormerSetting& setting, std::set<std::string>& seen) {
  const auto remark = [&](std::string_view why) {
    return fmt::format("# {} = {}: {}\n", printable(setting.name), printable(setting.value), why);
  };
  if (setting.value.empty()) return {};
  if (setting.element.empty()) return remark("no element of a policy");
  if (const auto good = policy::check_setting(setting.element, setting.value); !good) {
    return remark(good.error().message);
  }
  if (!seen.insert(setting.element).second) return remark("said already");
  return fmt::format("{} = {}\n", setting.element, setting.value);
}

}  // namespace

Result<std::string> policies_of_z_push(std::string_view ini) {
  const auto policies = migration::read_policies_ini(ini);
  if (!policies) return pass(policies);
  std::string out;
  std::set<std::string> names;
  for (const migration::FormerPolicy& policy : *policies) {
    const bool standard = policy.name == "default";
    if (!standard && (!is_plain(policy.name) || policy.name == "settings")) {
      return fail(Errc::malformed, "a policy's name is of letters, digits, - and _");
    }
    if (!names.insert(policy.name).second) return fail(Errc::malformed, "a policy occurs twice");
    const std::string section = standard ? "policy" : "policy." + policy.name;
    out += fmt::format(
        "{}[{}]\nmode = \"strict\"  # \"loose\" where config.php has LOOSE_PROVISIONING\n"
        "{}\n[{}.settings]\n",
        out.empty() ? "" : "\n", section,
        standard ? ""
                 : "# users, groups or domains whose policy it is; or `godwit policy assign`\n",
        section);
    std::set<std::string> seen;
    for (const migration::FormerSetting& setting : policy.settings) out += line_of(setting, seen);
  }
  return out;
}

}  // namespace godwit::app
