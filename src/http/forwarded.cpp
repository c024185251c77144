#include "http/forwarded.hpp"

#include "base/text.hpp"
#include "http/head.hpp"
#include "net/network.hpp"

namespace godwit::http {

Origin origin_of(const std::vector<Header>& headers, std::string peer, bool tls,
                 const std::function<bool(std::string_view)>& trusted) {
  if (!trusted(peer)) return {std::move(peer), tls};
  // Several lines of one list are the list joined (RFC 9110 5.3).
  std::string hops;
  for (const Header& header : headers) {
    if (iequals(header.name, "X-Forwarded-For")) hops += (hops.empty() ? "" : ",") + header.value;
  }
  std::string_view rest = hops;
  while (!rest.empty() && trusted(peer)) {
    const auto comma = rest.rfind(',');
    const auto hop =
        net::address_of(trim(comma == std::string_view::npos ? rest : rest.substr(comma + 1)));
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(0, comma);
    if (!hop.empty()) peer = hop;
  }
  const auto protocol = find_header(headers, "X-Forwarded-Proto");
  if (!protocol.empty()) tls = iequals(trim(protocol), "https");
  return {std::move(peer), tls};
}

}  // namespace godwit::http
