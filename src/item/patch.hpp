/// What an edit says about one property: keep it as it is, clear it, or set it (engine.md §6).
#pragma once

#include <optional>
#include <utility>

namespace godwit {

template <class T>
class Change {
 public:
  static Change keep() { return {}; }
  static Change clear() {
    Change change;
    change.named_ = true;
    return change;
  }
  static Change set(T value) {
    Change change = clear();
    change.value_ = std::move(value);
    return change;
  }

  bool keeps() const { return !named_; }
  bool clears() const { return named_ && !value_; }
  /// The new value; nullptr unless it sets one.
  const T* value() const { return value_ ? &*value_ : nullptr; }
  /// What the property is afterwards; nothing = empty.
  T applied_to(const T& before) const { return named_ ? value_.value_or(T{}) : before; }

  friend bool operator==(const Change&, const Change&) = default;

 private:
  bool named_ = false;
  std::optional<T> value_;
};

}  // namespace godwit
