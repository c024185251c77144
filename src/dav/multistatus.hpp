/// What a DAV server says of its resources: the entries of a multistatus (RFC 4918 13) with the
/// properties of RFC 3744, 4791, 6352 and 6578 that we ask for. No I/O.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "dav/xml.hpp"

namespace godwit::dav {

/// The kinds of components that a calendar may hold.
struct Components {
  bool events = false;
  bool tasks = false;
  bool journals = false;
  friend bool operator==(const Components&, const Components&) = default;
};

/// Of one resource. What the server did not tell is empty.
struct Properties {
  bool collection = false;
  bool calendar = false;
  bool address_book = false;
  bool principal = false;
  bool unauthenticated = false;  // current-user-principal: nobody is signed in
  std::string name;              // displayname
  std::string etag;              // strong, with its quotes
  std::string modified;          // getlastmodified
  std::string content_type;
  std::string ctag;
  std::string sync_token;
  std::optional<Components> components;
  std::optional<bool> writable;     // current-user-privilege-set
  bool syncs = false;               // supported-report-set: sync-collection
  std::optional<std::string> data;  // calendar-data or address-data
  std::string principal_href;       // current-user-principal
  std::vector<std::string> calendar_homes;
  std::vector<std::string> contact_homes;
  std::string default_calendar;               // schedule-default-calendar-URL
  std::vector<std::string> user_addresses{};  // calendar-user-address-set
  std::string schedule_outbox{};              // RFC 6638
  std::string owner{};                        // a principal
  std::string resource_id{};                  // RFC 5842: the same by whatever path
  std::vector<std::string> proxy_for{};       // principals whose calendars the user may see
};

struct Entry {
  std::string href;      // as sent
  int status = 200;      // of the resource: 404 = it is gone, 507 = the list was cut
  bool no_data = false;  // the properties were asked for, but refused
  Properties properties;
};

/// RFC 9110 8.8.3: a weak one is never equal in If-Match. Proxies that compress weaken those of
/// servers that know none, so what is inside stands. Empty when there is none.
std::string strong_etag(std::string_view text);

/// Reads a `response`; nothing where it is none. Error: malformed.
Result<std::optional<Entry>> read_entry(const Element& element);

/// Feeds an answer's bytes and gives its entries out one by one.
class Multistatus final : public Sink {
 public:
  using Take = std::function<Result<>(Entry entry)>;

  explicit Multistatus(Take take);

  void append(std::string_view bytes) override { xml_.append(bytes); }
  bool failed() const { return xml_.failed(); }
  /// Once all bytes came. Errors: as XmlStream; malformed when it is no multistatus.
  Result<> finish();
  /// The sync-token that stands beside the entries.
  const std::string& sync_token() const { return sync_token_; }

 private:
  Result<> take_child(const Element& child);

  Take take_;
  std::string sync_token_;
  XmlStream xml_;
};

/// The conditions of an `error` (RFC 4918 14.5) in a body that may be none: "valid-sync-token".
std::vector<std::string> read_conditions(std::string_view body);

}  // namespace godwit::dav
