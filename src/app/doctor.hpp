/// What `godwit doctor` finds, and what to do about it.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "app/backends.hpp"
#include "app/config.hpp"
#include "base/clock.hpp"
#include "base/secret.hpp"
#include "discovery/walk.hpp"
#include "dns/lookup.hpp"

namespace godwit::app {

enum class Health : std::uint8_t { good, note, warning, failure };

struct Finding {
  Health health = Health::good;
  std::string subject;   // what was looked at
  std::string text;      // what was found
  std::string remedy{};  // what to do; empty: nothing
};
using Findings = std::vector<Finding>;

bool any_failure(const Findings& findings);
/// `ok    subject: text`, and the remedy below it.
std::string findings_text(const Findings& findings);
nlohmann::json findings_json(const Findings& findings);

/// A mail domain as clients see it, in the order in which they try. `settings.address`: anything
/// at the domain.
Task<Findings> examine_domain(discovery::Settings settings, Time now);
/// What the steps of a walk mean.
Findings judge_walk(const discovery::Walk& walk, const std::string& domain, Time now);

/// Certificates, clock, limits, the daemon and its databases. Blocks.
Findings examine_machine(const Config& config, Time now);

struct Login {
  std::string user;
  Secret password;
};
/// The servers behind, by connecting to each; in front of an IMAP server with a login by using them
/// as the daemon does for a phone. Throws Fault where they cannot be set up.
Task<Findings> examine_backends(Config config, std::optional<Login> login,
                                Surroundings surroundings);

}  // namespace godwit::app
