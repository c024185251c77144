#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cerrno>
#include <chrono>
#include <iostream>
#include <iterator>
#include <memory>

#include "app/cli_options.hpp"
#include "app/daemon.hpp"
#include "app/samples.hpp"
#include "app/system.hpp"
#include "base/handle.hpp"
#include "base/text.hpp"

namespace godwit::app {
namespace {

constexpr long timeout_seconds = 60;
constexpr std::size_t reply_bytes_max = 64 * 1024;

struct DeliverOptions {
  std::string server = "127.0.0.1:8024";
  std::string from = "postmaster@localhost";
  std::vector<std::string> to;
  std::string subject;
  std::string text;
};

/// A blocking LMTP conversation (RFC 2033); closes its socket.
class Conversation {
 public:
  static Result<std::unique_ptr<Conversation>> open(const Endpoint& server);
  ~Conversation() { ::close(socket_); }
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  Result<> send(std::string_view bytes);
  /// The whole reply, lines joined; its first digit says how it went.
  Result<std::string> reply();

 private:
  explicit Conversation(int socket) : socket_(socket) {}
  Result<std::string> line();
  int socket_;
  std::string pending_;
};

using Addresses = Handle<addrinfo, freeaddrinfo>;

Result<std::unique_ptr<Conversation>> Conversation::open(const Endpoint& server) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(server.address.c_str(), std::to_string(server.port).c_str(), &hints, &found) !=
      0) {
    return fail(Errc::not_found, server.address + ": no such host");
  }
  const Addresses addresses(found);
  for (const addrinfo* address = addresses.get(); address != nullptr; address = address->ai_next) {
    const int socket = ::socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket < 0) continue;
    const timeval limit{.tv_sec = timeout_seconds, .tv_usec = 0};
    static_cast<void>(::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit));
    static_cast<void>(::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit));
    if (::connect(socket, address->ai_addr, address->ai_addrlen) == 0) {
      return std::unique_ptr<Conversation>(new Conversation(socket));
    }
    ::close(socket);
  }
  return fail(Errc::not_found,
              fmt::format("nothing answers at {}:{}", server.address, server.port));
}

Result<> Conversation::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return fail(Errc::incomplete, "the server closed the connection");
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

Result<std::string> Conversation::line() {
  std::array<char, 4096> buffer;
  for (;;) {
    if (const auto end = pending_.find('\n'); end != std::string::npos) {
      std::string text(trim(std::string_view(pending_).substr(0, end)));
      pending_.erase(0, end + 1);
      return text;
    }
    if (pending_.size() > reply_bytes_max) return fail(Errc::too_large, "endless reply");
    const auto count = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return fail(Errc::incomplete, "the server closed the connection");
    pending_.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

Result<std::string> Conversation::reply() {
  std::string all;
  for (;;) {
    const auto text = line();
    if (!text) return text;
    if (all.size() > reply_bytes_max) return fail(Errc::too_large, "endless reply");
    all += (all.empty() ? "" : " ") + *text;
    if (text->size() < 4 || (*text)[3] != '-') return all;
  }
}

/// Sends one command; the reply when it is positive.
Result<std::string> command(Conversation& conversation, const std::string& text) {
  if (const auto sent = conversation.send(text + "\r\n"); !sent) return pass(sent);
  auto reply = conversation.reply();
  if (!reply) return reply;
  if (!reply->starts_with('2') && !reply->starts_with('3')) return fail(Errc::refused, *reply);
  return reply;
}

/// CRLF at every line's end, dots doubled at its begin (RFC 5321 4.5.2), and the final dot.
std::string data_block(std::string_view message) {
  std::string out;
  while (!message.empty()) {
    const auto end = message.find('\n');
    std::string_view text = message.substr(0, end);
    message = end == std::string_view::npos ? std::string_view() : message.substr(end + 1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (text.starts_with('.')) out += '.';
    out += text;
    out += "\r\n";
  }
  return out + ".\r\n";
}

std::string make_message(const DeliverOptions& given) {
  if (given.subject.empty() && given.text.empty()) {
    return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
  }
  SystemRandom random;
  const Time now = SystemClock().now();
  return fmt::format(
      "From: <{}>\nTo: <{}>\nSubject: {}\nDate: {}\nMessage-ID: <{:016x}.deliver@{}>\n"
      "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{}\n",
      given.from, given.to.front(), given.subject, date_header(now), random.next(), machine_name(),
      given.text);
}

/// Words that could end a line and begin another.
bool holds_line_end(const DeliverOptions& given) {
  const auto bad = [](std::string_view text) { return text.find_first_of("\r\n") != text.npos; };
  return bad(given.from) || bad(given.subject) || std::ranges::any_of(given.to, bad);
}

Result<> transfer(Conversation& conversation, const DeliverOptions& given) {
  if (const auto greeting = conversation.reply(); !greeting) return pass(greeting);
  if (const auto done = command(conversation, "LHLO " + machine_name()); !done) return pass(done);
  if (const auto done = command(conversation, "MAIL FROM:<" + given.from + ">"); !done) {
    return pass(done);
  }
  for (const std::string& address : given.to) {
    if (const auto done = command(conversation, "RCPT TO:<" + address + ">"); !done) {
      return pass(done);
    }
  }
  if (const auto done = command(conversation, "DATA"); !done) return pass(done);
  if (const auto sent = conversation.send(data_block(make_message(given))); !sent) return sent;
  std::string refused;
  for (const std::string& address : given.to) {  // RFC 2033 4.2: one reply for each recipient
    const auto reply = conversation.reply();
    if (!reply) return pass(reply);
    if (!reply->starts_with('2')) refused += fmt::format("{}: {} ", address, *reply);
  }
  if (!refused.empty()) return fail(Errc::refused, refused);
  return {};
}

int deliver(const CliOptions& options, const DeliverOptions& given) {
  const auto server = parse_endpoint(given.server);
  if (!server) return report_failure(options, server.error().message);
  if (holds_line_end(given)) {
    return report_failure(options, "addresses and subject are single lines");
  }
  const auto conversation = Conversation::open(*server);
  if (!conversation) return report_failure(options, conversation.error().message);
  if (const auto done = transfer(**conversation, given); !done) {
    return report_failure(options, done.error().message);
  }
  std::cout << (options.json ? "{\"ok\":true,\"result\":{}}" : "delivered") << '\n';
  return 0;
}

}  // namespace

void register_deliver_command(CLI::App& app, CliOptions& options) {
  auto given = std::make_shared<DeliverOptions>();
  auto* command = app.add_subcommand("deliver", "Hand a mail to the embedded store, by LMTP");
  command->add_option("to", given->to, "Addresses")->required();
  command->add_option("--server", given->server, "Where LMTP is served")->capture_default_str();
  command->add_option("--from", given->from, "Sender")->capture_default_str();
  command->add_option("--subject", given->subject, "With it, or --text, a mail is made");
  command->add_option("--text", given->text, "Else the whole mail is read from standard input");
  command->callback(
      [&options, given] { options.run = [&options, given] { return deliver(options, *given); }; });
}

}  // namespace godwit::app
