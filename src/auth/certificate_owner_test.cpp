#include "auth/certificate_owner.hpp"

#include <gtest/gtest.h>

#include "test_certificate.hpp"

namespace godwit::auth {
namespace {

using Name = CertificateName;

const TestCertificate authority(TestCertificate::authority("Phones"), nullptr);

Result<CertificateOwner> owner(const std::string& names, Name name = Name::email,
                               const std::string& common = "ann") {
  return certificate_owner(TestCertificate({.name = common, .names = names}, &authority).der(),
                           name);
}
std::string login(const std::string& names, Name name = Name::email,
                  const std::string& common = "ann") {
  const auto found = owner(names, name, common);
  return found ? found->login : found.error().message;
}

TEST(CertificateOwner, IsNamedAsTheConfigurationSays) {
  const std::string names =
      "email:ann@example.org,otherName:msUPN;UTF8:ann@CORP.EXAMPLE,DNS:phone.example.org";
  EXPECT_EQ(login(names), "ann@example.org");
  EXPECT_EQ(login(names, Name::upn), "ann@CORP.EXAMPLE");
  EXPECT_EQ(login(names, Name::common_name), "ann");
  const auto found = owner(names);
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->serial.empty());
  EXPECT_GT(found->ends, TestCertificate::moment() + std::chrono::hours(23));
  EXPECT_LE(found->ends, TestCertificate::moment() + std::chrono::hours(24));
}

TEST(CertificateOwner, IsNeverGuessed) {
  EXPECT_EQ(login("DNS:ann"), "it has no such name");
  EXPECT_EQ(login("email:ann@example.org", Name::upn), "it has no such name");
  EXPECT_EQ(login("email:ann@example.org,email:bob@example.org"), "it has several such names");
  EXPECT_EQ(login("email:ann@example.org,email:ann@example.org"), "ann@example.org");
  EXPECT_EQ(login("otherName:1.2.3.4;UTF8:ann@example.org", Name::upn), "it has no such name");
  EXPECT_EQ(login("otherName:msUPN;UTF8:bj\xC3\xB6rn@example.org", Name::upn),
            "its name is no plain login");
  EXPECT_EQ(login("DNS:x", Name::common_name, "Ann Example"), "its name is no plain login");
  EXPECT_EQ(login("DNS:x", Name::common_name, std::string(64, 'a')), std::string(64, 'a'));
}

TEST(CertificateOwner, BytesThatAreNoneAreRefused) {
  const std::string good = TestCertificate({.name = "ann"}, &authority).der();
  for (const std::string& bad : {std::string(), std::string("x"), good + 'x',
                                 good.substr(0, good.size() - 1), std::string(5000, '\x30')}) {
    EXPECT_FALSE(certificate_owner(bad, Name::common_name)) << bad.size();
    EXPECT_FALSE(split_certificates(bad)) << bad.size();
  }
}

TEST(CertificateOwner, ChainsAreJoinedAndTakenApart) {
  const std::vector<std::string> chain{TestCertificate({.name = "ann"}, &authority).der(),
                                       authority.der()};
  const auto joined = join_certificates(chain);
  ASSERT_TRUE(joined);
  const auto apart = split_certificates(joined->reveal());
  ASSERT_TRUE(apart);
  EXPECT_EQ(*apart, chain);
  EXPECT_FALSE(join_certificates({}));
  EXPECT_FALSE(join_certificates(std::vector<std::string>(certificates_max + 1, "x")));
  EXPECT_FALSE(join_certificates({std::string(certificates_bytes_max + 1, 'x')}));
  std::string many;
  for (std::size_t i = 0; i <= certificates_max; ++i) many += authority.der();
  EXPECT_FALSE(split_certificates(many));
}

}  // namespace
}  // namespace godwit::auth
