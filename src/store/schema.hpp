/// What the administration asks of a store's schema, whatever keeps it.
#pragma once

namespace godwit::store {

struct SchemaStatus {
  int current = 0;   // 0: nothing is installed
  int expected = 0;  // what this program needs
  friend bool operator==(const SchemaStatus&, const SchemaStatus&) = default;
};

}  // namespace godwit::store
