#include "sim/wrapped_items.hpp"

#include <string_view>
#include <utility>

namespace godwit::sim {
namespace {

std::string without(std::string_view begin, std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const auto line = text.substr(0, end == std::string_view::npos ? end : end + 1);
    if (!line.starts_with(begin)) out += line;
    text.remove_prefix(line.size());
  }
  return out;
}

class KillableItems final : public backend::Items {
 public:
  KillableItems(std::shared_ptr<backend::Items> inner, Killer& killer,
                KillableItemsBackend::Sabotage& sabotage,
                const KillableItemsBackend::Between& between)
      : inner_(std::move(inner)), killer_(killer), sabotage_(sabotage), between_(between) {}

  Task<std::vector<backend::ItemCollection>> collections() override {
    return inner_->collections();
  }
  Task<Result<FolderKey>> create_collection(ItemClass item_class, std::string name) override {
    return act(inner_->create_collection(item_class, std::move(name)));
  }
  Task<Result<>> rename_collection(FolderKey collection, std::string name) override {
    return act(inner_->rename_collection(std::move(collection), std::move(name)));
  }
  Task<Result<>> delete_collection(FolderKey collection) override {
    return act(inner_->delete_collection(std::move(collection)));
  }
  Task<Result<std::string>> cursor(FolderKey collection) override {
    return inner_->cursor(std::move(collection));
  }
  Task<Result<backend::ItemChanges>> changes(FolderKey collection, std::string since) override {
    auto changes = co_await inner_->changes(std::move(collection), std::move(since));
    if (changes && sabotage_.hide_change > 0 && !changes->changed.empty()) {
      ++sabotage_.listed;
      if (sabotage_.listed % sabotage_.hide_change == 0) changes->changed.pop_back();
    }
    co_return changes;
  }
  Task<Result<std::vector<backend::ItemText>>> fetch(FolderKey collection,
                                                     std::vector<std::string> hrefs) override {
    return inner_->fetch(std::move(collection), std::move(hrefs));
  }
  bool places_meetings() const override { return inner_->places_meetings(); }
  Task<std::vector<std::string>> scheduling_addresses() override {
    return inner_->scheduling_addresses();
  }
  Task<Result<std::vector<backend::ItemText>>> find_uid(FolderKey collection,
                                                        std::string uid) override {
    return inner_->find_uid(std::move(collection), std::move(uid));
  }
  Task<Result<std::string>> put(FolderKey collection, std::string href, std::string text,
                                backend::ItemCondition condition) override {
    killer_.reach(Step::action_before);
    if (between_) co_await between_();
    if (!sabotage_.forget.empty()) text = without(sabotage_.forget, text);
    if (sabotage_.double_make && !condition.etag) {
      static_cast<void>(co_await inner_->put(collection, href + "-again", text, {}));
    }
    auto done = co_await inner_->put(std::move(collection), std::move(href), std::move(text),
                                     std::move(condition));
    killer_.reach(Step::action_after);
    co_return done;
  }
  Task<Result<>> remove(FolderKey collection, std::string href,
                        std::optional<std::string> etag) override {
    return act(inner_->remove(std::move(collection), std::move(href), std::move(etag)));
  }
  std::unique_ptr<backend::Watch> watch(backend::ChangeListener& listener) override {
    return inner_->watch(listener);
  }

 private:
  template <class T>
  Task<T> act(Task<T> work) {
    killer_.reach(Step::action_before);
    auto done = co_await std::move(work);
    killer_.reach(Step::action_after);
    co_return done;
  }

  std::shared_ptr<backend::Items> inner_;
  Killer& killer_;
  KillableItemsBackend::Sabotage& sabotage_;
  const KillableItemsBackend::Between& between_;
};

}  // namespace

std::shared_ptr<backend::Items> KillableItemsBackend::open_items(const backend::Account& account) {
  return std::make_shared<KillableItems>(inner_.open_items(account), killer_, sabotage_, between_);
}

}  // namespace godwit::sim
