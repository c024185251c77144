// [MS-ASCMD] ValidateCert: whether the certificates that came with a signed mail can be trusted.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/text.hpp"
#include "command/certificate_check.hpp"
#include "command/handlers.hpp"
#include "wbxml/pages/validate_cert.hpp"

namespace godwit::command {
namespace {

namespace tag = wbxml::validate_cert;
using convert::CertificateTrust;
using convert::CertificateVerdict;
using wbxml::Element;

// [MS-ASCMD] Status (ValidateCert), of the root.
constexpr std::uint16_t ok = 1;
constexpr std::uint16_t protocol_error = 2;
constexpr std::uint16_t failure = 17;

constexpr std::size_t certificates_max = 100;  // [MS-ASCMD] Limiting Size of Command Requests
constexpr std::size_t chain_max = 100;         // in any order, of any number of people

/// Those of `parent`; nothing for one that is not base64.
std::vector<std::optional<std::string>> read_certificates(const Element* parent) {
  std::vector<std::optional<std::string>> out;
  if (parent == nullptr) return out;
  for (const Element& child : parent->children) {
    if (child.tag != tag::Certificate) continue;
    auto der = base64_decode(trim(child.text));
    out.push_back(der && !der->empty() ? std::optional(std::move(*der)) : std::nullopt);
  }
  return out;
}

/// Nothing for what is neither 0 nor 1.
std::optional<CertificateTrust::Revocation> read_revocation(const Element& request) {
  using enum CertificateTrust::Revocation;
  if (!request.has(tag::CheckCRL)) return as_known;
  const std::string_view text = trim(request.text_of(tag::CheckCRL));
  if (text == "1") return required;
  return text == "0" || text.empty() ? std::optional(as_known) : std::nullopt;
}

Task<std::vector<CertificateVerdict>> check(Session& session,
                                            std::vector<std::optional<std::string>> given,
                                            std::vector<std::optional<std::string>> chain,
                                            CertificateTrust::Revocation revocation) {
  std::vector<CertificateVerdict> out(given.size(), CertificateVerdict::bad_request);
  CertificateCheck::Question question{
      .certificates = {}, .chain = {}, .revocation = revocation, .now = session.now()};
  for (auto& der : chain) {
    // One that cannot be read spoils the chain of all.
    question.chain.push_back(der ? std::move(*der) : std::string());
  }
  std::vector<std::size_t> asked;
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (!given[i]) continue;
    question.certificates.push_back(std::move(*given[i]));
    asked.push_back(i);
  }
  if (asked.empty()) co_return out;
  const auto verdicts = co_await session.services.certificates->check(std::move(question));
  for (std::size_t i = 0; i < asked.size(); ++i) out[asked[i]] = verdicts.at(i);
  co_return out;
}

}  // namespace

Task<Answer> validate_cert(Session& session) {
  auto given = read_certificates(session.document.find(tag::Certificates));
  auto chain = read_certificates(session.document.find(tag::CertificateChain));
  const auto revocation = read_revocation(session.document);
  const bool good =
      revocation && !given.empty() && given.size() <= certificates_max && chain.size() <= chain_max;
  if (!good) co_return status_answer(session, tag::ValidateCert, tag::Status, protocol_error);
  std::vector<CertificateVerdict> verdicts;
  bool failed = session.services.certificates == nullptr;
  try {
    if (!failed) {
      verdicts = co_await check(session, std::move(given), std::move(chain), *revocation);
    }
  } catch (const Fault&) {
    failed = true;
  }
  if (failed) co_return status_answer(session, tag::ValidateCert, tag::Status, failure);
  DocumentWriter document(session.services.spools);
  wbxml::Writer& out = document.out();
  out.open(tag::ValidateCert);
  out.number(tag::Status, ok);
  for (const CertificateVerdict verdict : verdicts) {
    out.open(tag::Certificate);
    out.number(tag::Status, std::to_underlying(verdict));
    out.close();
  }
  out.close();
  co_return document.finish();
}

}  // namespace godwit::command
