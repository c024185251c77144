#include "sync/journal.hpp"

#include "base/fault.hpp"
#include "base/pack.hpp"

namespace godwit::sync {
namespace {

struct Row {
  std::string owner;
  std::uint64_t lease_until = 0;  // milliseconds since 1970
  std::string detail;
};

std::string pack(const Row& row) {
  Packer out;
  out.text(row.owner).number(row.lease_until).text(row.detail);
  return std::move(out).bytes();
}

Row unpack(std::string_view bytes) {
  Unpacker in(bytes);
  Row row;
  row.owner = in.text();
  row.lease_until = in.number();
  row.detail = in.text();
  if (!in.finish()) throw Fault(Fault::Kind::corrupt, "damaged journal entry");
  return row;
}

}  // namespace

Task<std::vector<OpenIntent>> Journal::open(std::string user, std::vector<Intent> intents) {
  std::vector<store::Key> keys;
  keys.reserve(intents.size());
  for (const Intent& intent : intents) keys.push_back({user, store::Kind::intent, intent.name});
  const auto found = co_await store_.get_many(keys);
  const auto now = static_cast<std::uint64_t>(clock_.now().time_since_epoch().count());
  std::vector<OpenIntent> open;
  std::vector<store::Write> batch;
  for (std::size_t i = 0; i < intents.size(); ++i) {
    Row row{settings_.owner, lease_until(), intents[i].detail};
    OpenIntent intent{intents[i].name, intents[i].detail, 1, false};
    std::uint64_t expected = 0;
    if (found[i]) {
      const Row earlier = unpack(found[i]->value);
      const bool working = earlier.owner != settings_.owner && !settings_.sole_owner;
      if (working && earlier.lease_until > now) {
        throw Fault(Fault::Kind::busy, "another node works on this request");
      }
      row.detail = intent.detail = earlier.detail;
      expected = found[i]->revision;
      intent.revision = expected + 1;
      intent.recovered = true;
    }
    batch.push_back({keys[i], expected, pack(row)});
    open.push_back(std::move(intent));
  }
  if (!batch.empty() && !co_await store_.commit(std::move(batch))) {
    throw Fault(Fault::Kind::busy, "another request works on the same");
  }
  co_return open;
}

Task<OpenIntent> Journal::amend(std::string user, OpenIntent intent, std::string detail) {
  std::vector<store::Write> batch;
  batch.push_back({{std::move(user), store::Kind::intent, intent.name},
                   intent.revision,
                   pack(Row{settings_.owner, lease_until(), detail})});
  if (!co_await store_.commit(std::move(batch))) {
    throw Fault(Fault::Kind::busy, "another request works on the same");
  }
  ++intent.revision;
  intent.detail = std::move(detail);
  co_return intent;
}

std::uint64_t Journal::lease_until() const {
  const auto end = clock_.now() + std::chrono::milliseconds(settings_.lease);
  return static_cast<std::uint64_t>(end.time_since_epoch().count());
}

store::Write Journal::close(const std::string& user, const OpenIntent& intent) {
  return {{user, store::Kind::intent, intent.name}, intent.revision, std::nullopt};
}

Task<std::vector<store::Write>> Journal::closing(std::string user, std::string prefix) {
  constexpr std::size_t entries_max = 1000;
  const auto rows = co_await store_.list(user, store::Kind::intent, prefix, "", entries_max);
  std::vector<store::Write> batch;
  batch.reserve(rows.size());
  for (const store::Record& row : rows) batch.push_back({row.key, std::nullopt, std::nullopt});
  co_return batch;
}

}  // namespace godwit::sync
