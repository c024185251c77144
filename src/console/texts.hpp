/// Every text of the console, in the languages it speaks: one table for each, texts_<language>.cpp.
/// `{}` stands for what is filled in.
#pragma once

#include <array>
#include <string_view>

#include "base/language.hpp"

namespace godwit::console {

struct Texts {
  // The frame
  std::string_view code;  // of the language: "en"
  std::string_view language_name;
  std::string_view skip;
  std::string_view navigation;
  std::string_view languages;
  std::string_view sign_out;
  std::string_view back;
  std::string_view cancel;

  // Sign-in
  std::string_view sign_in_title;
  std::string_view sign_in_intro;
  std::string_view user;
  std::string_view user_hint;
  std::string_view password;
  std::string_view sign_in;
  std::string_view refused;
  std::string_view not_allowed;
  std::string_view slow_down;  // seconds
  std::string_view signed_out;

  // What went wrong
  std::string_view failed_title;
  std::string_view not_found_title;
  std::string_view not_found;
  std::string_view old_form_title;
  std::string_view old_form;
  std::string_view foreign_form;
  std::string_view bad_form;
  std::string_view unavailable_title;
  std::string_view unavailable;
  std::string_view conflict;

  // My devices
  std::string_view devices;
  std::string_view devices_intro;
  std::string_view no_devices_title;
  std::string_view no_devices;
  std::string_view device;
  std::string_view state;
  std::string_view last_seen;
  std::string_view never;
  std::string_view details;
  std::string_view device_id;
  std::string_view device_type;
  std::string_view program;
  std::string_view protocol;
  std::string_view unnamed;
  std::string_view actions;
  std::string_view recovery_password;
  std::string_view recovery_password_hint;

  // What a device synchronizes, and why not
  std::string_view folders;
  std::string_view folders_none;
  std::string_view folder;
  std::string_view folder_class;
  std::string_view folder_held;
  std::string_view folder_owed;
  std::string_view folder_off;
  std::string_view requests;
  std::string_view requests_hint;
  std::string_view requests_none;
  std::string_view request_command;
  std::string_view request_status;
  std::string_view request_asked;
  std::string_view request_sent;
  std::string_view request_took;
  std::string_view request_waits;
  std::string_view request_woken;
  std::string_view why_title;
  std::string_view why_title_admin;
  std::string_view why_about;
  std::string_view why_about_admin;
  std::string_view why_look;
  std::string_view why_words;
  std::string_view why_words_hint;
  std::string_view why_found;
  std::string_view why_found_none;
  std::string_view why_item;
  std::string_view why_item_hint;
  std::string_view why_no_subject;
  std::string_view why_good;
  std::string_view why_note;
  std::string_view why_stop;

  // Set-up help
  std::string_view setup;
  std::string_view setup_intro;
  std::string_view setup_address;
  std::string_view setup_server;
  std::string_view setup_domain;
  std::string_view setup_domain_none;
  std::string_view setup_user;
  std::string_view setup_password;
  std::string_view setup_app_password;
  std::string_view setup_tls;
  std::string_view setup_tls_on;
  std::string_view setup_profile;
  std::string_view setup_profile_about;
  std::string_view setup_profile_get;
  std::string_view setup_qr;
  std::string_view setup_qr_about;
  std::string_view setup_qr_label;
  std::string_view setup_apple;
  std::string_view setup_apple_steps;
  std::string_view setup_gmail;
  std::string_view setup_gmail_steps;
  std::string_view setup_samsung;
  std::string_view setup_samsung_steps;
  std::string_view setup_outlook;
  std::string_view setup_outlook_steps;
  std::string_view setup_others;
  std::string_view setup_others_steps;

  // What is known of a device
  std::string_view fact_model;
  std::string_view fact_name;
  std::string_view fact_os;
  std::string_view fact_language;
  std::string_view fact_imei;
  std::string_view fact_phone_number;
  std::string_view fact_operator;
  std::string_view fact_first_seen;
  std::string_view fact_address;
  std::string_view fact_policy;
  std::string_view fact_decision;
  std::string_view fact_rule;
  std::string_view fact_wipe_by;
  std::string_view fact_wipe_ordered;
  std::string_view fact_wipe_delivered;
  std::string_view fact_wipe_changed;
  std::string_view no_policy;
  std::string_view decision_allowed;
  std::string_view decision_blocked;
  std::string_view decision_by_rules;

  // States
  std::string_view state_allowed;
  std::string_view state_blocked;
  std::string_view state_by_rule;
  std::string_view state_quarantined;
  std::string_view state_too_many;
  std::string_view state_wipe_pending;
  std::string_view state_wiped;
  std::string_view state_wipe_failed;
  std::string_view state_account_wipe_pending;
  std::string_view state_account_wiped;
  std::string_view state_account_wipe_failed;
  std::string_view state_damaged;

  // Wiping and removing
  std::string_view wipe;
  std::string_view wipe_about;
  std::string_view wipe_title;  // the device
  std::string_view wipe_choice;
  std::string_view wipe_account;
  std::string_view wipe_account_hint;
  std::string_view wipe_account_impossible;
  std::string_view wipe_all;
  std::string_view wipe_all_hint;
  std::string_view wipe_now;
  std::string_view wipe_done;
  std::string_view remove;
  std::string_view remove_about;
  std::string_view remove_title;  // the device
  std::string_view remove_hint;
  std::string_view remove_now;
  std::string_view remove_done;

