/// Files that pages refer to, within the program: src/console/assets. Each has a name that changes
/// with it, so that browsers may keep it for good.
#pragma once

#include <string_view>

#include "console/url.hpp"
#include "http/message.hpp"

namespace godwit::console {

class Asset {
 public:
  constexpr Asset(Path path, std::string_view type, std::string_view content)
      : path_(path), type_(type), content_(content) {}
  /// With a version that is made of the content.
  Url url() const;
  Path path() const { return path_; }
  http::Reply reply() const;

 private:
  Path path_;
  std::string_view type_;
  std::string_view content_;
};

const Asset& style_sheet();
const Asset& icon();
/// What brings a page up to date that is whole without it.
const Asset& live_script();
/// The one at that path.
const Asset* find_asset(std::string_view path);

}  // namespace godwit::console
