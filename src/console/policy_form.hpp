/// The form of a policy, and what is wrong with what was typed in it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "console/html.hpp"
#include "console/policy_draft.hpp"
#include "console/visit.hpp"

namespace godwit::console {

/// Key ("mode", "settings.AllowCamera", "users", "name") and what, as "policy.dry_run" says it.
using PolicyProblems = std::vector<std::pair<std::string, std::string>>;

/// They say what people call a setting, and its range in their language.
PolicyProblems in_language(Language language, const PolicyDraft& draft, PolicyProblems problems);
/// A list of the problems that leads to their fields; nothing where there are none.
Html problem_list(const Visit& visit, const PolicyProblems& problems);
/// The fields, for a form around them.
Html policy_fields(const Visit& visit, const PolicyDraft& draft, const PolicyProblems& problems);

}  // namespace godwit::console
