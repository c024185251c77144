#include "policy/stored_policy.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/pack.hpp"
#include "base/printable.hpp"
#include "base/text.hpp"

namespace godwit::policy {
namespace {

constexpr std::uint64_t format = 1;
constexpr std::size_t shown_bytes_max = 80;

constexpr auto modes = std::to_array<std::pair<Mode, std::string_view>>(
    {{Mode::off, "off"}, {Mode::loose, "loose"}, {Mode::strict, "strict"}});

void add_limits(const Policy& policy, std::vector<Problem>& out) {
  if (policy.name.empty() || policy.name.size() > policy_name_bytes_max ||
      trim(policy.name) != policy.name || printable(policy.name) != policy.name) {
    out.push_back({"name", fmt::format("is 1 to {} bytes of UTF-8 on one line, without a blank at "
                                       "either end",
                                       policy_name_bytes_max)});
  }
  if (policy.name == standard_name) {
    out.push_back({"name", "is the name of [policy] itself; choose another name"});
  }
  const Whom& whom = policy.whom;
  if (whom.users.size() + whom.groups.size() + whom.domains.size() > policy_names_max) {
    out.push_back({"users", fmt::format("at most {} users, groups and domains; name a group",
                                        policy_names_max)});
  }
  if (pack(policy).size() > policy_bytes_max) {
    out.push_back({"name", fmt::format("the whole policy is above {} bytes; shorten its lists",
                                       policy_bytes_max)});
  }
}

std::string shown(std::string_view value) {
  return value.empty() ? "-" : printable(value, shown_bytes_max);
}

std::string shown(const std::vector<std::string>& names) {
  return shown(fmt::format("{}", fmt::join(names, " ")));
}

}  // namespace

store::Key policy_key(std::string_view name) {
  return {"", store::Kind::policy, std::string(name)};
}

std::string pack(const Policy& policy) {
  Packer out;
  out.number(format).number(std::to_underlying(policy.settings.mode));
  out.boolean(policy.settings.accept_partial).boolean(policy.settings.accept_external);
  for (const auto* names : {&policy.whom.users, &policy.whom.groups, &policy.whom.domains}) {
    out.number(names->size());
    for (const std::string& each : *names) out.text(each);
  }
  out.number(policy.settings.values.size());
  for (const auto& [name, value] : policy.settings.values) out.text(name).text(value);
  return std::move(out).bytes();
}

Result<Policy> unpack_policy(std::string_view name, std::string_view bytes) {
  Unpacker in(bytes);
  if (in.number() != format) return fail(Errc::unsupported, "policy of another format");
  Policy policy{.name = std::string(name)};
  const auto mode = in.number();
  if (mode > std::to_underlying(Mode::strict)) return fail(Errc::malformed, "policy without mode");
  policy.settings.mode = static_cast<Mode>(mode);
  policy.settings.accept_partial = in.boolean();
  policy.settings.accept_external = in.boolean();
  for (auto* names : {&policy.whom.users, &policy.whom.groups, &policy.whom.domains}) {
    for (auto left = in.count(); left > 0; --left) names->push_back(in.text());
  }
  for (auto left = in.count(); left > 0; --left) {
    std::string setting = in.text();
    policy.settings.values[std::move(setting)] = in.text();
  }
  if (auto whole = in.finish(); !whole) return pass(whole);
  return policy;
}

Book with_stored(Book configured, const std::vector<PolicyRef>& stored) {
  for (const PolicyRef& policy : stored) {
    if (find_policy(configured, policy->name) == nullptr) configured.named.push_back(policy);
  }
  return configured;
}

std::vector<Problem> problems_of(const Policy& wanted, const Book& book) {
  std::vector<Problem> out = problems_of(wanted.settings);
  add_limits(wanted, out);
  NamedOnce once;
  std::vector<Problem> of_others;  // that are there already: not for this one to mend
  for (const PolicyRef& other : book.named) {
    if (other->name != wanted.name) once.add(other->name, other->whom, of_others);
  }
  once.add(wanted.name, wanted.whom, out);
  return out;
}

std::vector<std::string> differences(const Policy& before, const Policy& after) {
  std::vector<std::string> out;
  const auto compare = [&](std::string_view name, const auto& was, const auto& is) {
    if (was != is) out.push_back(fmt::format("{} {} -> {}", name, shown(was), shown(is)));
  };
  const auto yes = [](bool flag) { return std::string_view(flag ? "yes" : "no"); };
  compare("mode", name_of(before.settings.mode), name_of(after.settings.mode));
  compare("accept_partial", yes(before.settings.accept_partial),
          yes(after.settings.accept_partial));
  compare("accept_external", yes(before.settings.accept_external),
          yes(after.settings.accept_external));
  compare("users", before.whom.users, after.whom.users);
  compare("groups", before.whom.groups, after.whom.groups);
  compare("domains", before.whom.domains, after.whom.domains);
  auto names = before.settings.values;
  names.insert(after.settings.values.begin(), after.settings.values.end());
  const auto value = [](const Policy& of, const std::string& name) {
    const auto found = of.settings.values.find(name);
    if (found == of.settings.values.end()) return std::string();
    return found->second.empty() ? std::string("none") : found->second;
  };
  for (const auto& [name, any] : names) compare(name, value(before, name), value(after, name));
  return out;
}

std::string_view name_of(Mode mode) {
  return std::ranges::find(modes, mode, &std::pair<Mode, std::string_view>::first)->second;
}

Result<Mode> parse_mode(std::string_view name) {
  const auto* const found =
      std::ranges::find(modes, name, &std::pair<Mode, std::string_view>::second);
  if (found == modes.end()) {
    return fail(Errc::out_of_range, "mode is \"off\", \"loose\" or \"strict\"");
  }
  return found->first;
}

}  // namespace godwit::policy
