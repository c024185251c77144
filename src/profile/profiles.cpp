#include "profile/profiles.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/pattern.hpp"
#include "base/text.hpp"

namespace godwit::profile {
namespace {

constexpr std::size_t version_numbers_max = 6;

/// An empty list asks for nothing.
bool one_matches(const std::vector<std::string>& patterns, std::string_view text) {
  return patterns.empty() || std::ranges::any_of(patterns, [&](const std::string& pattern) {
           return imatches_pattern(pattern, text);
         });
}

/// Of `Name/1607.83 (more)` 1607.83; a user agent without a version is in no range.
bool in_range(const Profile& profile, std::string_view agent) {
  if (profile.agent_from.empty() && profile.agent_below.empty()) return true;
  const auto slash = agent.find('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view behind = agent.substr(slash + 1);
  const auto end = std::min(behind.find_first_not_of("0123456789."), behind.size());
  const auto version = parse_program_version(behind.substr(0, end));
  if (!version) return false;
  const bool is_old = !profile.agent_from.empty() && *version < profile.agent_from;
  const bool is_new = !profile.agent_below.empty() && *version >= profile.agent_below;
  return !is_old && !is_new;
}

bool holds(const Profile& profile, const Client& client) {
  return !profile.only_by_name && one_matches(profile.types, client.type) &&
         one_matches(profile.agents, client.agent) && one_matches(profile.models, client.model) &&
         one_matches(profile.systems, client.system) && one_matches(profile.ids, client.id) &&
         one_matches(profile.versions, client.version) && in_range(profile, client.agent);
}

template <class Do>
void each_of(const Profiles& profiles, const Client& client, Do apply) {
  const Profile* const given = client.given.empty() ? nullptr : profiles.find(client.given);
  for (const Profile& profile : profiles.list()) {
    if (&profile != given && holds(profile, client)) apply(profile);
  }
  if (given != nullptr) apply(*given);
}

}  // namespace

std::optional<std::vector<std::uint32_t>> parse_program_version(std::string_view text) {
  while (text.ends_with('.')) text.remove_suffix(1);
  std::vector<std::uint32_t> out;
  while (!text.empty() && out.size() < version_numbers_max) {
    const auto dot = std::min(text.find('.'), text.size());
    const auto number = parse_number<std::uint32_t>(text.substr(0, dot));
    if (!number) return std::nullopt;
    out.push_back(*number);
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  if (out.empty()) return std::nullopt;
  while (out.size() > 1 && out.back() == 0) out.pop_back();  // 1607.0 is 1607
  return out;
}

void Changes::apply(Behaviour& to) const {
  to.merged_folders = merged_folders.value_or(to.merged_folders);
  to.server_sends_replies = server_sends_replies.value_or(to.server_sends_replies);
  to.whole_bodies = whole_bodies.value_or(to.whole_bodies);
  to.is_fleeting = is_fleeting.value_or(to.is_fleeting);
  to.answer_seconds_max = answer_seconds_max.value_or(to.answer_seconds_max);
  to.window_max = window_max.value_or(to.window_max);
  to.contact_minutes = contact_minutes.value_or(to.contact_minutes);
}

Behaviour Profiles::of(const Client& client) const {
  Behaviour out;
  each_of(*this, client, [&](const Profile& profile) { profile.set.apply(out); });
  return out;
}

std::vector<std::string> Profiles::names_of(const Client& client) const {
  std::vector<std::string> out;
  each_of(*this, client, [&](const Profile& profile) { out.push_back(profile.name); });
  return out;
}

const Profile* Profiles::find(std::string_view name) const {
  const auto at = std::ranges::find(list_, name, &Profile::name);
  return at == list_.end() ? nullptr : &*at;
}

void Profiles::add(Profile profile) {
  const auto at = std::ranges::find(list_, profile.name, &Profile::name);
  if (at == list_.end()) {
    list_.push_back(std::move(profile));
  } else {
    *at = std::move(profile);
  }
}

}  // namespace godwit::profile
