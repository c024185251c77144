#include "item/note.hpp"

#include <algorithm>

#include "item/merge.hpp"

namespace godwit {
namespace {

/// Calls `visit(change, value, number)` for every property; numbers are stored.
template <class Visit>
void each_property(auto& patch, auto& note, Visit visit) {
  visit(patch.subject, note.subject, 0U);
  visit(patch.body, note.body, 1U);
  visit(patch.html, note.html, 2U);
  visit(patch.message_class, note.message_class, 3U);
  visit(patch.categories, note.categories, 4U);
}

}  // namespace

Note applied(const NotePatch& patch, Note note) {
  each_property(patch, note, [](const auto& change, auto& value, std::size_t) {
    value = change.applied_to(value);
  });
  return note;
}

PropertyDigests digests_of(const Note& note) {
  PropertyDigests out;
  const NotePatch none;
  each_property(none, note, [&](const auto&, const auto& value, std::size_t number) {
    out.set(number, merge::digestible(value));
  });
  return out;
}

void keep(NotePatch& patch, const std::vector<std::uint8_t>& repeated) {
  const Note none;
  each_property(patch, none, [&](auto& change, const auto&, std::size_t number) {
    if (std::ranges::count(repeated, number) > 0) change = {};
  });
}

NoteMerge merged(const NotePatch& patch, const Note& current, const PropertyDigests& base) {
  NoteMerge merge{patch, false};
  each_property(merge.patch, current, [&](auto& change, const auto& value, std::size_t number) {
    if (merge::reduce(change, value, base[number])) merge.conflict = true;
  });
  return merge;
}

}  // namespace godwit
