#include "auth/bearer_token.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "auth/credentials.hpp"
#include "auth/jose.hpp"
#include "base/text.hpp"

namespace godwit::auth {
namespace {

using Json = nlohmann::json;

/// A compact serialization (RFC 7515 3.1), decoded.
struct Parts {
  Json head;
  Json claims;
  std::string_view signed_bytes;
  std::string signature;
};

struct Head {
  Algorithm algorithm;
  std::string key_id;  // empty: none named
};

/// What may stand for a bearer token. Others are made to be used otherwise: DPoP proofs, messages
/// about sessions that ended, events (RFC 8725 3.11).
constexpr auto types =
    std::to_array<std::string_view>({"", "jwt", "at+jwt", "application/jwt", "application/at+jwt"});

Result<Json> part_object(std::string_view part) {
  const auto text = base64url_decode(part);
  if (!text) return pass(text);
  return parse_object(*text);
}

Result<Parts> split(std::string_view token) {
  if (token.size() > token_bytes_max) return fail(Errc::too_large, "too long for a token");
  const std::size_t first = token.find('.');
  const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) {
    return fail(Errc::malformed, "a token has three parts");
  }
  auto head = part_object(token.substr(0, first));
  if (!head) return pass(head);
  auto claims = part_object(token.substr(first + 1, second - first - 1));
  if (!claims) return pass(claims);
  auto signature = base64url_decode(token.substr(second + 1));
  if (!signature) return pass(signature);
  return Parts{.head = std::move(*head),
               .claims = std::move(*claims),
               .signed_bytes = token.substr(0, second),
               .signature = std::move(*signature)};
}

Result<Head> read_head(const Json& head) {
  // Keys come from the issuer alone, never from the token (jwk, jku, x5c, x5u are not looked at).
  if (head.contains("crit") || head.contains("b64")) {
    return fail(Errc::unsupported, "a token with an extension that must be understood");
  }
  if (head.contains("typ") && !head["typ"].is_string()) {
    return fail(Errc::malformed, "a token's type is a text");
  }
  const std::string type = ascii_lower(text_member(head, "typ"));
  if (std::ranges::find(types, type) == types.end() || head.contains("cty")) {
    return fail(Errc::unsupported, "a token of another type");
  }
  const auto algorithm = algorithm_by_name(text_member(head, "alg"));
  if (!algorithm) return fail(Errc::unsupported, "a token signed by another algorithm");
  Head out{.algorithm = *algorithm, .key_id = std::string(text_member(head, "kid"))};
  if (head.contains("kid") && (out.key_id.empty() || out.key_id.size() > key_id_max)) {
    return fail(Errc::malformed, "a token's key has no such id");
  }
  return out;
}

/// Seconds since 1970, perhaps with a fraction (RFC 7519 2). Nothing where there is none.
Result<std::optional<Time>> time_claim(const Json& claims, const char* name) {
  constexpr double seconds_max = 253'402'300'799.0;  // the end of the year 9999
  const auto found = claims.find(name);
  if (found == claims.end()) return std::nullopt;
  if (!found->is_number()) return fail(Errc::malformed, "a token's time is a number");
  const auto seconds = found->get<double>();
  if (!std::isfinite(seconds) || seconds < 0 || seconds > seconds_max) {
    return fail(Errc::malformed, "a token's time is out of range");
  }
  return Time(std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000)));
}

Result<Time> check_times(const Json& claims, std::chrono::seconds skew, Time now) {
  const auto expires = time_claim(claims, "exp");
  if (!expires) return pass(expires);
  if (!expires->has_value()) return fail(Errc::incomplete, "a token without an end");
  const auto begins = time_claim(claims, "nbf");
  if (!begins) return pass(begins);
  if (now >= **expires + skew) return fail(Errc::stale, "the token has expired");
  if (begins->has_value() && now + skew < **begins) {
    return fail(Errc::stale, "the token is not valid yet");
  }
  return **expires;
}

/// Whether a claim that is a text or a list of texts (RFC 7519 4.1.3) has `wanted`.
Result<bool> has_text(const Json& claim, std::string_view wanted) {
  const auto* text = claim.get_ptr<const std::string*>();
  if (text != nullptr) return *text == wanted;
  if (!claim.is_array()) return fail(Errc::malformed, "a claim is a text or a list of texts");
  if (claim.size() > audiences_max) return fail(Errc::too_large, "a claim with too many texts");
  bool found = false;
  for (const Json& each : claim) {
    if (!each.is_string()) return fail(Errc::malformed, "a claim's list holds texts");
    found = found || each == wanted;
  }
  return found;
}

bool has_word(std::string_view words, std::string_view wanted) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == wanted) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

/// `scope` is words in one text (RFC 8693 4.2), `scp` that or a list.
bool has_scope(const Json& claims, std::string_view wanted) {
  if (has_word(text_member(claims, "scope"), wanted)) return true;
  const auto found = claims.find("scp");
  if (found == claims.end()) return false;
  if (found->is_string()) return has_word(text_member(claims, "scp"), wanted);
  const auto listed = has_text(*found, wanted);
  return listed && *listed;
}

Result<> check_purpose(const Json& claims, const TokenRules& rules) {
  const auto issuer = claims.find("iss");
  const auto audience = claims.find("aud");
  if (issuer == claims.end() || audience == claims.end()) {
    return fail(Errc::incomplete, "a token without issuer or audience");
  }
  if (*issuer != rules.issuer) return fail(Errc::refused, "a token of another issuer");
  const auto ours = has_text(*audience, rules.audience);
  if (!ours) return pass(ours);
  if (!*ours) return fail(Errc::refused, "a token for another audience");
  if (!rules.scope.empty() && !has_scope(claims, rules.scope)) {
    return fail(Errc::refused, "a token without the scope");
  }
  // RFC 7800: its sender would have to prove a key. Whoever stole it can send it as a bearer's.
  if (claims.contains("cnf")) return fail(Errc::refused, "a token bound to a key of its sender");
  return {};
}

Result<std::string> read_user(const Json& claims, const std::string& name) {
  const std::string_view user = text_member(claims, name.c_str());
  if (user.empty()) return fail(Errc::incomplete, "a token that names no user");
  if (user.size() > user_name_max) return fail(Errc::too_large, "a user name that is too long");
  if (std::ranges::any_of(user, [](unsigned char c) { return c < 0x20 || c == 0x7F; })) {
    return fail(Errc::malformed, "a user name with control characters");
  }
  // OpenID Connect Core 5.1. Where it is not verified anybody may have typed it.
  const auto verified = claims.find("email_verified");
  const bool doubted = verified != claims.end() && *verified != true && *verified != "true";
  if (name == "email" && doubted) return fail(Errc::refused, "an address that is not verified");
  return std::string(user);
}

}  // namespace

Result<VerifiedToken> verify_token(const Secret& token, const TokenRules& rules, const KeySet& keys,
                                   Time now) {
  const auto parts = split(token.reveal());
  if (!parts) return pass(parts);
  const auto head = read_head(parts->head);
  if (!head) return pass(head);
  const auto purpose = check_purpose(parts->claims, rules);
  if (!purpose) return pass(purpose);
  const auto expires = check_times(parts->claims, rules.skew, now);
  if (!expires) return pass(expires);
  auto user = read_user(parts->claims, rules.user_claim);
  if (!user) return pass(user);
  const auto proved =
      keys.verify(head->algorithm, head->key_id, parts->signed_bytes, parts->signature);
  if (!proved) return pass(proved);
  return VerifiedToken{.user = std::move(*user), .expires = *expires};
}

}  // namespace godwit::auth
