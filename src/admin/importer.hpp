/// Devices that another server knew, taken over. Their records are as though they had come here, so
/// that whoever looks sees them, and an order given there is carried out here.
///
/// What was taken over is remembered for each user and device apart from the device's own record
/// (docs/adr/0027-imported-devices.md): to do it again changes nothing, what happened here since
/// stands, and a wipe that was delivered or taken back here does not come again.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "admin/operations.hpp"

namespace godwit::admin {

enum class Taken : std::uint8_t {
  added,      // nothing was known of it
  updated,    // only known from there, and there is news
  wipe,       // known here; the wipe that was ordered there is now ordered here
  wiped,      // the wipe that was taken over has been acknowledged there
  kept,       // known here: what is known stays
  unchanged,  // as it was taken over before
};

struct FormerDevice {
  Order order;            // whose, which, and who takes it over
  policy::Device device;  // `wipe`: none, ordered or done
  std::string from;       // which server, for the audit log: "z-push"
};

class Importer {
 public:
  virtual ~Importer() = default;
  /// All or nothing, with its entry in the audit log; of `dry_run`, what it would be. Errors:
  /// malformed (the device's record cannot be read), conflict.
  virtual Task<Result<Taken>> take_over(FormerDevice former, bool dry_run) = 0;
};

struct Operation;
/// "device.import".
std::span<const Operation> import_operations();

}  // namespace godwit::admin
