#include "backend/dav/free_busy.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "backend/dav/folders.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "convert/ical/free_busy.hpp"
#include "dav/schedule_response.hpp"

namespace godwit::backend::dav {
namespace {

namespace ical = convert::ical;
using Outcome = FreeBusyAnswer::Outcome;

constexpr Log log("dav");
constexpr std::string_view mailto = "mailto:";

std::string_view without_scheme(std::string_view address) {
  if (istarts_with(address, mailto)) address.remove_prefix(mailto.size());
  return address;
}

Occupied occupied_as(BusyStatus status) {
  switch (status) {
    case BusyStatus::tentative:
      return Occupied::tentative;
    case BusyStatus::out_of_office:
      return Occupied::away;
    case BusyStatus::busy:
    case BusyStatus::unknown:
      return Occupied::busy;
    case BusyStatus::free:
    case BusyStatus::working_elsewhere:
      return Occupied::free;
  }
  return Occupied::busy;
}

void add(const ical::TakenTimes& taken, FreeBusyAnswer& out) {
  for (const ical::TakenTime& each : taken.all) {
    out.times.push_back({each.start, each.end, occupied_as(each.as)});
  }
  if (!taken.complete || out.times.size() > occupied_times_max) out = {.outcome = Outcome::not_now};
}

/// What one request asks for.
class Asking {
 public:
  Asking(Session session, ical::Context context, Time from, Time to, std::string uid)
      : session_(std::move(session)),
        context_(std::move(context)),
        from_(from),
        to_(to),
        uid_(std::move(uid)) {}

  /// From the texts of the user's own calendars.
  Task<FreeBusyAnswer> own() {
    FreeBusyAnswer out{.outcome = Outcome::known};
    for (const Folder& folder : co_await list_folders(session_)) {
      const bool counts = folder.components.events && folder.owner.empty();
      if (!counts || out.outcome != Outcome::known) continue;
      wire::Request request{
          .method = "REPORT", .url = session_.url_of(folder.path), .depth = wire::Depth::one};
      request.body = wire::events_between_body(ical::utc_text(from_), ical::utc_text(to_));
      wire::Multistatus::Take take = [&](wire::Entry entry) -> Result<> {
        if (entry.properties.data && out.outcome == Outcome::known) {
          const std::size_t room = occupied_times_max - out.times.size();
          add(ical::taken_times(*entry.properties.data, from_, to_, room, context_), out);
        }
        return {};
      };
      const auto listing = co_await session_.list(std::move(request), std::move(take));
      if (!listing.told) out = {.outcome = Outcome::not_now};
    }
    co_return out;
  }

  /// One for each address.
  Task<std::vector<FreeBusyAnswer>> others(std::vector<std::string> addresses) {
    std::vector<FreeBusyAnswer> out(addresses.size());
    if (addresses.empty()) co_return out;
    const auto principal = co_await find_principal();
    if (principal && !principal->schedule_outbox.empty()) {
      co_await ask_outbox(*principal, addresses, out);
      co_return out;
    }
    for (std::size_t i = 0; i < addresses.size(); ++i) {
      out[i] = co_await query(std::move(addresses[i]));
    }
    co_return out;
  }

 private:
  Task<std::optional<wire::Properties>> find_principal() {
    const auto homes = co_await session_.homes();
    if (homes.calendars.empty()) co_return std::nullopt;
    home_ = homes.calendars.front();
    const auto principal = co_await session_.principal();
    if (!principal) co_return std::nullopt;
    co_return co_await session_.look(*principal, wire::Wanted::scheduling);
  }

  /// The address by which the server knows who asks (RFC 6638 2.4.1).
  std::string organizer_of(const wire::Properties& principal) const {
    for (const std::string& address : principal.user_addresses) {
      if (istarts_with(address, mailto)) return std::string(without_scheme(address));
    }
    return context_.addresses.front();
  }

