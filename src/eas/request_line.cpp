#include "eas/request_line.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "base/bytes.hpp"
#include "base/text.hpp"

namespace godwit::eas {
namespace {

// [MS-ASHTTP] Command Codes; 5 to 8 are retired and known from implementations. By code.
constexpr auto commands = std::to_array<std::string_view>({"Sync",
                                                           "SendMail",
                                                           "SmartForward",
                                                           "SmartReply",
                                                           "GetAttachment",
                                                           "GetHierarchy",
                                                           "CreateCollection",
                                                           "DeleteCollection",
                                                           "MoveCollection",
                                                           "FolderSync",
                                                           "FolderCreate",
                                                           "FolderDelete",
                                                           "FolderUpdate",
                                                           "MoveItems",
                                                           "GetItemEstimate",
                                                           "MeetingResponse",
                                                           "Search",
                                                           "Settings",
                                                           "Ping",
                                                           "ItemOperations",
                                                           "Provision",
                                                           "ResolveRecipients",
                                                           "ValidateCert",
                                                           "Find"});

// [MS-ASHTTP] DeviceId and DeviceType: 32 characters; a longer id is refused, never cut.
constexpr std::size_t device_id_max = 32;
constexpr std::size_t device_guid_bytes = 16;
constexpr std::size_t device_type_max = 32;
constexpr std::size_t command_name_max = 32;

// [MS-ASHTTP] Command Parameters of the base64 form.
enum class Parameter : std::uint8_t {
  attachment_name = 0,
  collection_id = 1,
  item_id = 3,
  long_id = 4,
  occurrence = 6,
  options = 7,
  user = 8,
};
constexpr unsigned option_save_in_sent = 0x01;
constexpr unsigned option_accept_multipart = 0x02;

constexpr bool letter(char c) { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; }
constexpr bool digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool id_character(char c) { return letter(c) || digit(c) || c == '-' || c == '_'; }

/// The same id whichever form it came in and whatever its case.
std::optional<DeviceId> device_id(std::string_view text) {
  if (text.empty() || text.size() > device_id_max || !std::ranges::all_of(text, id_character)) {
    return std::nullopt;
  }
  auto id = DeviceId::parse(ascii_lower(text));
  if (!id) return std::nullopt;
  return *std::move(id);
}

/// Clients of the base64 form send text, as Microsoft's example does, or the bytes of a GUID.
std::optional<DeviceId> device_id_of_bytes(std::string_view bytes) {
  if (std::ranges::all_of(bytes, id_character)) return device_id(bytes);
  if (bytes.size() > device_guid_bytes) return std::nullopt;
  return device_id(hex_encode(bytes));
}

/// [MS-ASHTTP] DeviceType: visible characters; spaces within are let through.
std::string device_type(std::string_view text) {
  const auto visible = [](char c) { return c >= 0x20 && c < 0x7F; };
  if (text.size() > device_type_max || !std::ranges::all_of(text, visible)) return {};
  return std::string(trim(text));
}

/// A stray `%` stands for itself, and `+` is no blank (RFC 3986 2.1).
std::string percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      if (const auto byte = hex_decode(text.substr(i + 1, 2))) {
        out += *byte;
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (id_character(c) || c == '.' || c == '~') {
      out += c;
    } else {
      out += '%' + hex_encode({&c, 1});
    }
  }
  return out;
}

void set_command(RequestLine& line, std::string_view name) {
  if (const auto code = command_code(name)) {
    line.command_code = *code;
    line.command = command_name(*code);
  } else if (name.size() <= command_name_max && std::ranges::all_of(name, letter)) {
    line.command = name;  // to be named in the log; nothing runs it
  }
}

/// The first value counts: a parameter that comes again cannot change what was understood.
void set_first(std::string& target, std::string value) {
  if (target.empty()) target = std::move(value);
}

void set_plain(RequestLine& line, std::string_view name, std::string value) {
  if (iequals(name, "Cmd")) {
    if (line.command.empty()) set_command(line, value);
  } else if (iequals(name, "User")) {
    set_first(line.user, std::move(value));
  } else if (iequals(name, "DeviceId")) {
    if (!line.device_id) line.device_id = device_id(value);
  } else if (iequals(name, "DeviceType")) {
    set_first(line.device_type, device_type(value));
  } else if (iequals(name, "AttachmentName")) {
    set_first(line.attachment_name, std::move(value));
  } else if (iequals(name, "CollectionId")) {
    set_first(line.collection_id, std::move(value));
  } else if (iequals(name, "ItemId")) {
    set_first(line.item_id, std::move(value));
  } else if (iequals(name, "LongId")) {
    set_first(line.long_id, std::move(value));
  } else if (iequals(name, "Occurrence")) {
    set_first(line.occurrence, std::move(value));
  } else if (iequals(name, "SaveInSent")) {
    line.save_in_sent = iequals(value, "T");
  }
}

RequestLine parse_plain(std::string_view query) {
  RequestLine line;
  while (!query.empty()) {
    const auto part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(part.size() + 1, query.size()));
    const auto equals = part.find('=');
    if (equals == std::string_view::npos) continue;
    set_plain(line, percent_decode(part.substr(0, equals)),
              percent_decode(part.substr(equals + 1)));
  }
  return line;
}

/// Takes fields off the front of the decoded query; `ok` goes false when one is not there.
struct Fields {
  std::string_view rest;
  bool ok = true;

