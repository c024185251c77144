// links: godwit_backend_local godwit_test_run fmt::fmt
/// Searching a mailbox of the embedded store: processor time of queries that find few and many of
/// its messages, and what indexing costs.
///
///   bench_mail_search [MESSAGES]     default 100,000; goal: 100 ms a query
#include <fmt/format.h>

#include <cmath>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include "backend/local/administration.hpp"
#include "backend/local/core.hpp"
#include "backend/local/index.hpp"
#include "backend/local/users.hpp"
#include "run.hpp"
#include "table.hpp"

namespace {

using namespace godwit;
using backend::MailTerm;

constexpr int words = 20'000;  // of the language, as often as in people's languages

double processor_milliseconds(std::clock_t begin) {
  return static_cast<double>(std::clock() - begin) * 1000.0 / CLOCKS_PER_SEC;
}

/// Ranks by Zipf's law: the word of rank r about 1/r times as often as the first.
std::string text(SeededRandom& random, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) {
    const double chance = static_cast<double>(random.next() >> 11U) / 9007199254740992.0;
    out += fmt::format(" w{:05}", static_cast<int>(std::pow(words, chance)) - 1);
  }
  return out;
}

void fill(backend::LocalStore& store, const UserId& user, int messages) {
  const auto mail =
      store.open({.user = user, .login = {}, .password = {}, .display_name = {}, .addresses = {}});
  const FolderKey inbox = test::run(mail->folders()).front().key;
  SeededRandom random(1);
  auto job = [&](sqlite::Database& database) {
    const auto row = backend::local::user_row(database, user);
    const auto box = backend::local::find_mailbox(database, row, inbox).value();
    for (int i = 1; i <= messages; ++i) {
      database.run(
          "INSERT INTO content (id, hash, size, header, message_id, layout, pieces, refs)"
          " VALUES (?, ?, 1000, x'', '', x'', x'', 1)",
          i, sqlite::Blob{std::to_string(i)});
      database.run(
          "INSERT INTO message (mailbox, uid, content, prefix, size, flags, keywords, modseq,"
          " received) VALUES (?, ?, ?, x'', 1000, 0, x'', 1, ?)",
          box.id, i, i, i * 1000);
      backend::local::index_content(database, i,
                                    {.author = fmt::format(" ann a{} example org", i % 500),
                                     .recipients = " bob example org",
                                     .subject = text(random, 6),
                                     .text = text(random, 150)});
    }
    return true;
  };
  test::run(backend::local::commit(store.core(), std::move(job)));
}

void measure(bench::Table& table, backend::LocalStore& store, const UserId& user,
             const std::string& what, MailTerm term) {
  const auto mail =
      store.open({.user = user, .login = {}, .password = {}, .display_name = {}, .addresses = {}});
  const FolderKey inbox = test::run(mail->folders()).front().key;
  backend::MailQuery query;
  query.clauses.push_back({{std::move(term)}, false});
  test::run(mail->find_messages({inbox}, query, 1000));
  const std::clock_t begin = std::clock();
  const auto hits = test::run(mail->find_messages({inbox}, query, 1000));
  table.at_most(fmt::format("{}: {} found", what, hits.total), processor_milliseconds(begin), 100);
}

}  // namespace

int main(int argc, char** argv) {
  const int messages = argc > 1 ? std::stoi(argv[1]) : 100'000;
  const std::string folder = "/tmp/godwit_bench_search";
  std::filesystem::remove_all(folder);
  const backend::LocalOptions options{.folder = folder, .domains = {"example.org"}};
  const auto files = system_files();
  const ManualClock clock;
  install_local_schema(options, *files);
  bench::Table table;
  {
    backend::LocalStore store(options, *files, clock);
    backend::LocalUsers users(store);
    if (!test::run(users.add({.address = "ann@example.org", .password = Secret("x")}))) return 1;
    const UserId user = UserId::parse("ann@example.org").value();
    const std::clock_t begin = std::clock();
    fill(store, user, messages);
    table.section(fmt::format("searching {} messages, ms of the processor", messages));
    table.tell("indexing them all", processor_milliseconds(begin));
    using Where = MailTerm::Where;
    measure(table, store, user, "a rare word", {Where::anywhere, "w15000"});
    measure(table, store, user, "a word", {Where::anywhere, "w01000"});
    measure(table, store, user, "a frequent word", {Where::anywhere, "w00010"});
    measure(table, store, user, "in every message", {Where::anywhere, "example"});
    measure(table, store, user, "two letters", {Where::anywhere, "w0"});
    measure(table, store, user, "an author", {Where::from, "a7"});
  }
  std::filesystem::remove_all(folder);
  return table.exit_code();
}
