/// Rows of tables as database clients print them: `mysql --batch`, with tabs, and `psql`'s \copy to
/// CSV. For columns that hold neither separators nor line ends: names, numbers, hexadecimal digits.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "migration/former_device.hpp"

namespace godwit::migration {

/// The fields of a line, without quotes around them.
std::vector<std::string_view> fields_of(std::string_view line);

/// Of Z-Push's table of states: device_id, and state_data in hexadecimal. Errors: malformed,
/// too_large.
Result<std::vector<FormerDevice>> z_push_row(std::string_view line);

/// Of SOGo's table of caches: the user, c_path, c_creationdate,
/// c_lastmodified, of rows with c_type 200. SOGo keeps no more of a device: no type, no policy, no
/// wipe. Error: malformed. Source: SOGo's SOGoCacheGCSObject.m, SOGoActiveSyncDispatcher.m.
Result<FormerDevice> sogo_row(std::string_view line);

}  // namespace godwit::migration
