#include "compose/html_body.hpp"

#include <algorithm>
#include <array>

#include "base/markup.hpp"
#include "base/text.hpp"

namespace godwit::compose {
namespace {

constexpr std::size_t name_max = 16;  // longer than any name that is looked for

constexpr auto dropped =
    std::to_array<std::string_view>({"!doctype", "html", "/html", "head", "/head", "body", "/body",
                                     "meta", "base", "link", "?xml", "title", "/title"});

bool ends_name(char c) {
  return c == '>' || c == '/' || c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
}

std::size_t last_of(std::string_view html, std::string_view tag) {
  for (std::size_t at = html.rfind("</"); at != std::string_view::npos && at > 0;
       at = html.rfind("</", at - 1)) {
    if (istarts_with(html.substr(at + 2), tag)) return at;
  }
  return std::string_view::npos;
}

}  // namespace

void InnerHtml::feed(std::string_view html, std::string& out) {
  for (const char c : html) {
    switch (state_) {
      case State::text:
      case State::title:
        if (c == '<') {
          held_ = c;
          if (state_ == State::text) state_ = State::tag;
        } else if (state_ == State::text) {
          out += c;
        } else if (!held_.empty()) {
          // The only thing that ends a title is its end tag.
          held_ += ascii_lower(c);
          if (c == '>' && held_.starts_with("</title")) state_ = State::text;
          if (c == '>' || held_.size() > name_max) held_.clear();
        }
        break;
      case State::tag: {
        const bool slash_first = held_.size() == 1 && c == '/';
        if (!slash_first && (ends_name(c) || held_.size() > name_max)) {
          tag_begins(out);
          if (state_ == State::kept_tag) out += c;
          if (c == '>') state_ = state_ == State::title ? State::title : State::text;
        } else {
          held_ += c;
        }
        break;
      }
      case State::kept_tag:
        out += c;
        if (c == '>') state_ = State::text;
        break;
      case State::dropped_tag:
        if (quote_ != 0) {
          if (c == quote_) quote_ = 0;
        } else if (c == '"' || c == '\'') {
          quote_ = c;
        } else if (c == '>') {
          state_ = State::text;
        }
        break;
    }
  }
}

void InnerHtml::tag_begins(std::string& out) {
  const std::string name = ascii_lower(std::string_view(held_).substr(1));
  quote_ = 0;
  if (std::ranges::find(dropped, name) == dropped.end()) {
    out += held_;
    state_ = State::kept_tag;
  } else {
    state_ = name == "title" ? State::title : State::dropped_tag;
  }
  held_.clear();
}

void InnerHtml::finish(std::string& out) {
  if (state_ == State::tag) out += escape_html(held_);
  if (state_ == State::kept_tag) out += '>';
  held_.clear();
  state_ = State::text;
}

std::size_t end_of_body(std::string_view html) {
  for (const std::string_view tag : {"body", "html"}) {
    const auto at = last_of(html, tag);
    if (at != std::string_view::npos) return at;
  }
  return html.size();
}

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) append_escaped(c, out);
  return out;
}

}  // namespace godwit::compose
