#include "backend/smtp/submission.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "backend/smtp/protocol.hpp"
#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/sasl.hpp"
#include "net/connect.hpp"
#include "net/deadline.hpp"

namespace godwit::backend {
namespace {

using smtp::Capabilities;
using smtp::Reply;

constexpr std::size_t piece_bytes = 64 * 1024;

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

/// Nothing that would be a command of its own, or end the path. RFC 5321 4.1.2
bool is_path(std::string_view address) {
  return std::ranges::none_of(address, [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || c == '<' || c == '>';
  });
}

Error refusal(const Reply& reply) {
  const bool unknown = reply.has_enhanced("5.1.1") || reply.has_enhanced("5.1.10");
  const bool large = reply.code == 552 || reply.has_enhanced("5.3.4");
  const Errc code = large ? Errc::too_large : unknown ? Errc::not_found : Errc::refused;
  return {code, reply.words()};
}

class Connection {
 public:
  explicit Connection(const SmtpSettings& settings) : settings_(settings) {}

  Task<> open(const Account& account) {
    net::ConnectSettings connect{
        .host = settings_.host, .port = settings_.port, .limit = settings_.connect_limit};
    if (settings_.tls == SmtpSettings::Tls::tls) connect.tls = settings_.tls_settings;
    stream_ = co_await net::connect(std::move(connect));
    expect(co_await reply(settings_.command_limit), "greeting");
    co_await hello();
    if (settings_.tls == SmtpSettings::Tls::starttls) co_await start_tls();
    co_await sign_in(account);
  }

  /// Error: what the hop refuses for good.
  Task<Result<>> send(const Submission::Envelope& envelope, const MessageSource& message) {
    if (can_.size_max > 0 && message.size() > can_.size_max) {
      co_return fail(Errc::too_large, "the next hop takes less");
    }
    if (!is_path(envelope.from)) co_return fail(Errc::refused, "the sender is no address");
    bool utf8 = !is_ascii(envelope.from);
    for (const std::string& address : envelope.to) {
      if (!is_path(address)) co_return fail(Errc::refused, "a recipient is no address");
      utf8 = utf8 || !is_ascii(address);
    }
    if (utf8 && !can_.utf8) co_return fail(Errc::refused, "the next hop takes ASCII addresses");
    std::string from = "MAIL FROM:<" + envelope.from + '>';
    if (can_.size) from += " SIZE=" + std::to_string(message.size());
    if (can_.eight_bit) from += " BODY=8BITMIME";
    if (utf8) from += " SMTPUTF8";
    if (auto done = permanent(co_await command(from)); !done) co_return done;
    for (const std::string& address : envelope.to) {
      if (auto done = permanent(co_await command("RCPT TO:<" + address + '>')); !done) {
        co_return done;
      }
    }
    const Reply data = co_await command("DATA");
    if (data.code != 354) {
      if (auto done = permanent(data); !done) co_return done;
      throw Fault(Fault::Kind::corrupt, "the next hop answers DATA with " + data.words());
    }
    co_return co_await content(message);
  }

  /// Without waiting for what the hop has to say to it.
  Task<> quit() {
    try {
      co_await net::with_deadline(settings_.command_limit, stream_->write_all("QUIT\r\n"));
    } catch (const boost::system::system_error& error) {
      if (error.code() == boost::asio::error::operation_aborted) throw;
    }
    stream_->close();
  }

  bool content_ended() const { return content_ended_; }

 private:
  Task<> hello() {
    const Reply answer = co_await command("EHLO " + settings_.own_name);
    expect(answer, "EHLO");
    can_ = smtp::read_capabilities(answer);
  }

  Task<> start_tls() {
    if (!can_.starttls) {
      throw Fault(Fault::Kind::unavailable, settings_.host + " offers no STARTTLS");
    }
    expect(co_await command("STARTTLS"), "STARTTLS");
    // RFC 3207 6: what came before the handshake counts for nothing, and must not be there.
    if (!replies_.empty()) throw Fault(Fault::Kind::corrupt, "octets between STARTTLS and TLS");
    net::TlsClientSettings tls = settings_.tls_settings;
    if (tls.host.empty()) tls.host = settings_.host;
    stream_ = co_await net::with_deadline(settings_.connect_limit,
                                          net::connect_tls(std::move(stream_), std::move(tls)));
    co_await hello();
  }

  Task<> sign_in(const Account& account) {
    if (settings_.sign_in == SmtpSettings::SignIn::none) co_return;
    const bool own = settings_.sign_in == SmtpSettings::SignIn::user;
    const std::string& user = own ? account.login : settings_.user;
    const Secret& password = own ? account.password : settings_.password;
    const bool master = settings_.sign_in == SmtpSettings::SignIn::master;
    Reply answer;
    if (own && account.token_ends) {
      answer = co_await sign_in_by_token(account);
    } else if (can_.auth_plain) {
      const std::string_view authorize = master ? std::string_view(account.login) : "";
      answer = co_await command("AUTH PLAIN " +
                                smtp::plain_credentials(user, password.reveal(), authorize));
    } else if (can_.auth_login && !master) {
      answer = co_await command("AUTH LOGIN");
      if (answer.code == 334) answer = co_await command(base64_encode(user));
      if (answer.code == 334) answer = co_await command(base64_encode(password.reveal()));
    } else {
      throw Fault(Fault::Kind::unavailable, settings_.host + " offers no way to sign in");
    }
    if (answer.ok()) co_return;
    // Another's password says nothing about the user's, whom a phone would ask for it.
    const bool for_now = answer.temporary() || !own;
    throw Fault(for_now ? Fault::Kind::unavailable : Fault::Kind::sign_in_failed,
                settings_.host + " refuses to sign in: " + answer.words());
  }

