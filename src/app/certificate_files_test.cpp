#include "app/certificate_files.hpp"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <filesystem>
#include <fstream>

#include "base/fault.hpp"
#include "base/handle.hpp"
#include "net/certificate.hpp"
#include "run.hpp"

namespace godwit::app {
namespace {

using convert::CertificateVerdict;

constexpr Time now{std::chrono::sys_days{std::chrono::year{2026} / 6 / 16}};

std::string pem_of(const std::string& host) {
  return net::make_self_signed({host}, now - std::chrono::hours(1), std::chrono::days(30))
      ->certificate;
}

std::string der_of(const std::string& pem) {
  const Handle<BIO, BIO_free_all> input(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const Handle<X509, X509_free> one(PEM_read_bio_X509(input.get(), nullptr, nullptr, nullptr));
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(one.get(), &bytes);
  std::string out(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return out;
}

class CertificateFilesTest : public testing::Test {
 protected:
  CertificateFilesTest() { std::filesystem::create_directories(folder_); }
  ~CertificateFilesTest() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }
  static CertificateVerdict check(CertificateFiles& files, const std::string& pem) {
    return test::run(files.check({.certificates = {der_of(pem)}, .chain = {}, .now = now})).at(0);
  }

  std::filesystem::path folder_ = std::filesystem::path(testing::TempDir()) /
                                  ("certificate_files_" + std::to_string(::getpid()));
  Config config_;
};

TEST_F(CertificateFilesTest, AFileThatChangesCountsAtOnce) {
  const std::string ann = pem_of("ann.example.org");
  config_.certificates.authorities = {write("trusted.pem", pem_of("other.example.org"))};
  CertificateFiles files(config_.certificates.authorities, config_.certificates.revocation_lists);
  EXPECT_EQ(CertificateVerdict::untrusted, check(files, ann));
  write("trusted.pem", ann + pem_of("third.example.org"));
  EXPECT_NE(CertificateVerdict::untrusted, check(files, ann));
}

TEST_F(CertificateFilesTest, AFileThatComesIntoAFolderCountsAtOnce) {
  const std::string ann = pem_of("ann.example.org");
  write("one.pem", pem_of("other.example.org"));
  config_.certificates.authorities = {folder_};
  CertificateFiles files(config_.certificates.authorities, config_.certificates.revocation_lists);
  EXPECT_EQ(CertificateVerdict::untrusted, check(files, ann));
  write("two.pem", ann);
  EXPECT_NE(CertificateVerdict::untrusted, check(files, ann));
}

// Nothing is said of certificates while the lists cannot be used: not even that they are good.
TEST_F(CertificateFilesTest, AListThatIsNoneIsAFault) {
  const std::string ann = pem_of("ann.example.org");
  config_.certificates.authorities = {write("trusted.pem", ann)};
  config_.certificates.revocation_lists = {folder_ / "lists"};
  std::filesystem::create_directory(folder_ / "lists");
  CertificateFiles files(config_.certificates.authorities, config_.certificates.revocation_lists);
  EXPECT_NO_THROW(check(files, ann));
  write("lists/new.crl", "no list");
  EXPECT_THROW(check(files, ann), Fault);
  std::filesystem::remove(folder_ / "lists/new.crl");
  EXPECT_NO_THROW(check(files, ann));
}

}  // namespace
}  // namespace godwit::app
