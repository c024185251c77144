/// What all pages share: the frame around them, headers, forms, and small pieces of HTML.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "console/html.hpp"
#include "console/visit.hpp"

namespace godwit::console {

struct Page {
  std::string title;
  Html content;
  int status = 200;
  bool is_live = false;  // brought up to date by a script, where there are any
};

inline constexpr Path home{"/godwit/"};
inline constexpr Path admin_audit_path{"/godwit/admin/audit"};
inline constexpr Path admin_device_path{"/godwit/admin/device"};
inline constexpr Path admin_devices_path{"/godwit/admin/devices"};
inline constexpr Path admin_home{"/godwit/admin"};
inline constexpr Path admin_policies_path{"/godwit/admin/policies"};
inline constexpr Path admin_policy_path{"/godwit/admin/policy"};
inline constexpr Path admin_policy_remove_path{"/godwit/admin/policy/remove"};
inline constexpr Path admin_quarantine_path{"/godwit/admin/quarantine"};
inline constexpr Path admin_user_path{"/godwit/admin/user"};
inline constexpr Path admin_users_path{"/godwit/admin/users"};
inline constexpr Path absence_path{"/godwit/out-of-office"};
inline constexpr Path app_passwords_path{"/godwit/app-passwords"};
inline constexpr Path setup_path{"/godwit/set-up"};
inline constexpr Path sign_in_path{"/godwit/sign-in"};
inline constexpr Path sign_out_path{"/godwit/sign-out"};

http::Reply page_reply(const Visit& visit, const Page& page);
/// Go there by GET: after what a form did.
http::Reply see_other(const Url& url);
/// A page that says what went wrong.
http::Reply failure_reply(const Visit& visit, int status, std::string_view title,
                          std::string_view text);

/// `Secure`, for this host alone, not for scripts, and not from other sites. `age`: "Max-Age=0" or
/// nothing, then it goes with the browser.
http::Header cookie_header(std::string_view name, std::string_view value,
                           std::string_view age = {});

/// A form that POSTs to `action`, with the token of the visitor's session.
Html post_form(const Visit& visit, const Url& action, const Html& content);
/// Name and value of a field that nobody sees.
Html hidden(std::string_view name, std::string_view value);
Html submit(std::string_view label, std::string_view kind = "primary");
Html link(const Url& url, std::string_view label, std::string_view kind = "");
/// A message above a page; `kind`: "good", "bad".
Html banner(std::string_view kind, std::string_view text);
/// Terms, and what each is.
class Facts {
 public:
  void add(std::string_view term, const Html& value);
  void add(const Html& term, std::string_view value);
  /// Left out where it is empty.
  void add(std::string_view term, std::string_view value);
  Html html() const;

 private:
  Html rows_;
};

/// A long list, part by part.
class Paging {
 public:
  /// The part that the query's `page` names, or the nearest there is.
  Paging(const Visit& visit, std::size_t rows, std::size_t rows_max);
  std::size_t first() const { return (page_ - 1) * rows_max_; }
  /// To the parts before and behind it; nothing where all is on one. `query`: what the list is of.
  Html links(const Visit& visit, Path path, std::vector<Url::Parameter> query) const;

 private:
  std::size_t rows_max_, count_, page_;
};

/// `pattern` with `value` in place of its `{}`.
std::string fill(std::string_view pattern, std::string_view value);
/// The day, as people and programs read it.
Html day(Time time);

}  // namespace godwit::console