  // App passwords
  std::string_view app_passwords;
  std::string_view app_passwords_intro;
  std::string_view app_password_new;
  std::string_view app_password_name;
  std::string_view app_password_name_hint;
  std::string_view app_password_device;
  std::string_view any_device;
  std::string_view app_password_opens;
  std::string_view class_mail;
  std::string_view class_calendar;
  std::string_view class_contacts;
  std::string_view class_tasks;
  std::string_view class_notes;
  std::string_view class_directory;
  std::string_view everything;
  std::string_view app_password_make;
  std::string_view app_password_made;
  std::string_view app_password_once;
  std::string_view app_password_failed;
  std::string_view app_password_made_on;
  std::string_view app_passwords_none;
  std::string_view unnamed_password;
  std::string_view done;
  std::string_view revoke;
  std::string_view revoke_title;
  std::string_view revoke_hint;
  std::string_view revoke_done;

  // Out of office
  std::string_view absence;
  std::string_view absence_intro;
  std::string_view absence_state;
  std::string_view absence_off;
  std::string_view absence_on;
  std::string_view absence_scheduled;
  std::string_view absence_start;
  std::string_view absence_end;
  std::string_view absence_zone;
  std::string_view absence_internal;
  std::string_view absence_who;
  std::string_view absence_nobody;
  std::string_view absence_known;
  std::string_view absence_everybody;
  std::string_view absence_external;
  std::string_view absence_saved;
  std::string_view absence_bad_times;
  std::string_view absence_refused;
  std::string_view save;

  // Administration
  std::string_view administration;
  std::string_view overview;
  std::string_view overview_mode;
  std::string_view overview_version;
  std::string_view overview_uptime;
  std::string_view overview_connections;
  std::string_view overview_parked;
  std::string_view overview_problem;
  std::string_view overview_waiting_mail;
  std::string_view devices_by_state;
  std::string_view recent_entries;
  std::string_view all_devices;
  std::string_view search;
  std::string_view search_hint;
  std::string_view any_state;
  std::string_view found_devices;
  std::string_view found_none;
  std::string_view previous;
  std::string_view next;
  std::string_view of_user;
  std::string_view orders;
  std::string_view order_done;
  std::string_view allow;
  std::string_view allow_about;
  std::string_view allow_title;
  std::string_view block;
  std::string_view block_about;
  std::string_view block_title;
  std::string_view unblock;
  std::string_view unblock_about;
  std::string_view unblock_title;
  std::string_view resync;
  std::string_view resync_about;
  std::string_view resync_title;
  std::string_view wipe_account_order;
  std::string_view wipe_account_about;
  std::string_view wipe_account_title;
  std::string_view wipe_all_order;
  std::string_view wipe_all_about;
  std::string_view release;
  std::string_view release_about;
  std::string_view release_title;
  std::string_view forget;
  std::string_view forget_about;
  std::string_view forget_title;
  std::string_view confirm;
  std::string_view quarantine;
  std::string_view quarantine_intro;
  std::string_view quarantine_none;
  std::string_view audit;
  std::string_view audit_intro;
  std::string_view audit_none;
  std::string_view audit_time;
  std::string_view audit_action;
  std::string_view audit_by;
  std::string_view audit_about;
  std::string_view audit_outcome;
  std::string_view audit_done;
  std::string_view audit_refused;

  // Users
  std::string_view users;
  std::string_view users_elsewhere;
  std::string_view users_found;
  std::string_view users_none;
  std::string_view users_search;
  std::string_view user_name;
  std::string_view user_aliases;
  std::string_view user_devices;
  std::string_view user_origin;
  std::string_view user_of_directory;
  std::string_view user_of_hand;
  std::string_view user_delay;
  std::string_view user_delay_none;
  std::string_view user_delay_now;
  std::string_view user_add;
  std::string_view user_add_hint;
  std::string_view user_aliases_hint;
  std::string_view user_added;
  std::string_view user_password;
  std::string_view user_password_about;
  std::string_view user_password_title;
  std::string_view user_password_done;
  std::string_view user_password_repeat;
  std::string_view user_password_differs;
  std::string_view user_remove;
  std::string_view user_remove_about;
  std::string_view user_remove_title;
  std::string_view user_remove_hint;
  std::string_view user_remove_confirm;
  std::string_view user_remove_differs;
  std::string_view user_removed;
  std::string_view user_exists;
  std::string_view user_refused;

  // Lists
  std::string_view pages;

  // The last hour, as graphs
  std::string_view traffic;
  std::string_view traffic_hint;
  std::string_view traffic_requests;
  std::string_view traffic_answered;
  std::string_view traffic_parked;
  std::string_view traffic_refused;
  std::string_view traffic_failed;
  std::string_view traffic_waiting;
  std::string_view traffic_woken;
  std::string_view traffic_wake;
  std::string_view traffic_most;
  std::string_view traffic_hour_ago;
  std::string_view traffic_now;
  std::string_view traffic_numbers;

  // Policies
  std::string_view policies;
  std::string_view policies_intro;
  std::string_view policy_off;
  std::string_view policy_loose;
  std::string_view policy_strict;
  std::string_view policy_users;
  std::string_view policy_groups;
  std::string_view policy_domains;
  std::string_view policy_assigned;
  std::string_view policy_everybody;

  // Whose policy is which
  std::string_view policy_assign_title;
  std::string_view policy_assign_hint;
  std::string_view policy_look;
  std::string_view policy_assign;
  std::string_view policy_by_policies;
  std::string_view policy_holds;
  std::string_view policy_why;
  std::string_view policy_why_default;
  std::string_view policy_why_assigned;
  std::string_view policy_why_user;
  std::string_view policy_why_group;
  std::string_view policy_assigned_done;
  std::string_view policy_gone;
  std::string_view recovery_show;
};

const Texts& texts_of(Language language);
const Texts& english_texts();
const Texts& french_texts();
const Texts& german_texts();

}  // namespace godwit::console
