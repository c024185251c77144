#include "lmtp/spool.hpp"

#include "base/fault.hpp"
#include "base/log.hpp"

namespace godwit::lmtp {

namespace {

constexpr Log spool_log("lmtp.spool");

}  // namespace

Spool::~Spool() {
  if (!writer_) return;
  writer_.reset();
  try {
    files_.remove(path_);
  } catch (const Fault& fault) {
    spool_log.warning("spool.file_left", {{"error", fault.what()}});
  }
}

void Spool::append(std::string_view bytes) {
  size_ += bytes.size();
  if (!needs_file(bytes.size())) {
    memory_ += bytes;
    return;
  }
  if (!writer_) {
    writer_ = files_.create(path_);
    writer_->append(memory_);
    std::string().swap(memory_);
  }
  writer_->append(bytes);
}

std::string Spool::read(std::uint64_t offset, std::size_t length) const {
  if (offset >= size_) return {};
  if (writer_) return files_.read(path_, offset, length);
  return memory_.substr(static_cast<std::size_t>(offset), length);
}

}  // namespace godwit::lmtp
