#include "render/reader.hpp"

namespace godwit::render {

void MessageReader::have(std::string section, std::string beginning, bool whole) {
  known_[std::move(section)] = {std::move(beginning), whole};
}

bool MessageReader::has_whole(const std::string& section) const {
  const auto row = known_.find(section);
  return row != known_.end() && row->second.whole;
}

Task<Result<std::string>> MessageReader::read(std::string section, std::uint64_t offset,
                                              std::uint64_t length) {
  if (const auto row = known_.find(section); row != known_.end()) {
    const Known& known = row->second;
    if (offset < known.bytes.size()) {
      co_return known.bytes.substr(static_cast<std::size_t>(offset),
                                   static_cast<std::size_t>(length));
    }
    if (known.whole) co_return std::string();
  }
  std::vector<backend::PartRange> ranges{{uid_, std::move(section), offset, length}};
  auto answer = co_await mail_->read(folder_, uid_validity_, std::move(ranges));
  if (!answer) co_return pass(answer);
  co_return answer->empty() ? std::string() : std::move(answer->front());
}

Task<Result<std::optional<backend::DecodedStretch>>> MessageReader::read_decoded(
    std::string section, std::uint64_t offset, std::uint64_t length) {
  auto* const decoded = dynamic_cast<backend::DecodedReads*>(mail_.get());
  if (decoded == nullptr) co_return std::nullopt;
  backend::PartRange range{uid_, std::move(section), offset, length};
  co_return co_await decoded->read_decoded(folder_, uid_validity_, std::move(range));
}

}  // namespace godwit::render
