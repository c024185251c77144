// From a TCP connection to a session: TLS, credentials, capabilities, extensions.
#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include "backend/imap/connection.hpp"
#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/sasl.hpp"
#include "base/text.hpp"
#include "net/connect.hpp"
#include "net/deadline.hpp"

namespace godwit::backend::imap {

using namespace godwit::imap;

namespace {

net::TlsClientSettings tls_settings(const Settings& settings) {
  return {.host = settings.host, .ca_file = settings.ca_file, .insecure = !settings.verify};
}

/// Whether a refused sign-in is about the credentials. A server that is only too busy, or full, or
/// in maintenance, must not end our attempts for the user (RFC 5530; Dovecot's LIMIT).
bool is_about_credentials(const StatusResponse& status) {
  for (const char* code : {"UNAVAILABLE", "INUSE", "SERVERBUG", "LIMIT", "CONTACTADMIN"}) {
    if (status.code.name == code) return false;
  }
  return status.kind == StatusResponse::Kind::no && !status.text.contains("number of connections");
}

}  // namespace

Task<std::unique_ptr<Connection>> Connection::open(const Settings& settings,
                                                   Credentials credentials) {
  net::ConnectSettings target{
      .host = settings.host, .port = settings.port, .limit = settings.connect_limit};
  if (settings.encryption == Encryption::tls) target.tls = tls_settings(settings);
  auto stream = co_await net::connect(std::move(target));
  co_return co_await open_on(std::move(stream), settings, std::move(credentials));
}

Task<std::unique_ptr<Connection>> Connection::open_on(std::unique_ptr<net::Stream> stream,
                                                      const Settings& settings,
                                                      Credentials credentials) {
  std::unique_ptr<Connection> connection(new Connection(std::move(stream), settings));
  connection->busy_ = true;
  try {
    co_await net::with_deadline(settings.connect_limit + settings.command_limit,
                                connection->set_up(settings, std::move(credentials)));
  } catch (const boost::system::system_error& error) {
    if (error.code() == boost::asio::error::operation_aborted) throw;
    const bool late = error.code() == boost::asio::error::timed_out;
    const std::string& reason = connection->bye_.empty() ? error.what() : connection->bye_;
    throw Fault(late ? Fault::Kind::timed_out : Fault::Kind::unavailable,
                settings.host + ": no IMAP session: " + reason);
  }
  connection->busy_ = false;
  co_return connection;
}

Task<> Connection::set_up(const Settings& settings, Credentials credentials) {
  const Response greeting = co_await next_response();
  const auto* status = std::get_if<StatusResponse>(&greeting);
  if (!status || status->kind == StatusResponse::Kind::bye) {
    throw Fault(Fault::Kind::unavailable,
                host_ + ": no IMAP greeting" + (status ? ": " + status->text : std::string()));
  }
  // RFC 9051 11.1: PREAUTH before TLS would have us go on in the clear.
  const bool in_clear = settings.encryption == Encryption::starttls;
  if (status->kind == StatusResponse::Kind::preauth) {
    throw Fault(Fault::Kind::unavailable, host_ + ": greets with PREAUTH, for no user of ours");
  }
  if (!capabilities_known_) co_await ask_capabilities();
  if (in_clear) co_await start_tls(settings);
  co_await sign_in(std::move(credentials));
  co_await after_sign_in();
}

Task<> Connection::start_tls(const Settings& settings) {
  if (!has("STARTTLS")) {
    throw Fault(Fault::Kind::unavailable, host_ + ": does not offer STARTTLS");
  }
  std::vector<Command> commands;
  commands.push_back(Command("STARTTLS"));
  const auto completed = co_await run_now(std::move(commands), nullptr, {});
  if (!completed.front().ok()) {
    throw Fault(Fault::Kind::unavailable, host_ + ": refuses STARTTLS");
  }
  // What came in the clear behind the answer was not said by the server we are about to verify.
  splitter_ = ResponseSplitter();
  stream_ = co_await net::connect_tls(std::move(stream_), tls_settings(settings));
  co_await ask_capabilities();
}

Task<> Connection::ask_capabilities() {
  std::vector<Command> commands;
  commands.push_back(Command("CAPABILITY"));
  const auto completed = co_await run_now(std::move(commands), nullptr, {});
  if (!completed.front().ok()) capabilities_known_ = true;
}

Task<> Connection::sign_in(Credentials credentials) {
  capabilities_known_ = false;
  const bool by_master = credentials.by_master;
  const Completed completed = co_await authenticate(std::move(credentials));
  if (!completed.ok()) {
    if (is_about_credentials(completed.status) && !by_master) {
      throw Fault(Fault::Kind::sign_in_failed, host_ + ": refuses the credentials");
    }
    throw Fault(Fault::Kind::unavailable, host_ + ": cannot sign in: " + completed.status.text);
  }
  // Quirk capability_untagged_only: before and after sign-in they differ, so they are asked for.
  if (!capabilities_known_) co_await ask_capabilities();
}

/// Never in the line of the command: tokens are longer than what servers take as one.
Task<Completed> Connection::authenticate_by_token(Credentials credentials) {
  const bool standard = has("AUTH=OAUTHBEARER");
  if (!standard && !has("AUTH=XOAUTH2")) {
    throw Fault(Fault::Kind::unavailable, host_ + ": takes no tokens (OAUTHBEARER, XOAUTH2)");
  }
  const auto mechanism = standard ? TokenMechanism::oauthbearer : TokenMechanism::xoauth2;
  const TokenSignIn who{.login = credentials.login, .host = host_, .port = port_};
  std::vector<std::string> replies = {
      token_credentials(mechanism, who, credentials.password) + "\r\n",
      std::string(token_farewell(mechanism)) + "\r\n"};
  std::vector<Command> commands;
  commands.push_back(standard ? Command("AUTHENTICATE OAUTHBEARER")
                              : Command("AUTHENTICATE XOAUTH2"));
  auto completed = co_await run_now(std::move(commands), nullptr, std::move(replies));
  co_return std::move(completed.front());
}

Task<Completed> Connection::authenticate(Credentials credentials) {
  if (credentials.token_ends) co_return co_await authenticate_by_token(std::move(credentials));
  std::vector<std::string> replies;
  std::vector<Command> commands;
  if (has("AUTH=PLAIN")) {
    const bool for_another = !credentials.signer.empty();
    std::string plain = for_another ? credentials.login : std::string();
    plain.append(1, '\0').append(for_another ? credentials.signer : credentials.login);
    plain.append(1, '\0') += credentials.password.reveal();
    const std::string encoded = base64_encode(plain);
    commands.push_back(Command("AUTHENTICATE PLAIN"));
    if (has("SASL-IR")) {
      commands.back().string(encoded);
    } else {
      replies.push_back(encoded + "\r\n");
    }
  } else if (!credentials.signer.empty()) {
    throw Fault(Fault::Kind::unavailable,
                host_ + ": offers no AUTH=PLAIN, which a master user needs; set a separator");
  } else if (has("AUTH=LOGIN")) {
    commands.push_back(Command("AUTHENTICATE LOGIN"));
    replies.push_back(base64_encode(credentials.login) + "\r\n");
    replies.push_back(base64_encode(credentials.password.reveal()) + "\r\n");
  } else if (!has("LOGINDISABLED")) {
    commands.push_back(Command("LOGIN"));
    commands.back().string(credentials.login).string(credentials.password.reveal());
  } else {
    throw Fault(Fault::Kind::unavailable, host_ + ": offers no way to sign in with a password");
  }
  auto completed = co_await run_now(std::move(commands), nullptr, std::move(replies));
  co_return std::move(completed.front());
}

Task<> Connection::after_sign_in() {
  std::vector<Command> commands;
  if (has("ID")) commands.push_back(Command("ID").words("(\"name\" \"Godwit\")"));
  if (has("ENABLE")) {
    Command enable("ENABLE");
    bool any = false;
    const auto add = [&](Words name) {
      if (!has(name.view())) return;
      enable.words(name);
      any = true;
    };
    add("CONDSTORE");
    add("QRESYNC");
    add("UTF8=ACCEPT");
    if (any) commands.push_back(std::move(enable));
  } else {
    condstore_ = has("CONDSTORE");
  }
  commands.push_back(Command(has("NAMESPACE") ? Words("NAMESPACE") : Words("LIST \"\" \"\"")));
  const auto completed = co_await run_now(std::move(commands), nullptr, {});
  for (const Completed& one : completed) {
    for (const Response& each : one.data) {
      if (const auto* spaces = std::get_if<Namespace>(&each); spaces && !spaces->personal.empty()) {
        prefix_ = spaces->personal.front().prefix;
        delimiter_ = spaces->personal.front().delimiter;
        for (const auto* group : {&spaces->other_users, &spaces->shared}) {
          // One without a prefix of its own cannot be told from what is the user's.
          for (const auto& space : *group) {
            if (!space.prefix.empty()) foreign_.push_back(space.prefix);
          }
        }
      } else if (const auto* entry = std::get_if<ListEntry>(&each)) {
        delimiter_ = entry->delimiter;
      }
    }
  }
}

}  // namespace godwit::backend::imap
