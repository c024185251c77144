// links: godwit_dav
/// What DAV servers send: answers, conditions, addresses, DNS records. How the bytes arrive changes
/// nothing, what is handed over is within its bounds, and a canonical path stays as it is.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "dav/limits.hpp"
#include "dav/multistatus.hpp"
#include "dav/service_lookup.hpp"
#include "dav/url.hpp"

namespace {

using namespace godwit;

void require(bool condition) {
  if (!condition) std::abort();
}

/// What came of it, in a form to compare.
std::vector<std::string> read(std::string_view bytes, std::size_t piece) {
  std::vector<std::string> out;
  dav::Multistatus answer([&out](dav::Entry entry) -> Result<> {
    const dav::Properties& found = entry.properties;
    require(found.calendar_homes.size() <= dav::homes_max);
    require(found.data.value_or("").size() <= dav::xml_text_bytes_max);
    require(utf8_valid(entry.href) && utf8_valid(found.name) && utf8_valid(found.etag));
    require(found.etag.empty() || found.etag.starts_with('"'));
    out.push_back(entry.href + ' ' + std::to_string(entry.status) + ' ' + found.name + ' ' +
                  found.etag + ' ' + found.sync_token + ' ' + found.data.value_or("none"));
    return {};
  });
  for (std::size_t at = 0; at < bytes.size(); at += piece) answer.append(bytes.substr(at, piece));
  const bool whole = answer.finish().has_value();
  if (!whole) out.clear();  // how far it came before the fault depends on the pieces
  out.push_back(whole ? "whole " + answer.sync_token() : "broken");
  return out;
}

void check_addresses(std::string_view text) {
  const auto path = dav::canonical_path(text);
  if (path) {
    require(path->starts_with('/'));
    require(dav::canonical_path(*path) == *path);
  }
  const auto url = dav::parse_url(text);
  if (url) require(dav::parse_url(url->origin.text() + url->path) == *url);
  const auto base = dav::parse_url("https://dav.example.org/users/ann/").value();
  const auto resolved = dav::resolve(base, text);
  if (!resolved) return;
  require(resolved->path.starts_with('/'));
  const auto name = dav::name_in(base.path, resolved->path);
  if (name) require(base.path + dav::encode_segment(*name) == resolved->path);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 100'000) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  require(read(bytes, std::max<std::size_t>(size, 1)) == read(bytes, 1 + size % 13));
  require(dav::read_conditions(bytes).size() <= dav::homes_max);
  check_addresses(bytes.substr(0, bytes.find('\n')));
  static_cast<void>(dav::read_services(bytes));
  static_cast<void>(dav::read_texts(bytes));
  // What we send is read as it was meant.
  std::string seen;
  dav::XmlStream echo([&seen](const dav::Element& child) -> Result<> {
    seen = child.text;
    return {};
  });
  const std::string clean = utf8_clean(bytes.substr(0, 1000));
  echo.append("<r><x>" + dav::escape_xml(clean) + "</x></r>");
  require(echo.finish().has_value() && seen == clean);
  require(dav::is_template(dav::fill("/{login}/{name}/{domain}/", {"ann@x"}, dav::Form::path)));
  return 0;
}
