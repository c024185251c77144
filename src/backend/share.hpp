/// A folder or a collection that its owner shares with another user.
#pragma once

#include <cstdint>
#include <string>

#include "item/folder.hpp"

namespace godwit::backend {

enum class ShareRight : std::uint8_t { read, write };

struct Share {
  std::string owner;   // address
  std::string folder;  // path of a mail folder, its levels divided by '/', or a collection's name
  ItemClass item_class = ItemClass::email;
  std::string reader;  // address
  ShareRight right = ShareRight::read;
};

}  // namespace godwit::backend
