#include "backend/local/index.hpp"

#include <gtest/gtest.h>

#include "backend/local/core.hpp"
#include "backend/local/testing.hpp"
#include "base/bytes.hpp"

namespace godwit::backend::local {
namespace {

struct IndexTest : testing::Test {
  std::size_t find(const std::string& text, MailTerm::Where where = MailTerm::Where::anywhere) {
    const auto mail = fixture.store().open(account);
    std::vector<FolderKey> folders;
    for (const MailFolder& each : test::run(mail->folders())) folders.push_back(each.key);
    MailQuery query;
    query.clauses.push_back({{{where, text}}, false});
    return test::run(mail->find_messages(std::move(folders), std::move(query), 100)).total;
  }
  void deliver(const std::string& subject, const std::string& rest) {
    fixture.deliver(account, "From: Eve <eve@example.net>\r\nSubject: " + subject +
                                 "\r\nMIME-Version: 1.0\r\n" + rest);
  }
  template <class Job>
  auto write(Job job) {
    return test::run(commit(fixture.store().core(), std::move(job)));
  }
  std::int64_t rows(const std::string& table) {
    auto job = [sql = "SELECT count(*) FROM " + table](Database& database) {
      auto row = database.query(sql);
      row.step();
      return row.integer(0);
    };
    return write(std::move(job));
  }

  LocalFixture fixture;
  Account account = fixture.add_user("ada@example.com");
};

TEST_F(IndexTest, FormsOfText) {
  deliver("=?utf-8?q?Z=C3=BCge?=",
          "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
          "Content-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: "
          "quoted-printable\r\n\r\n<p title=\"attribute\">Gr=FC<b>n</b>kohl &amp; Pinkel</p>"
          "<script>hidden()</script>\r\n--b\r\n"
          "Content-Type: text/plain; name=\"notes plan.txt\"\r\nContent-Disposition: attachment;"
          " filename=\"notes plan.txt\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
              base64_encode("inside of the file") +
              "\r\n--b\r\nContent-Type: application/octet-stream; name=secret.bin\r\n\r\n"
              "unreadable\r\n--b--\r\n");
  for (const std::string word : {"zuge", "Züge", "grunkohl", "GRÜN", "pinkel", "inside", "notes",
                                 "secret", "of the fi", "eve@example"}) {
    EXPECT_EQ(1U, find(word)) << word;
  }
  for (const std::string word : {"attribute", "hidden", "unreadable", "the of"}) {
    EXPECT_EQ(0U, find(word)) << word;
  }
}

TEST_F(IndexTest, WordsOfScriptsWithoutBlanks) {
  deliver("x", "Content-Type: text/plain; charset=utf-8\r\n\r\n明日の会議について\r\n");
  EXPECT_EQ(1U, find("会議"));
  EXPECT_EQ(0U, find("議会"));
}

TEST_F(IndexTest, LeavesWithTheLastCopy) {
  const Account other = fixture.add_user("bob@example.com");
  const std::string text = "Subject: shared\r\n\r\nhello\r\n";
  fixture.deliver(account, text);
  fixture.deliver(other, text);
  EXPECT_EQ(1, rows("word"));
  EXPECT_EQ(1U, find("shared"));
  ASSERT_TRUE(test::run(fixture.users().remove("ada@example.com")));
  EXPECT_EQ(1, rows("word"));
  account = other;
  EXPECT_EQ(1U, find("shared"));
  ASSERT_TRUE(test::run(fixture.users().remove("bob@example.com")));
  EXPECT_EQ(0, rows("word"));
}

TEST_F(IndexTest, OthersMailIsNotFound) {
  const Account other = fixture.add_user("bob@example.com");
  fixture.deliver(other, "Subject: private\r\n\r\nhello\r\n");
  EXPECT_EQ(0U, find("private"));
}

TEST_F(IndexTest, MailFromBeforeTheIndexIsCaughtUpWith) {
  for (int i = 0; i < 120; ++i) deliver("old" + std::to_string(i), "\r\nancient\r\n");
  auto forget = [](Database& database) {
    database.run("DELETE FROM word");
    return database.run(
        "UPDATE meta SET value = (SELECT max(id) + 1 FROM content) WHERE name ="
        " 'unindexed_below'");
  };
  EXPECT_EQ(1, write(forget));
  deliver("new", "\r\nancient\r\n");
  EXPECT_EQ(1U, find("ancient"));
  // Stopped at once, it did nothing; then it does all, and only once.
  bool stopping = true;
  EXPECT_EQ(0U, test::run(fixture.store().index_old_mail(&stopping)));
  EXPECT_EQ(120U, test::run(fixture.store().index_old_mail()));
  EXPECT_EQ(121U, find("ancient"));
  EXPECT_EQ(0U, test::run(fixture.store().index_old_mail()));
  EXPECT_EQ(121, rows("word"));
}

TEST_F(IndexTest, LongTextIsCutAndLongQueriesAreHarmless) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "word" + std::to_string(i) + ' ';
  deliver("long", "\r\n" + text + "\r\n");
  EXPECT_EQ(1U, find("word5"));
  EXPECT_EQ(0U, find("word19999"));
  EXPECT_EQ(0U, find("nowhere " + text.substr(0, 1000)));
}

}  // namespace
}  // namespace godwit::backend::local