  Task<> ask_outbox(const wire::Properties& principal, const std::vector<std::string>& addresses,
                    std::vector<FreeBusyAnswer>& out) {
    const auto url = wire::resolve(*home_, principal.schedule_outbox);
    if (!url || url->origin != home_->origin) co_return;
    wire::Request request{.method = "POST", .url = *url};
    request.content_type = "text/calendar; charset=utf-8; component=VFREEBUSY; method=REQUEST";
    request.body = ical::make_free_busy_request(uid_, organizer_of(principal), addresses, from_,
                                                to_, context_.now);
    const auto reply = co_await session_.send(std::move(request));
    const auto answers =
        reply.ok()
            ? wire::read_schedule_response(reply.body)
            : Result<std::vector<wire::Recipient>>(fail(Errc::refused, "the outbox refuses"));
    if (!answers) {
      log.info("dav.no_free_busy", {{"user", session_.core().user}, {"status", reply.status}});
      co_return;
    }
    for (const wire::Recipient& each : *answers) {
      const auto place = std::ranges::find_if(addresses, [&](const std::string& address) {
        return iequals(address, without_scheme(each.address));
      });
      if (place == addresses.end()) continue;
      out[static_cast<std::size_t>(place - addresses.begin())] = read(each);
    }
  }

  static FreeBusyAnswer read(const wire::Recipient& recipient) {
    FreeBusyAnswer out;
    // RFC 5546 3.6: delivery could not be completed.
    if (recipient.status.starts_with("5.1")) out.outcome = Outcome::not_now;
    if (!recipient.status.starts_with("2.")) return out;
    const auto taken = ical::read_free_busy(recipient.data, occupied_times_max);
    if (!taken) return out;
    out.outcome = Outcome::known;
    add(*taken, out);
    return out;
  }

  /// Of the calendars below the place that the configuration gives every user.
  Task<FreeBusyAnswer> query(std::string address) {
    FreeBusyAnswer out;
    const std::string& pattern = session_.settings().calendars;
    if (pattern.empty() || !home_) co_return out;
    const auto home = wire::canonical_path(wire::fill(pattern, {address}, wire::Form::path));
    if (!home) co_return out;
    wire::Request request{
        .method = "REPORT", .url = {home_->origin, *home}, .depth = wire::Depth::one};
    request.body = wire::free_busy_query_body(ical::utc_text(from_), ical::utc_text(to_));
    const auto reply = co_await session_.send(std::move(request));
    if (!reply.ok()) co_return out;
    const auto taken = ical::read_free_busy(reply.body, occupied_times_max);
    if (!taken) co_return out;
    out.outcome = Outcome::known;
    add(*taken, out);
    co_return out;
  }

  Session session_;
  ical::Context context_;
  Time from_, to_;
  std::string uid_;
  std::optional<wire::Url> home_;
};

}  // namespace

Task<std::vector<FreeBusyAnswer>> DavFreeBusy::ask(Account asker,
                                                   std::vector<std::string> addresses, Time from,
                                                   Time to) {
  ical::Context context{.zone = zone_, .now = clock_.now(), .addresses = asker.addresses};
  if (context.addresses.empty()) context.addresses.push_back(asker.user.str());
  const std::vector<std::string> own = context.addresses;
  const auto is_own = [&](const std::string& address) {
    return std::ranges::any_of(own,
                               [&](const std::string& each) { return iequals(each, address); });
  };
  std::vector<std::string> others;
  std::ranges::copy_if(addresses, std::back_inserter(others),
                       [&](const std::string& address) { return !is_own(address); });
  Asking asking(server_.open_session(asker), std::move(context), from, to,
                "free-busy-" + std::to_string(random_.next()));
  std::vector<FreeBusyAnswer> told = co_await asking.others(others);
  std::vector<FreeBusyAnswer> out;
  auto next = told.begin();
  for (const std::string& address : addresses) {
    if (is_own(address)) {
      out.push_back(co_await asking.own());
    } else {
      out.push_back(std::move(*next++));
    }
  }
  co_return out;
}

}  // namespace godwit::backend::dav
