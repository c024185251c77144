/// Entries of LDAP servers as values: private to this folder and its fuzzer.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace godwit::backend::ldap {

/// Attributes and values of an entry, names as they were asked for.
struct Entry {
  std::string dn;
  std::vector<std::pair<std::string, std::vector<std::string>>> attributes;
  std::size_t bytes = 0;  // of all values
  bool cut = false;       // there are more values than are kept

  /// The first value; empty where there is none.
  std::string_view value(std::string_view attribute) const;
  const std::vector<std::string>* values(std::string_view attribute) const;
};

struct Entries {
  std::vector<Entry> entries;
  bool more = false;       // the size limit was reached
  bool elsewhere = false;  // the server names others that have a part of it (RFC 4511 4.5.3)
};

enum class Scope { entry, children, subtree };

/// A search that an entry names: a dynamic group's.
struct GroupSearch {
  std::string base;
  Scope scope = Scope::subtree;
  std::string filter;
  friend bool operator==(const GroupSearch&, const GroupSearch&) = default;
};

}  // namespace godwit::backend::ldap
