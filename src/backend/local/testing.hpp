/// An embedded store in a temporary folder, for the tests of this folder.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "backend/local/administration.hpp"
#include "backend/local/delivery.hpp"
#include "backend/local/directory.hpp"
#include "backend/local/local.hpp"
#include "backend/local/users.hpp"
#include "backend/local/vacation.hpp"
#include "base/clock.hpp"
#include "run.hpp"

namespace godwit::backend::local {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = testing::TempDir() + "/godwit-local-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// The cheapest hashes that argon2id allows.
inline LocalOptions test_options(std::string folder) {
  return {.folder = std::move(folder),
          .domains = {"example.com", "example.org"},
          .hash_memory_bytes = 8192,
          .hash_passes = 1,
          .hash_memory_budget_bytes = 16384};
}

class LocalFixture {
 public:
  LocalFixture() : options_(test_options(folder_.path() + "/mail")) {
    install_local_schema(options_, *files_);
    reopen();
  }
  void reopen() {
    delivery_.reset();
    vacation_.reset();
    users_.reset();
    store_.reset();
    store_ = std::make_unique<LocalStore>(options_, *files_, clock_);
    users_ = std::make_unique<LocalUsers>(*store_);
    vacation_ = std::make_unique<LocalVacation>(*store_);
    delivery_ = std::make_unique<LocalDelivery>(*store_, vacation_.get());
  }

  Account add_user(const std::string& address) {
    const auto added = test::run(users_->add({.address = address, .password = Secret("secret")}));
    if (!added) throw std::runtime_error(added.error().message);
    return test::run(users_->find(address)).value();
  }
  /// As an administrator does.
  Result<> change_person(const std::string& address, PersonChange change) {
    return test::run(LocalDirectory(*store_).change(address, std::move(change)));
  }
  LocalDelivery::Outcome deliver(const Account& to, std::string message,
                                 std::string from = "eve@example.net") {
    return test::run(delivery_->deliver({.from = std::move(from), .to = {to.addresses[0]}},
                                        std::make_shared<const StringSource>(std::move(message))))
        .at(0);
  }
  static FolderKey folder(Mail& mail, FolderRole role) {
    for (const MailFolder& each : test::run(mail.folders())) {
      if (each.role == role) return each.key;
    }
    throw std::runtime_error("no such folder");
  }
  /// How many blobs the store's folder holds.
  std::size_t blobs() const {
    std::size_t count = 0;
    const std::string folder = options_.folder + "/blobs";
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (entry.is_regular_file()) ++count;
    }
    return count;
  }

  LocalOptions& options() { return options_; }
  LocalStore& store() { return *store_; }
  LocalUsers& users() { return *users_; }
  LocalDelivery& delivery() { return *delivery_; }
  LocalVacation& vacation() { return *vacation_; }
  ManualClock& clock() { return clock_; }
  FileLayer& files() { return *files_; }
  const std::string& folder() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
  LocalOptions options_;
  ManualClock clock_;
  std::unique_ptr<FileLayer> files_ = system_files();
  std::unique_ptr<LocalStore> store_;
  std::unique_ptr<LocalUsers> users_;
  std::unique_ptr<LocalVacation> vacation_;
  std::unique_ptr<LocalDelivery> delivery_;
};

}  // namespace godwit::backend::local
