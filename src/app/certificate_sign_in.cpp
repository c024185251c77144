#include "app/certificate_sign_in.hpp"

#include <utility>

#include "base/fault.hpp"
#include "base/log.hpp"

namespace godwit::app {
namespace {

constexpr Log logger("certificates");

using Verdict = convert::CertificateVerdict;

auth::CertificateName name_of(const std::string& name) {
  if (name == "upn") return auth::CertificateName::upn;
  return name == "common-name" ? auth::CertificateName::common_name : auth::CertificateName::email;
}

/// For the log. Nothing: it is good.
std::string_view why_not(Verdict verdict) {
  switch (verdict) {
    case Verdict::valid:
      return {};
    case Verdict::untrusted:
    case Verdict::bad_signature:
      return "none of the authorities in ca_file signed it";
    case Verdict::wrong_purpose:
      return "it is not for TLS clients";
    case Verdict::expired:
      return "it has expired";
    case Verdict::revoked:
    case Verdict::chain_revoked:
      return "it is revoked";
    case Verdict::out_of_date:
      return "it is not valid yet, or its authority is not any more";
    default:
      return "it, or its chain, is not in order";
  }
}

}  // namespace

CertificateSignIn::CertificateSignIn(const Config::SignIn& given, const Clock& clock)
    : files_({given.ca_file}, given.revocation_lists),
      name_(name_of(given.certificate_name)),
      revocation_(given.revocation_lists.empty() ? convert::CertificateTrust::Revocation::as_known
                                                 : convert::CertificateTrust::Revocation::required),
      clock_(clock) {}

Task<Result<auth::Proof>> CertificateSignIn::verify(auth::Claim claim) {
  const auto shown = auth::split_certificates(claim.password.reveal());
  if (!shown) co_return fail(Errc::refused, shown.error().message);
  const auto owner = auth::certificate_owner(shown->front(), name_);
  if (!owner) {
    logger.warning("refused", {{"why", owner.error().message}});
    co_return fail(Errc::refused, owner.error().message);
  }
  command::CertificateCheck::Question question{
      .certificates = {shown->front()},
      .chain = {shown->begin() + 1, shown->end()},
      .revocation = revocation_,
      .purpose = convert::CertificateTrust::Purpose::client,
      .now = clock_.now()};
  const auto verdicts = co_await files_.check(std::move(question));
  const Verdict verdict = verdicts.front();
  if (verdict == Verdict::revocation_out_of_date || verdict == Verdict::revocation_unknown) {
    // Nobody can say whether it was revoked: that is no word about the certificate.
    throw Fault(Fault::Kind::unavailable,
                verdict == Verdict::revocation_unknown
                    ? "revocation_lists: there is none of an authority of this certificate"
                    : "revocation_lists: the authority's list is out of date; fetch a new one");
  }
  if (verdict != Verdict::valid) {
    logger.warning("refused",
                   {{"user", owner->login}, {"serial", owner->serial}, {"why", why_not(verdict)}});
    co_return fail(Errc::refused, std::string(why_not(verdict)));
  }
  co_return auth::Proof{.login = owner->login, .own_password = false, .token_ends = owner->ends};
}

Task<std::optional<auth::Facts>> CertificateSignIn::facts(std::string) { co_return std::nullopt; }

Strings client_authorities(const Config& config) {
  Strings out;
  for (const Config::SignIn& one : config.sign_in) {
    if (one.kind == "certificate") out.push_back(one.ca_file);
  }
  return out;
}

}  // namespace godwit::app
