#include "app/former_states.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

#include "migration/rows.hpp"
#include "migration/z_push.hpp"

namespace godwit::app {
namespace {

namespace fs = std::filesystem;
using migration::FormerDevice;

/// A state in hexadecimal digits, and the other fields.
constexpr std::size_t line_bytes_max = 2 * migration::z_push_state_bytes_max + 1024;

bool give(const FormerStates& states, const std::string& name,
          Result<std::vector<FormerDevice>> devices) {
  if (!devices) {
    states.failed(name, devices.error().message);
    return true;
  }
  return std::ranges::all_of(
      *devices, [&](FormerDevice& device) { return states.device(std::move(device)); });
}

Result<std::vector<FormerDevice>> read_state(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(Errc::refused, "cannot be read");
  std::string bytes;
  std::string piece(64UL * 1024, '\0');
  while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() > 0) {
    bytes.append(piece, 0, static_cast<std::size_t>(in.gcount()));
    if (bytes.size() > migration::z_push_state_bytes_max) {
      return fail(Errc::too_large, "too large for a state");
    }
  }
  if (in.bad()) return fail(Errc::refused, "cannot be read to its end");
  return migration::z_push_devices(migration::z_push_device_of(path), bytes);
}

/// Folders below `folder`, or files; sorted, links left alone.
std::vector<std::string> names_in(const std::string& folder, bool folders,
                                  const FormerStates& states) {
  std::vector<std::string> names;
  std::error_code error;
  for (auto at = fs::directory_iterator(folder, error); !error && at != fs::directory_iterator();
       at.increment(error)) {
    std::error_code unknown;
    const auto kind = at->symlink_status(unknown).type();
    if (kind == (folders ? fs::file_type::directory : fs::file_type::regular)) {
      names.push_back(at->path().string());
    }
  }
  if (error) states.failed(folder, error.message());
  std::ranges::sort(names);
  return names;
}

/// The next line without its end; false where there is none. One that is too long is cut.
bool next_line(std::istream& in, std::string& line, bool& too_long) {
  line.clear();
  too_long = false;
  auto* bytes = in.rdbuf();
  constexpr auto end = std::istream::traits_type::eof();
  for (auto c = bytes->sbumpc(); c != end; c = bytes->sbumpc()) {
    if (c == '\n') return true;
    if (line.size() < line_bytes_max) {
      line += static_cast<char>(c);
    } else {
      too_long = true;
    }
  }
  return !line.empty();
}

}  // namespace

Result<> read_z_push_folder(const std::string& folder, const FormerStates& states) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) return fail(Errc::not_found, folder + ": is no folder");
  const fs::directory_iterator opened(folder, error);
  if (error) return fail(Errc::refused, folder + ": " + error.message());
  // STATE_DIR/c/b/abc-devicedata: the last character of the id, and the one before.
  for (const std::string& first : names_in(folder, true, states)) {
    for (const std::string& second : names_in(first, true, states)) {
      for (const std::string& file : names_in(second, false, states)) {
        if (migration::z_push_device_of(file).empty()) continue;
        if (!give(states, file, read_state(file))) return {};
      }
    }
  }
  return {};
}

Result<> read_former_table(const std::string& file, FormerTable table, const FormerStates& states) {
  std::ifstream opened;
  if (file != "-") {
    opened.open(file, std::ios::binary);
    if (!opened) return fail(Errc::not_found, file + ": cannot be read");
  }
  std::istream& in = file == "-" ? std::cin : opened;
  std::string line;
  bool too_long = false;
  for (std::size_t number = 1; next_line(in, line, too_long); ++number) {
    const std::string name = "line " + std::to_string(number);
    if (too_long) {
      states.failed(name, "too long");
      continue;
    }
    if (line.empty() || line == "\r") continue;
    Result<std::vector<FormerDevice>> devices;
    if (table == FormerTable::z_push) {
      devices = migration::z_push_row(line);
    } else if (auto device = migration::sogo_row(line)) {
      devices->push_back(*std::move(device));
    } else {
      devices = pass(device);
    }
    if (!give(states, name, std::move(devices))) return {};
  }
  return {};
}

}  // namespace godwit::app
