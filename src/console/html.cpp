#include "console/html.hpp"

#include <algorithm>
#include <array>

#include "base/markup.hpp"
#include "base/text.hpp"

namespace godwit::console {
namespace {

void append(std::string& out, std::string_view text) {
  for (const char c : utf8_clean(text)) append_escaped(c, out);
}

bool is_void(std::string_view tag) {
  constexpr auto all = std::to_array<std::string_view>({"br", "img", "input", "link", "meta"});
  return std::ranges::find(all, tag) != all.end();
}

}  // namespace

Html& Html::add(std::string_view text) {
  append(text_, text);
  return *this;
}

void Html::open(Tag tag, Attributes attributes) {
  text_ += '<';
  text_ += tag.view();
  for (const Attribute& each : attributes) {
    if (each.present_ == Present::no) continue;
    text_ += ' ';
    text_ += each.name_;
    if (each.bare_) continue;
    text_ += "=\"";
    append(text_, each.value_);
    text_ += '"';
  }
  text_ += '>';
}

void Html::close(Tag tag) {
  if (is_void(tag.view())) return;
  text_ += "</";
  text_ += tag.view();
  text_ += '>';
}

Html Html::script(const Url& source) {
  Html out;
  out.text_ = "<script defer src=\"";
  append(out.text_, source.text());
  out.text_ += "\"></script>";
  return out;
}

std::string Html::document(const Html& root) { return "<!DOCTYPE html>\n" + root.text_ + '\n'; }

}  // namespace godwit::console
