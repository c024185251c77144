#include "backend/memory/memory_items.hpp"
#include "conformance/items_suite.hpp"

namespace godwit::conformance {
namespace {

class MemoryItemsUnderTest final : public ItemsServer {
 public:
  backend::Items& items() override { return *items_; }
  backend::Items& other() override { return *items_; }

 private:
  std::shared_ptr<backend::MemoryItems> items_ =
      std::make_shared<backend::MemoryItems>(UserId::parse("ada@example.com").value());
};

std::unique_ptr<ItemsServer> make_memory() { return std::make_unique<MemoryItemsUnderTest>(); }

INSTANTIATE_TEST_SUITE_P(Memory, ItemsSuite, testing::Values(&make_memory));

}  // namespace
}  // namespace godwit::conformance
