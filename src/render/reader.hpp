/// Reads parts of one message: what a batch has brought already, and more where it is needed.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "backend/backend.hpp"
#include "backend/decoded.hpp"
#include "base/result.hpp"
#include "base/task.hpp"

namespace godwit::render {

class MessageReader {
 public:
  MessageReader(std::shared_ptr<backend::Mail> mail, FolderKey folder, std::uint32_t uid_validity,
                Uid uid)
      : mail_(std::move(mail)),
        folder_(std::move(folder)),
        uid_validity_(uid_validity),
        uid_(uid) {}

  /// The beginning of a section; `whole`: there is no more of it.
  void have(std::string section, std::string beginning, bool whole);
  bool has_whole(const std::string& section) const;

  /// At most `length` bytes from `offset`; empty at the end. Errors: as Mail::read.
  Task<Result<std::string>> read(std::string section, std::uint64_t offset, std::uint64_t length);
  /// As DecodedReads::read_decoded; nothing of mail that has no such.
  Task<Result<std::optional<backend::DecodedStretch>>> read_decoded(std::string section,
                                                                    std::uint64_t offset,
                                                                    std::uint64_t length);

 private:
  struct Known {
    std::string bytes;
    bool whole = false;
  };

  std::shared_ptr<backend::Mail> mail_;
  FolderKey folder_;
  std::uint32_t uid_validity_;
  Uid uid_;
  std::map<std::string, Known> known_;
};

}  // namespace godwit::render
