/// Documents that clients fetch without signing in: they hold what is true of a domain, and the
/// address that the client itself named.
#pragma once

#include <string>
#include <string_view>

#include "autodiscover/settings.hpp"

namespace godwit::autodiscover {

/// Thunderbird's and other mail programs' (autoconfig, clientConfig 1.1): the IMAP and SMTP
/// servers.
std::string client_config_xml(const Settings& settings, std::string_view domain);

/// A profile for iPhones, iPads and Macs with one Exchange account, as a property list. `address`
/// is_address; `url`: of ActiveSync, whose path must be the usual one, since a profile names none.
/// The same account gives the same identifiers, so that a profile replaces its older self.
std::string apple_profile(const Settings& settings, std::string_view address, std::string_view url);
/// Whether a profile can lead to `url`.
bool fits_profile(std::string_view url);

}  // namespace godwit::autodiscover
