/// An event, contact, task or note that was removed and can be put back.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "item/folder.hpp"

namespace godwit::backend {

struct RemovedItem {
  std::int64_t number = 0;  // by which it is put back
  ItemClass item_class = ItemClass::contacts;
  std::string folder;
  std::string title;  // for a person to know it by; may be empty
  Time removed{};
  std::uint64_t bytes = 0;
};

}  // namespace godwit::backend
