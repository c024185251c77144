// links: godwit_backend_sieve
// What a ManageSieve server says: read within bounds, however it is cut; strings cannot end a
// command.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "backend/sieve/protocol.hpp"

namespace {

using namespace godwit::backend::sieve;

void require(bool condition) {
  if (!condition) std::abort();
}

std::string responses(std::string_view text, std::size_t piece) {
  ResponseReader reader;
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += piece) {
    reader.feed(text.substr(i, piece));
    while (auto response = reader.next()) {
      if (!*response) return out;
      require((*response)->lines.size() <= response_lines_max);
      require((*response)->words.find_first_of("\r\n") == std::string::npos);
      const Capabilities can = read_capabilities(**response);
      out += (*response)->words + '|' + (*response)->code + (can.plain ? "p" : "");
      const auto scripts = read_scripts(**response);
      if (!scripts) continue;
      for (const ScriptName& script : *scripts) out += script.name + '/';
    }
  }
  return out;
}

/// As a server would read what we write.
void written_and_read(std::string_view text) {
  for (const std::string& line : {encode_string(text), encode_literal(text)}) {
    ResponseReader reader;
    reader.feed(line + "\r\nOK\r\n");
    const auto response = reader.next();
    require(response && *response && (*response)->lines.size() == 1);
    require((*response)->lines[0].size() == 1 && (*response)->lines[0][0].text == text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  require(responses(text, 1) == responses(text, 5));
  written_and_read(text.substr(0, 4096));
  return 0;
}
