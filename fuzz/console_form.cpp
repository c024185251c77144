// links: godwit_console
// parser: console/texts.cpp
// Whatever a browser sends: a form's fields are clean text within their bounds, a cookie's value is
// part of its header, and text made HTML holds no markup.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/language.hpp"
#include "base/text.hpp"
#include "console/form.hpp"
#include "console/html.hpp"

namespace {

using namespace godwit::console;

void require(bool condition) {
  if (!condition) std::abort();
}

void check_markup(std::string_view text) {
  const std::string inner = Html().add(text).text();
  require(inner.find_first_of("<>\"") == std::string::npos && godwit::utf8_valid(inner));
  const std::string url = Url("/godwit/", {{"id", text}}).text();
  require(url.find_first_of(" <>\"'#\\\r\n") == std::string::npos);
  require(Form::parse(url.substr(url.find('?') + 1)).has_value() ==
          (godwit::utf8_valid(text) && !text.contains('\0')));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (size < form_bytes_max / 8) check_markup(bytes);
  const auto form = Form::parse(bytes);
  if (form) {
    require(form->fields().size() <= form_fields_max);
    for (const auto& [name, value] : form->fields()) {
      require(godwit::utf8_valid(name) && godwit::utf8_valid(value));
      require(!name.contains('\0') && !value.contains('\0'));
    }
  }
  require(cookie(bytes, "__Host-session").size() <= size);
  static_cast<void>(godwit::preferred_language(bytes));
  require(!is_own_origin(bytes, "mail.example.org", true) || bytes.starts_with("https://"));
  return 0;
}
