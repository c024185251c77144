#include "autodiscover/request.hpp"

#include <optional>

#include "autodiscover/settings.hpp"
#include "autodiscover/spaces.hpp"
#include "base/text.hpp"
#include "dav/xml.hpp"
#include "http/head.hpp"

namespace godwit::autodiscover {
namespace {

Schema schema_of(std::string_view space) {
  if (iequals(space, mobilesync_answer_space)) return Schema::mobilesync;
  return iequals(space, outlook_answer_space) ? Schema::outlook : Schema::other;
}

/// Of a Request's children, by their names: clients differ in whether they say the namespace again.
Result<Ask> read_request(const dav::Element& request) {
  std::optional<std::string> address;
  std::optional<std::string> schema;
  for (const dav::Element& child : request.children) {
    const bool is_address = child.name == "EMailAddress";
    if (!is_address && child.name != "AcceptableResponseSchema") continue;
    auto& value = is_address ? address : schema;
    if (value) return fail(Errc::malformed, child.name + " stands there twice");
    if (!child.children.empty()) return fail(Errc::malformed, child.name + " holds elements");
    value = trim(child.text);
  }
  if (!address || address->empty()) return fail(Errc::malformed, "there is no EMailAddress");
  if (!is_address(*address)) return fail(Errc::malformed, "the EMailAddress is none");
  if (!schema) return fail(Errc::malformed, "there is no AcceptableResponseSchema");
  return Ask{std::move(*address), schema_of(*schema)};
}

bool is_request_root(const dav::Element& root) {
  return root.name == "Autodiscover" &&
         (root.space.empty() || root.space == mobilesync_request_space ||
          root.space == outlook_request_space);
}

}  // namespace

bool is_request_type(std::string_view content_type) {
  const auto type = trim(content_type.substr(0, content_type.find(';')));
  return type.empty() || iequals(type, "text/xml") || iequals(type, "text/html") ||
         iequals(type, "application/xml");
}

Result<Ask> parse_request(std::string_view body) {
  if (body.size() > request_bytes_max) return fail(Errc::too_large, "the request is too long");
  std::optional<Ask> found;
  dav::XmlStream stream([&found](const dav::Element& child) -> Result<> {
    if (child.name != "Request") return {};
    if (found) return fail(Errc::malformed, "there are several requests");
    auto ask = read_request(child);
    if (!ask) return pass(ask);
    found = std::move(*ask);
    return {};
  });
  stream.append(body);
  const auto root = stream.finish();
  if (!root) return pass(root);
  if (!is_request_root(*root)) return fail(Errc::malformed, "this asks for something else");
  if (!found) return fail(Errc::malformed, "there is no Request");
  return std::move(*found);
}

std::string parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos || !iequals(pair.substr(0, equals), name)) continue;
    return http::percent_decode(pair.substr(equals + 1)).value_or(std::string());
  }
  return {};
}

}  // namespace godwit::autodiscover
