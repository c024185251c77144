/// A policy as people read it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "console/html.hpp"
#include "console/texts.hpp"

namespace godwit::console {

/// A row of "policy.list": its mode, whose it is, and its settings in the order of the form.
Html policy_facts(Language language, const nlohmann::json& policy);

}  // namespace godwit::console
