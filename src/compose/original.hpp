/// What is answered or forwarded: a message, read from its backend piece by piece, or an event.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.hpp"
#include "base/result.hpp"
#include "compose/entity.hpp"
#include "compose/letter.hpp"
#include "compose/pieces.hpp"
#include "convert/body.hpp"
#include "http/message.hpp"

namespace godwit::compose {

class Original {
 public:
  using Take = std::function<void(std::string_view)>;
  virtual ~Original() = default;
  /// A few lines that say what follows, and it as plain text; `quoted`: each line of it behind
  /// `> `. Error: incomplete when the backend loses it meanwhile.
  virtual Task<Result<>> write_plain(bool quoted, Take take) = 0;
  /// The same as HTML, to be put into another document.
  virtual Task<Result<>> write_html(bool quoted, Take take) = 0;
  /// What a forward takes along.
  virtual Task<Result<std::vector<Entity>>> attachments() = 0;
  /// In-Reply-To and References of an answer, where the header has none. RFC 5322 3.6.4
  virtual void thread(Fields& header, bool forward) const = 0;
};

class OriginalMessage final : public Original {
 public:
  struct Place {
    FolderKey folder;
    std::uint32_t uid_validity = 0;
    Uid uid = 0;
  };
  /// Error: not_found. The spools outlive it.
  static Task<Result<std::unique_ptr<OriginalMessage>>> load(std::shared_ptr<backend::Mail> mail,
                                                             http::Spools& spools, Place place);

  Task<Result<>> write_plain(bool quoted, Take take) override;
  Task<Result<>> write_html(bool quoted, Take take) override;
  /// Each attachment as it is encoded, or the whole message where it is signed or encrypted.
  Task<Result<std::vector<Entity>>> attachments() override;
  void thread(Fields& header, bool forward) const override;

 private:
  OriginalMessage(std::shared_ptr<backend::Mail> mail, http::Spools& spools, Place place,
                  Message message);
  Task<Result<>> read(std::string section, Take take);
  Task<Result<>> read_text(const Part& part, Take take);
  Task<Result<Entity>> attachment(const Part& part, bool is_inline);
  Task<Result<Entity>> whole();
  std::vector<std::pair<std::string, std::string>> summary() const;

  std::shared_ptr<backend::Mail> mail_;
  http::Spools& spools_;
  Place place_;
  Message message_;
  convert::BodyParts parts_;  // points into message_
};

}  // namespace godwit::compose
