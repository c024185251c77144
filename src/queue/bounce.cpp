#include "queue/bounce.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "compose/encode.hpp"
#include "compose/letter.hpp"
#include "compose/mail_texts.hpp"

namespace godwit::queue {
namespace {

constexpr std::size_t reason_bytes_max = 500;

/// One line of printable text: nothing that a hop says makes lines of its own.
std::string one_line(std::string_view text) {
  std::string out = utf8_clean(utf8_prefix(trim(text), reason_bytes_max));
  std::ranges::replace_if(out, [](char c) { return c == '\r' || c == '\n' || c == '\t'; }, ' ');
  return out;
}

/// RFC 3464 2.3.6: what is not ASCII has no place in a diagnostic code.
std::string ascii_line(std::string_view text) {
  std::string out = one_line(text);
  std::ranges::replace_if(out, [](char c) { return static_cast<unsigned char>(c) >= 0x7F; }, '?');
  return out;
}

std::string explanation(const BounceFacts& facts, const compose::MailTexts& texts) {
  std::string text = std::string(texts.bounce_intro) + "\r\n\r\n";
  for (const FailedRecipient& each : facts.recipients) {
    text += "  " + one_line(each.address) + "\r\n    " + one_line(each.reason) + "\r\n";
    if (each.expired) text += "    " + std::string(texts.bounce_expired) + "\r\n";
  }
  text += "\r\n" + std::string(texts.bounce_end) + "\r\n";
  std::string out;
  compose::QuotedPrintable encoder;
  encoder.feed(text, out);
  encoder.finish(out);
  return out;
}

std::string delivery_status(const BounceFacts& facts) {
  std::string out = "Reporting-MTA: dns; " + ascii_line(facts.reporting_host) +
                    "\r\nArrival-Date: " + compose::format_date(facts.accepted) + "\r\n";
  for (const FailedRecipient& each : facts.recipients) {
    out += "\r\nFinal-Recipient: rfc822; " + ascii_line(each.address) + "\r\nAction: failed\r\n";
    out += each.expired ? "Status: 4.4.7\r\n" : "Status: 5.0.0\r\n";
    out += "Diagnostic-Code: smtp; " + ascii_line(each.reason) + "\r\n";
    out += "Last-Attempt-Date: " + compose::format_date(facts.failed) + "\r\n";
  }
  return out;
}

}  // namespace

std::string report_id(const BounceFacts& facts) {
  return '<' + facts.mail_id + ".report@" + facts.reporting_host + '>';
}

std::string make_bounce(const BounceFacts& facts) {
  const std::string boundary = "=_report_" + facts.mail_id;
  const compose::MailTexts& texts = compose::mail_texts(facts.language);
  compose::Fields header;
  header.set("From",
             std::string(texts.bounce_author) + " <postmaster@" + facts.reporting_host + '>');
  header.set("To", facts.sender);
  header.set("Subject", compose::format_unstructured(texts.bounce_subject));
  header.set("Date", compose::format_date(facts.failed));
  header.set("Message-ID", report_id(facts));
  header.set("Auto-Submitted", "auto-replied");  // RFC 3834 5
  header.set("MIME-Version", "1.0");
  header.set("Content-Type",
             "multipart/report; report-type=delivery-status;\r\n boundary=\"" + boundary + '"');
  const std::string edge = "\r\n--" + boundary + "\r\n";
  return header.str() + edge + "Content-Type: text/plain; charset=utf-8\r\nContent-Language: " +
         std::string(code_of(facts.language)) +
         "\r\n"
         "Content-Transfer-Encoding: quoted-printable\r\n\r\n" +
         explanation(facts, texts) + edge + "Content-Type: message/delivery-status\r\n\r\n" +
         delivery_status(facts) + edge + "Content-Type: text/rfc822-headers\r\n\r\n" +
         facts.original_header + "\r\n--" + boundary + "--\r\n";
}

}  // namespace godwit::queue
