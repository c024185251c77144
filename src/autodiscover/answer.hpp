/// What is answered to clients that look for a server.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "autodiscover/settings.hpp"
#include "base/clock.hpp"

namespace godwit::autodiscover {

/// Whose account it is, after sign-in.
struct Person {
  std::string address;       // the primary one
  std::string display_name;  // may be empty
};

/// Of the envelope ([MS-OXDSCLI] 2.2.4.1.1.2): what was wrong before any schema's own answer.
enum class ErrorCode : std::uint16_t {
  not_found = 500,        // of no address that is not the user's own is told more
  invalid_request = 600,  // unreadable, several requests, no address
  no_provider = 601,      // for the schema that is asked for
};

/// `server`: a number by which administrators tell servers apart.
std::string error_xml(ErrorCode code, Time now, std::uint32_t server);

/// `url`: of ActiveSync, whole.
std::string mobilesync_settings_xml(const Settings& settings, const Person& person,
                                    std::string_view url);
std::string mobilesync_redirect_xml(const Settings& settings, std::string_view address);

/// Whether there is anything to tell: IMAP, or SMTP.
bool has_outlook_settings(const Settings& settings);
std::string outlook_settings_xml(const Settings& settings, const Person& person);
std::string outlook_redirect_xml(const Settings& settings, std::string_view address);

/// Version 2. `url` is whole.
std::string json_answer(std::string_view protocol, std::string_view url);
std::string json_error(std::string_view code, std::string_view message);

}  // namespace godwit::autodiscover
