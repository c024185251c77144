// links: godwit_dns
/// Answers of DNS servers, whoever sends them: what is read is text, and there is not too much.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "dns/answer.hpp"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto records = godwit::dns::read_answer(bytes)) {
    require(records->size() <= 64);
    for (const godwit::dns::Record& record : *records) {
      require(record.text.size() < 1025);
      for (const char c : record.text) require(c > ' ' && c < 127);
    }
  }
  if (const auto server = godwit::dns::parse_server(bytes)) require(server->port != 0);
  return 0;
}
