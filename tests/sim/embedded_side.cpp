// The embedded store, on the disk that forgets.
#include <stdexcept>
#include <utility>

#include "app/local_submission.hpp"
#include "backend/local/administration.hpp"
#include "backend/local/delivery.hpp"
#include "backend/local/local.hpp"
#include "backend/local/shares.hpp"
#include "backend/local/users.hpp"
#include "sim/mailbox_side.hpp"

namespace godwit::sim {
namespace {

backend::LocalOptions local_options(const std::string& vfs) {
  backend::LocalOptions options;
  options.folder = "/mail";
  options.domains = {"example.test"};
  options.vfs = vfs;
  options.readers = 1;
  options.file_threads = 1;
  options.hash_memory_bytes = 8192;
  options.hash_passes = 1;
  options.hash_memory_budget_bytes = 16384;
  return options;
}

class EmbeddedSide final : public MailboxSide {
 public:
  EmbeddedSide(Ground& ground, std::string other) : ground_(ground), other_(std::move(other)) {}

  const std::string& login() const override { return address_; }
  std::string address() const override { return address_; }

  void start(bool first) override {
    life_ = std::make_unique<Life>();
    Life& life = *life_;
    life.files = ground_.disk.files();
    const auto options = local_options(ground_.disk.vfs_name());
    if (first) backend::install_local_schema(options, *life.files);
    life.store = std::make_unique<backend::LocalStore>(options, *life.files, ground_.clock);
    life.users = std::make_unique<backend::LocalUsers>(*life.store);
    life.delivery = std::make_unique<backend::LocalDelivery>(*life.store, nullptr);
    if (first) add_user(address_);
    if (first && !other_.empty()) {
      add_user(other_);
      share(backend::ShareRight::read);
    }
    const auto account = ground_.run(life.users->find(address_)).value();
    life.desktop = life.store->open(account);
    life.items = life.store->open_items(account);
    if (other_.empty()) return;
    life.others = life.store->open_items(ground_.run(life.users->find(other_)).value());
  }
  void stop() override { life_.reset(); }
  void let_write() override { share(backend::ShareRight::write); }

  backend::MailBackend& mail() override { return *life_->store; }
  backend::Users& users() override { return *life_->users; }
  backend::ItemsBackend* items() override { return life_->store.get(); }
  backend::Submission& submission(backend::Submission& outside) override {
    life_->submission = std::make_unique<app::LocalSubmission>(*life_->delivery, &outside,
                                                               ground_.clock, "sim.test");
    return *life_->submission;
  }
  Task<> report(std::shared_ptr<const backend::MessageSource> report) override {
    backend::LocalDelivery::Envelope envelope{"", {address_}};
    static_cast<void>(co_await life_->delivery->deliver(std::move(envelope), std::move(report)));
  }
  bool delivers_to_self() const override { return true; }

  backend::Mail& desktop() override { return *life_->desktop; }
  backend::Items* desktop_items() override { return life_->items.get(); }
  backend::Items* others_items() override { return life_->others.get(); }

  void deliver(std::string text) override {
    backend::LocalDelivery::Envelope envelope{"bob@example.net", {address_}};
    auto source = std::make_shared<const backend::StringSource>(std::move(text));
    const auto outcome =
        ground_.run(life_->delivery->deliver(std::move(envelope), std::move(source)));
    if (outcome.at(0) != backend::LocalDelivery::Outcome::stored) {
      throw std::runtime_error("a mail was not stored");
    }
  }

  void cut_at(unsigned, bool) override {}
  unsigned mend() override { return 0; }

  std::map<std::string, Box> truth() override {
    std::map<std::string, Box> all;
    for (const backend::MailFolder& folder : ground_.run(desktop().folders())) {
      Box& box = all[folder.key.str()];
      const auto status = ground_.run(desktop().status(folder.key));
      const auto uids = ground_.run(desktop().search(folder.key, std::nullopt));
      box.uid_validity = status->uid_validity;
      const auto messages =
          ground_.run(desktop().fetch(folder.key, status->uid_validity, uids->to_vector()));
      for (const Message& message : *messages) {
        box.mails.push_back({message.state.uid, message.state.flags.seen,
                             message.state.flags.flagged, message.header});
      }
    }
    return all;
  }

 private:
  struct Life {
    std::unique_ptr<FileLayer> files;
    std::unique_ptr<backend::LocalStore> store;
    std::unique_ptr<backend::LocalUsers> users;
    std::unique_ptr<backend::LocalDelivery> delivery;
    std::unique_ptr<app::LocalSubmission> submission;
    std::shared_ptr<backend::Mail> desktop;
    std::shared_ptr<backend::Items> items, others;
  };
  static void check(const Result<>& done) {
    if (!done) throw std::runtime_error(done.error().message);
  }
  void share(backend::ShareRight right) {
    backend::LocalShares shares(*life_->store);
    check(ground_.run(shares.share({.owner = other_, .folder = "Calendar"}, address_, right)));
  }
  void add_user(const std::string& address) {
    check(ground_.run(life_->users->add({.address = address, .password = Secret("secret")})));
  }

  Ground& ground_;
  const std::string other_;
  const std::string address_ = "anna@example.test";
  std::unique_ptr<Life> life_;
};

}  // namespace

std::unique_ptr<MailboxSide> make_embedded_side(Ground& ground) {
  return std::make_unique<EmbeddedSide>(ground, "");
}

std::unique_ptr<MailboxSide> make_embedded_reading_side(Ground& ground) {
  return std::make_unique<EmbeddedSide>(ground, "bob@example.test");
}

}  // namespace godwit::sim