  /// RFC 4954 4: a token is too long for the line of the command.
  Task<Reply> sign_in_by_token(const Account& account) {
    const bool standard = can_.auth_oauthbearer;
    if (!standard && !can_.auth_xoauth2) {
      throw Fault(Fault::Kind::unavailable,
                  settings_.host + " takes no tokens (OAUTHBEARER, XOAUTH2)");
    }
    const auto mechanism = standard ? TokenMechanism::oauthbearer : TokenMechanism::xoauth2;
    const TokenSignIn who{.login = account.login, .host = settings_.host, .port = settings_.port};
    Reply answer = co_await command(standard ? "AUTH OAUTHBEARER" : "AUTH XOAUTH2");
    if (answer.code == 334) {
      answer = co_await command(token_credentials(mechanism, who, account.password));
    }
    if (answer.code == 334) answer = co_await command(std::string(token_farewell(mechanism)));
    co_return answer;
  }

  Task<Result<>> content(const MessageSource& message) {
    smtp::DotEncoder encoder;
    std::string out;
    for (std::uint64_t offset = 0;;) {
      const std::string piece = message.read(offset, piece_bytes);
      out.clear();
      if (piece.empty()) break;
      encoder.feed(piece, out);
      co_await net::with_deadline(settings_.command_limit, stream_->write_all(out));
      offset += piece.size();
    }
    encoder.finish(out);
    content_ended_ = true;
    co_await net::with_deadline(settings_.command_limit, stream_->write_all(out));
    const Reply taken = co_await reply(settings_.final_limit);
    content_ended_ = false;
    auto done = permanent(taken);
    if (done && !taken.ok()) {
      throw Fault(Fault::Kind::corrupt, settings_.host + ": " + taken.words());
    }
    co_return done;
  }

  /// A refusal for good is the value, one for now a fault.
  Result<> permanent(const Reply& answer) const {
    if (answer.temporary()) {
      throw Fault(Fault::Kind::unavailable, settings_.host + ": " + answer.words());
    }
    if (answer.code / 100 == 5) return std::unexpected(refusal(answer));
    return {};
  }

  void expect(const Reply& answer, std::string_view what) const {
    if (answer.ok()) return;
    throw Fault(Fault::Kind::unavailable,
                settings_.host + " refuses " + std::string(what) + ": " + answer.words());
  }

  Task<Reply> command(std::string line) {
    line += "\r\n";
    co_await net::with_deadline(settings_.command_limit, stream_->write_all(line));
    co_return co_await reply(settings_.command_limit);
  }

  Task<Reply> reply(std::chrono::milliseconds limit) {
    co_return co_await net::with_deadline(limit, read_reply());
  }

  Task<Reply> read_reply() {
    std::array<char, 4096> buffer;
    for (;;) {
      if (auto found = replies_.next()) {
        if (!*found) throw Fault(Fault::Kind::corrupt, found->error().message);
        co_return std::move(**found);
      }
      const auto count = co_await stream_->read_some(buffer);
      if (count == 0) throw boost::system::system_error(boost::asio::error::eof);
      replies_.feed({buffer.data(), count});
    }
  }

  const SmtpSettings& settings_;
  std::unique_ptr<net::Stream> stream_;
  smtp::ReplyReader replies_;
  Capabilities can_;
  bool content_ended_ = false;  // the last dot is on its way and no reply came yet
};

}  // namespace

namespace {

Task<> sign_in_and_out(const SmtpSettings& settings, const Account& account) {
  Connection connection(settings);
  co_await connection.open(account);
  co_await connection.quit();
}

}  // namespace

Task<> SmtpSubmission::reach(Account account, std::chrono::milliseconds limit) const {
  std::string failure;
  try {
    co_await net::with_deadline(limit, sign_in_and_out(settings_, account));
    co_return;
  } catch (const boost::system::system_error& error) {
    if (error.code() == boost::asio::error::operation_aborted) throw;
    failure = settings_.host + ": " + error.code().message();
  }
  throw Fault(Fault::Kind::unavailable, failure);
}

Task<Result<>> SmtpSubmission::submit(Account account, Envelope envelope,
                                      std::shared_ptr<const MessageSource> message) {
  Connection connection(settings_);
  Result<> done;
  std::string failure;
  try {
    co_await connection.open(account);
    done = co_await connection.send(envelope, *message);
  } catch (const boost::system::system_error& error) {
    if (error.code() == boost::asio::error::operation_aborted) throw;
    failure = settings_.host + ": " + error.code().message();
  }
  if (!failure.empty()) {
    throw Fault(connection.content_ended() ? Fault::Kind::timed_out : Fault::Kind::unavailable,
                failure);
  }
  co_await connection.quit();
  co_return done;
}

}  // namespace godwit::backend
