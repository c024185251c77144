#include "app/dry_run.hpp"

#include <utility>

#include "backend/compact_account.hpp"
#include "eas/version.hpp"

namespace godwit::app {
namespace {

using policy::Standing;

constexpr std::size_t page_records = 500;

std::string_view name_of(Standing standing) {
  switch (standing) {
    case Standing::unknown:
    case Standing::allowed:
      return "allowed";
    case Standing::blocked:
      return "blocked";
    case Standing::quarantined:
      return "quarantined";
    case Standing::too_many:
      return "one device too many";
  }
  std::unreachable();
}

}  // namespace

Task<std::vector<admin::Hit>> dry_run(store::Store& store, Engine& engine,
                                      policy::DeviceRules rules, Time now) {
  std::vector<admin::Hit> hits;
  store::Key after{"", store::Kind::device, ""};
  for (;;) {
    const auto page = co_await store.list_all(store::Kind::device, after, page_records);
    for (const store::Record& record : page) {
      const auto device = policy::unpack_device(record.value);
      auto user = UserId::parse(record.key.user);
      if (!device || !user) continue;
      if (policy::is_settled(*device)) continue;
      const backend::Account account = co_await engine.account_of(std::move(*user));
      const std::vector<std::string> names = backend::names_of(account);
      const auto groups =
          co_await engine.membership().groups_of(account, policy::asked_groups(rules));
      const auto version = eas::version_of_byte(device->version);
      const auto facts =
          policy::facts_of(*device, version ? eas::to_string(*version) : "", {names, groups});
      const policy::Verdict verdict = policy::decide(rules, facts, now);
      if (name_of(verdict.standing) == name_of(device->standing)) continue;
      hits.push_back({record.key.user, record.key.name, device->type, device->user_agent,
                      std::string(name_of(device->standing)),
                      std::string(name_of(verdict.standing)), verdict.why});
    }
    if (page.size() < page_records) co_return hits;
    after = page.back().key;
  }
}

}  // namespace godwit::app
