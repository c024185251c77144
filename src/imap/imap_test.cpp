#include <gtest/gtest.h>

#include <chrono>

#include "imap/command.hpp"
#include "imap/listing.hpp"
#include "imap/mailbox_name.hpp"
#include "imap/response.hpp"
#include "imap/roles.hpp"
#include "imap/splitter.hpp"

namespace godwit::imap {
namespace {

std::vector<RawResponse> split(std::string_view bytes, std::size_t step) {
  ResponseSplitter splitter;
  std::vector<RawResponse> out;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    splitter.feed(bytes.substr(at, step));
    while (auto response = splitter.next()) {
      EXPECT_TRUE(response->has_value());
      if (!*response) return out;
      out.push_back(std::move(**response));
    }
  }
  return out;
}

template <class T>
T parse(std::string_view line) {
  auto raw = split(line, 3);
  if (raw.size() != 1) throw std::runtime_error("not one response");
  auto response = parse_response(std::move(raw[0]));
  if (!response) throw std::runtime_error(response.error().message);
  return std::get<T>(std::move(*response));
}

std::string written(const Command& command, LiteralMode mode = LiteralMode::synchronizing) {
  std::string out;
  for (const Command::Chunk& chunk : command.chunks("A1", mode)) {
    out += chunk.bytes;
    if (chunk.wait) out += "<+>";
    if (chunk.streamed > 0) out += "<" + std::to_string(chunk.streamed) + ">";
  }
  return out;
}

constexpr std::string_view transcript =
    "* OK [CAPABILITY IMAP4rev1] ready\r\n"
    "* 1 FETCH (UID 7 BODY[1] {10}\r\n0123\r\n6789 FLAGS ())\r\n"
    "* LIST (\\HasNoChildren) \"/\" {5}\r\nA{3}\"\r\n"
    "\r\n"
    "A1 OK done\r\n";

TEST(ResponseSplitter, CutsAtEveryFeedSize) {
  for (std::size_t step = 1; step < transcript.size(); ++step) {
    const auto responses = split(transcript, step);
    ASSERT_EQ(4U, responses.size()) << step;
    EXPECT_EQ("* OK [CAPABILITY IMAP4rev1] ready", responses[0].line);
    EXPECT_EQ("* 1 FETCH (UID 7 BODY[1] {10}\n FLAGS ())", responses[1].line);
    EXPECT_EQ((std::vector<std::string>{"0123\r\n6789"}), responses[1].literals);
    EXPECT_EQ((std::vector<std::string>{"A{3}\""}), responses[2].literals);
    EXPECT_EQ("A1 OK done", responses[3].line);
  }
}

TEST(ResponseSplitter, QuirkBareLineFeed) {
  const auto responses = split("* OK hi\n* 1 EXISTS\n", 1);
  ASSERT_EQ(2U, responses.size());
  EXPECT_EQ("* OK hi", responses[0].line);
}

TEST(ResponseSplitter, BoundsLinesAndLiterals) {
  ResponseSplitter lines({.line_bytes = 10, .literal_bytes = 10});
  lines.feed("* OK 0123456789");
  auto failed = lines.next();
  ASSERT_TRUE(failed && !*failed);
  EXPECT_EQ(Errc::too_large, failed->error().code);
  EXPECT_TRUE(lines.next() && !*lines.next());
  ResponseSplitter literals({.line_bytes = 100, .literal_bytes = 10});
  literals.feed("* 1 FETCH (BODY[] {6}\r\n012345 BODY[1] {6}\r\n");
  failed = literals.next();
  ASSERT_TRUE(failed && !*failed);
  EXPECT_EQ(Errc::too_large, failed->error().code);
  ResponseSplitter absurd;
  absurd.feed("* 1 FETCH (BODY[] {99999999999999999999999}\r\n");
  failed = absurd.next();
  ASSERT_TRUE(failed && !*failed);
  EXPECT_EQ(Errc::malformed, failed->error().code);
}

TEST(MailboxName, ModifiedUtf7BothWays) {
  const std::vector<std::pair<std::string, std::string>> pairs = {
      {"INBOX", "INBOX"},
      {"Entw\xC3\xBCrfe & Gr\xC3\xB6\xC3\x9F"
       "e",
       "Entw&APw-rfe &- Gr&APYA3w-e"},
      {"~peter/mail/\xE5\x8F\xB0\xE5\x8C\x97/\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E",
       "~peter/mail/&U,BTFw-/&ZeVnLIqe-"},
      {"\xF0\x9F\x93\x81", "&2D3cwQ-"},
      {"a\tb", "a&AAk-b"},
  };
  for (const auto& [utf8, wire] : pairs) {
    EXPECT_EQ(wire, encode_mailbox(utf8));
    EXPECT_EQ(utf8, decode_mailbox(wire).value_or("?"));
  }
  for (const std::string_view bad : {"&", "&Jjo", "&Jjo!", "a&b", "&AGE-", "\xC3\xA4", "&2D0-"}) {
    EXPECT_FALSE(decode_mailbox(bad)) << bad;
  }
  EXPECT_EQ("a&b", display_mailbox("a&b"));
}

TEST(MailboxName, KeywordsSurvive) {
  for (const std::string_view keyword :
       {"NonJunk", "$Label1", "Very Important", "a(b)", "\xC3\xA4", "x&y", "100%"}) {
    const std::string wire = encode_keyword(keyword);
    EXPECT_TRUE(is_flag(wire)) << wire;
    EXPECT_EQ(keyword, decode_keyword(wire));
  }
}

TEST(Command, WritesTokens) {
  EXPECT_EQ("A1 NOOP\r\n", written(Command("NOOP")));
  EXPECT_EQ("A1 SELECT \"Sent Items\"\r\n", written(Command("SELECT").mailbox("Sent Items")));
  EXPECT_EQ("A1 LOGIN ada \"p \\\"w\\\\\"\r\n",
            written(Command("LOGIN").string("ada").string("p \"w\\")));
  EXPECT_EQ("A1 UID FETCH 1:3,9 (UID FLAGS) (CHANGEDSINCE 5 VANISHED)\r\n",
            written(Command("UID FETCH")
                        .uids(UidSet{{1, 3}, {9, 9}})
                        .words("(UID FLAGS)")
                        .open()
                        .words("CHANGEDSINCE")
                        .number(5)
                        .words("VANISHED")
                        .close()));
  EXPECT_EQ("A1 UID STORE 4 +FLAGS.SILENT (\\Seen $Forwarded Work)\r\n",
            written(Command("UID STORE")
                        .number(4)
                        .words("+FLAGS.SILENT")
                        .flags({.seen = true, .forwarded = true, .keywords = {"Work"}})));
  using namespace std::chrono;
  EXPECT_EQ("A1 UID SEARCH SINCE 05-Mar-2025\r\n",
            written(Command("UID SEARCH").words("SINCE").date(sys_days(2025y / March / 5))));
}

TEST(Command, NothingForeignBreaksTheLine) {
  EXPECT_EQ("A1 LOGIN {10}\r\n<+>x\r\nA2 NOOP \"\"\r\n",
            written(Command("LOGIN").string("x\r\nA2 NOOP").string("")));
  EXPECT_EQ("A1 SELECT {6+}\r\na\nb\xC3\xA4z\r\n",
            written(Command("SELECT").mailbox("a\nb\xC3\xA4z"), LiteralMode::plus));
  EXPECT_EQ("A1 UID STORE 1 FLAGS (ok)\r\n",
            written(Command("UID STORE")
                        .number(1)
                        .words("FLAGS")
                        .flag_list({"a b", "x\r\ny", "", "(", "ok", "\\"})));
  EXPECT_EQ("A1 UID FETCH 1 (BODY.PEEK[0])\r\n",
            written(Command("UID FETCH").number(1).open().body("1]\r\n", 0, UINT64_MAX).close()));
}

TEST(Command, LiteralsByMode) {
  const std::string big(5000, 'x');
  const Command command = Command("APPEND").mailbox("Sent").literal_streamed(5000);
  EXPECT_EQ("A1 APPEND \"Sent\" {5000}\r\n<+><5000>\r\n", written(command));
  EXPECT_EQ("A1 APPEND \"Sent\" {5000}\r\n<+><5000>\r\n", written(command, LiteralMode::minus));
  EXPECT_EQ("A1 APPEND \"Sent\" {5000+}\r\n<5000>\r\n", written(command, LiteralMode::plus));
  EXPECT_EQ("A1 LOGIN {5000}\r\n<+>" + big + "\r\n",
            written(Command("LOGIN").string(big + std::string(1, '\0')), LiteralMode::minus));
}

TEST(Command, PartialBodies) {
  EXPECT_EQ("A1 UID FETCH 3 (UID BODY.PEEK[1.2]<10.20> BODY.PEEK[])\r\n",
            written(Command("UID FETCH")
                        .number(3)
                        .open()
                        .words("UID")
                        .body("1.2", 10, 20)
                        .body("", 0, UINT64_MAX)
                        .close()));
}

TEST(Response, StatusAndCodes) {
  const auto ok = parse<StatusResponse>("A7 OK [APPENDUID 38505 3955] APPEND completed\r\n");
  EXPECT_EQ("A7", ok.tag);
  EXPECT_EQ("APPENDUID", ok.code.name);
  EXPECT_EQ("APPEND completed", ok.text);
  const auto appended = parse_uid_code(ok.code);
  ASSERT_TRUE(appended);
  EXPECT_EQ(38505U, appended->uid_validity);
  EXPECT_EQ((UidSet{{3955, 3955}}), appended->uids);
  const auto copied =
      parse_uid_code(parse<StatusResponse>("* OK [COPYUID 9 304,319:320 3956:3958] x\r\n").code);
  ASSERT_TRUE(copied);
  EXPECT_EQ((UidSet{{3956, 3958}}), copied->uids);
  const auto odd = parse<StatusResponse>("* NO [BADCHARSET (\"a]b\" c)] text ] more\r\n");
  EXPECT_EQ("BADCHARSET", odd.code.name);
  EXPECT_EQ("text ] more", odd.text);
  EXPECT_EQ((std::vector<std::string>{"\\Seen", "\\*"}),
            code_words(parse<StatusResponse>("* OK [PERMANENTFLAGS (\\Seen \\*)] x\r\n").code));
  EXPECT_EQ(StatusResponse::Kind::bye, parse<StatusResponse>("* BYE\r\n").kind);
  EXPECT_EQ("go on", parse<Continuation>("+ go on\r\n").text);
  EXPECT_EQ("", parse<Continuation>("+\r\n").text);
}

TEST(Response, MailboxData) {
  const auto list = parse<ListEntry>(
      "* LIST (\\NonExistent \\Sent) \".\" \"INBOX.a \\\"b\" (\"OLDNAME\" (\"INBOX.c\"))\r\n");
  EXPECT_TRUE(list.has("\\nonexistent"));
  EXPECT_EQ('.', list.delimiter);
  EXPECT_EQ("INBOX.a \"b", list.name);
  EXPECT_EQ("INBOX.c", list.old_name);
  EXPECT_EQ(0, parse<ListEntry>("* LIST () NIL  flat name\r\n").delimiter);
  const auto status = parse<StatusEntry>(
      "* STATUS {4}\r\nblur (MESSAGES 231 UIDNEXT 44292 UIDVALIDITY 7 HIGHESTMODSEQ "
      "9007199254740993 MAILBOXID (F1) DELETED 3 SIZE 8) \r\n");
  EXPECT_EQ("blur", status.name);
  EXPECT_EQ(231U, status.messages);
  EXPECT_EQ(44292U, status.uid_next);
  EXPECT_EQ(9007199254740993U, status.highest_modseq);
  EXPECT_EQ("F1", status.mailbox_id);
  const auto spaces = parse<Namespace>(
      "* NAMESPACE ((\"INBOX.\" \".\")) NIL ((\"Shared/\" \"/\" \"X\" (\"y\")))\r\n");
  ASSERT_EQ(1U, spaces.personal.size());
  EXPECT_EQ("INBOX.", spaces.personal[0].prefix);
  ASSERT_EQ(1U, spaces.shared.size());
  EXPECT_EQ((std::vector<std::string>{"IMAP4REV1", "IDLE"}),
            parse<CapabilityList>("* CAPABILITY IMAP4rev1  IDLE \r\n").names);
}

TEST(Response, Searches) {
  EXPECT_EQ((UidSet{{2, 4}, {9, 9}}), parse<SearchResult>("* SEARCH 9 2 4 3\r\n").uids);
  EXPECT_TRUE(parse<SearchResult>("* SEARCH\r\n").uids.empty());
  EXPECT_EQ((UidSet{{2, 2}}), parse<SearchResult>("* SEARCH 2 (MODSEQ 917)\r\n").uids);
  const auto extended =
      parse<SearchResult>("* ESEARCH (TAG \"A282\") UID COUNT 3 ALL 1:2,7 MODSEQ 5\r\n");
  EXPECT_TRUE(extended.extended);
  EXPECT_EQ((UidSet{{1, 2}, {7, 7}}), extended.uids);
  const auto vanished = parse<Vanished>("* VANISHED (EARLIER) 41,43:116\r\n");
  EXPECT_TRUE(vanished.earlier);
  EXPECT_EQ(75U, vanished.uids.count());
}

TEST(Response, FetchStateAndBodies) {
  const auto fetch = parse<FetchEntry>(
      "* 12 FETCH (UID 40 FLAGS (\\Seen \\Deleted $Forwarded b a b \\Recent) MODSEQ (624) "
      "INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" RFC822.SIZE 4286 BODY[HEADER]<0> {6}\r\nA: "
      "b\r\n "
      "BODY[1.2] NIL BODY[HEADER.FIELDS (\"To\" Cc)] \"\" X-GM-MSGID 12 EMAILID (M1))\r\n");
  EXPECT_EQ(40U, fetch.uid);
  EXPECT_TRUE(fetch.deleted);
  EXPECT_EQ((Flags{.seen = true, .forwarded = true, .keywords = {"a", "b"}}), fetch.flags);
  EXPECT_EQ(624U, fetch.modseq);
  EXPECT_EQ(Time(std::chrono::seconds(837596665)), fetch.internal_date);
  EXPECT_EQ(4286U, fetch.size);
  ASSERT_EQ(3U, fetch.bodies.size());
  EXPECT_EQ("HEADER", fetch.bodies[0].section);
  EXPECT_EQ(0U, fetch.bodies[0].origin);
  EXPECT_EQ("A: b\r\n", fetch.bodies[0].bytes);
  EXPECT_EQ("1.2", fetch.bodies[1].section);
}

TEST(Response, BodyStructure) {
  const auto fetch = parse<FetchEntry>(
      "* 1 FETCH (BODYSTRUCTURE ((\"TEXT\" \"PLAIN\" (\"CHARSET\" \"UTF-8\") NIL NIL "
      "\"QUOTED-PRINTABLE\" 12 1 NIL NIL NIL NIL)(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 300 "
      "(NIL \"s\" NIL NIL NIL NIL NIL NIL NIL NIL) ((\"text\" \"plain\" NIL NIL NIL \"7bit\" 3 1)"
      "(\"text\" \"html\" NIL \"<i@x>\" \"=?utf-8?q?=C3=A4?=\" \"7bit\" 4 1) \"alternative\") 9 "
      "NIL "
      "(\"attachment\" NIL) NIL)(\"APPLICATION\" \"PDF\" (\"NAME\" \"x.pdf\") NIL NIL \"BASE64\" "
      "-1 NIL "
      "(\"attachment\" (\"filename*0*\" \"utf-8''%C3%A4\" \"filename*1\" \".pdf\")) NIL \"loc\" 5 "
      "(6)) "
      "\"MIXED\" (\"BOUNDARY\" \"b\") NIL NIL NIL) UID 3)\r\n");
  EXPECT_EQ(3U, fetch.uid);
  ASSERT_TRUE(fetch.structure);
  const Part& top = *fetch.structure;
  EXPECT_TRUE(top.is("multipart", "mixed"));
  EXPECT_EQ("", top.section);
  EXPECT_EQ("b", top.parameter("boundary"));
  ASSERT_EQ(3U, top.children.size());
  EXPECT_EQ("1", top.children[0].section);
  EXPECT_EQ("quoted-printable", top.children[0].encoding);
  EXPECT_EQ(12U, top.children[0].size);
  const Part& message = top.children[1];
  EXPECT_EQ("2", message.section);
  EXPECT_EQ("attachment", message.disposition);
  ASSERT_EQ(1U, message.children.size());
  EXPECT_EQ("", message.children[0].section);
  ASSERT_EQ(2U, message.children[0].children.size());
  EXPECT_EQ("2.2", message.children[0].children[1].section);
  EXPECT_EQ("i@x", message.children[0].children[1].content_id);
  EXPECT_EQ("\xC3\xA4", message.children[0].children[1].description);
  EXPECT_EQ("\xC3\xA4.pdf", top.children[2].file_name);
  EXPECT_EQ("loc", top.children[2].content_location);
  EXPECT_EQ(0U, top.children[2].size);
}

TEST(Response, SloppyBodyStructures) {
  const auto structure = [](const std::string& text) {
    return parse<FetchEntry>("* 1 FETCH (BODYSTRUCTURE " + text + ")\r\n")
        .structure.value_or(Part());
  };
  EXPECT_TRUE(structure("(\"mixed\" (\"boundary\" \"x\") NIL NIL)").is("multipart", "mixed"));
  EXPECT_EQ("1", structure("(\"TEXT\" \"PLAIN\")").section);
  EXPECT_TRUE(
      structure("(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 3 NIL NIL)").children.empty());
  const Part inside = structure(
      "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 30 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) "
      "(\"TEXT\" \"PLAIN\" NIL NIL NIL NIL 4294967296 0) 2)");
  ASSERT_EQ(1U, inside.children.size());
  EXPECT_EQ("1.1", inside.children[0].section);
  EXPECT_EQ("7bit", inside.children[0].encoding);
  EXPECT_EQ(4294967296U, inside.children[0].size);
}

TEST(Response, DepthIsBounded) {
  std::string deep = "* 1 FETCH (BODYSTRUCTURE ";
  deep += std::string(100'000, '(');
  auto raw = split(deep + "\r\n", 4096);
  EXPECT_FALSE(parse_response(std::move(raw.at(0))));
  raw = split("* LIST " + std::string(100'000, '(') + "\r\n", 4096);
  EXPECT_FALSE(parse_response(std::move(raw.at(0))));
}

TEST(Response, NonsenseIsAnError) {
  for (const std::string line :
       {"*", "* ", "A1 FETCH", "* 1 FETCH", "* 1 FETCH (UID", "* 1 FETCH (UID x)", "* SEARCH 0",
        "* STATUS INBOX (MESSAGES)", "* LIST", "* 1 FETCH (BODY[1 \"x\")", "* VANISHED x",
        "* ESEARCH ALL", "* 1 FETCH (FLAGS (a)"}) {
    auto raw = split(line + "\r\n", 100);
    EXPECT_FALSE(parse_response(std::move(raw.at(0)))) << line;
  }
}

TEST(Listing, TellsWhatChanged) {
  Listing before;
  before.add(1, {});
  before.add(300, {.seen = true});
  before.add(4'000'000'000, {.keywords = {"a"}});
  const std::string text = before.str();
  auto again = Listing::parse(text);
  ASSERT_TRUE(again);
  EXPECT_EQ(text, again->str());
  Listing now = *again;
  EXPECT_TRUE(now.changed_since(before).empty());
  now.add(300, {.seen = true, .flagged = true});
  now.add(301, {});
  now.add(4'000'000'000, {.keywords = {"b"}});
  now.remove(1);
  EXPECT_EQ((std::vector<Uid>{300, 301, 4'000'000'000}), now.changed_since(before));
  EXPECT_EQ((UidSet{{1, 1}}), before.uids().minus(now.uids()));
  EXPECT_FALSE(Listing().str().empty());
  for (const std::string& bad : {std::string(), std::string("L"), std::string("L1\x80"),
                                 std::string("L1\0\1", 4), std::string("L1\1")}) {
    EXPECT_FALSE(Listing::parse(bad));
  }
}

std::vector<FolderRole> roles(const std::vector<std::string>& names,
                              const RoleNames& configured = {}, std::string_view prefix = {},
                              char delimiter = '/') {
  std::vector<ListEntry> entries;
  for (const std::string& name : names) {
    ListEntry entry;
    entry.delimiter = delimiter;
    const std::size_t at = name.find('|');
    entry.name = name.substr(0, at);
    if (at != std::string::npos) entry.attributes.push_back(name.substr(at + 1));
    entries.push_back(std::move(entry));
  }
  return assign_roles(entries, configured, prefix);
}

TEST(Roles, AttributeThenConfiguredThenWellKnown) {
  using enum FolderRole;
  EXPECT_EQ((std::vector{inbox, none, sent, none}),
            roles({"inbox", "Sent", "Out|\\sent", "Sent Items"}));
  EXPECT_EQ((std::vector{inbox, none, sent, trash}),
            roles({"INBOX", "Sent", "Mine/Out", "Papierkorb"}, {{sent, {"Mine/Out"}}}));
  EXPECT_EQ((std::vector{none, sent, none}), roles({"Sent Items", "Sent", "Projects/Drafts"}));
  EXPECT_EQ((std::vector{inbox, drafts, junk}),
            roles({"INBOX", "INBOX.Entw&APw-rfe", "INBOX.Spam"}, {}, "INBOX.", '.'));
  EXPECT_EQ((std::vector{none, trash}), roles({"Trash|\\noselect", "Deleted Items"}));
}

}  // namespace
}  // namespace godwit::imap
