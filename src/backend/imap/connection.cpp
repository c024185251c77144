#include "backend/imap/connection.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/log_levels.hpp"
#include "base/overloaded.hpp"
#include "base/text.hpp"
#include "imap/conversation.hpp"
#include "imap/mailbox_name.hpp"
#include "net/connect.hpp"
#include "net/deadline.hpp"

namespace godwit::backend::imap {

using namespace godwit::imap;

namespace {

constexpr std::string_view conversation_name = "imap.conversation";
constexpr Log conversation("imap.conversation");

bool is_conversation_shown() { return is_shown(conversation_name, LogLevel::debug); }

std::string written(const std::vector<Command::Chunk>& chunks) {
  std::string out;
  for (const Command::Chunk& chunk : chunks) out += chunk.bytes;
  return conversation_line(out);
}

}  // namespace

Connection::Connection(std::unique_ptr<net::Stream> stream, const Settings& settings)
    : stream_(std::move(stream)), host_(settings.host), port_(settings.port) {}

Connection::~Connection() { close(); }

void Connection::close() noexcept {
  broken_ = true;
  if (stream_) stream_->close();
}

bool Connection::has(std::string_view capability) const {
  return capabilities_.contains(capability);
}

bool Connection::reusable() const {
  return !broken_ && !busy_ && stream_ && net::is_idle_and_open(*stream_);
}

LiteralMode Connection::literal_mode() const {
  if (has("LITERAL+")) return LiteralMode::plus;
  return has("LITERAL-") ? LiteralMode::minus : LiteralMode::synchronizing;
}

Task<std::vector<Completed>> Connection::run(std::vector<Command> commands,
                                             std::chrono::milliseconds limit) {
  return limited(std::move(commands), nullptr, {}, limit);
}

Task<Completed> Connection::run(Command command, std::chrono::milliseconds limit) {
  std::vector<Command> commands;
  commands.push_back(std::move(command));
  auto completed = co_await limited(std::move(commands), nullptr, {}, limit);
  co_return std::move(completed.front());
}

Task<Completed> Connection::append(Command command, std::shared_ptr<const MessageSource> message,
                                   std::chrono::milliseconds limit) {
  std::vector<Command> commands;
  commands.push_back(std::move(command));
  auto completed = co_await limited(std::move(commands), std::move(message), {}, limit);
  co_return std::move(completed.front());
}

Task<Completed> Connection::select(FolderKey key, std::chrono::milliseconds limit) {
  Command command("SELECT");
  command.mailbox(key.view(), utf8_);
  if (condstore_ && !has("ENABLE")) command.words("(CONDSTORE)");
  selected_.reset();
  selecting_ = Selected{.key = key, .permanent_flags = {}};
  Completed completed = co_await run(std::move(command), limit);
  if (completed.ok()) selected_ = std::move(selecting_);
  selecting_.reset();
  co_return completed;
}

Task<> Connection::unselect(std::chrono::milliseconds limit) {
  if (!selected_) co_return;
  selected_.reset();
  co_await run(has("UNSELECT") ? Command("UNSELECT") : Command("EXAMINE").mailbox("INBOX"), limit);
}

Task<std::vector<Completed>> Connection::limited(std::vector<Command> commands,
                                                 std::shared_ptr<const MessageSource> message,
                                                 std::vector<std::string> replies,
                                                 std::chrono::milliseconds limit) {
  if (broken_ || busy_) throw Fault(Fault::Kind::unavailable, host_ + ": the connection is gone");
  const std::string what(commands.empty() ? std::string_view("IDLE") : commands.front().name());
  busy_ = true;  // stays so after a fault or a cancellation: nobody knows what comes next
  try {
    auto completed = co_await net::with_deadline(
        limit, run_now(std::move(commands), std::move(message), std::move(replies)));
    busy_ = false;
    co_return completed;
  } catch (const boost::system::system_error& error) {
    close();
    if (error.code() == boost::asio::error::operation_aborted) throw;
    if (error.code() == boost::asio::error::timed_out) {
      throw Fault(Fault::Kind::timed_out, host_ + ": no answer to " + what + " in time");
    }
    throw Fault(Fault::Kind::unavailable,
                host_ + ": the connection broke: " + (bye_.empty() ? error.what() : bye_));
  }
}

Task<std::vector<Completed>> Connection::run_now(std::vector<Command> commands,
                                                 std::shared_ptr<const MessageSource> message,
                                                 std::vector<std::string> replies) {
  pending_.clear();
  for (std::size_t i = 0; i < commands.size(); ++i) {
    pending_.push_back({.tag = "G" + std::to_string(next_tag_++), .completed = {}, .done = false});
  }
  // Small commands share one write; one with literals to wait for goes alone.
  std::string together;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    auto chunks = commands[i].chunks(pending_[i].tag, literal_mode());
    if (is_conversation_shown()) {
      conversation.debug("command", {{"server", host_}, {"line", written(chunks)}});
    }
    if (chunks.size() == 1) {
      together += chunks.front().bytes;
      continue;
    }
    co_await stream_->write_all(together);
    together.clear();
    co_await write_command(i, std::move(commands[i]), message);
  }
  if (!together.empty()) co_await stream_->write_all(together);
  for (const std::string& reply : replies) {
    if (!co_await wait_for_continuation(0)) break;
    co_await stream_->write_all(reply);
  }
  co_await read_all();
  std::vector<Completed> out;
  out.reserve(pending_.size());
  for (Pending& each : pending_) out.push_back(std::move(each.completed));
  pending_.clear();
  co_return out;
}

