#include "mapping/text_body.hpp"

#include "base/text.hpp"
#include "wbxml/pages/airsyncbase.hpp"

namespace godwit::mapping {

namespace airsyncbase = wbxml::airsyncbase;

Change<std::string> text_change(std::string_view text) {
  std::string value;
  for (const char c : utf8_clean(text)) {
    if (c != '\r') value += c;
  }
  return value.empty() ? Change<std::string>::clear() : Change<std::string>::set(std::move(value));
}

Result<TextBody> read_text_body(const wbxml::Element& application_data) {
  const wbxml::Element* body = application_data.find(airsyncbase::Body);
  if (body == nullptr) return TextBody{};
  if (body->children.empty()) return TextBody{Change<std::string>::clear(), false};
  const auto type = parse_number<unsigned>(trim(body->text_of(airsyncbase::Type)));
  if (!type || *type < 1 || *type > 2) return fail(Errc::malformed, "a body of another type");
  const wbxml::Element* data = body->find(airsyncbase::Data);
  if (data == nullptr) return TextBody{};
  return TextBody{text_change(data->text), *type == 2};
}

}  // namespace godwit::mapping
