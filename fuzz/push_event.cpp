// links: godwit_ingest
// Whatever is sent as events: what is taken for one has a clean user and folder within their
// bounds, and there are never more than there may be.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.hpp"
#include "ingest/event.hpp"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

bool is_clean(std::string_view text) {
  return godwit::utf8_valid(text) &&
         std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto batch = godwit::ingest::parse_events({reinterpret_cast<const char*>(data), size});
  if (!batch) return 0;
  require(batch->events.size() + batch->ignored <= godwit::ingest::events_max);
  for (const godwit::ingest::Event& event : batch->events) {
    require(!event.user.empty() && event.user.size() <= godwit::ingest::user_bytes_max);
    require(event.folder.size() <= godwit::ingest::folder_bytes_max);
    require(is_clean(event.user) && is_clean(event.folder));
  }
  return 0;
}