  std::string_view take(std::size_t length) {
    ok = ok && length <= rest.size();
    if (!ok) return {};
    const auto bytes = rest.substr(0, length);
    rest.remove_prefix(length);
    return bytes;
  }
  /// Little-endian.
  std::uint32_t number(std::size_t bytes) {
    std::uint32_t value = 0;
    unsigned shift = 0;
    for (const char c : take(bytes)) {
      value |= std::uint32_t{static_cast<unsigned char>(c)} << shift;
      shift += 8;
    }
    return value;
  }
  std::string_view counted() { return take(number(1)); }
};

void set_parameter(RequestLine& line, std::uint32_t tag, std::string_view value) {
  switch (static_cast<Parameter>(tag)) {
    case Parameter::attachment_name:
      return set_first(line.attachment_name, std::string(value));
    case Parameter::collection_id:
      return set_first(line.collection_id, std::string(value));
    case Parameter::item_id:
      return set_first(line.item_id, std::string(value));
    case Parameter::long_id:
      return set_first(line.long_id, std::string(value));
    case Parameter::occurrence:
      return set_first(line.occurrence, std::string(value));
    case Parameter::user:
      return set_first(line.user, std::string(value));
    case Parameter::options: {
      const unsigned options = value.empty() ? 0U : static_cast<unsigned char>(value.front());
      line.save_in_sent = (options & option_save_in_sent) != 0;
      line.accept_multipart = (options & option_accept_multipart) != 0;
      return;
    }
  }
  // Others (5, ParentId, is obsolete) are skipped by their length.
}

/// [MS-ASHTTP] Base64-Encoded Query Value.
Result<RequestLine> parse_base64(std::string_view query) {
  const auto decoded = base64_decode(percent_decode(query));
  if (!decoded) return fail(Errc::malformed, "query is neither plain nor base64");
  Fields fields{*decoded};
  RequestLine line;
  line.base64 = true;
  line.version_byte = static_cast<std::uint8_t>(fields.number(1));
  if (const auto version = version_of_byte(*line.version_byte)) line.version = *version;
  line.command_code = static_cast<std::uint8_t>(fields.number(1));
  line.command = command_name(line.command_code);
  line.locale = static_cast<std::uint16_t>(fields.number(2));
  line.device_id = device_id_of_bytes(fields.counted());
  const auto key_length = fields.number(1);
  if (key_length != 0 && key_length != 4) return fail(Errc::malformed, "policy key of odd length");
  if (key_length == 4) line.policy_key = fields.number(4);
  line.device_type = device_type(fields.counted());
  while (fields.ok && !fields.rest.empty()) {
    const auto tag = fields.number(1);
    set_parameter(line, tag, fields.counted());
  }
  if (!fields.ok) return fail(Errc::malformed, "base64 query ends early");
  return line;
}

void put(std::string& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFFU);
}

void put_counted(std::string& out, std::string_view text) {
  text = text.substr(0, 255);
  put(out, static_cast<std::uint32_t>(text.size()), 1);
  out += text;
}

void put_parameter(std::string& out, Parameter parameter, std::string_view value) {
  if (value.empty()) return;
  put(out, std::to_underlying(parameter), 1);
  put_counted(out, value);
}

std::string format_base64(const RequestLine& line) {
  std::string out;
  const auto version = line.version ? std::to_underlying(*line.version) : std::uint8_t{0};
  put(out, line.version_byte.value_or(version), 1);
  put(out, line.command_code, 1);
  put(out, line.locale, 2);
  put_counted(out, line.device_id ? line.device_id->view() : std::string_view());
  put(out, line.policy_key ? 4 : 0, 1);
  if (line.policy_key) put(out, *line.policy_key, 4);
  put_counted(out, line.device_type);
  put_parameter(out, Parameter::attachment_name, line.attachment_name);
  put_parameter(out, Parameter::collection_id, line.collection_id);
  put_parameter(out, Parameter::item_id, line.item_id);
  put_parameter(out, Parameter::long_id, line.long_id);
  put_parameter(out, Parameter::occurrence, line.occurrence);
  const unsigned options = (line.save_in_sent ? option_save_in_sent : 0U) |
                           (line.accept_multipart ? option_accept_multipart : 0U);
  const char byte = static_cast<char>(options);
  if (options != 0) put_parameter(out, Parameter::options, {&byte, 1});
  put_parameter(out, Parameter::user, line.user);
  return base64_encode(out);
}

std::string format_plain(const RequestLine& line) {
  std::string out = "Cmd=" + line.command;
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) out.append("&").append(name).append("=").append(percent_encode(value));
  };
  add("User", line.user);
  if (line.device_id) add("DeviceId", line.device_id->view());
  add("DeviceType", line.device_type);
  add("AttachmentName", line.attachment_name);
  add("CollectionId", line.collection_id);
  add("ItemId", line.item_id);
  add("LongId", line.long_id);
  add("Occurrence", line.occurrence);
  if (line.save_in_sent) add("SaveInSent", "T");
  return out;
}

bool looks_plain(std::string_view query) {
  if (query.contains('&')) return true;
  const auto equals = query.find('=');
  return equals != std::string_view::npos &&
         iequals(percent_decode(query.substr(0, equals)), "Cmd");
}

}  // namespace

Result<RequestLine> parse_request_line(std::string_view query) {
  if (looks_plain(query)) return parse_plain(query);
  return parse_base64(query);
}

std::string format_request_line(const RequestLine& line) {
  return line.base64 ? format_base64(line) : format_plain(line);
}

std::optional<std::uint8_t> command_code(std::string_view name) {
  const auto found = std::ranges::find_if(
      commands, [name](std::string_view command) { return iequals(command, name); });
  if (found == commands.end()) return std::nullopt;
  return static_cast<std::uint8_t>(found - commands.begin());
}

std::string_view command_name(std::uint8_t code) {
  return code < commands.size() ? commands[code] : std::string_view();
}

}  // namespace godwit::eas
