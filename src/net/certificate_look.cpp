#include "net/certificate_look.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <ctime>
#include <optional>

#include "base/descriptor.hpp"
#include "base/handle.hpp"

namespace godwit::net {
namespace {

using Certificate = Handle<X509, X509_free>;

bool connect_to(const CertificateLook& look, Descriptor& out) {
  sockaddr_in6 six{};
  sockaddr_in four{};
  const bool is_six = ::inet_pton(AF_INET6, look.address.c_str(), &six.sin6_addr) == 1;
  if (!is_six && ::inet_pton(AF_INET, look.address.c_str(), &four.sin_addr) != 1) return false;
  six.sin6_family = AF_INET6;
  four.sin_family = AF_INET;
  six.sin6_port = four.sin_port = htons(look.port);
  out = Descriptor(::socket(is_six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (out.get() < 0) return false;
  const timeval limit{.tv_sec = look.limit.count(), .tv_usec = 0};
  ::setsockopt(out.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  ::setsockopt(out.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));  // connecting, too
  const auto* where =
      is_six ? reinterpret_cast<const sockaddr*>(&six) : reinterpret_cast<const sockaddr*>(&four);
  return ::connect(out.get(), where, is_six ? sizeof(six) : sizeof(four)) == 0;
}

std::optional<Time> time_of(const ASN1_TIME* time) {
  std::tm fields{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &fields) != 1) return std::nullopt;
  return Time(std::chrono::seconds(::timegm(&fields)));
}

std::optional<Time> end_of(const X509* certificate) {
  return time_of(X509_get0_notAfter(certificate));
}

}  // namespace

Result<CertificateFacts> look_at_certificate(const CertificateLook& look) {
  const auto none = [&](std::string_view why) {
    ERR_clear_error();
    return fail(Errc::not_found,
                look.address + ':' + std::to_string(look.port) + ": " + std::string(why));
  };
  Descriptor socket;
  if (!connect_to(look, socket)) return none("nobody answers");
  const Handle<SSL_CTX, SSL_CTX_free> context(SSL_CTX_new(TLS_client_method()));
  const bool trusts = look.ca_file.empty()
                          ? SSL_CTX_set_default_verify_paths(context.get()) == 1
                          : SSL_CTX_load_verify_file(context.get(), look.ca_file.c_str()) == 1;
  if (!trusts) return none("the file of trusted authorities cannot be read");
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);  // the result is looked at below
  const Handle<SSL, SSL_free> session(SSL_new(context.get()));
  SSL_set_tlsext_host_name(session.get(), look.name.c_str());
  SSL_set_fd(session.get(), socket.get());
  if (SSL_connect(session.get()) != 1) return none("no TLS");
  const Certificate certificate(SSL_get1_peer_certificate(session.get()));
  const auto end = certificate ? end_of(certificate.get()) : std::nullopt;
  if (!end) return none("no certificate");
  CertificateFacts facts;
  facts.not_after = *end;
  facts.names_host =
      X509_check_host(certificate.get(), look.name.data(), look.name.size(), 0, nullptr) == 1;
  const long result = SSL_get_verify_result(session.get());
  if (result != X509_V_OK) facts.chain_problem = X509_verify_cert_error_string(result);
  ERR_clear_error();
  return facts;
}

Result<Time> certificate_end(std::string_view pem) {
  const Handle<BIO, BIO_free_all> memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const Certificate certificate(PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  const auto end = certificate ? end_of(certificate.get()) : std::nullopt;
  if (!end) return fail(Errc::malformed, "no certificate in PEM");
  return *end;
}

Result<Time> revocation_list_end(std::string_view file) {
  using List = Handle<X509_CRL, X509_CRL_free>;
  const auto* bytes = reinterpret_cast<const unsigned char*>(file.data());
  List list(d2i_X509_CRL(nullptr, &bytes, static_cast<long>(file.size())));
  if (!list) {
    const Handle<BIO, BIO_free_all> memory(
        BIO_new_mem_buf(file.data(), static_cast<int>(file.size())));
    list.reset(PEM_read_bio_X509_CRL(memory.get(), nullptr, nullptr, nullptr));
  }
  ERR_clear_error();
  const auto end = list ? time_of(X509_CRL_get0_nextUpdate(list.get())) : std::nullopt;
  if (!end) return fail(Errc::malformed, "no revocation list");
  return *end;
}

}  // namespace godwit::net
