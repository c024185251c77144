#include "app/system.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace godwit::app {
namespace {

TEST(LogLine, HasBothForms) {
  const Time time{std::chrono::milliseconds(1'750'000'000'042)};
  EXPECT_EQ(log_line(LogFormat::text, time, LogLevel::warning, "net", "closed peer=::1"),
            "2025-06-15T15:06:40.042Z warning net closed peer=::1");
  EXPECT_EQ(log_line(LogFormat::json, time, LogLevel::info, "net", "closed peer=\"a b\""),
            R"({"event":"closed","fields":{"peer":"a b"},"level":"info","logger":"net",)"
            R"("time":"2025-06-15T15:06:40.042Z"})");
}

TEST(ServiceManager, IsToldByDatagram) {
  const std::string path = testing::TempDir() + "/godwit-notify-" + std::to_string(::getpid());
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  notify_service_manager("READY=1");
  ::unsetenv("NOTIFY_SOCKET");
  char text[32] = {};
  EXPECT_EQ(::recv(socket, text, sizeof text, MSG_DONTWAIT), 7);
  EXPECT_STREQ(text, "READY=1");
  ::close(socket);
  ::unlink(path.c_str());
  notify_service_manager("READY=1");  // no service: nothing happens
}

TEST(Folder, IsPrivateAndMustBeAFolder) {
  const std::string path = testing::TempDir() + "/godwit-folder-" + std::to_string(::getpid());
  ASSERT_TRUE(make_folder(path + "/below"));
  EXPECT_EQ(std::filesystem::status(path + "/below").permissions(),
            std::filesystem::perms::owner_all);
  EXPECT_TRUE(make_folder(path + "/below"));
  std::filesystem::remove_all(path);
}

TEST(Password, HasTheLettersAskedFor) {
  SeededRandom random(1);
  const std::string one = random_password(random, 12);
  EXPECT_EQ(one.size(), 12U);
  EXPECT_NE(one, random_password(random, 12));
}

}  // namespace
}  // namespace godwit::app
