#include "convert/certificate.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/handle.hpp"

namespace godwit::convert {
namespace {

using Certificate = Handle<X509, X509_free>;
using Input = Handle<BIO, BIO_free_all>;

constexpr std::size_t file_bytes_max = 256 * std::size_t{1024};

Certificate read_der(std::string_view der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  Certificate out(d2i_X509(nullptr, &bytes, static_cast<long>(der.size())));
  ERR_clear_error();
  return out;
}

Certificate read_pem(std::string_view text) {
  const Input input(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  if (!input) return nullptr;
  // No pass phrase is asked for: certificates have none.
  const auto no_phrase = [](char*, int, int, void*) { return 0; };
  Certificate out(PEM_read_bio_X509(input.get(), nullptr, no_phrase, nullptr));
  ERR_clear_error();
  return out;
}

}  // namespace

Result<std::string> certificate_der(std::string_view file) {
  if (file.size() > file_bytes_max) return fail(Errc::malformed, "too large for a certificate");
  Certificate certificate = read_der(file);
  if (!certificate) certificate = read_pem(file);
  if (!certificate) return fail(Errc::malformed, "not a certificate in PEM or DER form");
  const int length = i2d_X509(certificate.get(), nullptr);
  if (length <= 0) return fail(Errc::malformed, "a certificate that cannot be written");
  std::string der(static_cast<std::size_t>(length), '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  i2d_X509(certificate.get(), &out);
  return der;
}

bool certificate_valid(std::string_view der, Time now) {
  const Certificate certificate = read_der(der);
  if (!certificate) return false;
  auto seconds =
      static_cast<time_t>(std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count());
  const bool begun = X509_cmp_time(X509_get0_notBefore(certificate.get()), &seconds) < 0;
  const bool over = X509_cmp_time(X509_get0_notAfter(certificate.get()), &seconds) <= 0;
  return begun && !over;
}

}  // namespace godwit::convert
