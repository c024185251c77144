// links: godwit_lmtp
// parser: lmtp/dot_decoder.hpp
// The LMTP session: whatever a peer sends, in whatever pieces, is answered within bounds.
#include <cstdlib>
#include <string_view>

#include "lmtp/session.hpp"

namespace {

using namespace godwit;

void require(bool condition) {
  if (!condition) std::abort();
}

/// Plays the driver; verdicts follow the input, so that every answer is tried.
struct Driver {
  lmtp::Session session{{.host = "fuzz", .message_bytes_max = 4096, .recipients_max = 4}};
  bool closed = false;
  bool in_mail = false;
  unsigned turn = 0;

  lmtp::Verdict verdict() { return static_cast<lmtp::Verdict>(turn++ % 5); }

  void run() {
    while (!closed) {
      auto action = session.next();
      if (!action) break;
      if (const auto* asked = std::get_if<lmtp::CheckRecipient>(&*action)) {
        require(asked->address.size() <= lmtp::path_bytes_max);
        require(asked->address.find_first_of("\r\n<>") == std::string::npos);
        session.recipient(verdict());
      } else if (std::holds_alternative<lmtp::BeginMail>(*action)) {
        require(!in_mail);
        in_mail = true;
        if (turn++ % 7 == 6) session.spool_failed(lmtp::Verdict::disk_full);
      } else if (const auto* bytes = std::get_if<lmtp::MailBytes>(&*action)) {
        require(in_mail && !bytes->bytes.empty());
      } else if (const auto* whole = std::get_if<lmtp::DeliverMail>(&*action)) {
        require(in_mail && !whole->transaction.recipients.empty());
        require(whole->transaction.recipients.size() <= 4);
        in_mail = false;
        std::vector<lmtp::Verdict> verdicts;
        for (const auto& address : whole->transaction.recipients) {
          if (!address.empty()) verdicts.push_back(verdict());
        }
        session.delivered(verdicts);
      } else if (std::holds_alternative<lmtp::DropMail>(*action)) {
        require(in_mail);
        in_mail = false;
      } else {
        closed = true;
      }
    }
    const std::string output = session.take_output();
    require(output.empty() || output.ends_with("\r\n"));
  }
};

}  // namespace

/// The first byte says how large the pieces are.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t piece = data[0] == 0 ? input.size() + 1 : data[0];
  Driver driver;
  driver.run();
  while (!input.empty() && !driver.closed) {
    driver.session.feed(input.substr(0, piece));
    input.remove_prefix(std::min(piece, input.size()));
    driver.run();
  }
  return 0;
}
