/// Putting one HTML document into another.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace godwit::compose {

/// What stands inside of a document's body, and its style sheets; the tags of the document itself
/// (html, head, body, title, meta, base, link, the doctype) go. Fed by pieces of any size.
class InnerHtml {
 public:
  void feed(std::string_view html, std::string& out);
  void finish(std::string& out);

 private:
  void tag_begins(std::string& out);

  enum class State : std::size_t { text, tag, kept_tag, dropped_tag, title };
  State state_ = State::text;
  std::string held_;  // of a tag, as long as its name is not known
  char quote_ = 0;    // inside a dropped tag
};

/// Where text is put that shall stand last in the document: before the last `</body>`, else before
/// the last `</html>`, else at the end.
std::size_t end_of_body(std::string_view html);

std::string escape_html(std::string_view text);

}  // namespace godwit::compose
