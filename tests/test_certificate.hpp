/// Certificates as tests need them: an authority's, a person's, and those that are not in order.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"

struct evp_pkey_st;  // OpenSSL's
struct x509_st;

namespace godwit {

/// A key and its certificate, which others can be signed with.
class TestCertificate {
 public:
  /// By the system's clock.
  static Time moment() {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
  struct Wanted {
    std::string name;
    std::string usage = "digitalSignature,nonRepudiation";
    std::string extended = "emailProtection";  // empty: not said
    std::string constraints = "CA:FALSE";
    Time begins = moment() - std::chrono::hours(24);
    Time ends = moment() + std::chrono::hours(24);
    bool odd = false;        // with a critical extension that nobody knows
    std::string names = {};  // subjectAltName as OpenSSL writes it: "email:ann@example.org"
  };
  static Wanted authority(std::string name);

  /// Without an issuer it signs itself.
  TestCertificate(const Wanted& wanted, const TestCertificate* issuer);

  std::string der() const;
  std::string pem() const;
  std::string key_pem() const;
  /// A list of what this one revoked, in PEM.
  std::string revokes(const std::vector<const TestCertificate*>& revoked,
                      Time ends = moment() + std::chrono::hours(24)) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const noexcept;
    void operator()(x509_st* certificate) const noexcept;
  };
  void extend(int kind, const std::string& value);
  void add_odd();

  std::unique_ptr<evp_pkey_st, Free> key_;
  std::unique_ptr<x509_st, Free> certificate_;
};

}  // namespace godwit
