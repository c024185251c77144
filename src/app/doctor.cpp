#include "app/doctor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace godwit::app {
namespace {

constexpr std::string_view names[] = {"ok", "note", "warn", "fail"};

}  // namespace

bool any_failure(const Findings& findings) {
  return std::ranges::any_of(findings,
                             [](const Finding& each) { return each.health == Health::failure; });
}

std::string findings_text(const Findings& findings) {
  std::string out;
  for (const Finding& each : findings) {
    out += fmt::format("{:<5} {}: {}\n", names[std::to_underlying(each.health)], each.subject,
                       each.text);
    if (!each.remedy.empty()) out += fmt::format("      do: {}\n", each.remedy);
  }
  return out;
}

nlohmann::json findings_json(const Findings& findings) {
  nlohmann::json out = nlohmann::json::array();
  for (const Finding& each : findings) {
    out.push_back({{"health", names[std::to_underlying(each.health)]},
                   {"subject", each.subject},
                   {"text", each.text},
                   {"remedy", each.remedy}});
  }
  return out;
}

}  // namespace godwit::app
