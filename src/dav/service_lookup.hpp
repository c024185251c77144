/// Where a mail domain's DAV servers are: SRV and TXT records (RFC 6764 5).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/task.hpp"
#include "dav/request.hpp"
#include "dav/url.hpp"

namespace godwit::dav {

/// What DNS answers a question about one name.
struct ServiceRecord {
  std::uint16_t priority = 0;
  std::uint16_t weight = 0;
  std::uint16_t port = 0;
  std::string target;  // without the last dot; empty = the service is decidedly not there
};

class Resolver {
 public:
  virtual ~Resolver() = default;
  /// Empty when there is none. Throws Fault(unavailable) when nobody answers.
  virtual Task<std::vector<ServiceRecord>> services(std::string name) = 0;
  virtual Task<std::vector<std::string>> texts(std::string name) = 0;
};

/// The machine's resolver, on a gate of its own.
std::unique_ptr<Resolver> make_system_resolver();

/// Records of a DNS answer, whoever sent it. Error: malformed.
Result<std::vector<ServiceRecord>> read_services(std::string_view message);
Result<std::vector<std::string>> read_texts(std::string_view message);

/// The server of `_caldavs._tcp` or `_carddavs._tcp` of the domain, with the path that TXT gives,
/// or
/// "/". Only the services over TLS. Error: not_found.
Task<Result<Url>> find_service(Resolver& resolver, Service service, std::string domain);

}  // namespace godwit::dav
