#include "net/tls.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <utility>

#include "base/fault.hpp"
#include "base/handle.hpp"
#include "net/errors.hpp"
#include "net/socket_stream.hpp"

namespace godwit::net {
namespace {

using Context = Handle<SSL_CTX, SSL_CTX_free>;
using Session = Handle<SSL, SSL_free>;

void free_names(STACK_OF(X509_NAME) * names) noexcept {
  sk_X509_NAME_pop_free(names, X509_NAME_free);
}
using NameList = Handle<STACK_OF(X509_NAME), free_names>;

/// What OpenSSL says went wrong last, without its codes.
std::string openssl_reason() {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  return reason == nullptr ? "connection closed" : reason;
}

/// OpenSSL reads and writes the socket, readiness comes from the loop. Its buffers are given back
/// when idle; while nobody reads it has no BIO either, which is 208 bytes.
class TlsStream final : public Stream {
 public:
  TlsStream(std::unique_ptr<SocketStream> socket, Session session)
      : socket_(std::move(socket)), session_(std::move(session)) {}
  ~TlsStream() override { close(); }

  Task<> handshake() {
    for (;;) {
      check_open();
      const int result = SSL_do_handshake(session_.get());
      if (result == 1) break;
      co_await wait_for(SSL_get_error(session_.get(), result), "TLS handshake");
    }
    established_ = true;
  }

  Task<std::size_t> read_some(std::span<char> buffer) override {
    for (;;) {
      check_open();
      std::size_t count = 0;
      const int result = SSL_read_ex(session_.get(), buffer.data(), buffer.size(), &count);
      if (result == 1) co_return count;
      const int error = SSL_get_error(session_.get(), result);
      if (error == SSL_ERROR_ZERO_RETURN) co_return 0;
      co_await wait_for(error, "TLS read");
    }
  }

  Task<> write_all(std::string_view bytes) override {
    while (!bytes.empty()) {
      check_open();
      std::size_t count = 0;
      const int result = SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &count);
      if (result == 1) {
        bytes.remove_prefix(count);
        continue;
      }
      co_await wait_for(SSL_get_error(session_.get(), result), "TLS write");
    }
  }

  Task<> wait_readable() override {
    if (SSL_pending(session_.get()) > 0) co_return;
    co_await socket_->wait_readable();
  }

  void on_readable(std::move_only_function<void()> then) override {
    if (SSL_pending(session_.get()) > 0) {
      socket_->call_soon(std::move(then));
    } else {
      SSL_set_bio(session_.get(), nullptr, nullptr);
      socket_->on_readable(std::move(then));
    }
  }

  void cancel() noexcept override { socket_->cancel(); }

  void close() noexcept override {
    end_writing();
    socket_->close();
  }

  void end_writing() noexcept override {
    if (!std::exchange(established_, false)) return;
    ERR_clear_error();
    SSL_shutdown(session());  // sends close_notify if the socket takes it; no more is owed
    ERR_clear_error();
    socket_->end_writing();
  }

  std::string peer() const override { return socket_->peer(); }
  bool is_tls() const override { return true; }
  std::vector<std::string> certificates() const override;
  /// With the socket.
  SSL* session() noexcept {
    if (SSL_get_rbio(session_.get()) == nullptr) {
      SSL_set_fd(session_.get(), socket_->descriptor());  // without it, what follows fails
    }
    return session_.get();
  }
  SocketStream& socket() noexcept { return *socket_; }

 private:
  /// OpenSSL knows the descriptor's number only, which after close belongs to somebody else.
  void check_open() {
    if (socket_->descriptor() < 0) throw_errno(EBADF, "TLS connection");
    ERR_clear_error();
    session();
  }

  Task<> wait_for(int error, const char* what) {
    switch (error) {
      case SSL_ERROR_WANT_READ:
        return socket_->wait_readable();
      case SSL_ERROR_WANT_WRITE:
        return socket_->wait_writable();
      case SSL_ERROR_SYSCALL:
        established_ = false;
        throw_errno(errno == 0 ? ECONNRESET : errno, what);
      default:
        established_ = false;  // SSL_shutdown must not follow a fatal error
        throw Fault(Fault::Kind::unavailable, std::string(what) + ": " + openssl_reason());
    }
  }

