#include "backend/local/free_busy.hpp"

#include <optional>
#include <utility>

#include "backend/local/addresses.hpp"
#include "backend/local/core.hpp"
#include "convert/ical/free_busy.hpp"

namespace godwit::backend {

namespace {

using namespace local;  // NOLINT(google-build-using-namespace): this file is its public face
namespace ical = convert::ical;

constexpr std::size_t events_max = 50'000;  // of one person; beyond, nothing is known

struct Asked {
  std::string address;
  Time from, to;
};

/// Nothing for what takes no time.
std::optional<Occupied> occupied_as(BusyStatus status) {
  switch (status) {
    case BusyStatus::tentative:
      return Occupied::tentative;
    case BusyStatus::busy:
    case BusyStatus::unknown:
      return Occupied::busy;
    case BusyStatus::out_of_office:
      return Occupied::away;
    case BusyStatus::free:
    case BusyStatus::working_elsewhere:
      return std::nullopt;
  }
  return std::nullopt;
}

FreeBusyAnswer answer(Database& database, const Core& core, const Asked& asked) {
  using Outcome = FreeBusyAnswer::Outcome;
  FreeBusyAnswer out;
  const auto user = find_recipient(database, asked.address);
  if (!user) return out;
  ical::Context context{.zone = core.zone, .now = core.clock.now(), .addresses = {user->address}};
  for (std::string& alias : aliases_of(database, user->id)) {
    context.addresses.push_back(std::move(alias));
  }
  out.outcome = Outcome::known;
  std::size_t events = 0;
  auto rows = database.query(
      "SELECT i.text FROM item i JOIN collection c ON c.id = i.collection"
      " WHERE c.user = ? AND c.class = ? AND i.text IS NOT NULL",
      user->id, std::to_underlying(ItemClass::calendar));
  while (rows.step()) {
    const std::size_t room = occupied_times_max - out.times.size();
    const auto taken = ical::taken_times(rows.view(0), asked.from, asked.to, room, context);
    for (const ical::TakenTime& each : taken.all) {
      if (const auto as = occupied_as(each.as)) out.times.push_back({each.start, each.end, *as});
    }
    if (++events > events_max || !taken.complete) return {.outcome = Outcome::not_now};
  }
  return out;
}

}  // namespace

LocalFreeBusy::LocalFreeBusy(const LocalStore& store) : core_(store.core()) {}

Task<std::vector<FreeBusyAnswer>> LocalFreeBusy::ask(Account, std::vector<std::string> addresses,
                                                     Time from, Time to) {
  std::vector<FreeBusyAnswer> out;
  // One by one: others read meanwhile.
  for (std::string& address : addresses) {
    auto job = [core = core_.get(), asked = Asked{std::move(address), from, to}](
                   Database& database) { return answer(database, *core, asked); };
    out.push_back(co_await core_->database.read(std::move(job)));
  }
  co_return out;
}

}  // namespace godwit::backend
