// links: godwit_oidc
// parser: oidc/metadata.cpp http/date.cpp
// Whatever an issuer of tokens says about itself, its name being ours or not: what it points to is
// fetched by TLS, and stands in one line of a request.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "http/date.hpp"
#include "oidc/metadata.hpp"

namespace {

namespace oidc = godwit::oidc;

void require(bool condition) {
  if (!condition) std::abort();
}

void check_place(const oidc::Place& place) {
  require(place.origin.tls && place.origin.port != 0 && !place.host().empty());
  require(place.target.starts_with('/'));
  require(std::ranges::all_of(place.target + place.host(),
                              [](unsigned char c) { return c > 0x20 && c < 0x7F; }));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto time = godwit::http::parse_http_date(bytes)) {
    require(godwit::http::http_date(*time) == bytes);
  }
  if (const auto parsed = oidc::parse_metadata(bytes, "https://id.example.org")) {
    check_place(parsed->keys);
    require(!parsed->authorization.contains('"'));
  }
  if (const auto places = oidc::metadata_places(bytes)) {
    require(places->size() == 2);
    for (const oidc::Place& place : *places) check_place(place);
    if (const auto next = oidc::redirected(places->front(), bytes)) check_place(*next);
  }
  if (const auto place = oidc::parse_place(bytes)) {
    check_place(*place);
    require(oidc::parse_place(place->origin.text() + place->target) == *place);
  }
  return 0;
}
