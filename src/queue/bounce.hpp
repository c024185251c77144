/// The report to a sender that a mail could not be delivered: RFC 3464, in RFC 6522's wrapper.
/// Pure: the same facts make the same octets, so that a report sent twice is recognised as one.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/language.hpp"

namespace godwit::queue {

struct FailedRecipient {
  std::string address;
  std::string reason;    // the hop's words, or ours
  bool expired = false;  // given up after a long time: 4.4.7, else 5.0.0
};

struct BounceFacts {
  std::string reporting_host;  // a host name
  std::string sender;          // who gets the report
  std::string mail_id;         // makes Message-ID and boundary: letters and digits; this report's
  Time accepted{};             // when the mail was taken
  Time failed{};
  std::vector<FailedRecipient> recipients = {};
  std::string original_header = {};  // of the mail; bounded by the caller
  Language language = Language::english;
};

std::string make_bounce(const BounceFacts& facts);
/// Its Message-ID, with angle brackets.
std::string report_id(const BounceFacts& facts);

}  // namespace godwit::queue
