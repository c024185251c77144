/// A policy on its way through the forms of the editor: what was typed, right or wrong.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "console/form.hpp"
#include "console/html.hpp"

namespace godwit::console {

/// The field that names the settings with an empty value: no limit, or an empty list.
inline constexpr std::string_view policy_nothing = "nothing";

struct PolicyDraft {
  bool is_new = true;
  std::string name{};
  std::string edition{};  // what it is a change of; empty: of nothing
  std::string mode = "strict";
  bool accept_partial = true, accept_external = true;
  std::string users{}, groups{}, domains{};  // one a line
  /// Those that it says something of; a list has a name a line.
  std::map<std::string, std::string, std::less<>> settings{};

  std::string value(std::string_view setting) const;
};

/// The names of a list.
std::string joined(const nlohmann::json& names, std::string_view between);
/// A row of "policy.list".
PolicyDraft draft_of(const nlohmann::json& policy);
/// What hidden() and the form made. What is no setting is left out.
PolicyDraft draft_of(const Form& form);
/// For "policy.set" and "policy.dry_run".
nlohmann::json arguments_of(const PolicyDraft& draft);
/// All of it, as fields that nobody sees.
Html hidden(const PolicyDraft& draft);

}  // namespace godwit::console
