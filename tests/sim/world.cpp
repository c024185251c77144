#include "sim/world.hpp"

#include <fmt/format.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdlib>

#include "base/text.hpp"
#include "command/prefetch.hpp"
#include "convert/header.hpp"
#include "store/store.hpp"
#include "sync/folder_table.hpp"
#include "sync/server_id.hpp"
#include "wbxml/pages/ping.hpp"
#include "wbxml/text.hpp"

namespace godwit::sim {
namespace {

/// GODWIT_SIM_TRACE prints every request and answer of the device.
bool is_traced() {
  static const bool traced = std::getenv("GODWIT_SIM_TRACE") != nullptr;
  return traced;
}

void trace(const client::Wire& request, const client::Answer& answer) {
  if (!is_traced()) return;
  const auto shown = [](std::string_view body) {
    return body.starts_with('\x03') ? wbxml::dump(body) : std::string("(no document)\n");
  };
  fmt::print("> {}\n{}< {}\n{}\n", request.target, shown(request.body), answer.status,
             shown(answer.body));
}

client::Answer nobody() {
  client::Answer answer;
  answer.status = 503;
  return answer;
}

/// Something that one coroutine waits for and another tells, once.
class Signal {
 public:
  explicit Signal(net::Executor executor)
      : timer_(std::move(executor), boost::asio::steady_timer::time_point::max()) {}
  void tell() {
    told_ = true;
    timer_.cancel();
  }
  Task<> wait() {
    boost::system::error_code cancelled;
    if (!told_) {
      co_await timer_.async_wait(
          boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
    }
  }

 private:
  boost::asio::steady_timer timer_;
  bool told_ = false;
};

Task<client::Answer> send_and_tell(test::TestServer& server, client::Wire wire, Signal& signal) {
  auto answer = co_await server.send(std::move(wire));
  signal.tell();
  co_return answer;
}

Task<client::Answer> send_when_told(test::TestServer& server, client::Wire wire, Signal& signal) {
  co_await signal.wait();
  co_return co_await server.send(std::move(wire));
}

}  // namespace

Task<> World::Reports::deliver(queue::Report report) {
  const std::string text = report.message->read(0, report.message->size());
  co_await side->report(std::move(report.message));
  constexpr std::string_view mark = "\nSubject: ";
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
    const auto begin = at + mark.size();
    const std::string subject = text.substr(begin, text.find('\r', begin) - begin);
    if (subject.starts_with("sent ") || subject.starts_with("draft ")) subjects.insert(subject);
  }
}

World::World(std::uint64_t seed, MakeSide make_side)
    : ground_(seed),
      killer_(ground_.disk),
      internet_(ground_.random),
      side_(make_side(ground_)),
      reports_(side_) {
  start(true);
  add_phone(eas::Version::v16_1);
}

void World::add_phone(eas::Version version) {
  client::Device::Settings settings;
  settings.id = fmt::format("godwit{}", phones_.size() + 1);
  settings.version = version;
  settings.user = side_->login();
  settings.password = Secret("secret");
  settings.on_command = [this, number = phones()](const std::string& collection,
                                                  const client::Command& command,
                                                  std::optional<int> status) {
    if (on_command_) on_command_(number, collection, command, status);
  };
  auto phone = std::make_unique<Phone>(*this, ++connections_);
  phone->device = std::make_unique<client::Device>(*phone, std::move(settings));
  phones_.push_back(std::move(phone));
}

World::~World() { stop(); }

void World::start(bool first) {
  side_->start(first);
  life_ = std::make_unique<Life>();
  Life& life = *life_;
  life.files = ground_.disk.files();
  const std::string vfs = ground_.disk.vfs_name();
  const store::SqliteOptions state{"/state.db", vfs, 1};
  if (first) store::install_schema(state);
  life.sqlite = std::make_unique<store::SqliteStore>(state);
  life.store = std::make_unique<KillableStore>(*life.sqlite, killer_);
  life.mail = std::make_unique<KillableMailBackend>(side_->mail(), killer_, drafts_);
  if (auto* items = side_->items()) {
    life.items = std::make_unique<KillableItemsBackend>(*items, killer_, items_sabotage_, between_);
  }
  using Doors = KillableSubmission::Doors;
  life.hop = std::make_unique<KillableSubmission>(
      internet_, killer_, Doors{Step::hop_before, Step::hop_after}, nullptr);
  queue::QueueOptions options{.folder = "/queue", .host = "mx.example.test", .vfs = vfs};
  life.queue = std::make_unique<queue::Queue>(std::move(options), *life.files, ground_.clock,
                                              ground_.random, *life.hop, reports_);
  life.submission = std::make_unique<KillableSubmission>(
      side_->submission(*life.queue), killer_, Doors{Step::submit_before, Step::submit_after},
      [this] { internet_.settled(); });
  test::Systems systems{.clock = ground_.clock,
                        .random = ground_.random,
                        .store = *life.store,
                        .mail = *life.mail,
                        .users = side_->users(),
                        .submission = *life.submission,
                        .items = life.items.get()};
  life.server =
      std::make_unique<test::TestServer>(systems, command::Settings{}, std::chrono::seconds(60));
}

void World::stop() {
  if (!life_) return;
  ping_.reset();
  // A process takes what it was about with it; here that would wake on a backend that is gone.
  run(life_->server->prefetches().stop());
  life_->server.reset();
  life_.reset();
  side_->stop();
}

Task<client::Answer> World::send(Phone& phone, client::Wire request) {
  if (std::exchange(hold_, false)) {
    held_ = std::move(request);
    phone.device->lose_next_answer();
    co_return nobody();
  }
  life_->server->transport().set_connection(phone.connection);
  const client::Wire copy = is_traced() ? request : client::Wire{};
  client::Answer answer;
  if (auto first = std::exchange(held_, std::nullopt)) {
    answer = co_await send_both(std::move(*first), std::move(request));
  } else {
    answer = co_await life_->server->send(std::move(request));
  }
  if (killer_.dead()) {
    // Nobody is left who could have answered; something in between may still have.
    answer = nobody();
    if (ground_.random.next() % 2 == 0) phone.device->lose_next_answer();
  }
  trace(copy, answer);
  co_return answer;
}

Task<client::Answer> World::send_both(client::Wire first, client::Wire second) {
  using boost::asio::experimental::awaitable_operators::operator&&;
  Signal turn(co_await boost::asio::this_coro::executor);
  life_->store->on_turn([&turn] { turn.tell(); });
  const client::Wire copy = is_traced() ? first : client::Wire{};
  auto [lost, answer] = co_await (send_and_tell(*life_->server, std::move(first), turn) &&
                                  send_when_told(*life_->server, std::move(second), turn));
  life_->store->on_turn(nullptr);
  trace(copy, lost);
  co_return std::move(answer);
}

void World::release_held() {
  if (!held_) return;
  client::Wire wire = std::move(*held_);
  held_.reset();
  static_cast<void>(run(life_->server->send(std::move(wire))));
}

std::optional<World::PingEnd> World::ping(const std::vector<std::string>& folders,
                                          unsigned heartbeat_seconds) {
  namespace page = wbxml::ping;
  using client::Node;
  Node list(page::Folders);
  for (const std::string& id : folders) {
    list.add(Node(page::Folder, {Node(page::Id, id), Node(page::Class, device().item_class(id))}));
  }
  const Node root(page::Ping,
                  {Node(page::HeartbeatInterval, std::to_string(heartbeat_seconds)), list});
  if (is_traced()) fmt::print("> Ping {}\n", fmt::join(folders, " "));
  life_->server->transport().set_connection(phones_[phone_]->connection);
  auto started = run(life_->server->start(
      device().wire("Ping", client::encode(root), "application/vnd.ms-sync.wbxml")));
  if (!started.held) return read_ping(started.answer);
  ping_ = std::move(started.held);
  return std::nullopt;
}

std::optional<World::PingEnd> World::ping_end() {
  if (!ping_) return std::nullopt;
  life_->server->hub().tick();
  if (!ping_->ended()) return std::nullopt;
  const auto answer = run(ping_->answer());
  if (!answer) return std::nullopt;  // what woke it was nothing for the device: it waits on
  ping_.reset();
  return read_ping(*answer);
}

std::optional<World::PingEnd> World::read_ping(const client::Answer& answer) {
  namespace page = wbxml::ping;
  PingEnd end;
  if (answer.status != 200) return end;
  if (is_traced()) fmt::print("< Ping\n{}", wbxml::dump(answer.body));
  const auto root = client::decode(answer.body);
  end.status = parse_number<int>(root->text_of(page::Status)).value_or(0);
  if (const client::Node* list = root->find(page::Folders)) {
    for (const client::Node& folder : list->children) end.folders.push_back(folder.text);
  }
  return end;
}

unsigned World::deliver(std::string subject) {
  const unsigned number = delivered_++;
  side_->deliver(fmt::format(
      "From: Bob <bob@example.net>\r\nTo: {}\r\nSubject: {}\r\nMessage-ID: <m{}@example.net>\r\n"
      "Date: Sun, 22 Nov 2026 10:00:00 +0000\r\n\r\nHello {}\r\n",
      side_->address(), subject, number, number));
  return number;
}

void World::bring_back() {
  if (killer_.dead()) restart();
}

void World::restart() {
  internet_.lost_note();
  held_.reset();
  stop();
  killer_.revive();
  start(false);
}

std::string World::identity(std::string_view block) {
  const convert::Header header(block);
  const std::string subject(trim(header.get("Subject")));
  if (subject.starts_with("mail ") || subject.starts_with("draft ")) return subject;
  if (subject.starts_with("sent ")) {
    return header.has("Delivered-To") ? subject + " received" : subject;
  }
  return convert::first_message_id(header.get("Message-ID"));
}

std::map<std::string, unsigned> World::copies() {
  std::map<std::string, unsigned> count;
  for (const auto& [key, box] : side_->truth()) {
    for (const Box::Mail& mail : box.mails) ++count[identity(mail.header)];
  }
  return count;
}

sync::FolderTable World::folder_table() {
  const auto record = run(life_->sqlite->get({side_->login(), store::Kind::folders, ""}));
  return sync::unpack_folder_table(record->value).value();
}

std::string World::key_of(const std::string& id) {
  const auto table = folder_table();
  const sync::FolderRow* row = table.find(id);
  return row == nullptr ? std::string() : row->key;
}

std::map<std::string, World::Content> World::mailboxes() {
  const auto table = folder_table();
  std::map<std::string, Content> all;
  for (auto& [key, box] : side_->truth()) {
    const sync::FolderRow* row = table.find_key(key);
    if (row == nullptr) continue;
    Content& content = all[row->id];
    content.key = key;
    for (Box::Mail& mail : box.mails) {
      const std::string id = sync::format_mail_id(row->id, box.uid_validity, mail.uid);
      content.mails.emplace(id, std::move(mail));
    }
  }
  return all;
}

std::vector<std::string> World::unlisted() {
  const auto table = folder_table();
  std::vector<std::string> all;
  for (const auto& [key, box] : side_->truth()) {
    if (table.find_key(key) != nullptr) continue;
    for (const Box::Mail& mail : box.mails) all.push_back(identity(mail.header));
  }
  return all;
}

}  // namespace godwit::sim
