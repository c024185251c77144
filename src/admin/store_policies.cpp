#include "admin/store_policies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "eas/version.hpp"
#include "policy/provisioning.hpp"
#include "policy/settings.hpp"
#include "policy/stored_policy.hpp"

namespace godwit::admin {
namespace {

using store::Kind;

constexpr Log log("admin");
constexpr std::size_t page_records = 500;

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

ListedPolicy row_of(const policy::Policy& policy) {
  ListedPolicy row;
  static_cast<Policy&>(row) = {.name = policy.name,
                               .mode = std::string(policy::name_of(policy.settings.mode)),
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

Result<policy::Policy> policy_of(const Policy& draft) {
  const auto mode = policy::parse_mode(draft.mode);
  if (!mode) return pass(mode);
  policy::Policy made{.name = draft.name,
                      .settings = {.mode = *mode,
                                   .accept_partial = draft.accept_partial,
                                   .accept_external = draft.accept_external,
                                   .values = {}},
                      .whom = {draft.users, draft.groups, draft.domains}};
  for (const auto& [name, value] : draft.settings) made.settings.values[name] = value;
  return made;
}

/// All that is wrong, in one sentence a line.
std::string text_of(const std::vector<policy::Problem>& problems) {
  std::string out;
  for (const auto& each : problems) {
    out += fmt::format("{}{}: {}", out.empty() ? "" : "\n", each.key, each.what);
  }
  return out;
}

/// Of the store's policies, with `wanted` (null: none of that name) in its place.
policy::Book book_with(const policy::Book& now, const std::string& name, policy::PolicyRef wanted) {
  policy::Book book = now;
  const auto at = std::ranges::find(book.named, name, [](const auto& each) { return each->name; });
  if (at != book.named.end() && wanted == nullptr) {
    book.named.erase(at);
  } else if (at != book.named.end()) {
    *at = std::move(wanted);
  } else if (wanted != nullptr) {
    book.named.push_back(std::move(wanted));
  }
  return book;
}

bool is_configured(const policy::Book& configured, std::string_view name) {
  return policy::find_policy(configured, name) != nullptr;
}

/// Says what a policy was when it was looked at: one that was removed and made anew as it was is
/// the same.
std::string edition_of(std::string_view record) { return hex_encode(digest128(record)); }

std::unexpected<Error> fail_configured() {
  return fail(Errc::conflict,
              "the configuration has a policy of that name, which counts; change it there, or "
              "choose another name");
}

std::unexpected<Error> fail_stale() {
  return fail(Errc::stale, "somebody else changed the policy in the meantime; look at it again");
}

/// What the devices of one user would notice.
struct Choices {
  policy::PolicyRef now, then;
  bool differ() const { return now->name != then->name || now->settings != then->settings; }
};

void add_unknown(PolicyForecast& out, const policy::Policy& wanted, eas::Version version) {
  const std::string name(eas::to_string(version));
  auto at = std::ranges::find(out.unknown, name, &PolicyForecast::Unknown::version);
  if (at == out.unknown.end()) {
    PolicyForecast::Unknown made{.version = name};
    for (const policy::Setting& each : policy::settings_of(eas::Version::v16_1)) {
      if (each.since > version && wanted.settings.values.contains(std::string(each.name))) {
        made.settings.emplace_back(each.name);
      }
    }
    if (made.settings.empty()) return;
    at = out.unknown.insert(out.unknown.end(), std::move(made));
  }
  ++at->devices;
}

}  // namespace

Task<std::vector<store::Record>> StorePolicies::records() {
  co_return co_await store_.list("", Kind::policy, "", "", policy::stored_policies_max);
}

Task<> StorePolicies::load() {
  const std::uint64_t number = ++loads_begun_;
  std::vector<policy::PolicyRef> found;
  std::size_t unreadable = 0;
  for (const store::Record& record : co_await records()) {
    auto policy = policy::unpack_policy(record.key.name, record.value);
    if (policy) {
      found.push_back(std::make_shared<const policy::Policy>(std::move(*policy)));
    } else if (++unreadable > unreadable_) {
      log.error("policy.unreadable",
                {{"policy", record.key.name}, {"why", policy.error().message}});
    }
  }
  if (number < load_known_) co_return;
  load_known_ = number;
  unreadable_ = unreadable;
  around_.stored(std::move(found));
}

Task<std::vector<Policy>> StorePolicies::list() {
  std::vector<Policy> out;
  for (ListedPolicy& row : co_await rows()) out.push_back(std::move(row));
  co_return out;
}

Task<std::vector<ListedPolicy>> StorePolicies::rows() {
  const policy::Book configured = around_.configured();
  std::vector<ListedPolicy> rows{row_of(*configured.standard)};
  for (const policy::PolicyRef& policy : configured.named) rows.push_back(row_of(*policy));
  for (const store::Record& record : co_await records()) {
    const auto policy = policy::unpack_policy(record.key.name, record.value);
    if (!policy) continue;
    ListedPolicy row = row_of(*policy);
    row.edition = edition_of(record.value);
    row.overridden = is_configured(configured, row.name);
    rows.push_back(std::move(row));
  }
  store::Key after{"", Kind::policy, ""};
  for (;;) {
    const auto page = co_await store_.list_all(Kind::policy, after, page_records);
    for (const store::Record& record : page) {
      if (record.key.user.empty()) continue;  // a policy itself
      const auto row = std::ranges::find(rows, record.value, &ListedPolicy::name);
      if (row != rows.end()) row->assigned.push_back(record.key.user);
    }
    if (page.size() < page_records) co_return rows;
    after = page.back().key;
  }
}

Task<std::string> StorePolicies::assigned_to(UserId user) {
  const auto record = co_await store_.get({user.str(), Kind::policy, ""});
  co_return record ? record->value : std::string();
}

Task<Policies::Answer> StorePolicies::of_user(UserId user) {
  std::string assigned = co_await assigned_to(user);
  const auto choice = co_await around_.choose(around_.book(), std::move(user), std::move(assigned));
  co_return Answer{choice.policy->name, std::string(name_of(choice.reason))};
}

Task<bool> StorePolicies::commit(store::Write write, std::string action, const PolicyOrder& order,
                                 std::vector<std::string> changes) {
  constexpr std::size_t details_bytes = 240;  // an entry keeps no more than 256
  std::vector<std::string> parts{order.name + ':'};
  for (const std::string& each : changes) {
    if (parts.back().size() + each.size() + 2 > details_bytes) parts.push_back(order.name + ':');
    parts.back() += (parts.back().back() == ':' ? " " : "; ") + each;
  }
  std::vector<store::Write> batch;
  batch.push_back(std::move(write));
  for (std::string& each : parts) {
    batch.push_back(audit_.write({.action = action,
                                  .by = order.by.name,
                                  .address = order.by.address,
                                  .details = std::move(each)}));
  }
  co_return co_await store_.commit(std::move(batch));
}

Task<Result<std::string>> StorePolicies::save(Policy draft, PolicyOrder order) {
  const auto wanted = policy_of(draft);
  if (!wanted) co_return pass(wanted);
  if (is_configured(around_.configured(), wanted->name)) co_return fail_configured();
  const auto all = co_await records();
  const auto at =
      std::ranges::find(all, wanted->name, [](const store::Record& each) { return each.key.name; });
  policy::Policy before{.name = wanted->name};
  std::uint64_t revision = 0;
  std::string edition;
  if (at != all.end()) {
    revision = at->revision;
    edition = edition_of(at->value);
    if (at->value == pack(*wanted)) {  // an answer that was lost
      co_await load();
      co_return edition;
    }
    before = policy::unpack_policy(at->key.name, at->value).value_or(std::move(before));
  }
  if (order.edition && *order.edition != edition) co_return fail_stale();
  if (const auto problems = policy::problems_of(*wanted, around_.book()); !problems.empty()) {
    co_return fail(Errc::out_of_range, text_of(problems));
  }
  if (revision == 0 && all.size() >= policy::stored_policies_max) {
    co_return fail(Errc::too_large, fmt::format("there are {} policies; remove one that nobody has",
                                                policy::stored_policies_max));
  }
  auto changes = policy::differences(before, *wanted);
  const bool done =
      co_await commit({policy::policy_key(wanted->name), revision, pack(*wanted)},
                      revision == 0 ? "policy.create" : "policy.change", order, std::move(changes));
  if (!done) co_return fail_stale();
  co_await load();
  co_return edition_of(pack(*wanted));
}

Task<Result<>> StorePolicies::remove(PolicyOrder order) {
  const auto record = co_await store_.get(policy::policy_key(order.name));
  if (!record || order.name.empty()) {
    co_return is_configured(around_.configured(), order.name)
        ? fail_configured()
        : fail(Errc::not_found, "the store has no policy of that name; `godwit policy list`");
  }
  if (order.edition && *order.edition != edition_of(record->value)) co_return fail_stale();
  if (!is_configured(around_.configured(), order.name)) {
    for (const ListedPolicy& each : co_await rows()) {
      if (each.name != order.name || each.assigned.empty()) continue;
      co_return fail(Errc::conflict,
                     fmt::format("it is assigned to {} of the users, {} first; assign another, or "
                                 "none",
                                 each.assigned.size(), each.assigned.front()));
    }
  }
  const auto before = policy::unpack_policy(order.name, record->value);
  std::vector<std::string> changes;
  if (before) changes = policy::differences(*before, policy::Policy{.name = order.name});
  if (!co_await commit({record->key, record->revision, std::nullopt}, "policy.remove", order,
                       std::move(changes))) {
    co_return fail_stale();
  }
  co_await load();
  co_return Result<>{};
}

Task<Result<PolicyForecast>> StorePolicies::forecast(Policy draft, bool removed) {
  const auto wanted = policy_of(draft);
  if (!wanted) co_return pass(wanted);
  if (is_configured(around_.configured(), wanted->name)) co_return fail_configured();
  const policy::Book now = around_.book();
  const auto before = policy::find_policy(now, wanted->name);
  if (removed && before == nullptr) {
    co_return fail(Errc::not_found, "the store has no policy of that name; `godwit policy list`");
  }
  PolicyForecast out;
  const policy::Policy none{.name = wanted->name};
  out.changes = policy::differences(before ? *before : none, removed ? none : *wanted);
  if (!removed) {
    for (const auto& each : policy::problems_of(*wanted, now)) {
      out.problems.emplace_back(each.key, each.what);
    }
    if (!out.problems.empty()) co_return out;
  }
  const policy::Book then = book_with(
      now, wanted->name, removed ? nullptr : std::make_shared<const policy::Policy>(*wanted));
  co_await look_at_devices(now, then, *wanted, out);
  co_return out;
}

Task<> StorePolicies::look_at_devices(policy::Book now, policy::Book then,
                                      const policy::Policy& wanted, PolicyForecast& out) {
  std::set<std::pair<std::string, std::string>> waiting;
  for (const DeviceName& each : around_.waiting()) waiting.emplace(each.user.str(), each.id.str());
  std::string user;
  Choices choices{now.standard, now.standard};
  store::Key after{"", Kind::device, ""};
  for (;;) {
    const auto page = co_await store_.list_all(Kind::device, after, page_records);
    for (const store::Record& record : page) {
      const auto device = policy::unpack_device(record.value);
      auto owner = UserId::parse(record.key.user);
      auto id = DeviceId::parse(record.key.name);
      if (!device || !owner || !id) continue;
      if (user != record.key.user) {
        user = record.key.user;
        const std::string assigned = co_await assigned_to(*owner);
        choices.now = (co_await around_.choose(now, *owner, assigned)).policy;
        choices.then = (co_await around_.choose(then, *owner, assigned)).policy;
        if (choices.differ()) ++out.users;
      }
      if (!choices.differ()) continue;
      const auto version = eas::version_of_byte(device->version).value_or(eas::Version::v16_1);
      PolicyForecast::Row row{.user = std::move(*owner), .device = std::move(*id)};
      row.type = device->type;
      row.version = eas::to_string(version);
      row.now = choices.now->name;
      row.then = choices.then->name;
      row.asked = policy::must_provision(choices.then->settings, *device, version);
      row.waits = waiting.contains({record.key.user, record.key.name});
      ++out.devices;
      if (row.asked) ++out.asked;
      if (row.waits) ++out.waiting;
      if (choices.then->name == wanted.name) add_unknown(out, wanted, version);
      if (out.rows.size() < PolicyForecast::rows_max) out.rows.push_back(std::move(row));
    }
    if (page.size() < page_records) co_return;
    after = page.back().key;
  }
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
