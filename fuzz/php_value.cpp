// links: godwit_migration
// States of another server: whatever is read is whole, within its bounds, and comes to an end.
#include "migration/php_value.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "migration/policies_ini.hpp"
#include "migration/rows.hpp"
#include "migration/z_push.hpp"

namespace {

using namespace godwit::migration;

constexpr PhpLimits limits{.bytes_max = 1 << 16, .values_max = 2000, .depth_max = 16};

void require(bool condition) {
  if (!condition) std::abort();
}

/// References lead anywhere, to what holds them, too: they are looked at, not walked into.
std::size_t walk(const PhpValue& value, std::size_t depth, std::size_t& steps) {
  require(++steps <= 100'000 || depth <= limits.depth_max);
  if (steps > 10'000 || depth > limits.depth_max) return 0;
  std::size_t seen = value.text().size();
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto [name, content] = value.member(i);
    seen += name.text().size() + walk(content, depth + 1, steps);
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto read = PhpDocument::parse(bytes, limits)) {
    std::size_t steps = 0;
    walk(read->root(), 0, steps);
  }
  if (const auto device = sogo_row(bytes)) require(!device->user.empty());
  static_cast<void>(z_push_row(bytes));
  static_cast<void>(read_policies_ini(bytes));
  if (const auto devices = z_push_devices("phone1", bytes)) {
    for (const FormerDevice& device : *devices) {
      require(device.device == "phone1");
      require(!device.user.empty() && device.user.size() <= FormerDevice::text_bytes_max);
      require(device.agent.size() <= FormerDevice::text_bytes_max);
    }
  }
  return 0;
}
