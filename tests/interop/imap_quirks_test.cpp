// Every quirk of imap/quirks.hpp by an example: what a server says, or a conversation with one.
#include <algorithm>
#include <functional>
#include <iterator>

#include "imap/quirks.hpp"
#include "imap/response.hpp"
#include "imap/splitter.hpp"
#include "interop/scripted_gateway.hpp"

namespace godwit::interop {
namespace {

using namespace godwit::imap;

constexpr const char* plain = "IMAP4rev1";
constexpr const char* state = " FLAGS () INTERNALDATE \"01-Jan-2025 00:00:00 +0000\")";

/// What the server's bytes say, all of it.
std::vector<Response> read(std::string_view bytes) {
  ResponseSplitter splitter;
  splitter.feed(bytes);
  std::vector<Response> out;
  while (auto raw = splitter.next()) {
    auto response = parse_response(std::move(raw->value()));
    if (!response) throw std::runtime_error(response.error().message);
    out.push_back(std::move(*response));
  }
  return out;
}

template <class T>
T read_one(std::string_view bytes) {
  auto all = read(bytes);
  if (all.size() != 1) throw std::runtime_error("not one response");
  return std::get<T>(std::move(all.front()));
}

Part structure(const std::string& text) {
  return read_one<FetchEntry>("* 1 FETCH (BODYSTRUCTURE " + text + ")\r\n").structure.value();
}

Script status(const std::string& values, const std::string& name = "Box") {
  return {"C: STATUS \"Box\"", "S: * STATUS " + name + " (" + values + ")", "S: $ OK"};
}

class ImapQuirks : public Scripted {
 protected:
  /// One conversation, then `use` of the mail.
  void converse(Script script, const std::function<void(ImapQuirks&)>& use) {
    serve({std::move(script)});
    use(*this);
    mail_.reset();
    gateway_.reset();
    EXPECT_EQ(std::vector<std::string>{}, server_->complaints());
  }

 public:
  using Play = void (*)(ImapQuirks&);
  struct Example {
    std::string_view quirk;
    Play play;
  };
  static const std::vector<Example>& examples();

