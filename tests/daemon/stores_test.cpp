// godwitd over stores that cannot be used, or not now: phones come later and lose nothing.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "daemon/daemon_process.hpp"
#include "interop/imap_servers.hpp"
#include "run.hpp"
#include "sqlite/database.hpp"

namespace godwit::test {
namespace {

constexpr const char* ann = "ann@example.org";

/// A daemon that was used once: a user with a mail, and a phone that has it.
class StoresTest : public testing::Test {
 protected:
  void use() {
    daemon_.config["lmtp"] = "listen = [\"127.0.0.1:0\"]\n";
    daemon_.start(launch_);
    daemon_.add_user(ann);
    phone_ = std::make_unique<Phone>(daemon_, ann);
    ASSERT_EQ(deliver("first").code, 0);
    inbox_ = phone_->inbox();
    ASSERT_EQ(items(), 1U);
  }
  Finished deliver(const std::string& subject) {
    return daemon_.command("deliver --server 127.0.0.1:" + std::to_string(daemon_.port("lmtp ")) +
                           " " + ann + " --subject " + subject + " --text hello");
  }
  std::size_t items() { return phone().collection(inbox_).items.size(); }
  client::Device& phone() { return **phone_; }
  /// The one phone, on the port that the daemon has now.
  void reconnect() {
    auto again = std::make_unique<Phone>(daemon_, ann);
    std::vector<client::Folder> folders;
    for (const auto& [id, folder] : phone().folders()) folders.push_back(folder);
    (*again)->restore(phone().folder_key(), folders, phone().collections());
    phone_ = std::move(again);
  }
  /// The Status of the collection [MS-ASCMD] Status (Sync); the HTTP status where there is none.
  int sync_status() {
    auto outcome = run(phone().sync(inbox_, {}));
    return outcome.http_status == 200 ? outcome.collections[inbox_].status : outcome.http_status;
  }
  void mark_first_read() {
    phone().set_read(inbox_, phone().collection(inbox_).items.begin()->first, true);
  }
  /// What another phone of the user finds: subjects with a mark for those that are read.
  std::vector<std::string> found() {
    Phone other(daemon_, ann, "other");
    const std::string inbox = other.inbox();
    std::vector<std::string> out;
    for (const auto& [id, item] : other->collection(inbox).items) {
      out.push_back(item.at("Subject") + (item.at("Read") == "1" ? "*" : ""));
    }
    std::ranges::sort(out);
    return out;
  }
  /// What it was before.
  std::int64_t set_schema(const std::string& file, std::int64_t version) const {
    sqlite::Database database({.path = daemon_.state_folder() + '/' + file});
    std::int64_t before = 0;
    for (auto row = database.query("PRAGMA user_version"); row.step();) before = row.integer(0);
    database.execute("PRAGMA user_version=" + std::to_string(version));
    return before;
  }
  /// Administrators are told `reason`; phones are told to come later.
  void expect_administration_only(const std::string& reason) {
    const auto status = daemon_.status();
    EXPECT_EQ(status.mode, "administration only");
    EXPECT_TRUE(status.problem.contains(reason)) << status.problem;
    EXPECT_TRUE(daemon_.wait_for_state("Administration only"));
    const std::string reply = ask_http(daemon_.port("http "), {.user = ann});
    EXPECT_TRUE(reply.starts_with("HTTP/1.1 503")) << reply;
    EXPECT_TRUE(reply.contains("Retry-After: ")) << reply;
    EXPECT_EQ(daemon_.command("status").code, 0);
  }
  /// After the repair: the phone goes on where it was.
  void expect_all_is_there() {
    reconnect();
    EXPECT_EQ(daemon_.status().mode, "serving");
    const auto synced = run(phone().sync_all(inbox_, {}));
    EXPECT_TRUE(synced.ok()) << synced.http_status;
    EXPECT_EQ(items(), 1U);
  }

