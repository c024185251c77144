#include "dav/discovery.hpp"

#include <algorithm>

#include "base/fault.hpp"

namespace godwit::dav {
namespace {

struct Found {
  Url url;
  Properties properties;
  bool there = false;
  Reply refusal;  // where it is not
};

Task<Found> look(Client& client, const Credentials& credentials, Url url, Wanted wanted) {
  Request request{.method = "PROPFIND", .url = std::move(url), .depth = Depth::zero};
  request.body = propfind_body(wanted);
  Found found;
  Multistatus::Take take = [&found](Entry entry) -> Result<> {
    // Depth 0: one resource is there, and that is it.
    if (!found.there) found.properties = std::move(entry.properties);
    found.there = true;
    return {};
  };
  auto listing = co_await client.list(credentials, std::move(request), std::move(take));
  found.url = listing.reply.url;
  found.refusal = std::move(listing.reply);
  if (refuses(found.refusal)) throw Refused("the DAV server refuses the credentials");
  // What only means "later" is no answer to the question.
  if (found.refusal.status >= 429) raise(found.refusal, "discovery");
  co_return found;
}

void add_homes(const Url& base, const std::vector<std::string>& hrefs, std::vector<Url>& out) {
  for (const std::string& href : hrefs) {
    auto url = resolve(base, href);
    if (!url || url->origin != base.origin) continue;  // the password is for this server alone
    if (!url->path.ends_with('/')) url->path += '/';
    if (std::ranges::find(out, *url) == out.end()) out.push_back(std::move(*url));
  }
}

void add_homes(const Found& found, Homes& homes) {
  add_homes(found.url, found.properties.calendar_homes, homes.calendars);
  add_homes(found.url, found.properties.contact_homes, homes.contacts);
}

/// The principal's homes, reached from `start`.
Task<> follow(Client& client, const Credentials& credentials, Url start, Homes& homes) {
  const auto first = co_await look(client, credentials, std::move(start), Wanted::principal);
  if (!first.there) co_return;
  if (first.properties.unauthenticated) {
    throw Refused("the DAV server takes the user for nobody");
  }
  add_homes(first, homes);
  if (first.properties.principal_href.empty()) co_return;
  auto principal = resolve(first.url, first.properties.principal_href);
  if (!principal || principal->origin != first.url.origin || principal == first.url) co_return;
  add_homes(co_await look(client, credentials, std::move(*principal), Wanted::homes), homes);
}

Task<> follow_well_known(Client& client, const Credentials& credentials, const Url& start,
                         std::string name, Homes& homes) {
  Url url = start;
  url.path = "/.well-known/" + std::move(name);
  try {
    co_await follow(client, credentials, std::move(url), homes);
  } catch (const Fault& fault) {
    // A redirect to a page for people on another server, or the like: the root is asked next.
    if (fault.kind() != Fault::Kind::corrupt) throw;
  }
}

}  // namespace

bool refuses(const Reply& reply) { return reply.status == 401; }

void raise(const Reply& reply, std::string_view doing) {
  const std::string what = std::string("DAV ") + std::string(doing) + ": " +
                           reply.url.origin.text() + " answers " + std::to_string(reply.status);
  switch (reply.status) {
    case 423:
    case 429:
    case 503:
      throw Fault(Fault::Kind::busy, what);
    case 413:
    case 507:
      throw Fault(Fault::Kind::quota, what);
    default:
      throw Fault(Fault::Kind::unavailable, what);
  }
}

Task<Homes> discover(Client& client, Credentials credentials, Url start) {
  Homes homes;
  if (start.path == "/") {
    co_await follow_well_known(client, credentials, start, "caldav", homes);
    if (homes.contacts.empty()) {
      co_await follow_well_known(client, credentials, start, "carddav", homes);
    }
  }
  if (homes.calendars.empty() && homes.contacts.empty()) {
    co_await follow(client, credentials, std::move(start), homes);
  }
  co_return homes;
}

}  // namespace godwit::dav
