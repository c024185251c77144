#include "compose/letter.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/text.hpp"
#include "compose/encode.hpp"
#include "compose/limits.hpp"
#include "convert/address.hpp"
#include "convert/header.hpp"
#include "convert/limits.hpp"

namespace godwit::compose {
namespace {

/// One logical line: breaks only before blanks, no line of blanks alone, no other control
/// characters.
std::string clean_value(std::string_view raw) {
  std::string text;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const bool line_end = raw[i] == '\r' && i + 1 < raw.size() && raw[i + 1] == '\n';
    if (!line_end) text += raw[i] == '\r' || raw[i] == '\0' ? ' ' : raw[i];
  }
  std::string out;
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (trim(line).empty()) continue;
    const bool blank = line.front() == ' ' || line.front() == '\t';
    if (out.empty()) {
      line.remove_prefix(line.find_first_not_of(" \t"));
    } else {
      out += blank ? "\r\n" : " ";
    }
    out += line;
  }
  return out;
}

bool is_address(std::string_view text) {
  const auto at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == text.size()) return false;
  if (text.size() > address_bytes_max) return false;
  return std::ranges::none_of(text, [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || c == '<' || c == '>' || c == ',' ||
           c == ';' || c == '"' || c == '(' || c == ')' || c == '\\';
  });
}

/// Domains do not tell letter case apart, local parts may. RFC 5321 2.4
std::string same_address(std::string_view address) {
  const auto at = address.rfind('@');
  return std::string(address.substr(0, at)) + ascii_lower(address.substr(at));
}

/// RFC 5322 3.4.1: a quoted local part, which the address parser does not keep apart from names.
bool has_quoted_local_part(std::string_view raw) { return raw.find("\"@") != raw.npos; }

std::string format_from(std::string_view name, const std::string& address) {
  const std::string phrase = format_phrase(name);
  if (phrase.empty()) return address;
  const bool one_line = phrase.find('\n') == std::string::npos;
  return phrase + (one_line ? " <" : "\r\n <") + address + '>';
}

}  // namespace

Fields::Fields(std::string_view block) {
  for (const convert::Field& field : convert::parse_fields(block)) {
    fields_.push_back({std::string(field.name), clean_value(field.value)});
  }
}

bool Fields::has(std::string_view name) const {
  return std::ranges::any_of(fields_, [&](const Field& f) { return iequals(f.name, name); });
}

std::string_view Fields::get(std::string_view name) const {
  const auto at =
      std::ranges::find_if(fields_, [&](const Field& f) { return iequals(f.name, name); });
  return at == fields_.end() ? std::string_view() : std::string_view(at->value);
}

std::vector<std::string_view> Fields::all(std::string_view name) const {
  std::vector<std::string_view> out;
  for (const Field& field : fields_) {
    if (iequals(field.name, name)) out.emplace_back(field.value);
  }
  return out;
}

void Fields::set(std::string_view name, std::string_view value) {
  const auto at =
      std::ranges::find_if(fields_, [&](const Field& f) { return iequals(f.name, name); });
  if (at == fields_.end()) {
    fields_.push_back({std::string(name), clean_value(value)});
    return;
  }
  at->value = clean_value(value);
  const auto more =
      std::remove_if(at + 1, fields_.end(), [&](const Field& f) { return iequals(f.name, name); });
  fields_.erase(more, fields_.end());
}

void Fields::remove(std::string_view name) {
  std::erase_if(fields_, [&](const Field& f) { return iequals(f.name, name); });
}

std::string Fields::str() const {
  std::string out;
  for (const Field& field : fields_) out += field.name + ": " + field.value + "\r\n";
  return out;
}

Result<Letter> read_letter(std::string_view mime) {
  const std::size_t begin = std::min(mime.find_first_not_of("\r\n"), mime.size());
  const std::string_view text = mime.substr(begin);
  const std::string_view bounded = text.substr(0, convert::header_bytes_max);
  const std::size_t length = convert::header_length(bounded);
  const std::string_view block = bounded.substr(0, length);
  Letter letter{Fields(block), begin + length};
  // A header that breaks off would leave recipients, Bcc too, in what everybody reads.
  const bool ended = length == text.size() || block.ends_with("\n\n") || block.ends_with("\n\r\n");
  if (length == 0 || !ended || letter.header.str().empty()) {
    return fail(Errc::malformed, "no whole header block");
  }
  const auto type = convert::parse_parameters(letter.header.get("Content-Type"));
  if (type.value.starts_with("multipart/") && type.parameter("boundary").empty()) {
    return fail(Errc::malformed, "a multipart without a boundary");
  }
  return letter;
}

