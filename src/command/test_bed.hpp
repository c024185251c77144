/// A server in this process whose store can fail at a chosen commit, and one device: for the tests
/// of single commands.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/fault.hpp"
#include "client/device.hpp"
#include "run.hpp"
#include "server_fixture.hpp"
#include "wbxml/tag.hpp"

namespace godwit::command {

/// Refuses to answer from a chosen commit on, until told otherwise.
class FailingStore final : public store::Store {
 public:
  Task<std::optional<store::Record>> get(store::Key key) override { return inner_.get(key); }
  Task<std::vector<std::optional<store::Record>>> get_many(std::vector<store::Key> keys) override {
    return inner_.get_many(std::move(keys));
  }
  Task<std::vector<store::Record>> list(std::string user, store::Kind kind, std::string prefix,
                                        std::string after, std::size_t limit) override {
    return inner_.list(std::move(user), kind, std::move(prefix), std::move(after), limit);
  }
  Task<std::vector<store::Record>> list_all(store::Kind kind, store::Key after,
                                            std::size_t limit) override {
    return inner_.list_all(kind, std::move(after), limit);
  }
  Task<bool> commit(std::vector<store::Write> batch) override {
    if (left_ == 0) throw Fault(Fault::Kind::unavailable, "the store is down");
    if (left_) --*left_;
    if (auto first = std::exchange(before_, nullptr)) first(inner_);
    return inner_.commit(std::move(batch));
  }

  void fail_after(unsigned commits) { left_ = commits; }
  void mend() { left_.reset(); }
  /// Somebody else is quicker than the next commit.
  void before_commit(std::function<void(store::Store&)> work) { before_ = std::move(work); }

 private:
  store::MemoryStore inner_;
  std::optional<unsigned> left_;
  std::function<void(store::Store&)> before_;
};

/// anna@example.test with Inbox, Trash and Projects, and a device that knows them.
class TestBed {
 public:
  explicit TestBed(eas::Version version = eas::Version::v16_1, Settings settings = {},
                   bool with_vacation = true)
      : mail_server_(clock_),
        submission_(nullptr),
        account_(mail_server_.add_user("anna@example.test", "secret")),
        inbox_(*mail().find_folder(FolderRole::inbox)),
        trash_(*mail().find_folder(FolderRole::trash)),
        projects_(mail().add_folder(std::nullopt, "Projects")),
        server_({clock_, random_, store_, mail_server_, mail_server_, submission_,
                 with_vacation ? &vacation_ : nullptr, nullptr},
                std::move(settings), std::chrono::seconds(60)),
        device_(server_, device_settings(version)) {
    EXPECT_TRUE(test::run(device_.folder_sync()).ok());
  }

  ManualClock& clock() { return clock_; }
  FailingStore& store() { return store_; }
  backend::MemoryMail& mail() { return mail_server_.mail(account_.user); }
  test::TestServer& server() { return server_; }
  const test::RecordingSubmission& submission() const { return submission_; }
  client::Device& device() { return device_; }
  /// The user's collections, which the server and the device know from now on.
  backend::Items& offer_items() {
    server_.offer_items(mail_server_);
    EXPECT_TRUE(test::run(device_.folder_sync()).ok());
    return mail_server_.items(account_.user);
  }
  /// What the user is kept from, from the next request on.
  void deny(backend::DataClasses classes) { mail_server_.deny(account_.user, classes); }
  const FolderKey& inbox() const { return inbox_; }
  const FolderKey& trash() const { return trash_; }
  const FolderKey& projects() const { return projects_; }

  /// The collection id of a folder by its name.
  std::string id(const std::string& name) const {
    for (const auto& [id, folder] : device_.folders()) {
      if (folder.name == name) return id;
    }
    ADD_FAILURE() << "no folder " << name;
    return {};
  }

  std::string server_id(const std::string& folder, const FolderKey& key, Uid uid) {
    const auto status = test::run(mail().status(key));
    return id(folder) + ':' + std::to_string(status->uid_validity) + '.' + std::to_string(uid);
  }

  Uid deliver(const FolderKey& folder, const std::string& subject, const std::string& id = {}) {
    std::string text = "From: b@example.test\r\nTo: anna@example.test\r\nSubject: " + subject;
    if (!id.empty()) text += "\r\nMessage-ID: <" + id + '>';
    return mail().deliver(folder, text + "\r\n\r\nHello there.\r\n");
  }

  void sync(const std::string& folder) {
    EXPECT_TRUE(test::run(device_.sync_all(id(folder), {})).ok());
  }

  client::Answer send(const std::string& command, const client::Node& request,
                      const std::vector<http::Header>& headers = {}) {
    auto wire = device_.wire(command, client::encode(request), "application/vnd.ms-sync.wbxml");
    for (const http::Header& header : headers) wire.headers.push_back(header);
    return test::run(device_.send_raw(std::move(wire)));
  }

  /// The answer's document.
  client::Node ask(const std::string& command, const client::Node& request) {
    const auto answer = send(command, request);
    EXPECT_EQ(answer.status, 200);
    auto root = client::decode(answer.body);
    EXPECT_TRUE(root) << "no document";
    return root ? std::move(*root) : client::Node();
  }

 private:
  static client::Device::Settings device_settings(eas::Version version) {
    client::Device::Settings settings;
    settings.version = version;
    settings.user = "anna@example.test";
    settings.password = Secret("secret");
    return settings;
  }

  ManualClock clock_;
  SeededRandom random_{1};
  FailingStore store_;
  backend::MemoryServer mail_server_;
  test::RecordingSubmission submission_;
  test::MemoryVacation vacation_;
  backend::Account account_;
  FolderKey inbox_, trash_, projects_;
  test::TestServer server_;
  client::Device device_;
};

}  // namespace godwit::command
