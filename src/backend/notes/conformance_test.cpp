#include "backend/memory/memory.hpp"
#include "backend/notes/notes.hpp"
#include "conformance/items_suite.hpp"

namespace godwit::conformance {
namespace {

class NotesInMemory final : public ItemsServer {
 public:
  NotesInMemory()
      : server_(clock_, backend::MemoryMail::Keys::names),
        account_(server_.add_user("ada@example.com", "secret")),
        notes_(
            {}, [this](const backend::Account& of) { return server_.open(of); }, clock_, random_),
        elsewhere_(
            {}, [this](const backend::Account& of) { return server_.open(of); }, clock_, random_),
        items_(notes_.open_items(account_)),
        other_(elsewhere_.open_items(account_)) {
    quirks_.any_bytes = quirks_.tells_at_once = false;
    quirks_.notes_alone = true;
  }
  const ItemsQuirks& quirks() const override { return quirks_; }
  backend::Items& items() override { return *items_; }
  backend::Items& other() override { return *other_; }

 private:
  ItemsQuirks quirks_;
  ManualClock clock_;
  SeededRandom random_{1};
  backend::MemoryServer server_;
  backend::Account account_;
  backend::notes::NotesBackend notes_, elsewhere_;
  std::shared_ptr<backend::Items> items_, other_;
};

std::unique_ptr<ItemsServer> make() { return std::make_unique<NotesInMemory>(); }

INSTANTIATE_TEST_SUITE_P(NotesInMemory, ItemsSuite, testing::Values(&make));

}  // namespace
}  // namespace godwit::conformance
