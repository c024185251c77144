/// HTML that was made UTF-8 must not say that it is something else.
#pragma once

#include <string>
#include <string_view>

namespace godwit::convert {

/// Rewrites the charset of `<meta charset=...>` and `<meta http-equiv=...
/// content="...charset=...">` to utf-8. Fed decoded HTML in pieces of any size; looks at the first
/// 4 KiB, as browsers do at 1 KiB (WHATWG HTML 13.2.3.2), and holds no more than that.
class HtmlCharset {
 public:
  void feed(std::string_view text, std::string& out);
  void finish(std::string& out);

 private:
  std::string head_;
  bool passed_ = false;
};

}  // namespace godwit::convert
