/// What servers in the wild do against RFC 3501, RFC 9051 and their extensions, and what is done
/// about it. Each is a name that the code and docs/spec-notes.md refer to, and has an example in
/// tests/interop/imap_quirks_test.cpp; a server is never asked
/// for by its product name. All of them are always on: none can harm a server that follows the RFC.
#pragma once

#include <array>
#include <string_view>

namespace godwit::imap {

struct Quirk {
  std::string_view name;
  std::string_view what;
};

inline constexpr auto quirks = std::to_array<Quirk>({
    {"bare_line_feed", "responses end with LF alone"},
    {"space_before_line_end", "a blank stands between the last token and the line end"},
    {"double_spaces", "more than one blank stands between tokens"},
    {"odd_atoms", "mailbox names and flags hold characters that no atom may have"},
    {"raw_8bit_quoted", "quoted strings hold bytes above 127 without UTF8=ACCEPT"},
    {"unescaped_nil", "a string is NIL where the grammar has no nstring"},
    {"empty_multipart", "BODYSTRUCTURE has a multipart without parts: `(\"mixed\" ...)`"},
    {"short_body_structure", "BODYSTRUCTURE leaves fields out at the end of a part"},
    {"rfc822_without_body", "a message/rfc822 part has no envelope, body and lines"},
    {"negative_size", "a size is -1 or above 2^32: taken as unknown or as it is"},
    {"origin_missing", "a partial fetch is answered without its <origin>"},
    {"status_name_lost", "STATUS answers a name in another spelling than was asked"},
    {"uid_fetch_without_uid", "an unasked FETCH has no UID: it is left out"},
    {"search_with_modseq", "* SEARCH ends with (MODSEQ n)"},
    {"capability_untagged_only", "no CAPABILITY code follows a sign-in: asked for"},
    {"two_inboxes", "LIST names INBOX twice in different case: the first counts"},
    {"modseq_zero", "HIGHESTMODSEQ 0 instead of NOMODSEQ: there are no mod-sequences"},
    {"mailbox_id_garbage", "STATUS answers MAILBOXID with bytes of freed memory (Cyrus 3.6)"},
    {"vanished_above_star", "* ends at the highest UID: VANISHED is silent about what was above"},
    {"answers_out_of_order", "pipelined commands end in any order: NOOP after what follows it"},
    {"overquota_in_words", "a full mailbox is told in the text alone, without OVERQUOTA"},
    {"expunge_in_pipeline", "UID EXPUNGE right behind a STORE overlooks its marks: sent again"},
    {"modseq_after_first_use", "a mailbox has mod-sequences only once CONDSTORE was enabled there"},
});

}  // namespace godwit::imap