Task<bool> Connection::write_command(std::size_t index, Command command,
                                     std::shared_ptr<const MessageSource> message) {
  const auto chunks = command.chunks(pending_[index].tag, literal_mode());
  for (const Command::Chunk& chunk : chunks) {
    co_await stream_->write_all(chunk.bytes);
    if (chunk.wait && !co_await wait_for_continuation(index)) co_return false;
    if (chunk.streamed > 0 && message) co_await stream_message(message);
  }
  co_return true;
}

Task<> Connection::stream_message(std::shared_ptr<const MessageSource> message) {
  constexpr std::size_t piece_bytes = 64U * 1024;
  const std::uint64_t size = message->size();
  for (std::uint64_t at = 0; at < size;) {
    std::string piece = message->read(at, piece_bytes);
    if (piece.empty()) throw Fault(Fault::Kind::corrupt, "a message is shorter than it says");
    piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), size - at)));
    co_await stream_->write_all(piece);
    at += piece.size();
  }
}

Task<bool> Connection::wait_for_continuation(std::size_t index) {
  for (;;) {
    while (!pending_[index].done) {
      auto response = buffered();
      if (!response) break;
      if (sort_in(std::move(*response))) co_return true;
    }
    if (pending_[index].done) co_return false;
    co_await read_more();
  }
}

Task<> Connection::read_all() {
  const auto all_done = [this] { return std::ranges::all_of(pending_, &Pending::done); };
  for (;;) {
    while (!all_done()) {
      auto response = buffered();
      if (!response) break;
      sort_in(std::move(*response));
    }
    if (all_done()) co_return;
    co_await read_more();
  }
}

bool Connection::sort_in(Response response) {
  if (std::holds_alternative<Continuation>(response)) return true;
  if (auto* status = std::get_if<StatusResponse>(&response); status && !status->tag.empty()) {
    const auto ended = std::ranges::find(pending_, status->tag, &Pending::tag);
    if (ended == pending_.end()) throw Fault(Fault::Kind::corrupt, host_ + ": an unknown tag");
    ended->completed.status = std::move(*status);
    ended->done = true;
    return false;
  }
  const auto current = std::ranges::find(pending_, false, &Pending::done);
  if (current != pending_.end()) current->completed.data.push_back(std::move(response));
  return false;
}

std::optional<Response> Connection::buffered() {
  auto raw = splitter_.next();
  if (!raw) return std::nullopt;
  if (!*raw) throw Fault(Fault::Kind::corrupt, host_ + ": " + raw->error().message);
  if (is_conversation_shown()) {
    conversation.debug("response", {{"server", host_}, {"line", conversation_line((**raw).line)}});
  }
  auto response = parse_response(std::move(**raw));
  if (!response) throw Fault(Fault::Kind::corrupt, host_ + ": " + response.error().message);
  observe(*response);
  return std::move(*response);
}

Task<> Connection::read_more() {
  std::array<char, 64UL * 1024> buffer;
  const std::size_t count = co_await stream_->read_some(buffer);
  if (count == 0) throw boost::system::system_error(boost::asio::error::eof);
  splitter_.feed({buffer.data(), count});
}

Task<Response> Connection::next_response() {
  for (;;) {
    if (auto response = buffered()) co_return std::move(*response);
    co_await read_more();
  }
}

