/// The settings of a device policy: what [MS-ASPROV] EASProvisionDoc can say. One row each.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "eas/version.hpp"
#include "policy/provisioning.hpp"
#include "wbxml/tag.hpp"
#include "wbxml/writer.hpp"

namespace godwit::policy {

struct Setting {
  std::string_view name;
  wbxml::Tag tag;
  eas::Version since;
  std::int64_t least;
  std::int64_t greatest;
  bool may_be_empty;     // an empty element = no limit
  wbxml::Tag list_item;  // of a list of names; none for numbers

  constexpr bool is_list() const { return list_item != wbxml::Tag{}; }
};

/// The rows that devices of `version` know, in schema order.
std::vector<Setting> settings_of(eas::Version version);

/// For the configuration. Errors: not_found, out_of_range (says the range).
Result<> check_setting(std::string_view name, std::string_view value);

/// The children of EASProvisionDoc: the settings that have a value, as far as `version` knows them.
void write_policy(const Settings& settings, eas::Version version, wbxml::Writer& out);

}  // namespace godwit::policy
