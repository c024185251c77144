/// An event that is answered or forwarded ([MS-ASCMD] SmartForward, SmartReply).
#pragma once

#include <string>

#include "compose/original.hpp"
#include "item/event.hpp"

namespace godwit::compose {

class OriginalEvent final : public Original {
 public:
  /// `calendar`: the invitation that a forward takes along.
  OriginalEvent(const Event& event, std::string calendar);
  Task<Result<>> write_plain(bool quoted, Take take) override;
  Task<Result<>> write_html(bool quoted, Take take) override;
  Task<Result<std::vector<Entity>>> attachments() override;
  void thread(Fields&, bool) const override {}  // it has no Message-ID

 private:
  std::string text_;  // lines end in LF
  std::string calendar_;
};

}  // namespace godwit::compose
