/// Faults: what goes wrong outside of us (peer gone, database down, disk full). Thrown by net,
/// store and backend; caught where something can be decided.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace godwit {

class Fault : public std::runtime_error {
 public:
  enum class Kind : std::uint8_t {
    unavailable,     // the peer is down or unreachable: try again later
    timed_out,       // it did not answer in time: what it did is unknown
    sign_in_failed,  // it refuses the user's credentials
    quota,           // the mailbox or the disk is full
    corrupt,         // it answered nonsense, or stored data is damaged
    busy,            // another holds the lock or the lease
  };

  Fault(Kind kind, const std::string& what) : std::runtime_error(what), kind_(kind) {}
  Kind kind() const noexcept { return kind_; }

 private:
  Kind kind_;
};

}  // namespace godwit
