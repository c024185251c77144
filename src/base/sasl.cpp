#include "base/sasl.hpp"

#include "base/bytes.hpp"

namespace godwit {
namespace {

constexpr char separator = '\x01';

/// RFC 5801 4: saslname.
std::string escaped(std::string_view login) {
  std::string out;
  for (const char c : login) {
    if (c == ',') {
      out += "=2C";
    } else if (c == '=') {
      out += "=3D";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string token_credentials(TokenMechanism mechanism, const TokenSignIn& who,
                              const Secret& token) {
  std::string text;
  if (mechanism == TokenMechanism::oauthbearer) {
    text = "n,a=" + escaped(who.login) + ',' + separator + "host=";
    text.append(who.host).append(1, separator) += "port=" + std::to_string(who.port);
  } else {
    text = "user=" + std::string(who.login);
  }
  text += separator;
  text.append("auth=Bearer ").append(token.reveal()).append(2, separator);
  return base64_encode(text);
}

std::string_view token_farewell(TokenMechanism mechanism) {
  return mechanism == TokenMechanism::oauthbearer ? "AQ==" : "";
}

}  // namespace godwit
