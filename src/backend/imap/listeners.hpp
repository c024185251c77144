/// Who is told of a user's changes, and the handle by which each of them stays.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backend/backend.hpp"
#include "backend/watch_source.hpp"

namespace godwit::backend::imap {

class Listeners {
 public:
  void join(ChangeListener& listener) { all_.push_back(&listener); }
  void leave(const ChangeListener& listener) { std::erase(all_, &listener); }
  bool empty() const { return all_.empty(); }

  void tell(const UserId& user, const std::optional<FolderKey>& folder,
            ChangeListener::Kind kind) const {
    // One that is told may leave, or be replaced.
    const std::vector<ChangeListener*> all = all_;
    for (ChangeListener* const each : all) {
      if (std::ranges::find(all_, each) == all_.end()) continue;
      each->changed(user, folder, kind);
    }
  }

 private:
  std::vector<ChangeListener*> all_;
};

/// One listener's part of a watcher that all of a user's share.
template <class Watcher>
class WatchHandle final : public Watch, public WatchSource {
 public:
  WatchHandle(std::shared_ptr<Watcher> watcher, ChangeListener& listener)
      : watcher_(std::move(watcher)), listener_(listener) {
    watcher_->join(listener);
  }
  ~WatchHandle() override { watcher_->leave(listener_); }
  WatchHandle(const WatchHandle&) = delete;
  WatchHandle& operator=(const WatchHandle&) = delete;
  bool authoritative() const override { return watcher_->authoritative(); }
  bool ended() const override { return watcher_->ended(); }
  std::string source() const override { return watcher_->source_name(); }

 private:
  std::shared_ptr<Watcher> watcher_;
  ChangeListener& listener_;
};

}  // namespace godwit::backend::imap
