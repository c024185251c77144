#include "backend/sieve/client.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "base/fault.hpp"
#include "net/connect.hpp"
#include "net/deadline.hpp"

namespace godwit::backend::sieve {

Task<> Client::open(const Account& account) {
  net::ConnectSettings connect{
      .host = settings_.host, .port = settings_.port, .limit = settings_.connect_limit};
  if (settings_.tls == SieveSettings::Tls::tls) connect.tls = settings_.tls_settings;
  stream_ = co_await net::connect(std::move(connect));
  const Response greeting = co_await response(settings_.command_limit);
  expect(greeting, "greeting");
  can_ = read_capabilities(greeting);
  if (settings_.tls == SieveSettings::Tls::starttls) co_await start_tls();
  co_await sign_in(account);
  // RFC 5804 1.7: what is offered may be another after signing in.
  const Response offered = co_await command("CAPABILITY");
  expect(offered, "CAPABILITY");
  can_ = read_capabilities(offered);
}

Task<> Client::start_tls() {
  if (!can_.starttls) {
    throw Fault(Fault::Kind::unavailable, settings_.host + " offers no STARTTLS");
  }
  expect(co_await command("STARTTLS"), "STARTTLS");
  // What came before the handshake counts for nothing, and must not be there.
  if (!responses_.empty()) throw Fault(Fault::Kind::corrupt, "octets between STARTTLS and TLS");
  net::TlsClientSettings tls = settings_.tls_settings;
  if (tls.host.empty()) tls.host = settings_.host;
  stream_ = co_await net::with_deadline(settings_.connect_limit,
                                        net::connect_tls(std::move(stream_), std::move(tls)));
  // RFC 5804 2.2: the server greets again.
  const Response greeting = co_await response(settings_.command_limit);
  expect(greeting, "greeting");
  can_ = read_capabilities(greeting);
}

Task<> Client::sign_in(const Account& account) {
  if (!can_.plain) {
    throw Fault(Fault::Kind::unavailable, settings_.host + " offers no way to sign in");
  }
  const bool own = settings_.sign_in == SieveSettings::SignIn::user;
  const std::string credentials =
      own ? plain_credentials("", account.login, account.password.reveal())
          : plain_credentials(account.login, settings_.user, settings_.password.reveal());
  const Response answer = co_await command("AUTHENTICATE \"PLAIN\" " + encode_string(credentials));
  if (answer.ok()) co_return;
  // Another's password says nothing about the user's, whom a phone would ask for it.
  const bool for_now = answer.code == "TRYLATER" || answer.kind == Response::Kind::bye || !own;
  throw Fault(for_now ? Fault::Kind::unavailable : Fault::Kind::sign_in_failed,
              settings_.host + " refuses to sign in: " + answer.words);
}

Task<Snapshot> Client::look() {
  const Response listed = co_await command("LISTSCRIPTS");
  expect(listed, "LISTSCRIPTS");
  auto scripts = read_scripts(listed);
  if (!scripts) throw Fault(Fault::Kind::corrupt, settings_.host + ": " + scripts.error().message);
  Snapshot out;
  for (ScriptName& each : *scripts) {
    if (each.active) out.active = each.name;
    out.names.push_back(std::move(each.name));
  }
  if (out.has(own_script)) out.own = co_await script(std::string(own_script));
  out.host = host_of(out.active, out.own);
  if (!out.has(out.host)) out.host.clear();
  if (!out.host.empty()) out.host_text = co_await script(out.host);
  co_return out;
}

/// Empty where it is gone.
Task<std::string> Client::script(std::string name) {
  const Response answer = co_await command("GETSCRIPT " + encode_string(name));
  if (answer.kind == Response::Kind::no && answer.code == "NONEXISTENT") co_return std::string();
  expect(answer, "GETSCRIPT");
  if (answer.lines.size() != 1 || !answer.lines.front().front().is_string) {
    throw Fault(Fault::Kind::corrupt, settings_.host + ": GETSCRIPT gives no script");
  }
  co_return answer.lines.front().front().text;
}

Task<Result<>> Client::carry_out(Step step) {
  std::string line = step.kind == Step::Kind::put ? "PUTSCRIPT " : "SETACTIVE ";
  line += encode_string(step.name);
  if (step.kind == Step::Kind::put) line += ' ' + encode_literal(step.text);
  const Response answer = co_await command(std::move(line));
  if (answer.ok()) co_return Result<>{};
  if (answer.kind == Response::Kind::bye || answer.code == "TRYLATER") {
    throw Fault(Fault::Kind::unavailable, settings_.host + ": " + answer.words);
  }
  // RFC 5804 1.3: QUOTA, QUOTA/MAXSCRIPTS, QUOTA/MAXSIZE
  co_return fail(answer.code.starts_with("QUOTA") ? Errc::too_large : Errc::refused,
                 settings_.host + ": " + answer.words);
}

Task<> Client::close() {
  try {
    co_await net::with_deadline(settings_.command_limit, stream_->write_all("LOGOUT\r\n"));
  } catch (const boost::system::system_error& error) {
    if (error.code() == boost::asio::error::operation_aborted) throw;
  }
  stream_->close();
}

void Client::expect(const Response& answer, std::string_view what) const {
  if (answer.ok()) return;
  throw Fault(Fault::Kind::unavailable,
              settings_.host + " refuses " + std::string(what) + ": " + answer.words);
}

Task<Response> Client::command(std::string line) {
  line += "\r\n";
  co_await net::with_deadline(settings_.command_limit, stream_->write_all(line));
  co_return co_await response(settings_.command_limit);
}

Task<Response> Client::response(std::chrono::milliseconds limit) {
  co_return co_await net::with_deadline(limit, read_response());
}

Task<Response> Client::read_response() {
  std::array<char, 16 * 1024> buffer;
  for (;;) {
    if (auto found = responses_.next()) {
      if (!*found) throw Fault(Fault::Kind::corrupt, found->error().message);
      co_return std::move(**found);
    }
    const auto count = co_await stream_->read_some(buffer);
    if (count == 0) throw boost::system::system_error(boost::asio::error::eof);
    responses_.feed({buffer.data(), count});
  }
}

}  // namespace godwit::backend::sieve