  std::unique_ptr<SocketStream> socket_;
  Session session_;
  bool established_ = false;
};

std::string der_of(const X509* certificate) {
  const int length = i2d_X509(certificate, nullptr);
  std::string out(static_cast<std::size_t>(std::max(length, 0)), '\0');
  auto* bytes = reinterpret_cast<unsigned char*>(out.data());
  if (length > 0) i2d_X509(certificate, &bytes);
  return out;
}

std::vector<std::string> TlsStream::certificates() const {
  const X509* const own = SSL_get0_peer_certificate(session_.get());
  if (own == nullptr) return {};
  std::vector<std::string> out{der_of(own)};
  const STACK_OF(X509)* const chain = SSL_get_peer_cert_chain(session_.get());
  for (int i = 0; i < sk_X509_num(chain); ++i) out.push_back(der_of(sk_X509_value(chain, i)));
  return out;
}

void common_options(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // HTTP, IMAP, SMTP and LMTP all say where a message ends: a missing close_notify hides nothing.
  SSL_CTX_set_options(
      context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL's socket BIO writes without MSG_NOSIGNAL
}

std::unique_ptr<SocketStream> take_socket(std::unique_ptr<Stream> plain) {
  auto* socket = dynamic_cast<SocketStream*>(plain.get());
  if (socket == nullptr) throw Fault(Fault::Kind::corrupt, "TLS over TLS is not supported");
  static_cast<void>(plain.release());
  return std::unique_ptr<SocketStream>(socket);
}

Result<> use_certificate(SSL_CTX* context, const CertificateFiles& files) {
  if (SSL_CTX_use_certificate_chain_file(context, files.chain.c_str()) != 1) {
    return fail(Errc::malformed, "certificate " + files.chain + ": " + openssl_reason());
  }
  if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return fail(Errc::malformed, "private key " + files.key + ": " + openssl_reason());
  }
  if (SSL_CTX_check_private_key(context) != 1) {
    return fail(Errc::conflict,
                "private key " + files.key + " does not belong to certificate " + files.chain);
  }
  return {};
}

int take_any_certificate(int /*good*/, X509_STORE_CTX* /*check*/) { return 1; }

/// A session taken up again would lack the issuers that the client sent, and a client whose
/// certificate was revoked since would not be asked.
Result<> ask_for_certificate(SSL_CTX* context, const std::vector<std::string>& authorities) {
  NameList names(sk_X509_NAME_new_null());
  for (const std::string& file : authorities) {
    if (!names || SSL_add_file_cert_subjects_to_stack(names.get(), file.c_str()) != 1) {
      return fail(Errc::malformed, "authorities " + file + ": " + openssl_reason());
    }
  }
  SSL_CTX_set_client_CA_list(context, names.release());
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, take_any_certificate);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(context, 0);
  return {};
}

Result<Context> load_context(const CertificateFiles& files,
                             const std::vector<std::string>& client_authorities) {
  ERR_clear_error();
  Context context(SSL_CTX_new(TLS_server_method()));
  if (!context) return fail(Errc::unsupported, "TLS: " + openssl_reason());
  common_options(context.get());
  SSL_CTX_set_options(context.get(), SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);  // tickets only
  static constexpr std::array<unsigned char, 6> session_name = {'g', 'o', 'd', 'w', 'i', 't'};
  SSL_CTX_set_session_id_context(context.get(), session_name.data(), session_name.size());
  SSL_CTX_set_num_tickets(context.get(), 1);
  if (const auto used = use_certificate(context.get(), files); !used) return pass(used);
  if (client_authorities.empty()) return context;
  if (const auto asked = ask_for_certificate(context.get(), client_authorities); !asked) {
    return pass(asked);
  }
  return context;
}

}  // namespace

int descriptor_of(Stream& stream) {
  if (auto* socket = dynamic_cast<SocketStream*>(&stream)) return socket->descriptor();
  if (auto* tls = dynamic_cast<TlsStream*>(&stream)) return tls->socket().descriptor();
  return -1;
}

void write_now(Stream& stream, std::string_view bytes) noexcept {
  if (auto* tls = dynamic_cast<TlsStream*>(&stream)) {
    std::size_t count = 0;
    ERR_clear_error();
    static_cast<void>(SSL_write_ex(tls->session(), bytes.data(), bytes.size(), &count));
    ERR_clear_error();
  } else if (const int descriptor = descriptor_of(stream); descriptor >= 0) {
    static_cast<void>(::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL));
  }
}

struct TlsServer::State {
  /// One reading of the files. Connections in a handshake keep it; SSL objects keep their context.
  struct Certificates {
    std::vector<Context> contexts;
  };
  static int choose(SSL* session, int* /*alert*/, void* argument);
  std::shared_ptr<const Certificates> certificates;
};

int TlsServer::State::choose(SSL* session, int* /*alert*/, void* argument) {
  const auto& certificates = *static_cast<const Certificates*>(argument);
  const char* name = SSL_get_servername(session, TLSEXT_NAMETYPE_host_name);
  if (name == nullptr) return SSL_TLSEXT_ERR_OK;
  for (const Context& context : certificates.contexts) {
    X509* certificate = SSL_CTX_get0_certificate(context.get());
    if (certificate == nullptr || X509_check_host(certificate, name, 0, 0, nullptr) != 1) continue;
    SSL_set_SSL_CTX(session, context.get());
    break;
  }
  return SSL_TLSEXT_ERR_OK;
}

