/// Which line of a card holds which property of a contact. Private to this folder.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "convert/vcard_line.hpp"
#include "item/contact.hpp"

namespace godwit::convert::vcard {

/// A property's place: a line, and of a structured one the component.
struct Place {
  std::size_t line = 0;
  std::optional<std::size_t> component;
};

struct Slots {
  std::array<std::optional<Place>, contact_text_count> texts;
  std::optional<std::size_t> formatted_name;  // FN
  std::optional<std::size_t> birthday, anniversary, photo;
  std::vector<std::size_t> categories, children;
  bool is_group = false;

  std::optional<Place>& operator[](ContactText text) { return texts[std::to_underlying(text)]; }
  const std::optional<Place>& operator[](ContactText text) const {
    return texts[std::to_underlying(text)];
  }
};

Slots find_slots(const Card& card);

/// How a property is written where no line holds it yet.
struct NewLine {
  std::string_view name;
  std::array<std::string_view, 2> types{};  // empty = none
  std::optional<std::size_t> component{};   // of a structured value
  std::size_t components = 0;
};
NewLine new_line(ContactText text, Version version);

/// The properties that share the structured line of `text`: its own component among them.
std::span<const ContactText> siblings(ContactText text);

/// The properties that are told apart by the order of their lines, by series.
std::span<const std::span<const ContactText>> series();
/// What says the place in its series where the order does not: a parameter, with 1, 2 or 3.
inline constexpr std::string_view place_parameter = "X-PLACE";

/// The names under which `text` may stand; empty where it is told by more than a name.
std::span<const std::string_view> names_of(ContactText text);

}  // namespace godwit::convert::vcard
