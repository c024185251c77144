/// The bodies of the requests that we make (RFC 4791, 4918, 5689, 6352, 6578). No I/O.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dav/multistatus.hpp"

namespace godwit::dav {

enum class Service : std::uint8_t { calendars, contacts };

/// Which properties a PROPFIND asks for.
enum class Wanted : std::uint8_t {
  principal,    // who is signed in, and the homes in case that this is the principal
  homes,        // of a principal
  proxies,      // of a principal: for whom it may act (caldav-proxy)
  shared_home,  // of a principal: its homes, and what it is called
  addresses,    // of a principal: as whom it takes part in meetings
  collections,  // everything about collections
  positions,    // which collections there are, and where they stand
  tags,         // of items: etag, type
  scheduling,   // of a principal: where scheduling messages go, and its addresses (RFC 6638)
};
std::string propfind_body(Wanted wanted);

/// An empty token lists everything.
std::string sync_collection_body(std::string_view token);
/// `paths` are canonical.
std::string multiget_body(Service service, const std::vector<std::string>& paths);
/// A calendar-query for the events of a UID: RFC 4791 9.7.
std::string uid_query_body(std::string_view uid);
/// Events that take place between two times, with their text; times as `20250616T090000Z`.
std::string events_between_body(std::string_view from, std::string_view to);
/// RFC 4791 7.10.
std::string free_busy_query_body(std::string_view from, std::string_view to);
/// Of an extended MKCOL (address books) or MKCALENDAR.
std::string make_address_book_body(std::string_view name);
std::string make_calendar_body(std::string_view name, const Components& components);
/// A PROPPATCH that renames.
std::string rename_body(std::string_view name);

}  // namespace godwit::dav
