// links: godwit_backend_smtp
// What a mail server says: read within bounds, however it is cut; content cannot end itself.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "backend/smtp/protocol.hpp"

namespace {

using namespace godwit::backend::smtp;

void require(bool condition) {
  if (!condition) std::abort();
}

std::string replies(std::string_view text, std::size_t piece) {
  ReplyReader reader;
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += piece) {
    reader.feed(text.substr(i, piece));
    while (auto reply = reader.next()) {
      if (!*reply) return out;
      require((*reply)->lines.size() <= reply_lines_max);
      require((*reply)->words().find_first_of("\r\n") == std::string::npos);
      static_cast<void>(read_capabilities(**reply));
      out += (*reply)->words() + '|';
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  require(replies(text, 1) == replies(text, 5));
  DotEncoder encoder;
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 2) encoder.feed(text.substr(i, 2), out);
  encoder.finish(out);
  require(out.ends_with(".\r\n"));
  require(out.size() == 3 || out.find("\r\n.\r\n") == out.size() - 5);
  return 0;
}
