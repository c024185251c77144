#include "autodiscover/client.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "autodiscover/spaces.hpp"
#include "base/text.hpp"
#include "dav/xml.hpp"

namespace godwit::autodiscover {
namespace {

constexpr std::size_t answer_bytes_max = 256UL * 1024;

const dav::Element* child_of(const dav::Element& element, std::string_view name) {
  for (const dav::Element& child : element.children) {
    if (child.name == name) return &child;
  }
  return nullptr;
}

std::string text_of(const dav::Element& element, std::string_view name) {
  const dav::Element* child = child_of(element, name);
  return child == nullptr ? std::string() : std::string(trim(child->text));
}

void read_settings(const dav::Element& settings, Told& told) {
  for (const dav::Element& server : settings.children) {
    if (server.name != "Server" || text_of(server, "Type") != "MobileSync") continue;
    told.url = text_of(server, "Url");
    return;
  }
}

Told read_response(const dav::Element& response) {
  Told told;
  if (const dav::Element* error = child_of(response, "Error")) {
    told.error = text_of(*error, "ErrorCode");
  }
  if (const dav::Element* action = child_of(response, "Action")) {
    told.redirect = text_of(*action, "Redirect");
    if (const dav::Element* settings = child_of(*action, "Settings")) {
      read_settings(*settings, told);
    }
    if (child_of(*action, "Error") != nullptr) told.error = "failed";
  }
  return told;
}

}  // namespace

std::string mobilesync_request(std::string_view address) {
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Autodiscover xmlns=\"{}\"><Request>"
      "<EMailAddress>{}</EMailAddress><AcceptableResponseSchema>{}</AcceptableResponseSchema>"
      "</Request></Autodiscover>\n",
      mobilesync_request_space, dav::escape_xml(address), mobilesync_answer_space);
}

Result<Told> read_mobilesync_answer(std::string_view body) {
  if (body.size() > answer_bytes_max) return fail(Errc::malformed, "a long answer");
  Told told;
  dav::XmlStream stream([&told](const dav::Element& child) -> Result<> {
    if (child.name == "Response") told = read_response(child);
    return {};
  });
  stream.append(body);
  const auto root = stream.finish();
  if (!root || root->name != "Autodiscover") {
    return fail(Errc::malformed, "no answer of Autodiscover");
  }
  if (told.url.empty() && told.redirect.empty() && told.error.empty()) {
    return fail(Errc::malformed, "an answer without settings");
  }
  return told;
}

Result<std::string> read_json_answer(std::string_view body) {
  const auto parsed = body.size() > answer_bytes_max ? nlohmann::json()
                                                     : nlohmann::json::parse(body, nullptr, false);
  const auto url = parsed.is_object() ? parsed.find("Url") : parsed.end();
  if (url == parsed.end() || !url->is_string()) {
    return fail(Errc::malformed, "no answer of Autodiscover's version 2");
  }
  return url->get<std::string>();
}

}  // namespace godwit::autodiscover
