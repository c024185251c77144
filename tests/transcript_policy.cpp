// What transcripts say of policies: `given provisioning`, `policy` and `assigned`.
#include <algorithm>
#include <stdexcept>
#include <string>

#include "run.hpp"
#include "transcript_runner.hpp"

namespace godwit::test {
namespace {

using Words = std::vector<std::string>;

policy::Mode mode_of(const std::string& word) {
  if (word == "strict") return policy::Mode::strict;
  return word == "loose" ? policy::Mode::loose : policy::Mode::off;
}

bool has(const Words& words, std::string_view name) {
  return std::ranges::find(words, name) != words.end();
}

policy::Settings settings_of(const std::string& mode, const Words& words) {
  policy::Settings settings;
  settings.mode = mode_of(mode);
  settings.accept_partial = !has(words, "no-partial");
  settings.accept_external = !has(words, "no-external");
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    if (equals != std::string::npos) {
      settings.values[word.substr(0, equals)] = word.substr(equals + 1);
    }
  }
  return settings;
}

policy::PolicyRef named_policy(const Words& words) {
  policy::Policy policy{.name = words[1], .settings = settings_of(words[2], words)};
  for (std::size_t i = 3; i + 1 < words.size(); ++i) {
    if (words[i] == "user") policy.whom.users.push_back(words[i + 1]);
    if (words[i] == "group") policy.whom.groups.push_back(words[i + 1]);
    if (words[i] == "domain") policy.whom.domains.push_back(words[i + 1]);
  }
  return std::make_shared<const policy::Policy>(std::move(policy));
}

/// `block name=old version=12.* until=+2h`: conditions by their names.
policy::DeviceRule rule_of(const Words& words, Time now) {
  policy::DeviceRule rule{.name = "rule"};
  rule.action = words[1] == "block"        ? policy::Action::block
                : words[1] == "quarantine" ? policy::Action::quarantine
                                           : policy::Action::allow;
  for (std::size_t i = 2; i < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    if (equals == std::string::npos) throw std::runtime_error("no condition " + words[i]);
    const std::string name = words[i].substr(0, equals);
    const std::string value = words[i].substr(equals + 1);
    if (name == "name") rule.name = value;
    if (name == "type") rule.types.push_back(value);
    if (name == "model") rule.models.push_back(value);
    if (name == "os") rule.systems.push_back(value);
    if (name == "agent") rule.agents.push_back(value);
    if (name == "version") rule.versions.push_back(value);
    if (name == "user") rule.whom.users.push_back(value);
    if (name == "group") rule.whom.groups.push_back(value);
    if (name == "domain") rule.whom.domains.push_back(value);
    if (name == "until") rule.until = now + std::chrono::hours(std::stoi(value));
  }
  return rule;
}

}  // namespace

bool TranscriptRunner::given_device_rules(const Words& words) {
  command::Settings changed = fixture_.server.settings();
  policy::DeviceRules& rules = changed.device_rules;
  if (words[0] == "rule" && words.size() >= 2) {
    rules.list.push_back(rule_of(words, fixture_.clock.now()));
  } else if (words[0] == "no-rules") {
    rules = {};
  } else if (words[0] == "quarantine") {
    rules.otherwise = policy::Action::quarantine;
    rules.admins = {words.begin() + 1, words.end()};
  } else if (words[0] == "devices-max" && words.size() == 2) {
    rules.devices_max = static_cast<std::uint32_t>(std::stoi(words[1]));
  } else {
    return false;
  }
  fixture_.server.set_settings(changed);
  return true;
}

bool TranscriptRunner::given_policy(const Words& words) {
  command::Settings changed = fixture_.server.settings();
  if (words[0] == "provisioning" && words.size() >= 2) {
    policy::Policy policy;
    policy.settings = settings_of(words[1], words);
    changed.policies.standard = std::make_shared<const policy::Policy>(std::move(policy));
  } else if (words[0] == "policy" && words.size() >= 3) {
    changed.policies.named.push_back(named_policy(words));
  } else if (words[0] == "assigned" && words.size() == 4) {
    std::vector<store::Write> batch;
    batch.push_back({{words[3], store::Kind::policy, ""}, std::nullopt, words[1]});
    static_cast<void>(test::run(fixture_.store.commit(std::move(batch))));
  } else {
    return false;
  }
  fixture_.server.set_settings(changed);
  return true;
}

}  // namespace godwit::test
