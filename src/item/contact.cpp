#include "item/contact.hpp"

#include <algorithm>

#include "item/merge.hpp"

namespace godwit {
namespace {

// Numbers of the properties that are no single text; those of ContactText come first.
constexpr std::size_t categories_number = 200;
constexpr std::size_t children_number = 201;
constexpr std::size_t birthday_number = 202;
constexpr std::size_t anniversary_number = 203;
constexpr std::size_t picture_number = 204;
static_assert(contact_text_count < categories_number);

/// Calls `visit(change, value, number)` for every property.
template <class Visit>
void each_property(auto& patch, auto& contact, Visit visit) {
  for (std::size_t i = 0; i < contact_text_count; ++i) visit(patch.texts[i], contact.texts[i], i);
  visit(patch.categories, contact.categories, categories_number);
  visit(patch.children, contact.children, children_number);
  visit(patch.birthday, contact.birthday, birthday_number);
  visit(patch.anniversary, contact.anniversary, anniversary_number);
  visit(patch.picture, contact.picture, picture_number);
}

}  // namespace

Contact applied(const ContactPatch& patch, Contact contact) {
  each_property(patch, contact, [](const auto& change, auto& value, std::size_t) {
    value = change.applied_to(value);
  });
  return contact;
}

PropertyDigests digests_of(const Contact& contact) {
  PropertyDigests out;
  const ContactPatch none;
  each_property(none, contact, [&](const auto&, const auto& value, std::size_t number) {
    out.set(number, merge::digestible(value));
  });
  return out;
}

void keep(ContactPatch& patch, const std::vector<std::uint8_t>& repeated) {
  const Contact none;
  each_property(patch, none, [&](auto& change, const auto&, std::size_t number) {
    if (std::ranges::count(repeated, number) > 0) change = {};
  });
}

ContactMerge merged(const ContactPatch& patch, const Contact& current,
                    const PropertyDigests& base) {
  ContactMerge merge{patch, false};
  each_property(merge.patch, current, [&](auto& change, const auto& value, std::size_t number) {
    if (merge::reduce(change, value, base[number])) merge.conflict = true;
  });
  return merge;
}

}  // namespace godwit
