/// Who speaks, when trusted proxies stand in between.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace godwit::http {

struct Origin {
  std::string peer;  // address without a port
  bool tls;
};

/// Follows X-Forwarded-For from the right as long as the speaker is trusted; what an untrusted
/// client claims about itself does not count. X-Forwarded-Proto counts from a trusted peer.
Origin origin_of(const std::vector<Header>& headers, std::string peer, bool tls,
                 const std::function<bool(std::string_view)>& trusted);

}  // namespace godwit::http
