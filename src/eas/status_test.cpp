#include "eas/status.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>

namespace godwit::eas {
namespace {

TEST(Status, HasAnHttpStatusForOldVersions) {
  EXPECT_EQ(http_status_before_14(Status::invalid_xml), 400);
  EXPECT_EQ(http_status_before_14(Status::server_error_retry_later), 503);
  EXPECT_EQ(http_status_before_14(Status::device_not_provisioned), 449);
  EXPECT_EQ(http_status_before_14(Status::mailbox_quota_exceeded), 507);
  EXPECT_EQ(http_status_before_14(Status::success), 0);
  EXPECT_EQ(http_status_before_14(static_cast<Status>(5)), 0);  // a command's own code
}

TEST(Status, FallsBackWhereTheVersionDoesNotKnowIt) {
  EXPECT_EQ(for_version(Status::device_information_required, Version::v14_0), Status::invalid_xml);
  EXPECT_EQ(for_version(Status::device_information_required, Version::v14_1),
            Status::device_information_required);
  EXPECT_EQ(for_version(Status::maximum_devices_reached, Version::v14_0), Status::server_error);
  EXPECT_EQ(for_version(Status::rights_management_transient_error, Version::v14_0),
            Status::server_error_retry_later);
  EXPECT_EQ(for_version(Status::invalid_recipients, Version::v14_1), Status::invalid_xml);
  EXPECT_EQ(for_version(Status::invalid_recipients, Version::v16_0), Status::invalid_recipients);
}

TEST(Status, StaysBelow14AndForCommandsOwnCodes) {
  EXPECT_EQ(for_version(Status::policy_refresh, Version::v12_1), Status::policy_refresh);
  EXPECT_EQ(for_version(static_cast<Status>(9), Version::v14_0), static_cast<Status>(9));
}

TEST(Status, AgreesWithTheListOfCodes) {
  const char* folder = std::getenv("GODWIT_EAS");
  if (folder == nullptr) GTEST_SKIP() << "GODWIT_EAS names no folder with statuscodes.json";
  std::ifstream file(std::filesystem::path(folder) / "statuscodes.json");
  const std::string json{std::istreambuf_iterator<char>(file), {}};
  const std::regex row(
      R"re("code":(\d+),"name":"\w+","since":"(\d+)\.(\d)","pre14_http":"(\d*))re");
  int rows = 0;
  for (auto it = std::sregex_iterator(json.begin(), json.end(), row); it != std::sregex_iterator();
       ++it, ++rows) {
    const auto status = static_cast<Status>(std::stoi((*it)[1]));
    const auto since = parse_version((*it)[2].str() + '.' + (*it)[3].str());
    ASSERT_TRUE(since.has_value());
    for (const Version version : all_versions_list) {
      const bool falls_back = version >= Version::v14_0 && version < *since;
      EXPECT_EQ(for_version(status, version) != status, falls_back) << (*it)[1];
    }
    if ((*it)[4].length() != 0 && status != Status::unexpected_item_class) {  // 400 or 501 there
      EXPECT_EQ(std::to_string(http_status_before_14(status)), (*it)[4].str()) << (*it)[1];
    }
  }
  EXPECT_GE(rows, 70);
}

}  // namespace
}  // namespace godwit::eas
