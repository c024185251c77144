/// How the rows of the table of keys are written: one function for each kind of value. Private to
/// the files that hold the table.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "app/config.hpp"

namespace godwit::app::config_row {

template <auto section, auto member>
Target at(Config& config) {
  return &((config.*section).*member);
}

using C = Config;
inline constexpr std::int64_t day = 86'400;  // in seconds

struct Range {
  std::int64_t least;
  std::int64_t most;
};

template <auto section, auto member>
constexpr Key number(std::string_view group, std::string_view name, Range range,
                     std::string_view doc, bool reloads = false) {
  return {group, name, &at<section, member>, range.least, range.most, {}, reloads, {}, doc};
}

template <auto section, auto member>
constexpr Key flag(std::string_view group, std::string_view name, std::string_view doc,
                   bool reloads = false) {
  return {group, name, &at<section, member>, 0, 0, {}, reloads, {}, doc};
}

template <auto section, auto member>
constexpr Key choice(std::string_view group, std::string_view name, std::string_view choices,
                     std::string_view doc, bool reloads = false) {
  return {group, name, &at<section, member>, 0, 0, choices, reloads, {}, doc};
}

/// A string or a list of strings.
template <auto section, auto member>
constexpr Key text(std::string_view group, std::string_view name, std::string_view example,
                   std::string_view doc, bool reloads = false) {
  return {group, name, &at<section, member>, 0, 0, {}, reloads, example, doc};
}

/// A list of strings with a form of their own.
template <auto section, auto member>
constexpr Key checked(std::string_view group, std::string_view name, std::string_view example,
                      std::string_view doc, void (*check)(const ConfigValue&, Problems&),
                      bool reloads = false) {
  Key key = text<section, member>(group, name, example, doc, reloads);
  key.check = check;
  return key;
}

/// A file or folder, or a list of them.
template <auto section, auto member>
constexpr Key path(std::string_view group, std::string_view name, std::string_view example,
                   std::string_view doc, bool reloads = false) {
  return {group, name, &at<section, member>, 0, 0, {}, reloads, example, doc, true};
}

constexpr bool documented(const Key& key) {
  return !key.section.empty() && !key.name.empty() && key.doc.ends_with('.') &&
         key.least <= key.most;
}

/// The sections about clients and people: the later part of the table.
std::span<const Key> keys_of_clients();

}  // namespace godwit::app::config_row
