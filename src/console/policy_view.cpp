#include "console/policy_view.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "base/printable.hpp"
#include "console/page.hpp"
#include "console/policy_draft.hpp"
#include "console/policy_fields.hpp"
#include "policy/book.hpp"

namespace godwit::console {
namespace {

using nlohmann::json;

std::string_view mode_of(const Texts& texts, const std::string& mode) {
  if (mode == "off") return texts.policy_off;
  return mode == "loose" ? texts.policy_loose : texts.policy_strict;
}

std::string value_of(const PolicyTexts& texts, const PolicyField& field, const std::string& value) {
  const auto found = std::ranges::find(field.options, value, &PolicyOption::value);
  if (found != field.options.end()) return std::string(found->text(texts));
  return std::string(value.empty() ? texts.nothing_said : printable(value));
}

}  // namespace

Html policy_facts(Language language, const json& policy) {
  const Texts& texts = texts_of(language);
  Facts facts;
  facts.add(texts.overview_mode, mode_of(texts, policy.at("mode").get<std::string>()));
  facts.add(texts.policy_users, printable(joined(policy.at("users"), ", ")));
  facts.add(texts.policy_groups, printable(joined(policy.at("groups"), ", ")));
  facts.add(texts.policy_domains, printable(joined(policy.at("domains"), ", ")));
  // [policy] names nobody, and so is everybody's whom no other one names.
  if (policy.at("policy") == policy::standard_name) {
    facts.add(texts.policy_users, texts.policy_everybody);
  }
  facts.add(texts.policy_assigned, printable(joined(policy.at("assigned"), ", ")));
  const json& settings = policy.at("settings");
  for (const PolicyGroup& group : policy_groups()) {
    for (const PolicyField& field : group.fields) {
      const auto found = settings.find(field.name);
      if (found == settings.end()) continue;
      const Html term = Html()
                            .add(setting_label(language, field.name).label)
                            .add(element("span", {{"class", "hint term"}}, field.name));
      facts.add(term, value_of(policy_texts_of(language), field, found->get<std::string>()));
    }
  }
  return facts.html();
}

}  // namespace godwit::console
