/// What was looked at to say why something is not on a device, by code and arguments: the sentences
/// are one table, in each language that people are told it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace godwit::admin {

struct Finding {
  enum class Outcome : std::uint8_t { good, note, stop };
  /// Named by step and what was found; finding.cpp says each.
  enum class Code : std::uint8_t {
    device_damaged,
    device_never,   // type, version
    device_silent,  // type, version, day of the last request
    device_asks,    // likewise
    access_all,     // rule
    access_some,    // rule, classes ("mail,tasks")
    wiping,
    wiped,
    blocked,
    quarantined_by_rule,  // rule
    quarantined,
    too_many_devices,
    blocked_by_rule,  // rule
    blocked_by_default,
    allowed,
    let_in,
    policy_not_acknowledged,  // policy; so in the following
    policy_changed,
    policy_off,
    policy_loose,
    policy_acknowledged,
    no_folders,
    folders_known,  // number
    waits,
    waits_not,
    no_folder_synchronized,
    folder_counts,   // folder, items on the device, items to come
    folder_repeats,  // folder, number
    folder_unknown,  // folder
    folder_off,      // folder
    folder_on,       // folder
    mailbox_closed,  // why
    mailbox_down,
    mailbox_missing,
    mailbox_has,         // folder
    item_aside,          // item, folder, why
    item_aside_unknown,  // item, folder
    folder_begun,
    folder_made_anew,
    item_next,  // number of newer ones
    item_again,
    item_to_come,
    item_confirmed,
    item_unconfirmed,
    item_new,
    item_before_day,     // window ("window.3"), day
    item_before_window,  // window
    item_not_sent,
    item_missing,
    item_there,
    item_older,
    item_removed,
  };
  std::string step;  // "device", "policy", "folder", "item" ...
  Outcome outcome = Outcome::good;
  Code code{};
  std::vector<std::string> arguments;
  std::string about = {};  // what an order about it would name beside user and device
};

/// "folder.counts".
std::string_view name_of(Finding::Code code);
/// In the language of that code ("de"), or in English.
std::string text_of(const Finding& finding, std::string_view language);
/// The administrator's command about it, without what it is about: "device release". Empty: none.
std::string_view command_of(Finding::Code code);

}  // namespace godwit::admin
