/// The policies of a server: one for everybody, and named ones for users and groups.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/whom.hpp"
#include "policy/provisioning.hpp"

namespace godwit::policy {

/// The name of the policy of those whom no other names.
inline constexpr std::string_view standard_name = "default";

struct Policy {
  std::string name = std::string(standard_name);
  Settings settings{};
  Whom whom{};  // empty: nobody but those to whom it is assigned
  friend bool operator==(const Policy&, const Policy&) = default;
};

/// Shared, so that a request goes on with the policy it began with when a reload replaces it.
using PolicyRef = std::shared_ptr<const Policy>;

struct Book {
  PolicyRef standard = std::make_shared<const Policy>();
  std::vector<PolicyRef> named{};  // in the order in which they are tried
};

/// Whether they ask the same of everybody.
bool same(const Book& a, const Book& b);

/// Whom a policy is looked up for.
struct Subject {
  Known user;                 // groups: those of `asked_groups`
  std::string_view assigned;  // what an administrator assigned; empty = nothing
};

/// Why a policy is the one; for administrators.
enum class Reason : std::uint8_t { standard, assigned, user, group };

struct Choice {
  PolicyRef policy;
  Reason reason = Reason::standard;
};

/// What an administrator assigned, else the first that names the user, else the first that names a
/// group of the user, else the standard one. An assigned one that is there no more counts as none.
Choice choose(const Book& book, const Subject& subject);
/// Nothing = there is none of that name.
PolicyRef find_policy(const Book& book, std::string_view name);
/// Whether the user's groups matter: false when an earlier rule decides.
bool groups_matter(const Book& book, const Subject& subject);
std::vector<std::string> asked_groups(const Book& book);

/// A setting that another one makes senseless.
struct Contradiction {
  std::string setting;  // empty: the policy's mode
  std::string what;     // and what to do
};
std::vector<Contradiction> contradictions(const Settings& settings);

}  // namespace godwit::policy
