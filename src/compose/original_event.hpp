/// An event that is answered or forwarded ([MS-ASCMD] SmartForward, SmartReply).
#pragma once

#include <string>

#include "compose/mail_texts.hpp"
#include "compose/original.hpp"
#include "item/event.hpp"

namespace godwit::compose {

class OriginalEvent final : public Original {
 public:
  /// `calendar`: the invitation that a forward takes along. `texts` lives as long as the program.
  OriginalEvent(const Event& event, std::string calendar, const MailTexts& texts);
  Task<Result<>> write_plain(bool quoted, Take take) override;
  Task<Result<>> write_html(bool quoted, Take take) override;
  Task<Result<std::vector<Entity>>> attachments() override;
  void thread(Fields&, bool) const override {}  // it has no Message-ID

 private:
  const MailTexts& texts_;
  std::string text_;  // lines end in LF
  std::string calendar_;
};

}  // namespace godwit::compose
