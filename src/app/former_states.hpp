/// What another server left behind, file by file and row by row, so that no more than one is in
/// memory. Blocks.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "migration/former_device.hpp"

namespace godwit::app {

struct FormerStates {
  /// Of each device of each user. False: that was enough.
  std::function<bool(migration::FormerDevice)> device;
  /// What cannot be read, by name ("file", "line 7"), and why.
  std::function<void(std::string, std::string)> failed;
};

/// Z-Push's STATE_DIR. Error: it is none, or cannot be opened.
Result<> read_z_push_folder(const std::string& folder, const FormerStates& states);

enum class FormerTable : std::uint8_t { z_push, sogo };
/// Rows that a database client printed (migration/rows.hpp); "-": standard input. Error: it cannot
/// be opened.
Result<> read_former_table(const std::string& file, FormerTable table, const FormerStates& states);

}  // namespace godwit::app
