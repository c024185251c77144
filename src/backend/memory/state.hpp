/// What MemoryMail keeps: private to this folder.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backend/memory/memory.hpp"
#include "convert/limits.hpp"
#include "convert/mime.hpp"

namespace godwit::backend {

struct MemoryMail::Content {
  explicit Content(std::string bytes);
  /// Without angle brackets; empty when there is none.
  std::string message_id() const;

  std::string text;
  convert::Layout layout;
};

struct MemoryMail::Stored {
  MessageState state;
  std::shared_ptr<const Content> content;  // shared by copies of a moved message
};

struct MemoryMail::Folder {
  std::uint64_t id = 0;
  Folder* parent = nullptr;
  std::string name;
  FolderRole role = FolderRole::none;
  bool selectable = true;
  bool read_only = false;
  std::uint32_t uid_validity = 0;
  Uid uid_next = 1;
  std::uint64_t modseq = 1;
  std::map<Uid, Stored> messages;
  std::vector<std::pair<std::uint64_t, Uid>> expunged;  // ascending by modseq
};

/// Not empty, at most 255 octets of UTF-8 without control characters, no '/', no blank ends.
bool folder_name_valid(std::string_view name);
/// Keywords sorted and unique; an `$Forwarded` among them becomes the flag.
void normalise(Flags& flags);

}  // namespace godwit::backend