 private:
  static std::vector<Example> in_responses();
  static std::vector<Example> in_conversations();
  static std::vector<Example> in_counting();
  static std::vector<Example> in_order_and_words();
};

std::vector<ImapQuirks::Example> ImapQuirks::in_responses() {
  return {
      {"bare_line_feed",
       [](ImapQuirks&) { EXPECT_EQ(2U, read("* 3 EXISTS\n* SEARCH 2 4\n").size()); }},
      {"space_before_line_end",
       [](ImapQuirks&) {
         EXPECT_EQ((UidSet{{2, 2}}), read_one<SearchResult>("* SEARCH 2 \r\n").uids);
       }},
      {"double_spaces",
       [](ImapQuirks&) {
         EXPECT_EQ(7U, read_one<FetchEntry>("* 3  FETCH  (FLAGS  ()  UID   7)\r\n").uid);
       }},
      {"odd_atoms",
       [](ImapQuirks&) {
         EXPECT_EQ("a%b*c]d", read_one<ListEntry>("* LIST () \"/\" a%b*c]d\r\n").name);
         const auto fetch = read_one<FetchEntry>("* 1 FETCH (UID 3 FLAGS (x%y z]))\r\n");
         EXPECT_EQ((std::vector<std::string>{"x%y", "z]"}), fetch.flags.value().keywords);
       }},
      {"raw_8bit_quoted",
       [](ImapQuirks&) {
         EXPECT_EQ("Entw\xC3\xBCrfe",
                   read_one<ListEntry>("* LIST () \"/\" \"Entw\xC3\xBCrfe\"\r\n").name);
       }},
      {"unescaped_nil",
       [](ImapQuirks&) {
         EXPECT_EQ("7bit", structure("(\"TEXT\" \"PLAIN\" NIL NIL NIL NIL 3 1)").encoding);
       }},
      {"empty_multipart",
       [](ImapQuirks&) {
         EXPECT_TRUE(
             structure("(\"mixed\" (\"boundary\" \"x\") NIL NIL)").is("multipart", "mixed"));
       }},
      {"short_body_structure",
       [](ImapQuirks&) { EXPECT_EQ("1", structure("(\"TEXT\" \"PLAIN\")").section); }},
      {"rfc822_without_body",
       [](ImapQuirks&) {
         EXPECT_TRUE(
             structure("(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 3 NIL NIL)").children.empty());
       }},
      {"negative_size",
       [](ImapQuirks&) {
         EXPECT_EQ(0U, read_one<FetchEntry>("* 1 FETCH (RFC822.SIZE -1)\r\n").size);
         EXPECT_EQ(4294967296U,
                   read_one<FetchEntry>("* 1 FETCH (RFC822.SIZE 4294967296)\r\n").size);
       }},
      {"search_with_modseq",
       [](ImapQuirks&) {
         EXPECT_EQ((UidSet{{2, 2}}), read_one<SearchResult>("* SEARCH 2 (MODSEQ 917)\r\n").uids);
       }},
  };
}

std::vector<ImapQuirks::Example> ImapQuirks::in_conversations() {
  return {
      {"origin_missing",
       [](ImapQuirks& test) {
         test.converse(hello(plain, selecting() + Script{"C: UID FETCH 5 (UID BODY.PEEK[1]<2.2>)",
                                                         "S: * 1 FETCH (UID 5 BODY[1] {2}",
                                                         "raw: cd", "S: )", "S: $ OK", "stall"}),
                       [](ImapQuirks& it) {
                         const auto bytes = it.get(it.mail().read(it.box_, 7, {{5, "1", 2, 2}}));
                         EXPECT_EQ("cd", bytes.value().front());
                       });
       }},
      {"status_name_lost",
       [](ImapQuirks& test) {
         test.converse(hello(plain, status("MESSAGES 4 UIDNEXT 9 UIDVALIDITY 7", "\"b&AG8-x\"") +
                                        Script{"stall"}),
                       [](ImapQuirks& it) {
                         EXPECT_EQ(4U, it.get(it.mail().status(it.box_)).value().messages);
                       });
       }},
      {"uid_fetch_without_uid",
       [](ImapQuirks& test) {
         test.converse(hello(plain, selecting() + Script{"C: UID FETCH 5 (UID FLAGS INTERNALDATE)",
                                                         "S: * 2 FETCH (FLAGS (\\Seen))",
                                                         std::string("S: * 1 FETCH (UID 5") + state,
                                                         "S: $ OK", "stall"}),
                       [](ImapQuirks& it) {
                         const auto states = it.get(it.mail().fetch_state(it.box_, 7, {5})).value();
                         ASSERT_EQ(1U, states.size());
                         EXPECT_FALSE(states.front().flags.seen);
                       });
       }},
      {"capability_untagged_only",
       [](ImapQuirks& test) {
         test.converse(
             {"S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hi", "C: AUTHENTICATE",
              "S: $ OK in", "C: CAPABILITY", "S: * CAPABILITY IMAP4rev1 UIDPLUS", "S: $ OK",
              "C: LIST \"\" \"\"", "S: * LIST (\\Noselect) \"/\" \"\"", "S: $ OK", "stall"},
             [](ImapQuirks& it) { EXPECT_TRUE(it.sign_in()); });
       }},
      {"two_inboxes",
       [](ImapQuirks& test) {
         test.converse(hello(plain, {"C: LIST \"\" \"*\"", "S: * LIST () \"/\" INBOX",
                                     "S: * LIST () \"/\" Inbox", "S: $ OK", "stall"}),
                       [](ImapQuirks& it) {
                         const auto folders = it.get(it.mail().folders());
                         ASSERT_EQ(1U, folders.size());
                         EXPECT_EQ("INBOX", folders.front().key.str());
                       });
       }},
  };
}

std::vector<ImapQuirks::Example> ImapQuirks::in_counting() {
  return {
      {"modseq_zero",
       [](ImapQuirks& test) {
         const Script zero = status("MESSAGES 1 UIDNEXT 6 UIDVALIDITY 7 HIGHESTMODSEQ 0");
         test.converse(hello(rich, zero + selecting() + Script{"C: NOOP", "S: $ OK"} + zero +
                                       Script{"C: NOOP", "S: $ OK", "C: UID FETCH 1:* (UID FLAGS)",
                                              "S: * 1 FETCH (UID 5 FLAGS ())", "S: $ OK", "stall"}),
                       [](ImapQuirks& it) {
                         const auto first = it.get(it.mail().changes(it.box_, {}, {})).value();
                         EXPECT_EQ(0U, first.cursor.status.highest_modseq);
                         EXPECT_FALSE(first.cursor.listing.empty());
                       });
       }},
      {"modseq_after_first_use",
       [](ImapQuirks& test) {
         test.converse(
             hello(rich, status("MESSAGES 1 UIDNEXT 6 UIDVALIDITY 7 HIGHESTMODSEQ 0") +
                             selecting() + Script{"C: NOOP", "S: $ OK"} +
                             status("MESSAGES 1 UIDNEXT 6 UIDVALIDITY 7 HIGHESTMODSEQ 5") +
                             Script{"stall"}),
             [](ImapQuirks& it) {
               const auto first = it.get(it.mail().changes(it.box_, {}, {})).value();
               EXPECT_EQ(5U, first.cursor.status.highest_modseq);
               EXPECT_TRUE(first.cursor.listing.empty());
             });
       }},
      {"mailbox_id_garbage",
       [](ImapQuirks& test) {
         test.converse(
             hello("IMAP4rev1 OBJECTID",
                   {"C: STATUS \"Box\" (MESSAGES UIDNEXT UIDVALIDITY UNSEEN)",
                    "S: * STATUS Box (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 7)", "S: $ OK", "stall"}),
             [](ImapQuirks& it) { EXPECT_TRUE(it.get(it.mail().status(it.box_))); });
       }},
  };
}

std::vector<ImapQuirks::Example> ImapQuirks::in_order_and_words() {
  return {
      {"vanished_above_star",
       [](ImapQuirks& test) {
         test.converse(
             hello(rich, status("MESSAGES 3 UIDNEXT 10 UIDVALIDITY 7 HIGHESTMODSEQ 5") +
                             status("MESSAGES 2 UIDNEXT 10 UIDVALIDITY 7 HIGHESTMODSEQ 6") +
                             selecting() +
                             Script{"C: UID FETCH 1:4294967295 (UID FLAGS INTERNALDATE MODSEQ) "
                                    "(CHANGEDSINCE 5 VANISHED)",
                                    "S: * VANISHED (EARLIER) 9", "S: $ OK", "stall"}),
             [](ImapQuirks& it) {
               const auto first = it.get(it.mail().changes(it.box_, {}, {})).value();
               const auto next = it.get(it.mail().changes(it.box_, first.cursor, UidSet{{7, 9}}));
               EXPECT_EQ((UidSet{{9, 9}}), next.value().vanished);
             });
       }},
      {"expunge_in_pipeline",
       [](ImapQuirks& test) {
         test.converse(
             hello("IMAP4rev1 UIDPLUS",
                   selecting() + Script{"C: UID STORE 5 +FLAGS.SILENT (\\Deleted)", "S: $ OK",
                                        "C: UID EXPUNGE 5", "S: $ OK", "C: UID EXPUNGE 5",
                                        "S: * 1 EXPUNGE", "S: $ OK", "stall"}),
             [](ImapQuirks& it) {
               EXPECT_TRUE(it.get(it.mail().expunge(it.box_, 7, UidSet{{5, 5}})));
             });
       }},
      {"answers_out_of_order",
       [](ImapQuirks& test) {
         test.converse(
             hello(plain,
                   {"C: STATUS \"Box\"", "C: STATUS \"Other\"",
                    "S: * STATUS Other (MESSAGES 4 UIDNEXT 5 UIDVALIDITY 7)", "S: $ OK",
                    "S: * STATUS Box (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 7)", "S: % OK", "stall"}),
             [](ImapQuirks& it) {
               const auto other = FolderKey::parse("Other").value();
               const auto both = it.get(it.mail().statuses({it.box_, other}));
               EXPECT_EQ(1U, both.at(0).value().messages);
               EXPECT_EQ(4U, both.at(1).value().messages);
             });
       }},
      {"overquota_in_words",
       [](ImapQuirks& test) {
         test.converse(
             hello(plain, {"C: APPEND", "S: + go", "+6", "S: $ NO mailbox is over quota",
                           "C: CREATE \"New\"", "S: $ NO Over quota", "C: LIST \"\" \"New\"",
                           "S: $ OK", "C: STATUS \"Quotas\"", "S: $ NO no mailbox Quotas",
                           "C: LIST \"\" \"Quotas\"", "S: $ OK", "stall"}),
             [](ImapQuirks& it) {
               const auto source = std::make_shared<const backend::StringSource>("a\r\nb");
               EXPECT_EQ(Fault::Kind::quota, it.fault(it.mail().append(it.box_, source, {}, {})));
               EXPECT_EQ(Fault::Kind::quota,
                         it.fault(it.mail().create_folder(std::nullopt, "New")));
               // A name is no message.
               const auto quotas = FolderKey::parse("Quotas").value();
               EXPECT_EQ(Errc::not_found, it.get(it.mail().status(quotas)).error().code);
             });
       }},
  };
}

const std::vector<ImapQuirks::Example>& ImapQuirks::examples() {
  static const std::vector<Example> all = [] {
    std::vector<Example> out = in_responses();
    for (const auto& more : {in_conversations(), in_counting(), in_order_and_words()}) {
      out.insert(out.end(), more.begin(), more.end());
    }
    return out;
  }();
  return all;
}

class OneQuirk : public ImapQuirks, public testing::WithParamInterface<ImapQuirks::Example> {
 protected:
  void TearDown() override {}  // a conversation is closed where it is played
};

TEST_P(OneQuirk, IsSurvived) { GetParam().play(*this); }

INSTANTIATE_TEST_SUITE_P(Table, OneQuirk, testing::ValuesIn(ImapQuirks::examples()),
                         [](const auto& info) { return std::string(info.param.quirk); });

TEST(ImapQuirkTable, HasAnExampleForEachRowAndNoOther) {
  std::vector<std::string_view> shown;
  std::ranges::transform(ImapQuirks::examples(), std::back_inserter(shown),
                         &ImapQuirks::Example::quirk);
  std::vector<std::string_view> rows;
  std::ranges::transform(quirks, std::back_inserter(rows), &Quirk::name);
  std::ranges::sort(shown);
  std::ranges::sort(rows);
  EXPECT_EQ(rows, shown);
}

}  // namespace
}  // namespace godwit::interop
