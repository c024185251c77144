#include "policy/wipe.hpp"

namespace godwit::policy {

void copy_wipe(const Device& from, Device& to) {
  to.wipe = from.wipe;
  to.wipe_scope = from.wipe_scope;
  to.wipe_changed = from.wipe_changed;
  to.wipe_by = from.wipe_by;
  to.wipe_ordered = from.wipe_ordered;
  to.wipe_delivered = from.wipe_delivered;
}

}  // namespace godwit::policy
