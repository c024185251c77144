// Who reaches for what is another's: the control socket, and a device by its id.
#include <gtest/gtest.h>

#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "daemon/daemon_process.hpp"
#include "run.hpp"
#include "wbxml/pages/provision.hpp"

namespace godwit::test {
namespace {

using client::Node;
using Json = nlohmann::json;
namespace page = wbxml::provision;

constexpr const char* ann = "ann@example.org";
constexpr const char* bob = "bob@example.org";
constexpr uid_t nobody = 65534;

/// What a process of that user meets at the socket: 0, or the error's number.
int connect_as(uid_t user, const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setgroups(0, nullptr) != 0 || ::setresgid(user, user, user) != 0 ||
        ::setresuid(user, user, user) != 0) {
      ::_exit(EXIT_FAILURE);
    }
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM, 0);
    const int result =
        ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ::_exit(result == 0 ? 0 : errno);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(ControlSocket, IsForItsOwnerAlone) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can be somebody else";
  DaemonProcess daemon;
  daemon.start();
  std::filesystem::permissions(daemon.folder(), std::filesystem::perms(0755));
  const std::string socket = daemon.folder() + "/control.sock";
  struct stat facts{};
  ASSERT_EQ(::stat(socket.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  EXPECT_EQ(connect_as(nobody, socket), EACCES);
  EXPECT_EQ(connect_as(0, socket), 0);
  // It is the mode that keeps them out, and nothing around it.
  ASSERT_EQ(::chmod(socket.c_str(), 0666), 0);
  EXPECT_EQ(connect_as(nobody, socket), 0);
  EXPECT_EQ(daemon.status().mode, "serving");
}

class ClaimedDevice : public testing::Test {
 protected:
  void SetUp() override {
    daemon_.start();
    daemon_.add_user(ann);
    daemon_.add_user(bob);
    anns_ = std::make_unique<Phone>(daemon_, ann, "phone1");
    ASSERT_EQ(
        anns_->send("From: ann@example.org\r\nTo: ann@example.org\r\nSubject: hers\r\n\r\nx\r\n"),
        1);
    inbox_ = anns_->inbox();
    ASSERT_EQ((*anns_)->collection(inbox_).items.size(), 1U);
  }
  std::string state(const std::string& user) const {
    const Finished shown = daemon_.command("--json device show " + user + " phone1");
    const Json answer = Json::parse(shown.output, nullptr, false);
    if (!answer.is_object() || !answer.contains("result")) return shown.output;
    return answer["result"]["state"];
  }
  /// The answer's document.
  Node provision(Phone& phone, const Node& request) const {
    const auto wire = phone->wire("Provision", encode(request), "application/vnd.ms-sync.wbxml");
    client::HttpTransport transport(daemon_.url(), {});
    auto root = client::decode(run(transport.send(wire)).body);
    return root ? std::move(*root) : Node(page::Provision);
  }

  DaemonProcess daemon_;
  std::unique_ptr<Phone> anns_;
  std::string inbox_;
};

TEST_F(ClaimedDevice, HasNothingOfTheOthers) {
  const client::Device& hers = **anns_;
  std::vector<client::Folder> folders;
  for (const auto& [id, folder] : hers.folders()) folders.push_back(folder);
  Phone bobs(daemon_, bob, "phone1");
  bobs->restore(hers.folder_key(), folders, hers.collections());
  bobs->set_policy_key(hers.policy_key());
  EXPECT_NE(run(bobs->folder_sync()).status, 1) << "her key is none of his";
  const auto synced = run(bobs->sync(inbox_, {}));
  for (const auto& [id, outcome] : synced.collections) {
    EXPECT_NE(outcome.status, 1);
    EXPECT_EQ(outcome.changes(), 0U);
  }
  EXPECT_FALSE(synced.ok() && synced.empty) << "no key of his says that nothing has changed";
  // He begins as anybody does, and she goes on.
  Phone again(daemon_, bob, "phone1");
  EXPECT_EQ(again->collection(again.inbox()).items.size(), 0U);
  EXPECT_TRUE(run((*anns_)->sync_all(inbox_, {})).ok());
  EXPECT_EQ((*anns_)->collection(inbox_).items.size(), 1U);
}

TEST_F(ClaimedDevice, NeitherGetsNorAnswersTheOthersWipe) {
  Phone bobs(daemon_, bob, "phone1");
  bobs.inbox();
  ASSERT_EQ(daemon_.command("device wipe ann@example.org phone1").code, 0);
  EXPECT_TRUE(run(bobs->folder_sync()).ok());
  EXPECT_EQ(provision(bobs, Node(page::Provision)).find(page::RemoteWipe), nullptr);
  const Node done(page::Provision, {Node(page::RemoteWipe, {Node(page::Status, "1")})});
  provision(bobs, done);
  EXPECT_EQ(state(ann), "wipe pending");
  EXPECT_EQ(state(bob), "allowed");
  // Nor does it help to write her name into the request: who signs in counts.
  const std::string mixed =
      ask_http(daemon_.port("http "),
               {.head = "POST /Microsoft-Server-ActiveSync?Cmd=FolderSync&User=ann%40example.org&"
                        "DeviceType=x&DeviceId=phone1 HTTP/1.1\r\nMS-ASProtocolVersion: 14.1",
                .user = bob});
  EXPECT_TRUE(mixed.starts_with("HTTP/1.1 200") || mixed.starts_with("HTTP/1.1 40")) << mixed;
  EXPECT_FALSE(mixed.contains("hers"));
  EXPECT_NE(provision(*anns_, Node(page::Provision)).find(page::RemoteWipe), nullptr);
  EXPECT_EQ(state(ann), "wipe pending");
  provision(*anns_, done);
  EXPECT_EQ(state(ann), "wiped");
  EXPECT_EQ(state(bob), "allowed");
}

}  // namespace
}  // namespace godwit::test
