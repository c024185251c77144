/// Where a queue lies in its folder.
#pragma once

#include <string>

namespace godwit::queue {

/// The mail's name in logs, lists and as a file: of an envelope id, which may hold anything.
std::string name_of(const std::string& id);

inline std::string database_path(const std::string& folder) { return folder + "/queue.sqlite"; }
inline std::string mail_folder(const std::string& folder) { return folder + "/mail"; }

}  // namespace godwit::queue