void Connection::observe(Response& response) {
  const auto as_key = [this](std::string& name) {
    if (utf8_) name = encode_mailbox(name);
    if (iequals(name, "INBOX")) name = "INBOX";
  };
  std::visit(Overloaded{[&](StatusResponse& status) { observe_code(status); },
                        [&](CapabilityList& list) {
                          if (!list.enabled) {
                            set_capabilities(list.names);
                            return;
                          }
                          for (const std::string& name : list.names) {
                            if (name == "QRESYNC") qresync_ = condstore_ = true;
                            if (name == "CONDSTORE") condstore_ = true;
                            if (name == "UTF8=ACCEPT") utf8_ = true;
                          }
                        },
                        [&](ListEntry& entry) { as_key(entry.name); },
                        [&](StatusEntry& entry) { as_key(entry.name); },
                        [&](MyRights& rights) { as_key(rights.name); }, [](auto&) {}},
             response);
}

bool Selected::keeps(std::string_view flag) const {
  if (read_only) return false;
  return !tells_permanent || std::ranges::any_of(permanent_flags, [&](const std::string& each) {
    return iequals(each, flag);
  });
}

void Connection::observe_code(const StatusResponse& status) {
  const std::string& name = status.code.name;
  if (status.kind == StatusResponse::Kind::bye) {
    bye_ = status.text.empty() ? "BYE" : status.text;
  } else if (name == "CAPABILITY") {
    auto words = code_words(status.code);
    for (std::string& word : words) {
      std::ranges::transform(word, word.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
      });
    }
    set_capabilities(words);
  }
  if (!selecting_) return;
  const std::string& arguments = status.code.arguments;
  if (name == "UIDVALIDITY") {
    selecting_->uid_validity = parse_number<std::uint32_t>(arguments).value_or(0);
  } else if (name == "UIDNEXT") {
    selecting_->uid_next = parse_number<Uid>(arguments).value_or(0);
  } else if (name == "HIGHESTMODSEQ") {
    selecting_->highest_modseq = parse_number<std::uint64_t>(arguments).value_or(0);
  } else if (name == "NOMODSEQ") {
    selecting_->highest_modseq = 0;
  } else if (name == "READ-ONLY") {
    selecting_->read_only = true;
  } else if (name == "PERMANENTFLAGS") {
    selecting_->tells_permanent = true;
    selecting_->permanent_flags = code_words(status.code);
    selecting_->any_keyword =
        std::ranges::find(selecting_->permanent_flags, "\\*") != selecting_->permanent_flags.end();
  }
}

void Connection::set_capabilities(const std::vector<std::string>& names) {
  capabilities_ = {names.begin(), names.end()};
  if (has("IMAP4REV2")) {  // what revision 2 has within it (RFC 9051 appendix E)
    for (const char* name :
         {"NAMESPACE", "UNSELECT", "UIDPLUS", "ESEARCH", "ENABLE", "IDLE", "SASL-IR",
          "LIST-EXTENDED", "LIST-STATUS", "MOVE", "LITERAL-", "SPECIAL-USE", "BINARY"}) {
      capabilities_.insert(name);
    }
  }
  capabilities_known_ = true;
}

Task<bool> Connection::begin_idle(std::chrono::milliseconds limit) {
  if (broken()) throw Fault(Fault::Kind::unavailable, host_ + ": the connection is gone");
  busy_ = true;
  pending_.clear();
  pending_.push_back({.tag = "G" + std::to_string(next_tag_++), .completed = {}, .done = false});
  co_await stream_->write_all(pending_.front().tag + " IDLE\r\n");
  const bool agreed = co_await net::with_deadline(limit, wait_for_continuation(0));
  busy_ = agreed;
  co_return agreed;
}

Task<Completed> Connection::end_idle(std::chrono::milliseconds limit) {
  co_await stream_->write_all("DONE\r\n");
  co_await net::with_deadline(limit, read_all());
  busy_ = false;
  Completed out = std::move(pending_.front().completed);
  pending_.clear();
  co_return out;
}

Task<std::optional<Response>> Connection::next_unasked(std::chrono::milliseconds limit,
                                                       std::chrono::milliseconds rest_limit) {
  std::optional<Response> response = buffered();
  if (!response) {
    try {
      co_await net::with_deadline(limit, stream_->wait_readable());
    } catch (const boost::system::system_error& error) {
      if (error.code() != boost::asio::error::timed_out) throw;
      co_return std::nullopt;
    }
    // Not the waiting, but the rest of what has begun to arrive: it may not take long.
    response = co_await net::with_deadline(rest_limit, next_response());
  }
  const auto* status = std::get_if<StatusResponse>(&*response);
  if (status && !status->tag.empty()) {
    throw Fault(Fault::Kind::unavailable, host_ + ": IDLE ended: " + status->text);
  }
  co_return response;
}

}  // namespace godwit::backend::imap
