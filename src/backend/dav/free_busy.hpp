/// When people are free, as a CalDAV server tells: the asker's own calendars are read; of others
/// the server is asked by scheduling (RFC 6638 5), or where their calendars have a known place, by
/// a free-busy-query on them (RFC 4791 7.10).
#pragma once

#include <string>
#include <vector>

#include "backend/dav/dav.hpp"
#include "backend/free_busy.hpp"
#include "convert/time_zone/zone.hpp"

namespace godwit::backend::dav {

class DavFreeBusy final : public FreeBusy {
 public:
  /// `zone`: of events without one. All references outlive it.
  DavFreeBusy(DavServer& server, convert::Zone zone, const Clock& clock, Random& random)
      : server_(server), zone_(std::move(zone)), clock_(clock), random_(random) {}
  Task<std::vector<FreeBusyAnswer>> ask(Account asker, std::vector<std::string> addresses,
                                        Time from, Time to) override;

 private:
  DavServer& server_;
  convert::Zone zone_;
  const Clock& clock_;
  Random& random_;
};

}  // namespace godwit::backend::dav
