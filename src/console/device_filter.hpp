/// Which devices a search means. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "admin/operations.hpp"

namespace godwit::console {

struct DeviceSearch {
  std::string words;  // each within the user, the id, the model, the type or the program
  std::string state;  // as admin::Device says it; empty: any
};

/// What a search is made of, in lower case.
std::vector<std::string> words_of(std::string_view text);
/// `word` is in lower case; letter case of `text` does not count.
bool holds(std::string_view text, std::string_view word);

/// The last seen first. Letter case of ASCII does not count.
std::vector<admin::Device> matching(std::vector<admin::Device> devices, const DeviceSearch& search);

}  // namespace godwit::console