  DaemonProcess::Launch launch_;
  DaemonProcess daemon_;
  std::unique_ptr<Phone> phone_;
  std::string inbox_;
};

TEST_F(StoresTest, ASchemaThatIsTooNew) {
  use();
  for (const std::string file : {"store.sqlite", "mail/mail.sqlite"}) {
    ASSERT_EQ(daemon_.stop(), 0);
    const auto right = set_schema(file, 99);
    daemon_.start();
    expect_administration_only("schema 99");
    const Finished schema = daemon_.command("schema status");
    EXPECT_EQ(schema.code, 1);
    EXPECT_TRUE(schema.output.contains("newer than this program")) << schema.output;
    EXPECT_EQ(daemon_.command("schema update").code, 1);
    ASSERT_EQ(daemon_.stop(), 0);
    set_schema(file, right);
    daemon_.start();
    expect_all_is_there();
  }
}

TEST_F(StoresTest, ASchemaThatIsTooOld) {
  use();
  for (const std::string file : {"store.sqlite", "mail/mail.sqlite"}) {
    ASSERT_EQ(daemon_.stop(), 0);
    const auto right = set_schema(file, -1);
    daemon_.start();
    expect_administration_only("godwit schema update");
    EXPECT_TRUE(daemon_.command("schema status").output.contains("older than this program"));
    ASSERT_EQ(daemon_.stop(), 0);
    set_schema(file, right);
    daemon_.start();
    expect_all_is_there();
  }
}

TEST_F(StoresTest, AStoreThatIsDamaged) {
  use();
  for (const std::string file : {"store.sqlite", "mail/mail.sqlite"}) {
    ASSERT_EQ(daemon_.stop(), 0);
    const std::string path = daemon_.state_folder() + '/' + file;
    std::filesystem::rename(path, path + ".good");
    std::ofstream(path) << std::string(8192, 'x');
    daemon_.start();
    expect_administration_only(file);
    EXPECT_EQ(daemon_.command("schema verify").code, 1);
    ASSERT_EQ(daemon_.stop(), 0);
    std::filesystem::rename(path + ".good", path);
    daemon_.start();
    expect_all_is_there();
  }
}

/// Every page but the first, whatever the daemon knows of them by heart: a write of somebody's who
/// knows the schema by heart makes it read them anew.
void overwrite_pages(const std::string& path) {
  sqlite::Database somebody({.path = path});
  std::int64_t version = 0;
  for (auto row = somebody.query("PRAGMA user_version"); row.step();) version = row.integer(0);
  const std::string write = "PRAGMA user_version=" + std::to_string(version);
  somebody.execute(write);
  constexpr std::size_t page = 4096;
  const auto size = std::filesystem::file_size(path);
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(page);
    file << std::string(size - page, '\xFF');
  }
  somebody.execute(write);
}

TEST_F(StoresTest, AStoreThatIsDamagedWhileItIsUsed) {
  use();
  for (const std::string file : {"store.sqlite", "mail/mail.sqlite"}) {
    SCOPED_TRACE(file);
    const std::string path = daemon_.state_folder() + '/' + file;
    sqlite::Database({.path = path}).execute("PRAGMA wal_checkpoint(TRUNCATE)");
    std::filesystem::copy_file(path, path + ".good");
    const std::string key = phone().collection(inbox_).sync_key;
    overwrite_pages(path);
    mark_first_read();
    EXPECT_EQ(sync_status(), 503);
    EXPECT_EQ(phone().collection(inbox_).sync_key, key);
    expect_administration_only(file);
    EXPECT_TRUE(daemon_.log().contains("put a good copy in its place")) << daemon_.log();
    EXPECT_EQ(daemon_.command("schema verify").code, 1);
    EXPECT_EQ(daemon_.command("user list").code == 0, file == "store.sqlite");
    ASSERT_EQ(daemon_.stop(), 0);

    for (const char* rest : {"-wal", "-shm"}) std::filesystem::remove(path + rest);
    std::filesystem::rename(path + ".good", path);
    daemon_.start();
    reconnect();
    EXPECT_EQ(daemon_.status().mode, "serving");
    const auto synced = run(phone().sync(inbox_, {}));
    EXPECT_TRUE(synced.ok()) << synced.http_status;
    EXPECT_EQ(synced.collections.at(inbox_).status, 1);
    EXPECT_TRUE(synced.collections.at(inbox_).added.empty());
    EXPECT_EQ(items(), 1U);
  }
  EXPECT_EQ(found(), std::vector<std::string>{"first*"});
}

TEST_F(StoresTest, ADatabaseThatAnotherProcessHasLocked) {
  use();
  ASSERT_EQ(deliver("second").code, 0);
  mark_first_read();
  {
    sqlite::Database store({.path = daemon_.state_folder() + "/store.sqlite"});
    store.execute("BEGIN IMMEDIATE");
    EXPECT_EQ(sync_status(), 503);  // nothing can be done: the phone comes later
    store.execute("ROLLBACK");
  }
  {
    sqlite::Database mail({.path = daemon_.state_folder() + "/mail/mail.sqlite"});
    mail.execute("BEGIN IMMEDIATE");
    const Finished refused = deliver("third");
    EXPECT_NE(refused.code, 0);
    EXPECT_TRUE(refused.output.contains("451")) << refused.output;
    // The phone is told to come later, and nothing of what it wanted counts as done.
    EXPECT_EQ(sync_status(), 503);
    EXPECT_NE(phone_->send("From: ann@example.org\r\nTo: ann@example.org\r\nSubject: fourth\r\n"
                           "\r\nText\r\n"),
              1);
    mail.execute("ROLLBACK");
  }
  EXPECT_EQ(deliver("third").code, 0);
  EXPECT_EQ(phone_->send("From: ann@example.org\r\nTo: ann@example.org\r\nSubject: fourth\r\n\r\n"
                         "Text\r\n"),
            1);
  EXPECT_TRUE(run(phone().sync_all(inbox_, {})).ok());
  EXPECT_EQ(items(), 4U);
  EXPECT_EQ(found(), (std::vector<std::string>{"first*", "fourth", "second", "third"}));
}

/// A PostgreSQL of the tests' own that comes when it is told to.
class LatePostgres {
 public:
  LatePostgres() : folder_("/tmp/godwit-late-" + std::to_string(::getpid())) {}
  ~LatePostgres() { run("stop"); }
  LatePostgres(const LatePostgres&) = delete;
  LatePostgres& operator=(const LatePostgres&) = delete;
  std::string url() const { return "host=" + folder_ + " user=godwit dbname=postgres"; }
  int start() const { return run("start"); }

