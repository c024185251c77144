/// An issuer of tokens for tests: an OpenID provider's documents over HTTPS on a loopback port,
/// with keys that change and answers that go wrong. It runs on a thread of its own; everything here
/// may be called from the test's.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "test_key.hpp"

namespace godwit::test {

/// What it answers at a path instead of its own document.
struct IssuerAnswer {
  int status = 200;
  std::string body = {};
  std::string location = {};        // empty: no such header
  unsigned after_milliseconds = 0;  // how long it takes
};

class TokenIssuer {
 public:
  static constexpr const char* metadata_path = "/.well-known/openid-configuration";
  static constexpr const char* oauth_path = "/.well-known/oauth-authorization-server";
  static constexpr const char* keys_path = "/keys?set=1";

  /// `folder`: where its certificate is written; exists.
  explicit TokenIssuer(const std::string& folder);
  ~TokenIssuer();
  TokenIssuer(const TokenIssuer&) = delete;
  TokenIssuer& operator=(const TokenIssuer&) = delete;

  /// "https://127.0.0.1:4711"
  std::string url() const;
  const std::string& ca_file() const { return ca_file_; }
  std::string metadata() const;
  std::string keys() const;

  /// From now on tokens are signed by a new key, which alone is published.
  void rotate();
  /// Instead of its own: at a path with its query. Nothing: its own again.
  void answer(const std::string& target, std::optional<IssuerAnswer> answer);
  /// Every answer is 503.
  void be_away(bool away);
  /// How often a path was asked for.
  unsigned asked(const std::string& target) const;
  /// What the last request for a path, any path, was signed in by.
  std::string authorization(const std::string& target) const;

  /// For the audience "godwit", an hour long, of this user.
  nlohmann::json claims(const std::string& email) const;
  std::string token(const std::string& email) const;
  std::string token_of(const nlohmann::json& claims) const;
  /// Signed by its key under this head, whatever that says.
  std::string token_with(const nlohmann::json& head, const nlohmann::json& claims) const;
  std::string key_id() const;
  std::string key_pem() const;

 private:
  struct Server;
  friend struct Server;
  /// What is answered; nothing: no such path.
  std::optional<IssuerAnswer> answer_to(const std::string& target, std::string authorization);

  mutable std::mutex mutex_;
  TestKey key_;
  unsigned key_number_ = 1;
  bool away_ = false;
  std::map<std::string, IssuerAnswer> answers_;
  std::map<std::string, unsigned> asked_;
  std::map<std::string, std::string> authorizations_;
  std::string ca_file_;
  std::uint16_t port_ = 0;
  std::unique_ptr<Server> server_;
};

}  // namespace godwit::test
