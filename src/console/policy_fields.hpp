/// How the settings of a policy stand in a form: in which group, and what can be chosen.
#pragma once

#include <span>
#include <string_view>

#include "console/policy_texts.hpp"

namespace godwit::console {

struct PolicyOption {
  std::string_view value;
  std::string_view PolicyTexts::* label = nullptr;  // null: `name`
  std::string_view name = {};

  std::string_view text(const PolicyTexts& texts) const {
    return label == nullptr ? name : texts.*label;
  }
};

struct PolicyField {
  std::string_view name;                  // of policy/settings.hpp
  std::span<const PolicyOption> options;  // none: it is typed
};

struct PolicyGroup {
  std::string_view PolicyTexts::* title;
  std::span<const PolicyField> fields;
};

/// Every setting stands in one of them.
std::span<const PolicyGroup> policy_groups();

}  // namespace godwit::console
