/// HTML that is put together from elements: text comes in by escaping alone, names are literals,
/// and addresses are Urls. So what strangers chose, a device's name for one, is never markup.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "console/url.hpp"

namespace godwit::console {

/// The name of an element: "td".
class Tag {
 public:
  consteval Tag(const char* name) : name_(name) {
    if (!is_name(name_) || name_ == "script" || name_ == "style") throw "not such an element";
  }
  constexpr std::string_view view() const { return name_; }
  static constexpr bool is_name(std::string_view text) {
    if (text.empty()) return false;
    for (const char c : text) {
      if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != 'B') return false;
    }
    return true;
  }

 private:
  std::string_view name_;
};

/// The name of an attribute whose value is an address.
class UrlName {
 public:
  consteval UrlName(const char* name) : name_(name) {
    if (!is_url(name_)) throw "not such an attribute";
  }
  constexpr std::string_view view() const { return name_; }
  static constexpr bool is_url(std::string_view name) {
    return name == "href" || name == "src" || name == "action";
  }

 private:
  std::string_view name_;
};

/// The name of any other attribute; none that a browser would run.
class PlainName {
 public:
  consteval PlainName(const char* name) : name_(name) {
    const bool runs = name_.starts_with("on") || name_.starts_with("form") || name_ == "style" ||
                      name_ == "srcdoc" || name_ == "srcset" || name_ == "data";
    if (!Tag::is_name(name_) || UrlName::is_url(name_) || runs) throw "not such an attribute";
  }
  constexpr std::string_view view() const { return name_; }

 private:
  std::string_view name_;
};

enum class Present : bool { no, yes };

class Attribute {
 public:
  Attribute(PlainName name, std::string_view value) : name_(name.view()), value_(value) {}
  Attribute(UrlName name, const Url& url) : name_(name.view()), value_(url.text()) {}
  /// One without a value: "checked".
  Attribute(PlainName name, Present present) : name_(name.view()), present_(present), bare_(true) {}

 private:
  friend class Html;
  std::string_view name_;
  std::string value_;
  Present present_ = Present::yes;
  bool bare_ = false;
};
using Attributes = std::initializer_list<Attribute>;

class Html {
 public:
  Html() = default;

  Html& add(const Html& other) {
    text_ += other.text_;
    return *this;
  }
  /// Escaped; what is not UTF-8, or no character of HTML, is replaced.
  Html& add(std::string_view text);

  const std::string& text() const& { return text_; }

  /// An element of the children in their order, each Html or text. `input`, `link` and the like
  /// have none and no end tag.
  template <class... Children>
  static Html element(Tag tag, Attributes attributes, const Children&... children) {
    Html out;
    out.open(tag, attributes);
    (out.add(children), ...);
    out.close(tag);
    return out;
  }
  /// Runs a file of ours once the document is there; the policy of contents must let it.
  static Html script(const Url& source);
  /// A whole document, of its `html` element.
  static std::string document(const Html& root);

 private:
  void open(Tag tag, Attributes attributes);
  void close(Tag tag);

  std::string text_;
};

template <class... Children>
Html element(Tag tag, Attributes attributes, const Children&... children) {
  return Html::element(tag, attributes, children...);
}
template <class... Children>
Html element(Tag tag, const Html& first, const Children&... children) {
  return Html::element(tag, {}, first, children...);
}
template <class... Children>
Html element(Tag tag, std::string_view first, const Children&... children) {
  return Html::element(tag, {}, first, children...);
}

}  // namespace godwit::console
