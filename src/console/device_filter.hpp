/// Which devices a search means. Pure.
#pragma once

#include <string>
#include <vector>

#include "admin/operations.hpp"

namespace godwit::console {

struct DeviceSearch {
  std::string words;  // each within the user, the id, the model, the type or the program
  std::string state;  // as admin::Device says it; empty: any
};

/// The last seen first. Letter case of ASCII does not count.
std::vector<admin::Device> matching(std::vector<admin::Device> devices, const DeviceSearch& search);

}  // namespace godwit::console
