#include "sim/world.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "backend/local/administration.hpp"
#include "convert/header.hpp"
#include "run.hpp"
#include "store/store.hpp"
#include "sync/folder_table.hpp"
#include "sync/server_id.hpp"
#include "wbxml/text.hpp"

namespace godwit::sim {
namespace {

constexpr const char* address = "anna@example.test";

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

std::string message_id(unsigned number) { return fmt::format("m{}@example.net", number); }

}  // namespace

World::World(std::uint64_t seed) : disk_(seed), random_(seed) { start(true); }

World::~World() { stop(); }

void World::start(bool first) {
  life_ = std::make_unique<Life>();
  Life& life = *life_;
  life.files = disk_.files();
  const store::SqliteOptions state{"/state.db", disk_.vfs_name(), 1};
  const auto mail = local_options(disk_.vfs_name());
  if (first) {
    store::install_schema(state);
    backend::install_local_schema(mail, *life.files);
  }
  life.sqlite = std::make_unique<store::SqliteStore>(state);
  life.local = std::make_unique<backend::LocalStore>(mail, *life.files, clock_);
  life.users = std::make_unique<backend::LocalUsers>(*life.local);
  life.delivery = std::make_unique<backend::LocalDelivery>(*life.local, nullptr);
  if (first) {
    const auto added =
        test::run(life.users->add({.address = address, .password = Secret("secret")}));
    if (!added) throw std::runtime_error(added.error().message);
  }
  life.store = std::make_unique<KillableStore>(*life.sqlite, killer_);
  life.mail = std::make_unique<KillableMailBackend>(*life.local, killer_);
  life.submission = std::make_unique<test::RecordingSubmission>(nullptr);
  life.desktop = life.local->open(test::run(life.users->find(address)).value());
  test::Systems systems{.clock = clock_,
                        .random = random_,
                        .store = *life.store,
                        .mail = *life.mail,
                        .users = *life.users,
                        .submission = *life.submission};
  life.server =
      std::make_unique<test::TestServer>(systems, command::Settings{}, std::chrono::seconds(60));
  if (first) {
    client::Device::Settings settings;
    settings.user = address;
    settings.password = Secret("secret");
    device_ = std::make_unique<client::Device>(*this, std::move(settings));
  }
}

void World::stop() {
  if (!life_) return;
  life_->server.reset();
  life_.reset();
}

namespace {

/// GODWIT_SIM_TRACE prints every request and answer of the device.
void trace(const client::Wire& request, const client::Answer& answer) {
  const auto shown = [](std::string_view body) {
    return body.starts_with('\x03') ? wbxml::dump(body) : std::string("(no document)\n");
  };
  fmt::print("> {}\n{}< {}\n{}\n", request.target, shown(request.body), answer.status,
             shown(answer.body));
}

}  // namespace

Task<client::Answer> World::send(client::Wire request) {
  static const bool traced = std::getenv("GODWIT_SIM_TRACE") != nullptr;
  const client::Wire copy = traced ? request : client::Wire{};
  auto answer = co_await life_->server->send(std::move(request));
  if (killer_.dead()) {
    // Nobody is left who could have answered.
    answer = {};
    answer.status = 503;
  }
  if (traced) trace(copy, answer);
  co_return answer;
}

backend::Mail& World::desktop() { return *life_->desktop; }

unsigned World::deliver(std::string subject) {
  const auto number = static_cast<unsigned>(delivered_.size());
  delivered_.push_back(message_id(number));
  auto text = fmt::format(
      "From: Bob <bob@example.net>\r\nTo: anna@example.test\r\nSubject: {}\r\nMessage-ID: <{}>\r\n"
      "Date: Sun, 22 Nov 2026 10:00:00 +0000\r\n\r\nHello {}\r\n",
      subject, message_id(number), number);
  const auto outcome = test::run(
      life_->delivery->deliver({.from = "bob@example.net", .to = {address}},
                               std::make_shared<const backend::StringSource>(std::move(text))));
  if (outcome.at(0) != backend::LocalDelivery::Outcome::stored) {
    throw std::runtime_error("a mail was not stored");
  }
  return number;
}

void World::bring_back() {
  if (killer_.dead()) restart();
}

void World::restart() {
  disk_.kill();
  stop();
  disk_.restart();
  killer_.revive();
  start(false);
}

std::map<std::string, unsigned> World::copies() {
  std::map<std::string, unsigned> count;
  for (const backend::MailFolder& folder : test::run(desktop().folders())) {
    const auto status = test::run(desktop().status(folder.key));
    const auto uids = test::run(desktop().search(folder.key, std::nullopt));
    const auto messages =
        test::run(desktop().fetch(folder.key, status->uid_validity, uids->to_vector()));
    for (const Message& message : *messages) {
      const convert::Header header(message.header);
      ++count[convert::first_message_id(header.get("Message-ID"))];
    }
  }
  return count;
}

std::map<std::string, World::Content> World::mailboxes() {
  const auto record = test::run(life_->sqlite->get({address, store::Kind::folders, ""}));
  const auto table = sync::unpack_folder_table(record->value);
  std::map<std::string, Content> all;
  for (const backend::MailFolder& folder : test::run(desktop().folders())) {
    const sync::FolderRow* row = table->find_key(folder.key.view());
    if (row == nullptr) continue;
    Content& content = all[row->id];
    content.key = folder.key.str();
    const auto status = test::run(desktop().status(folder.key));
    const auto uids = test::run(desktop().search(folder.key, std::nullopt));
    const auto states =
        test::run(desktop().fetch_state(folder.key, status->uid_validity, uids->to_vector()));
    for (const MessageState& state : *states) {
      content.read[sync::format_mail_id(row->id, status->uid_validity, state.uid)] =
          state.flags.seen;
    }
  }
  return all;
}

}  // namespace godwit::sim
