#include "replay/mirror.hpp"

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/email.hpp"

namespace godwit::test {
namespace {

using client::Node;
namespace base = wbxml::airsyncbase;
namespace email = wbxml::email;

std::string encoded_words(std::string_view text) {
  return "=?utf-8?B?" + base64_encode(text) + "?=";
}

std::string base64_lines(std::string_view bytes) {
  const std::string text = base64_encode(bytes);
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 76) out += text.substr(i, 76) + "\r\n";
  return out;
}

std::string header_line(std::string_view name, std::string_view value) {
  std::string clean(value);
  std::erase(clean, '\r');
  std::erase(clean, '\n');
  return clean.empty() ? std::string() : std::string(name) + ": " + clean + "\r\n";
}

/// The text part: of the native type, and longer than what Exchange cut.
std::string text_part(const Node& data) {
  const Node* body = data.find(base::Body);
  const std::string native(data.text_of(base::NativeBodyType));
  std::string text = body == nullptr ? std::string() : std::string(body->text_of(base::Data));
  const bool html = native == "2" || native == "3" ||
                    (native.empty() && body != nullptr && body->text_of(base::Type) == "2");
  if (body != nullptr && body->text_of(base::Truncated) == "1") {
    const auto size = parse_number<std::size_t>(body->text_of(base::EstimatedDataSize));
    while (text.size() < size.value_or(0)) text += html ? "<p>and so on</p>" : "and so on\n";
  }
  if (html && !text.contains('<')) text = "<html><body>" + text + "</body></html>";
  return "Content-Type: text/" + std::string(html ? "html" : "plain") +
         "; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64_lines(text);
}

std::string attachment_part(const Node& attachment) {
  const std::string name(attachment.text_of(base::DisplayName));
  // [MS-ASAIRS] Method 5: an embedded message.
  if (attachment.text_of(base::Method) == "5") {
    return "Content-Type: message/rfc822\r\n\r\nFrom: a@example.test\r\nSubject: " +
           encoded_words(name) + "\r\n\r\ninside\r\n";
  }
  std::string out = "Content-Type: application/octet-stream; name=\"" + name + "\"\r\n";
  const bool is_inline = attachment.text_of(base::IsInline) == "1";
  out += "Content-Disposition: " + std::string(is_inline ? "inline" : "attachment") +
         "; filename=\"" + name + "\"\r\n";
  if (const auto id = attachment.text_of(base::ContentId); !id.empty()) {
    out += "Content-ID: <" + std::string(id) + ">\r\n";
  }
  return out + "Content-Transfer-Encoding: base64\r\n\r\n" + base64_lines("attached");
}

}  // namespace

std::string message_like(const Node& data) {
  std::string out;
  out += header_line("From", data.text_of(email::From));
  out += header_line("To", data.text_of(email::To));
  out += header_line("Cc", data.text_of(email::Cc));
  out += header_line("Reply-To", data.text_of(email::ReplyTo));
  if (data.has(email::Subject) && !data.text_of(email::Subject).empty()) {
    out += "Subject: " + encoded_words(data.text_of(email::Subject)) + "\r\n";
  }
  if (data.text_of(email::Importance) == "2") out += "Importance: high\r\n";
  if (data.text_of(email::Importance) == "0") out += "Importance: low\r\n";
  out += "MIME-Version: 1.0\r\n";
  const Node* attachments = data.find(base::Attachments);
  if (attachments == nullptr) return out + text_part(data);
  out += "Content-Type: multipart/mixed; boundary=edge\r\n\r\n--edge\r\n" + text_part(data);
  for (const Node& attachment : attachments->children) {
    out += "--edge\r\n" + attachment_part(attachment);
  }
  return out + "--edge--\r\n";
}

Flags flags_like(const Node& data) {
  Flags out;
  out.seen = data.text_of(email::Read) == "1";
  if (const Node* flag = data.find(email::Flag)) out.flagged = flag->text_of(email::Status) == "2";
  return out;
}

std::optional<Time> received_like(const Node& data) {
  const std::string_view text = data.text_of(email::DateReceived);
  if (text.size() < 19) return std::nullopt;
  const auto field = [&](std::size_t at, std::size_t length) {
    return parse_number<int>(text.substr(at, length)).value_or(0);
  };
  using namespace std::chrono;
  const sys_days day = year(field(0, 4)) / month(static_cast<unsigned>(field(5, 2))) /
                       std::chrono::day(static_cast<unsigned>(field(8, 2)));
  return Time(day) + hours(field(11, 2)) + minutes(field(14, 2)) + seconds(field(17, 2));
}

}  // namespace godwit::test
