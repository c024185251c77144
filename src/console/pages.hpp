/// The pages: one function for what is shown, one for what its form does.
#pragma once

#include "console/visit.hpp"

namespace godwit::console {

Task<http::Reply> show_sign_in(Visit& visit);
Task<http::Reply> sign_in(Visit& visit);
Task<http::Reply> sign_out(Visit& visit);

// The visitor's own devices; `id` names one.
Task<http::Reply> show_my_devices(Visit& visit);
Task<http::Reply> show_my_device(Visit& visit);
Task<http::Reply> show_my_why(Visit& visit);
Task<http::Reply> show_recovery(Visit& visit);
Task<http::Reply> ask_to_wipe(Visit& visit);
Task<http::Reply> wipe(Visit& visit);
Task<http::Reply> ask_to_remove(Visit& visit);
Task<http::Reply> remove(Visit& visit);

// The visitor's app passwords, where the sign-in takes any.
bool has_app_passwords(const Visit& visit);
Task<http::Reply> show_app_passwords(Visit& visit);
Task<http::Reply> make_app_password(Visit& visit);
Task<http::Reply> ask_to_revoke(Visit& visit);
Task<http::Reply> revoke(Visit& visit);

// What to enter in a phone for the visitor's account.
Task<http::Reply> show_setup(Visit& visit);
Task<http::Reply> get_profile(Visit& visit);

// The visitor's automatic answers, where the backend gives any.
bool has_absence(const Visit& visit);
Task<http::Reply> show_absence(Visit& visit);
Task<http::Reply> save_absence(Visit& visit);

// For administrators; `user` and `id` name a device.
bool is_admin(const Visit& visit);
Task<http::Reply> show_overview(Visit& visit);
Task<http::Reply> show_all_devices(Visit& visit);
Task<http::Reply> show_any_device(Visit& visit);
Task<http::Reply> show_any_why(Visit& visit);
Task<http::Reply> ask_to_order(Visit& visit);
Task<http::Reply> carry_out(Visit& visit);
Task<http::Reply> show_quarantine(Visit& visit);
Task<http::Reply> show_policies(Visit& visit);
Task<http::Reply> assign_policy(Visit& visit);
// `policy` names one of the store, `from` one to copy.
Task<http::Reply> show_policy_form(Visit& visit);
Task<http::Reply> edit_policy(Visit& visit);
Task<http::Reply> ask_to_remove_policy(Visit& visit);
Task<http::Reply> remove_policy(Visit& visit);
Task<http::Reply> show_audit(Visit& visit);
// `user` names one.
Task<http::Reply> show_users(Visit& visit);
Task<http::Reply> show_user(Visit& visit);
Task<http::Reply> ask_for_user(Visit& visit);
Task<http::Reply> add_user(Visit& visit);
Task<http::Reply> ask_for_password(Visit& visit);
Task<http::Reply> set_password(Visit& visit);
Task<http::Reply> ask_to_remove_user(Visit& visit);
Task<http::Reply> remove_user(Visit& visit);

}  // namespace godwit::console
