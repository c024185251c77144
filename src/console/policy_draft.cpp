#include "console/policy_draft.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "console/page.hpp"
#include "policy/settings.hpp"

namespace godwit::console {
namespace {

using nlohmann::json;

/// Without empty lines, and without the CRs that browsers send.
std::vector<std::string> lines(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = trim(text.substr(0, end));
    if (!line.empty()) out.emplace_back(line);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return out;
}

std::string trimmed_lines(std::string_view text) { return joined(lines(text), "\n"); }

}  // namespace

std::string PolicyDraft::value(std::string_view setting) const {
  const auto found = settings.find(setting);
  return found == settings.end() ? std::string() : found->second;
}

std::string joined(const json& names, std::string_view between) {
  std::string out;
  for (const json& each : names) {
    out.append(out.empty() ? "" : between).append(each.get<std::string>());
  }
  return out;
}

PolicyDraft draft_of(const json& policy) {
  PolicyDraft out;
  out.is_new = false;
  policy.at("policy").get_to(out.name);
  policy.at("edition").get_to(out.edition);
  policy.at("mode").get_to(out.mode);
  policy.at("accept_partial").get_to(out.accept_partial);
  policy.at("accept_external").get_to(out.accept_external);
  out.users = joined(policy.at("users"), "\n");
  out.groups = joined(policy.at("groups"), "\n");
  out.domains = joined(policy.at("domains"), "\n");
  for (const auto& [name, value] : policy.at("settings").items()) {
    out.settings[name] = value.get<std::string>();
  }
  return out;
}

PolicyDraft draft_of(const Form& form) {
  PolicyDraft out;
  out.is_new = form.get("new") == "yes";
  out.name = trim(form.get("name"));
  out.edition = form.get("edition");
  out.mode = form.get("mode");
  out.accept_partial = form.get("accept_partial") == "yes";
  out.accept_external = form.get("accept_external") == "yes";
  out.users = trimmed_lines(form.get("users"));
  out.groups = trimmed_lines(form.get("groups"));
  out.domains = trimmed_lines(form.get("domains"));
  for (const policy::Setting& setting : policy::settings_of(eas::Version::v16_1)) {
    auto value = trimmed_lines(form.get(setting.name));
    const std::pair nothing{std::string(policy_nothing), std::string(setting.name)};
    if (!value.empty() || std::ranges::find(form.fields(), nothing) != form.fields().end()) {
      out.settings[nothing.second] = std::move(value);
    }
  }
  return out;
}

json arguments_of(const PolicyDraft& draft) {
  json settings = json::object();
  for (const auto& [name, value] : draft.settings) settings[name] = value;
  return {{"policy", draft.name},
          {"mode", draft.mode},
          {"accept_partial", draft.accept_partial},
          {"accept_external", draft.accept_external},
          {"users", lines(draft.users)},
          {"groups", lines(draft.groups)},
          {"domains", lines(draft.domains)},
          {"settings", std::move(settings)}};
}

Html hidden(const PolicyDraft& draft) {
  Html out = hidden("name", draft.name);
  out.add(hidden("edition", draft.edition)).add(hidden("mode", draft.mode));
  if (draft.is_new) out.add(hidden("new", "yes"));
  if (draft.accept_partial) out.add(hidden("accept_partial", "yes"));
  if (draft.accept_external) out.add(hidden("accept_external", "yes"));
  out.add(hidden("users", draft.users)).add(hidden("groups", draft.groups));
  out.add(hidden("domains", draft.domains));
  for (const auto& [name, value] : draft.settings) {
    out.add(value.empty() ? hidden(policy_nothing, name) : hidden(name, value));
  }
  return out;
}

}  // namespace godwit::console
