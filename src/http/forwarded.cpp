#include "http/forwarded.hpp"

#include <algorithm>

#include "base/bytes.hpp"
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

std::optional<std::string> forwarded_certificate(std::string_view value) {
  static constexpr std::string_view begin = "-----BEGIN CERTIFICATE-----";
  static constexpr std::string_view end = "-----END CERTIFICATE-----";
  value = trim(value);
  std::optional<std::string> plain;
  if (value.size() > 2 && value.starts_with(':') && value.ends_with(':')) {
    value = value.substr(1, value.size() - 2);
  } else {
    plain = percent_decode(value);
    if (!plain) return std::nullopt;
    value = trim(*plain);
    if (!value.starts_with(begin) || !value.ends_with(end)) return std::nullopt;
    value.remove_prefix(begin.size());
    value.remove_suffix(std::min(end.size(), value.size()));
  }
  std::string text(value);
  std::erase_if(text, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
  auto der = base64_decode(text);
  if (!der || der->empty()) return std::nullopt;
  return *std::move(der);
}

}  // namespace godwit::http