Result<std::vector<std::string>> recipients(const Fields& header) {
  std::vector<std::string> out;
  std::set<std::string> seen;
  for (const std::string_view name : {"To", "Cc", "Bcc"}) {
    for (const std::string_view raw : header.all(name)) {
      if (has_quoted_local_part(raw)) return fail(Errc::refused, "a quoted local part");
      const auto list = convert::parse_addresses(raw);
      if (list.size() >= convert::addresses_max) return fail(Errc::too_large, "recipients");
      for (const convert::Mailbox& mailbox : list) {
        if (!is_address(mailbox.address)) return fail(Errc::refused, "a recipient is no address");
        if (!seen.insert(same_address(mailbox.address)).second) continue;
        out.push_back(mailbox.address);
        if (out.size() > recipients_max) return fail(Errc::too_large, "recipients");
      }
    }
  }
  if (out.empty()) return fail(Errc::incomplete, "no recipient");
  return out;
}

std::string make_message_id(std::string_view unique, std::string_view address) {
  const auto at = address.rfind('@');
  const std::string_view domain =
      at == std::string_view::npos ? std::string_view("localhost") : address.substr(at + 1);
  return std::string(unique) + '@' + std::string(domain);
}

namespace {

/// Where it stands in `addresses`; nothing when it does not.
const std::string* one_of(const std::vector<std::string>& addresses, std::string_view address) {
  const auto found = std::ranges::find_if(
      addresses, [&](const std::string& each) { return iequals(each, address); });
  return found == addresses.end() ? nullptr : &*found;
}

/// Sets From where it cannot stay as it is; the envelope's sender.
std::string complete_from(Fields& header, const Identity& identity) {
  const auto authors = convert::parse_addresses(header.get("From"));
  const bool one = authors.size() == 1 && header.all("From").size() == 1;
  const std::string author = authors.empty() ? std::string() : authors.front().address;
  const std::string* own = one_of(identity.addresses, author);
  std::string address = own != nullptr ? *own : identity.addresses.front();
  std::string name = authors.empty() ? std::string() : authors.front().name;
  if (own == nullptr && one && one_of(identity.send_as, author) != nullptr) return address;
  if (own != nullptr && one && !name.empty()) return address;
  if (name.empty()) name = identity.display_name;
  // [MS-ASCMD] SendMail: the server answers for who a mail is from.
  header.set("From", format_from(name, address));
  return address;
}

}  // namespace

std::string complete(Fields& header, const Identity& identity, const Stamp& stamp) {
  std::string address = complete_from(header, identity);
  if (!convert::parse_date(header.get("Date"))) header.set("Date", format_date(stamp.date));
  const std::string_view id = header.get("Message-ID");
  const bool has_id = id.starts_with('<') && id.find('@') != id.npos && id.ends_with('>') &&
                      id.size() <= convert::parameter_bytes_max;
  if (!has_id) header.set("Message-ID", '<' + stamp.message_id + '>');
  if (header.has("Content-Type") && !header.has("MIME-Version")) header.set("MIME-Version", "1.0");
  header.remove("Return-Path");
  return address;
}

std::string format_people(const std::vector<convert::Mailbox>& people) {
  std::string out;
  for (const convert::Mailbox& mailbox : people) {
    if (!out.empty()) out += ",\r\n ";
    const std::string phrase =
        mailbox.name == mailbox.address ? std::string() : format_phrase(mailbox.name);
    if (phrase.empty() || mailbox.address.empty()) {
      out += phrase.empty() ? mailbox.address : phrase;
    } else {
      out += phrase + "\r\n <" + mailbox.address + '>';
    }
  }
  return out;
}

void hide_recipients(Fields& header) {
  header.remove("Bcc");
  header.remove("Resent-Bcc");
}

}  // namespace godwit::compose
