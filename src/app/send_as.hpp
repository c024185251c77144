/// Who may write mail as whom, by the configuration.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/config.hpp"

namespace godwit::app {

using SendAs = std::map<std::string, std::vector<std::string>, std::less<>>;  // by user
/// Error malformed: names the entry that is not `user: address address ...`.
Result<SendAs> parse_send_as(const Strings& entries);

}  // namespace godwit::app
