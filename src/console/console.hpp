/// The web console: pages for people below /godwit/, made here, that work without scripts. Says no
/// to forms of other sites and to those without the session's token.
#pragma once

#include <string>
#include <string_view>

#include "console/parts.hpp"
#include "console/sessions.hpp"
#include "http/message.hpp"

namespace godwit::console {

struct Settings {
  bool enabled = true;
  std::string time_zone = "UTC";
  std::string others_path{};  // below /godwit/, and not the console's; empty: none
  Sessions::Limits sessions{};
};

class Console final : public http::Service {
 public:
  /// Requests for other paths go to `next`. All that is referred to outlives it.
  Console(Parts parts, Settings settings, http::Service& next);

  Task<http::Outcome> handle(http::Request request) override;
  void apply(const Settings& settings);
  /// Ends the user's sessions: the password changed, or more.
  void forget_user(const UserId& user) { sessions_.end_all_of(user); }

 private:
  Task<http::Reply> answer(const http::Request& request);
  Parts parts_;
  Settings settings_;
  Sessions sessions_;
  http::Service& next_;
};

inline constexpr std::string_view session_cookie = "session";
inline constexpr std::string_view language_cookie = "language";
/// What the browser names as its session; empty where it names none.
std::string_view session_id(const http::Request& request);

}  // namespace godwit::console
