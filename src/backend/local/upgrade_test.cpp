// A store of every earlier schema, with a mailbox in it, becomes one that works.
#include <algorithm>
#include <map>
#include <span>

#include "backend/local/conversations.hpp"
#include "backend/local/schema.hpp"
#include "backend/local/testing.hpp"
#include "sqlite/database.hpp"

namespace godwit::backend::local {
namespace {

std::string file_of(const LocalOptions& options) { return options.folder + "/mail.sqlite"; }

/// The ordinary tables with their columns; what a full-text index keeps beside itself is no table
/// of ours.
std::map<std::string, std::vector<std::string>> tables_of(sqlite::Database& database,
                                                          const std::string& schema) {
  std::map<std::string, std::vector<std::string>> out;
  auto rows = database.query("SELECT t.name, c.name FROM " + schema +
                             ".sqlite_schema t, pragma_table_info(t.name, '" + schema +
                             "') c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND "
                             "t.name NOT LIKE 'word%' AND t.sql NOT LIKE 'CREATE VIRTUAL%'");
  while (rows.step()) out[rows.text(0)].push_back(rows.text(1));
  return out;
}

/// What of `now` the schema of `then` can hold, as a program of that time would have written it.
void copy_rows(const std::string& now, const std::string& then) {
  sqlite::Database database(sqlite::OpenOptions{.path = then});
  database.run("PRAGMA foreign_keys = OFF");
  database.run("ATTACH ? AS now", now);
  const auto present = tables_of(database, "now");
  for (const auto& [table, columns] : tables_of(database, "main")) {
    const auto source = present.find(table);
    if (source == present.end() || table == "meta") continue;
    std::string list;
    for (const std::string& column : columns) {
      if (std::ranges::find(source->second, column) == source->second.end()) continue;
      list += (list.empty() ? "" : ", ") + column;
    }
    database.run("DELETE FROM main." + table);
    database.run("INSERT INTO main." + table + " (" + list + ") SELECT " + list + " FROM now." +
                 table);
  }
}

TEST(LocalUpgrade, EveryEarlierSchemaBecomesThePresentOne) {
  LocalFixture fixture;
  const Account ada = fixture.add_user("ada@example.com");
  ASSERT_EQ(
      fixture.deliver(ada, "Message-ID: <kept@x>\r\nSubject: Kept\r\n\r\nThrough upgrades\r\n"),
      LocalDelivery::Outcome::stored);
  const std::string now = fixture.folder() + "/now.sqlite";
  sqlite::Database(sqlite::OpenOptions{.path = file_of(fixture.options())}).copy_to(now);
  for (std::size_t version = 1; version < migrations.size(); ++version) {
    SCOPED_TRACE(version);
    LocalOptions options = fixture.options();
    options.folder = fixture.folder() + "/of" + std::to_string(version);
    std::filesystem::create_directories(options.folder);
    std::filesystem::copy(fixture.options().folder + "/blobs", options.folder + "/blobs",
                          std::filesystem::copy_options::recursive);
    {
      sqlite::Database database(sqlite::OpenOptions{.path = file_of(options)});
      sqlite::migrate(database, std::span(migrations).first(version));
    }
    copy_rows(now, file_of(options));

    const auto before = local_schema_status(options, fixture.files());
    EXPECT_EQ(before.current, static_cast<int>(version));
    EXPECT_THROW(LocalStore(options, fixture.files(), fixture.clock()), sqlite::SchemaMismatch);
    update_local_schema(options);
    const auto after = local_schema_status(options, fixture.files());
    EXPECT_EQ(after.current, after.expected);
    check_local_store(options, fixture.files());

    LocalStore store(options, fixture.files(), fixture.clock());
    LocalUsers users(store);
    EXPECT_TRUE(test::run(users.sign_in("ada@example.com", Secret("secret"))));
    const auto mail = store.open(test::run(users.find("ada@example.com")).value());
    const FolderKey inbox = LocalFixture::folder(*mail, FolderRole::inbox);
    const auto status = test::run(mail->status(inbox)).value();
    EXPECT_EQ(status.messages, 1U);
    std::vector<PartRange> whole(1);
    whole.front().uid = 1;
    const auto text = test::run(mail->read(inbox, status.uid_validity, std::move(whole))).value();
    EXPECT_TRUE(text.front().contains("Through upgrades")) << text.front();
    static_cast<void>(test::run(store.thread_old_mail()));
    const auto found = test::run(
        mail->find_conversation({inbox}, conversation_of("Message-ID: <kept@x>\r\n\r\n")));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->hits.size(), 1U);
    EXPECT_EQ(test::run(store.open_items(*test::run(users.find("ada@example.com")))->collections())
                  .size(),
              4U);
  }
}

}  // namespace
}  // namespace godwit::backend::local