 private:
  int run(const std::string& what) const {
    const std::string script = GODWIT_SOURCE_DIR "/tests/parts/postgres.sh ";
    return std::system((script + what + ' ' + folder_ + " >/dev/null").c_str());
  }
  std::string folder_;
};

TEST_F(StoresTest, APostgresThatComesLaterIsFoundWithoutARestart) {
  if (!interop::RunningServer::is_there("postgres")) {
    GTEST_SKIP() << interop::RunningServer::why_not("postgres");
  }
  const LatePostgres postgres;
  daemon_.config["store"] = "kind = \"postgres\"\npostgres_url = \"" + postgres.url() + "\"\n";
  daemon_.config["lmtp"] = "listen = [\"127.0.0.1:0\"]\n";
  daemon_.start();
  expect_administration_only("tries again by itself");
  EXPECT_TRUE(daemon_.log().contains("administration.only problem=\"PostgreSQL: "))
      << daemon_.log();
  EXPECT_NE(daemon_.command("device list").code, 0);

  // It is there, but empty: what to do is said, and done with the daemon running.
  ASSERT_EQ(postgres.start(), 0);
  EXPECT_TRUE(daemon_.wait_for_log("godwit schema install")) << daemon_.log();
  EXPECT_EQ(daemon_.command("schema install").code, 0);
  EXPECT_TRUE(daemon_.wait_for_state("Serving")) << daemon_.log();
  EXPECT_EQ(daemon_.status().mode, "serving");
  EXPECT_EQ(daemon_.status().problem, "");
  daemon_.add_user(ann);
  EXPECT_EQ(deliver("first").code, 0);
  phone_ = std::make_unique<Phone>(daemon_, ann);
  inbox_ = phone_->inbox();
  EXPECT_EQ(items(), 1U);
  EXPECT_TRUE(daemon_.command("device list").output.contains("phone1"));

  // Its store is not ours to copy: a backup says what is missing in it.
  const Finished copied = daemon_.command("backup " + daemon_.folder() + "/copy");
  EXPECT_EQ(copied.code, 0);
  EXPECT_TRUE(copied.output.contains("store is not copied")) << copied.output;
  EXPECT_FALSE(copied.output.contains("complete\n")) << copied.output;
  EXPECT_FALSE(daemon_.command("--json backup " + daemon_.folder() + "/copy2")
                   .output.find(R"("skipped":["store"])") == std::string::npos);
  EXPECT_EQ(daemon_.stop(), 0);

  // With the daemon stopped, too.
  EXPECT_EQ(daemon_.command("backup " + daemon_.folder() + "/copy3").code, 0);
  EXPECT_TRUE(std::filesystem::exists(daemon_.folder() + "/copy3/mail/mail.sqlite"));
}

TEST_F(StoresTest, AStoreThatIsLockedAtTheStartIsServedOnceItIsFree) {
  use();
  ASSERT_EQ(daemon_.stop(), 0);
  {
    sqlite::Database store({.path = daemon_.state_folder() + "/store.sqlite"});
    store.execute("PRAGMA locking_mode=EXCLUSIVE");
    store.execute("BEGIN EXCLUSIVE");
    daemon_.start();
    expect_administration_only("tries again by itself");
  }
  EXPECT_TRUE(daemon_.wait_for_state("Serving")) << daemon_.log();
  expect_all_is_there();
}

TEST_F(StoresTest, AStoreThatWasThereIsNotMadeAnewWhileItWaits) {
  use();
  ASSERT_EQ(daemon_.stop(), 0);
  const std::string path = daemon_.state_folder() + "/mail/mail.sqlite";
  {
    sqlite::Database mail({.path = path});
    mail.execute("PRAGMA locking_mode=EXCLUSIVE");
    mail.execute("BEGIN EXCLUSIVE");
    daemon_.start();
    expect_administration_only("tries again by itself");
    std::filesystem::rename(path, path + ".aside");
  }
  EXPECT_TRUE(daemon_.wait_for_log("mail.sqlite has schema 0")) << daemon_.log();
  EXPECT_EQ(daemon_.status().mode, "administration only");
  ASSERT_EQ(daemon_.stop(), 0);
  std::filesystem::rename(path + ".aside", path);
  daemon_.start();
  expect_all_is_there();
}

TEST(Queue, WhatWaitsIsListedHurriedDroppedAndCopied) {
  DaemonProcess daemon;
  daemon.config["submission"] =
      "host = \"127.0.0.1\"\nport = 1\ntls = \"none\"\nsign_in = \"none\"\n";
  daemon.start();
  daemon.add_user(ann);
  Phone phone(daemon, ann);
  EXPECT_EQ(daemon.command("queue list --json").output,
            "{\"ok\":true,\"result\":{\"mails\":[]}}\n");
  for (const std::string to : {"bob@example.com", "eve@example.com"}) {
    EXPECT_EQ(phone.send("From: ann@example.org\r\nTo: " + to + "\r\nSubject: x\r\n\r\nx\r\n"), 1);
  }
  const Finished listed = daemon.command("queue list");
  EXPECT_TRUE(listed.output.contains("ann@example.org -> bob@example.com: ")) << listed.output;
  const auto name_for = [](const std::string& text, const std::string& to) {
    const auto line = text.rfind('\n', text.find(to));
    return text.substr(line + 1, 32);
  };
  const std::string bob = name_for(listed.output, "bob@");
  EXPECT_EQ(daemon.command("queue retry " + bob).code, 0);
  EXPECT_TRUE(daemon.wait_for_log("attempts=2"));
  EXPECT_EQ(daemon.command("queue remove " + name_for(listed.output, "eve@")).code, 0);
  EXPECT_EQ(daemon.command("queue remove " + name_for(listed.output, "eve@")).code, 1);
  EXPECT_TRUE(daemon.command("schema status").output.contains("queue ("));
  const std::string copy = daemon.folder() + "/copy";
  EXPECT_EQ(daemon.command("backup " + copy).code, 0);

  // The copy in the store's place knows the mail that waits, and the user.
  ASSERT_EQ(daemon.stop(), 0);
  std::filesystem::remove_all(daemon.state_folder());
  std::filesystem::rename(copy, daemon.state_folder());
  EXPECT_EQ(daemon.command("schema verify").code, 0);
  daemon.start();
  const Finished again = daemon.command("queue list");
  EXPECT_TRUE(again.output.contains(bob)) << again.output;
  EXPECT_FALSE(again.output.contains("eve@")) << again.output;
  EXPECT_TRUE(ask_http(daemon.port("http "), {.user = ann}).starts_with("HTTP/1.1 200"));
}

class FullDisk : public StoresTest {
 protected:
  FullDisk() {
    launch_.within =
        "unshare -m /bin/sh -c 'mount -t tmpfs -o size=12m none \"$0\" && exec \"$@\"' " +
        daemon_.state_folder();
    std::filesystem::create_directories(daemon_.state_folder());
  }
  static bool can_mount() {
    return ::geteuid() == 0 && std::system("unshare -m mount -t tmpfs none /mnt 2>/dev/null") == 0;
  }
  /// The disk as the daemon sees it.
  std::string filler() const {
    return "/proc/" + std::to_string(daemon_.pid()) + "/root" + daemon_.state_folder() + "/filler";
  }
  void fill() {
    std::ofstream out(filler(), std::ios::binary);
    const std::string piece(4096, 'f');
    while (out.write(piece.data(), static_cast<std::streamsize>(piece.size())).flush()) {
    }
  }
};

TEST_F(FullDisk, RefusesForNowAndGoesOnWhenThereIsRoom) {
  if (!can_mount()) GTEST_SKIP() << "a disk of its own needs root, unshare and mount";
  use();
  ASSERT_EQ(deliver("second").code, 0);
  fill();
  const Finished refused = deliver("third");
  EXPECT_NE(refused.code, 0);
  EXPECT_TRUE(refused.output.contains("452")) << refused.output;
  mark_first_read();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(sync_status(), 9);  // out of space
  EXPECT_EQ(daemon_.status().mode, "serving");
  std::filesystem::remove(filler());
  EXPECT_EQ(deliver("third").code, 0);
  EXPECT_TRUE(run(phone().sync_all(inbox_, {})).ok());
  EXPECT_EQ(items(), 3U);
  EXPECT_EQ(found(), (std::vector<std::string>{"first*", "second", "third"}));
  EXPECT_EQ(daemon_.stop(), 0);
}

}  // namespace
}  // namespace godwit::test
