#include "admin/store_policies.hpp"

#include <algorithm>
#include <utility>

#include "policy/settings.hpp"

namespace godwit::admin {
namespace {

using store::Kind;

constexpr std::size_t page_records = 500;

std::string_view name_of(policy::Mode mode) {
  switch (mode) {
    case policy::Mode::off:
      return "off";
    case policy::Mode::loose:
      return "loose";
    case policy::Mode::strict:
      return "strict";
  }
  std::unreachable();
}

std::string_view name_of(policy::Reason reason) {
  switch (reason) {
    case policy::Reason::standard:
      return "default";
    case policy::Reason::assigned:
      return "assigned";
    case policy::Reason::user:
      return "user";
    case policy::Reason::group:
      return "group";
  }
  std::unreachable();
}

Policy row_of(const policy::Policy& policy) {
  Policy row{.name = policy.name,
             .mode = std::string(name_of(policy.settings.mode)),
             .accept_partial = policy.settings.accept_partial,
             .accept_external = policy.settings.accept_external,
             .users = policy.whom.users,
             .groups = policy.whom.groups,
             .domains = policy.whom.domains,
             .assigned = {},
             .settings = {}};
  for (const policy::Setting& setting : policy::settings_of(eas::Version::v16_1)) {
    const auto value = policy.settings.values.find(std::string(setting.name));
    if (value != policy.settings.values.end()) row.settings.emplace_back(*value);
  }
  return row;
}

}  // namespace

Task<std::vector<Policy>> StorePolicies::list() {
  const policy::Book book = around_.book();
  std::vector<Policy> rows{row_of(*book.standard)};
  for (const policy::PolicyRef& policy : book.named) rows.push_back(row_of(*policy));
  store::Key after{"", Kind::policy, ""};
  for (;;) {
    const auto page = co_await store_.list_all(Kind::policy, after, page_records);
    for (const store::Record& record : page) {
      const auto row = std::ranges::find(rows, record.value, &Policy::name);
      if (row != rows.end()) row->assigned.push_back(record.key.user);
    }
    if (page.size() < page_records) co_return rows;
    after = page.back().key;
  }
}

Task<Policies::Answer> StorePolicies::of_user(UserId user) {
  const auto record = co_await store_.get({user.str(), Kind::policy, ""});
  const auto choice =
      co_await around_.choose(std::move(user), record ? record->value : std::string());
  co_return Answer{choice.policy->name, std::string(name_of(choice.reason))};
}

Task<Result<>> StorePolicies::assign(UserId user, std::string name) {
  if (!name.empty() && policy::find_policy(around_.book(), name) == nullptr) {
    co_return fail(Errc::not_found, "there is no policy of that name; `godwit policy list`");
  }
  store::Write write{{user.str(), Kind::policy, ""}, std::nullopt, std::nullopt};
  if (!name.empty()) write.value = std::move(name);
  std::vector<store::Write> batch;
  batch.push_back(std::move(write));
  if (!co_await store_.commit(std::move(batch))) {
    co_return fail(Errc::conflict, "the assignment changes right now; try again");
  }
  std::string after;
  for (;;) {
    const auto page = co_await store_.list(user.str(), Kind::device, "", after, page_records);
    for (const store::Record& record : page) {
      if (const auto id = DeviceId::parse(record.key.name)) around_.changed(user, *id);
    }
    if (page.size() < page_records) co_return Result<>{};
    after = page.back().key.name;
  }
}

}  // namespace godwit::admin
