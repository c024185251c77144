#include "auth/certificate_owner.hpp"

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <utility>

#include "auth/credentials.hpp"
#include "base/handle.hpp"
#include "base/text.hpp"

namespace godwit::auth {
namespace {

using Certificate = Handle<X509, X509_free>;
using Names = Handle<GENERAL_NAMES, GENERAL_NAMES_free>;
using Number = Handle<BIGNUM, BN_free>;

void free_text(char* text) noexcept { OPENSSL_free(text); }
void free_bytes(unsigned char* bytes) noexcept { OPENSSL_free(bytes); }
using Text = Handle<char, free_text>;
using Bytes = Handle<unsigned char, free_bytes>;

/// One certificate at the beginning of `der`, and its size.
std::pair<Certificate, std::size_t> read_first(std::string_view der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  const auto* const begin = bytes;
  Certificate out(d2i_X509(nullptr, &bytes, static_cast<long>(der.size())));
  ERR_clear_error();
  const auto size = out ? static_cast<std::size_t>(bytes - begin) : 0;
  return {std::move(out), size};
}

/// With what stands behind a NUL, too: who cuts it off takes one name for another.
std::string text_of(const ASN1_STRING* value) {
  unsigned char* bytes = nullptr;
  const int size = ASN1_STRING_to_UTF8(&bytes, value);
  const Bytes owner(bytes);
  ERR_clear_error();
  return size < 0 ? std::string() : std::string(reinterpret_cast<char*>(bytes), std::size_t(size));
}

std::vector<std::string> common_names(const X509* certificate) {
  std::vector<std::string> out;
  const X509_NAME* const subject = X509_get_subject_name(certificate);
  for (int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1); at >= 0;
       at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) {
    out.push_back(text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at))));
  }
  return out;
}

std::vector<std::string> alternative_names(const X509* certificate, CertificateName wanted) {
  std::vector<std::string> out;
  const Names names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  ERR_clear_error();
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
    if (wanted == CertificateName::email && name->type == GEN_EMAIL) {
      out.push_back(text_of(name->d.rfc822Name));
    }
    if (wanted != CertificateName::upn || name->type != GEN_OTHERNAME) continue;
    const OTHERNAME* const other = name->d.otherName;
    const bool is_text = other->value != nullptr && other->value->type == V_ASN1_UTF8STRING;
    if (is_text && OBJ_obj2nid(other->type_id) == NID_ms_upn) {
      out.push_back(text_of(other->value->value.utf8string));
    }
  }
  return out;
}

std::string serial_of(const X509* certificate) {
  const Number number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  const Text text(number ? BN_bn2hex(number.get()) : nullptr);
  return text ? ascii_lower(text.get()) : std::string();
}

/// Nothing: it cannot be read, or lies before 1970.
Result<Time> end_of(const X509* certificate) {
  std::tm when{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &when) != 1) {
    return fail(Errc::malformed, "its end cannot be read");
  }
  const std::time_t seconds = ::timegm(&when);
  if (seconds < 0) return fail(Errc::malformed, "its end cannot be read");
  return Time(std::chrono::seconds(seconds));
}

}  // namespace

Result<CertificateOwner> certificate_owner(std::string_view der, CertificateName name) {
  const auto [certificate, size] = read_first(der);
  if (!certificate || size != der.size()) return fail(Errc::malformed, "not a certificate");
  const auto ends = end_of(certificate.get());
  if (!ends) return pass(ends);
  auto names = name == CertificateName::common_name ? common_names(certificate.get())
                                                    : alternative_names(certificate.get(), name);
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  if (names.empty()) return fail(Errc::incomplete, "it has no such name");
  if (names.size() > 1) return fail(Errc::conflict, "it has several such names");
  if (!is_plain_login(names.front()) || names.front().size() > user_name_max) {
    return fail(Errc::refused, "its name is no plain login");
  }
  return CertificateOwner{std::move(names.front()), serial_of(certificate.get()), *ends};
}

Result<Secret> join_certificates(const std::vector<std::string>& certificates) {
  std::string out;
  for (const std::string& one : certificates) out += one;
  if (certificates.size() > certificates_max || out.size() > certificates_bytes_max) {
    return fail(Errc::too_large, "too many certificates");
  }
  if (out.empty()) return fail(Errc::malformed, "no certificate");
  return Secret(std::move(out));
}

Result<std::vector<std::string>> split_certificates(std::string_view joined) {
  if (joined.size() > certificates_bytes_max) return fail(Errc::too_large, "too many certificates");
  std::vector<std::string> out;
  while (!joined.empty()) {
    const auto [certificate, size] = read_first(joined);
    if (!certificate) return fail(Errc::malformed, "not a certificate");
    if (out.size() == certificates_max) return fail(Errc::too_large, "too many certificates");
    out.emplace_back(joined.substr(0, size));
    joined.remove_prefix(size);
  }
  if (out.empty()) return fail(Errc::malformed, "no certificate");
  return out;
}

}  // namespace godwit::auth
