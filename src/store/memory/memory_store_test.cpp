#include "store/memory/memory_store.hpp"

#include "conformance/store_suite.hpp"

namespace godwit::store::test {
namespace {

class MemoryFixture final : public StoreFixture {
 public:
  std::unique_ptr<Store> open() override { return std::make_unique<MemoryStore>(); }
  bool persistent() const override { return false; }
  bool concurrent() const override { return false; }
};

std::unique_ptr<StoreFixture> make_memory() { return std::make_unique<MemoryFixture>(); }

INSTANTIATE_TEST_SUITE_P(Memory, StoreSuite, testing::Values(&make_memory));

}  // namespace
}  // namespace godwit::store::test
