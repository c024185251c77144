/// The words of the policy editor, as console/texts.hpp has those of everything else: one table for
/// each language, policy_texts_<language>.cpp. `{}` stands for what is filled in.
#pragma once

#include <span>
#include <string_view>

#include "base/language.hpp"

namespace godwit::console {

struct PolicyTexts {
  // The list
  std::string_view create;
  std::string_view edit;
  std::string_view copy;
  std::string_view remove;
  std::string_view of_configuration;
  std::string_view overridden;
  std::string_view saved;
  std::string_view removed;

  // The form
  std::string_view create_title;
  std::string_view edit_title;  // the policy
  std::string_view name;
  std::string_view name_hint;
  std::string_view name_missing;
  std::string_view name_taken;
  std::string_view mode;
  std::string_view mode_off;
  std::string_view mode_loose;
  std::string_view mode_strict;
  std::string_view accept;
  std::string_view accept_partial;
  std::string_view accept_external;
  std::string_view whose;
  std::string_view whose_hint;
  std::string_view a_line_each;
  std::string_view settings;
  std::string_view settings_hint;
  std::string_view said;  // how many
  std::string_view look;
  std::string_view wrong;
  std::string_view range_from;  // the least
  std::string_view range_to;    // the greatest
  std::string_view refused;     // why

  // What it would change
  std::string_view look_title;  // the policy
  std::string_view changes;
  std::string_view changes_none;
  std::string_view hit_users;
  std::string_view hit_devices;
  std::string_view hit_asked;
  std::string_view hit_waiting;
  std::string_view not_sent;  // the version
  std::string_view now;
  std::string_view then;
  std::string_view fetches;
  std::string_view yes_at_once;
  std::string_view rows_more;  // how many
  std::string_view save;
  std::string_view change_again;
  std::string_view remove_title;  // the policy
  std::string_view remove_assigned;

  // Somebody else was faster
  std::string_view stale;
  std::string_view stale_gone;
  std::string_view stale_now;
  std::string_view stale_remove;

  // Groups of settings
  std::string_view group_password;
  std::string_view group_device;
  std::string_view group_connections;
  std::string_view group_applications;
  std::string_view group_mail;
  std::string_view group_smime;

  // Values of settings
  std::string_view left_open;
  std::string_view yes;
  std::string_view no;
  std::string_view no_limit;
  std::string_view empty_list;
  std::string_view nothing_said;
  std::string_view characters_one;
  std::string_view characters_two;
  std::string_view characters_three;
  std::string_view characters_four;
  std::string_view bluetooth_hands_free;
  std::string_view age_all;
  std::string_view age_day;
  std::string_view age_three_days;
  std::string_view age_week;
  std::string_view age_two_weeks;
  std::string_view age_month;
  std::string_view age_three_months;
  std::string_view age_six_months;
  std::string_view negotiation_none;
  std::string_view negotiation_strong;
  std::string_view negotiation_any;
};

/// What people call a setting of policy/settings.hpp.
struct SettingLabel {
  std::string_view name;
  std::string_view label;
  std::string_view hint = {};
};

const PolicyTexts& policy_texts_of(Language language);
/// Of every setting.
std::span<const SettingLabel> setting_labels(Language language);
const SettingLabel& setting_label(Language language, std::string_view name);

struct PolicyWords {
  PolicyTexts texts;
  std::span<const SettingLabel> labels;
};
const PolicyWords& english_policy_words();
const PolicyWords& french_policy_words();
const PolicyWords& german_policy_words();

}  // namespace godwit::console
