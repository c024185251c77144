// links: godwit_eas
// Whatever the query: what was understood is understood again from its own two forms.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "eas/request_line.hpp"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view query(reinterpret_cast<const char*>(data), size);
  const auto line = godwit::eas::parse_request_line(query);
  if (!line) return 0;
  const auto again = godwit::eas::parse_request_line(godwit::eas::format_request_line(*line));
  // A plain query that names nothing but a command has no mark of its form but that.
  require(again.has_value());
  require(again->command == line->command);
  require(again->device_id == line->device_id);
  require(again->device_type == line->device_type);
  require(again->collection_id == line->collection_id);
  require(again->save_in_sent == line->save_in_sent);
  return 0;
}
