#include "console/assets.hpp"

#include <string>

#include "base/bytes.hpp"
#include "console/asset_contents.hpp"

namespace godwit::console {
namespace {

constexpr Asset style{"/godwit/console.css", "text/css; charset=utf-8", contents::console_css};
constexpr Asset bird{"/godwit/icon.svg", "image/svg+xml", contents::icon_svg};
constexpr Asset live{"/godwit/live.js", "text/javascript; charset=utf-8", contents::live_js};
constexpr std::size_t version_characters = 12;

}  // namespace

Url Asset::url() const {
  const std::string version = hex_encode(digest128(content_)).substr(0, version_characters);
  return {path_, {{"v", version}}};
}

http::Reply Asset::reply() const {
  http::Reply reply;
  reply.headers = {{"Content-Type", std::string(type_)},
                   {"Cache-Control", "public, max-age=31536000, immutable"},
                   {"X-Content-Type-Options", "nosniff"},
                   {"Content-Security-Policy", "default-src 'none'"},
                   {"Cross-Origin-Resource-Policy", "same-origin"}};
  reply.body = http::text_body(std::string(content_));
  return reply;
}

const Asset& style_sheet() { return style; }
const Asset& icon() { return bird; }
const Asset& live_script() { return live; }

const Asset* find_asset(std::string_view path) {
  for (const Asset* const each : {&style, &bird, &live}) {
    if (each->path().view() == path) return each;
  }
  return nullptr;
}

}  // namespace godwit::console
