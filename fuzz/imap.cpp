// links: godwit_imap
// parser: imap/reader.hpp imap/fetch.cpp
// What a server may send: responses cut and parsed, fed whole and byte by byte alike.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "imap/command.hpp"
#include "imap/conversation.hpp"
#include "imap/listing.hpp"
#include "imap/mailbox_name.hpp"
#include "imap/response.hpp"
#include "imap/roles.hpp"
#include "imap/splitter.hpp"

namespace {

using namespace godwit::imap;

constexpr ResponseSplitter::Limits limits{.line_bytes = 1U << 16U, .literal_bytes = 1U << 16U};

void expect(bool holds) {
  if (!holds) std::abort();
}

std::vector<RawResponse> split(std::string_view bytes, std::size_t step) {
  ResponseSplitter splitter(limits);
  std::vector<RawResponse> out;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    splitter.feed(bytes.substr(at, step));
    for (auto next = splitter.next(); next; next = splitter.next()) {
      if (!*next) return out;
      out.push_back(std::move(**next));
    }
  }
  return out;
}

/// Whatever is put into a command, its line ends where it should and nowhere else.
void check_line(const Command& command) {
  for (const auto mode : {LiteralMode::synchronizing, LiteralMode::minus, LiteralMode::plus}) {
    std::string all;
    for (const auto& chunk : command.chunks("A1", mode)) all += chunk.bytes;
    ResponseSplitter splitter;
    splitter.feed(all);
    const auto line = splitter.next();
    expect(line && *line && !splitter.next());
  }
}

void check_command(std::string_view foreign) {
  Command command("X");
  command.string(foreign).mailbox(foreign).mailbox(foreign, true);
  command.flag_list({std::string(foreign)}).body(foreign, 1, 2);
  check_line(command);
}

/// Of what is put into a command as a string its length is logged, and nothing of it; of any bytes
/// no more than the bound.
void check_conversation(std::string_view foreign) {
  constexpr std::string_view before = "A1 X ";
  constexpr std::size_t bytes_max = 2000;
  std::string all;
  const Command command = Command("X").string(' ' + std::string(foreign));
  for (const auto& chunk : command.chunks("A1", LiteralMode::plus)) all += chunk.bytes;
  const std::string line = conversation_line(all);
  expect(line.starts_with(before) && line.size() <= bytes_max);
  expect(line.find_first_not_of("\"(){}0123456789", before.size()) == std::string::npos);
  expect(conversation_line(foreign).size() <= bytes_max);
}

void use(const Response& response, std::vector<ListEntry>& entries) {
  if (const auto* status = std::get_if<StatusResponse>(&response)) {
    parse_uid_code(status->code);
    code_words(status->code);
  } else if (const auto* entry = std::get_if<ListEntry>(&response)) {
    entries.push_back(*entry);
    for (const auto& chunk :
         Command("SELECT").mailbox(entry->name).chunks("A1", LiteralMode::plus)) {
      expect(chunk.bytes.ends_with("\r\n"));
    }
  } else if (const auto* fetch = std::get_if<FetchEntry>(&response); fetch && fetch->flags) {
    check_line(Command("UID STORE").uids_from(fetch->uid).flags(*fetch->flags));
    if (fetch->internal_date) {
      check_line(Command("APPEND").number(fetch->uid).date_time(*fetch->internal_date));
    }
    Listing listing;
    listing.add(fetch->uid, *fetch->flags);
    expect(Listing::parse(listing.str()).has_value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  auto whole = split(bytes, size + 1);
  check_command(bytes);
  check_conversation(bytes);
  const auto single = split(bytes, 1);
  expect(whole.size() == single.size());
  std::vector<ListEntry> entries;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    expect(whole[i].line == single[i].line && whole[i].literals == single[i].literals);
    if (const auto response = parse_response(std::move(whole[i]))) use(*response, entries);
  }
  assign_roles(entries, {}, "INBOX.");
  if (const auto decoded = decode_mailbox(bytes)) expect(encode_mailbox(*decoded) == bytes);
  expect(is_flag(encode_keyword("x" + decode_keyword(bytes))));
  if (const auto listing = Listing::parse(bytes)) listing->uids();
  return 0;
}
