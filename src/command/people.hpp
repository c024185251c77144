/// What Search, Find and ResolveRecipients share: entries of the address list with their pictures.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/directory.hpp"
#include "base/fault.hpp"
#include "base/task.hpp"
#include "command/session.hpp"

namespace godwit::command {

/// [MS-ASCMD] Range: `m-n`, both included, from 0.
struct IndexRange {
  std::uint32_t first = 0;
  std::uint32_t last = 99;
  std::uint64_t count() const { return std::uint64_t{last} - first + 1; }
};
/// Nothing for what is no range.
std::optional<IndexRange> parse_index_range(std::string_view text);

/// [MS-ASCMD] Picture: what a device wants of photos.
struct PictureOptions {
  std::uint64_t bytes_max = backend::photo_bytes_max;
  std::uint32_t pictures_max = UINT32_MAX;
};
/// Nothing for a number that is none.
std::optional<PictureOptions> read_picture_options(const wbxml::Element& picture,
                                                   wbxml::Tag max_size, wbxml::Tag max_pictures);

/// 1 with the photo, or 173, 174, 175 without.
struct Picture {
  std::uint16_t status = 1;
  std::string bytes;
};
/// One for each entry; the first `pictures_max` that are small enough have their photo.
Task<std::vector<Picture>> load_pictures(Session& session,
                                         const std::vector<backend::DirectoryEntry>& entries,
                                         PictureOptions options);

/// The entry's properties that are not empty, from the GAL page, into the open element. `picture`
/// may be null.
void write_entry(const backend::DirectoryEntry& entry, const Picture* picture, wbxml::Writer& out);

/// [MS-ASCMD] Status (Search): of a store that cannot be asked.
std::uint16_t store_status(Fault::Kind kind);

/// A page of the address list for Search and Find.
struct PeoplePage {
  std::vector<backend::DirectoryEntry> entries;
  std::vector<Picture> pictures;  // empty: not asked for
  IndexRange range;               // of the entries; meaningless without any
  std::uint64_t total = 0;
};
Task<PeoplePage> find_people(Session& session, std::string text, IndexRange range,
                             std::optional<PictureOptions> pictures);

inline constexpr std::size_t people_query_characters_max = 256;
inline constexpr std::uint32_t people_max = 100;  // [MS-ASCMD] Range (Search), GAL

}  // namespace godwit::command
