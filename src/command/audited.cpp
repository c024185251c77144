#include "command/audited.hpp"

#include "net/network.hpp"

namespace godwit::command {

store::Write audited(const Session& session, std::string action, std::string details,
                     std::string by) {
  const policy::AuditEntry entry{.time = session.now(),
                                 .action = std::move(action),
                                 .by = by.empty() ? std::string("device") : std::move(by),
                                 .address = std::string(net::address_of(session.request.peer)),
                                 .user = session.user(),
                                 .device = session.device_id.str(),
                                 .details = std::move(details)};
  return policy::audit_write(entry, session.services.random.next());
}

}  // namespace godwit::command
