/// A DNS server on loopback that knows what a test wrote down.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "dns/lookup.hpp"

namespace godwit::test {

/// By name in lower case. A name with an alias has nothing else.
using Zone = std::map<std::string, std::vector<dns::Record>>;

dns::Record address(const std::string& text);
dns::Record alias(const std::string& host);
dns::Record mail(const std::string& host);
dns::Record service(const std::string& host, std::uint16_t port, std::uint16_t priority = 0,
                    std::uint16_t weight = 0);

/// The answer to a question as it came over the wire; empty: it was none.
std::string answer_to(const Zone& zone, const std::string& question);

class ScriptedDns {
 public:
  explicit ScriptedDns(Zone zone);
  ~ScriptedDns();
  ScriptedDns(const ScriptedDns&) = delete;
  ScriptedDns& operator=(const ScriptedDns&) = delete;

  std::string server() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  void serve() const;

  Zone zone_;
  int socket_ = -1;
  int stop_[2] = {-1, -1};  // a pipe: closed to end the thread
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace godwit::test
