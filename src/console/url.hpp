/// Addresses within this server: of a path that the program names, with parameters that may be
/// anything.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace godwit::console {

/// "/godwit/device".
class Path {
 public:
  consteval Path(const char* path) : path_(path) {
    if (!path_.starts_with('/') || path_.starts_with("//")) throw "not a path of this server";
    for (const char c : path_) {
      if (c <= ' ' || c == '?' || c == '#' || c == '"' || c == '\\') throw "not a path";
    }
  }
  constexpr std::string_view view() const { return path_; }
  friend constexpr bool operator==(const Path&, const Path&) = default;

 private:
  std::string_view path_;
};

class Url {
 public:
  using Parameter = std::pair<std::string_view, std::string_view>;
  /// Names and values are encoded (application/x-www-form-urlencoded).
  Url(Path path, const std::vector<Parameter>& query = {});
  /// A page that is there: `path` is one of the console's, as a request named it.
  static Url of_page(std::string_view path, const std::vector<Parameter>& query);
  /// The element of that id on the same page.
  static Url of_element(std::string_view id);

  const std::string& text() const { return text_; }

 private:
  Url() = default;
  std::string text_;
};

}  // namespace godwit::console