TlsServer::TlsServer() : state_(std::make_unique<State>()) {}
TlsServer::~TlsServer() = default;

Result<std::shared_ptr<TlsServer>> TlsServer::load(
    const std::vector<CertificateFiles>& files,
    const std::vector<std::string>& client_authorities) {
  auto server = std::make_shared<TlsServer>();
  if (auto loaded = server->reload(files, client_authorities); !loaded) return pass(loaded);
  return server;
}

Result<> TlsServer::reload(const std::vector<CertificateFiles>& files,
                           const std::vector<std::string>& client_authorities) {
  if (files.empty()) return fail(Errc::incomplete, "no certificate is configured");
  auto fresh = std::make_shared<State::Certificates>();
  for (const CertificateFiles& each : files) {
    auto context = load_context(each, client_authorities);
    if (!context) return pass(context);
    fresh->contexts.push_back(std::move(*context));
  }
  SSL_CTX* first = fresh->contexts.front().get();
  SSL_CTX_set_tlsext_servername_callback(first, &State::choose);
  SSL_CTX_set_tlsext_servername_arg(first, fresh.get());
  state_->certificates = std::move(fresh);
  return {};
}

Task<std::unique_ptr<Stream>> TlsServer::accept(std::unique_ptr<Stream> plain) {
  const auto certificates = state_->certificates;  // outlives the SNI callback of this handshake
  auto socket = take_socket(std::move(plain));
  Session session(SSL_new(certificates->contexts.front().get()));
  if (!session) {
    throw Fault(Fault::Kind::unavailable, "TLS: " + openssl_reason());
  }
  SSL_set_accept_state(session.get());
  auto stream = std::make_unique<TlsStream>(std::move(socket), std::move(session));
  co_await stream->handshake();
  co_return std::move(stream);
}

namespace {

Context client_context(const TlsClientSettings& settings) {
  ERR_clear_error();
  Context context(SSL_CTX_new(TLS_client_method()));
  if (!context) throw Fault(Fault::Kind::unavailable, "TLS: " + openssl_reason());
  common_options(context.get());
  if (!settings.own.chain.empty()) {
    const auto used = use_certificate(context.get(), settings.own);
    if (!used) throw Fault(Fault::Kind::unavailable, used.error().message);
  }
  if (settings.insecure) return context;
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  const int trusted =
      settings.ca_file.empty()
          ? SSL_CTX_set_default_verify_paths(context.get())
          : SSL_CTX_load_verify_locations(context.get(), settings.ca_file.c_str(), nullptr);
  if (trusted != 1) {
    throw Fault(Fault::Kind::unavailable, "CA file " + settings.ca_file + ": " + openssl_reason());
  }
  return context;
}

bool is_address(const std::string& host) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

void expect_name(SSL* session, const std::string& host) {
  if (is_address(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host.c_str());
    return;
  }
  SSL_set_tlsext_host_name(session, host.c_str());
  SSL_set_hostflags(session, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  SSL_set1_host(session, host.c_str());
}

/// Why, and what helps.
std::string not_accepted(long verdict) {
  std::string remedy;
  switch (verdict) {
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      remedy = "; if it is the right one, name its issuer's certificate (PEM) as ca_file";
      break;
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      remedy = "; renew it on that server, and look at the clocks of both";
      break;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      remedy = "; use a host name that the certificate has, or give the server one with this name";
      break;
    default:
      break;
  }
  return std::string("certificate not accepted: ") + X509_verify_cert_error_string(verdict) +
         remedy;
}

}  // namespace

Task<std::unique_ptr<Stream>> connect_tls(std::unique_ptr<Stream> plain,
                                          TlsClientSettings settings) {
  auto socket = take_socket(std::move(plain));
  const Context context = client_context(settings);
  Session session(SSL_new(context.get()));
  if (!session) {
    throw Fault(Fault::Kind::unavailable, "TLS: " + openssl_reason());
  }
  expect_name(session.get(), settings.host);
  SSL_set_connect_state(session.get());
  auto stream = std::make_unique<TlsStream>(std::move(socket), std::move(session));
  std::string reason;
  try {
    co_await stream->handshake();
  } catch (const Fault& fault) {
    const long verdict = SSL_get_verify_result(stream->session());
    reason = verdict == X509_V_OK || settings.insecure ? fault.what() : not_accepted(verdict);
  }
  if (!reason.empty()) throw Fault(Fault::Kind::unavailable, settings.host + ": " + reason);
  co_return std::move(stream);
}

}  // namespace godwit::net
