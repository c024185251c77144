#include "console/device_view.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/printable.hpp"

namespace godwit::console {
namespace {

using Label = std::string_view Texts::*;

constexpr auto states = std::to_array<StateLabel>({
    {"account wipe failed", &Texts::state_account_wipe_failed, "bad"},
    {"account wipe pending", &Texts::state_account_wipe_pending, "wait"},
    {"account wiped", &Texts::state_account_wiped, "bad"},
    {"allowed", &Texts::state_allowed, "good"},
    {"blocked", &Texts::state_blocked, "bad"},
    {"blocked by rule", &Texts::state_by_rule, "bad"},
    {"damaged", &Texts::state_damaged, "bad"},
    {"one device too many", &Texts::state_too_many, "bad"},
    {"quarantined", &Texts::state_quarantined, "wait"},
    {"wipe failed", &Texts::state_wipe_failed, "bad"},
    {"wipe pending", &Texts::state_wipe_pending, "wait"},
    {"wiped", &Texts::state_wiped, "bad"},
});

struct Fact {
  std::string_view name;  // as admin::Device says it
  Label label;
};
constexpr auto facts = std::to_array<Fact>({
    {"model", &Texts::fact_model},
    {"name", &Texts::fact_name},
    {"os", &Texts::fact_os},
    {"language", &Texts::fact_language},
    {"imei", &Texts::fact_imei},
    {"phone_number", &Texts::fact_phone_number},
    {"operator", &Texts::fact_operator},
    {"first_seen", &Texts::fact_first_seen},
    {"address", &Texts::fact_address},
    {"policy", &Texts::fact_policy},
    {"decision", &Texts::fact_decision},
    {"rule", &Texts::fact_rule},
    {"wipe_by", &Texts::fact_wipe_by},
    {"wipe_ordered", &Texts::fact_wipe_ordered},
    {"wipe_delivered", &Texts::fact_wipe_delivered},
    {"wipe_changed", &Texts::fact_wipe_changed},
});

/// Values that are words of ours.
struct Value {
  std::string_view fact;
  std::string_view value;
  Label label;
};
constexpr auto values = std::to_array<Value>({
    {"decision", "allowed", &Texts::decision_allowed},
    {"decision", "blocked", &Texts::decision_blocked},
    {"decision", "by rules", &Texts::decision_by_rules},
    {"policy", "none acknowledged", &Texts::no_policy},
});

std::string_view value_of(const Texts& texts, std::string_view fact, std::string_view value) {
  for (const Value& each : values) {
    if (each.fact == fact && each.value == value) return texts.*each.label;
  }
  return value;
}

}  // namespace

Html state_badge(const Texts& texts, const admin::Device& device) {
  const auto* const known = std::ranges::find(states, device.state, &StateLabel::name);
  if (known == states.end()) return element("span", {{"class", "badge"}}, device.state);
  return element("span", {{"class", "badge " + std::string(known->kind)}}, texts.*known->label);
}

/// What a person would call it.
std::string device_name(const Texts& texts, const admin::Device& device) {
  for (const std::string* const name : {&device.model, &device.type}) {
    if (!name->empty()) return printable(*name);
  }
  return std::string(texts.unnamed);
}

Html last_seen(const Texts& texts, const admin::Device& device) {
  if (!device.seen) return Html().add(texts.never);
  return day(*device.seen);
}

Html device_facts(const Texts& texts, const admin::Device& device) {
  Facts out;
  out.add(texts.state, state_badge(texts, device));
  out.add(texts.last_seen, last_seen(texts, device));
  for (const Fact& each : facts) {
    const auto found =
        std::ranges::find(device.facts, each.name, &std::pair<std::string, std::string>::first);
    if (found == device.facts.end()) continue;
    out.add(texts.*each.label, printable(value_of(texts, each.name, found->second)));
  }
  out.add(texts.device_type, printable(device.type));
  out.add(texts.program, printable(device.agent));
  out.add(texts.protocol, device.version);
  out.add(texts.device_id, device.id.view());
  return out.html();
}

Html recovery(const Visit& visit, const admin::Device& device) {
  if (!device.recovery_password) return {};
  const Texts& texts = visit.texts();
  const Html inner = hidden("id", device.id.view()).add(submit(texts.recovery_show, ""));
  return element("section", {{"class", "card row"}},
                 element("div", element("h2", texts.recovery_password),
                         element("p", {{"class", "hint"}}, texts.recovery_password_hint)),
                 post_form(visit, Url("/godwit/device/recovery"), inner));
}

std::span<const StateLabel> state_labels() { return states; }

}  // namespace godwit::console
