/// The octets of an SMTP client: replies read, capabilities understood, content made transparent.
/// RFC 5321. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace godwit::backend::smtp {

inline constexpr std::size_t reply_line_bytes_max = 2048;  // RFC 5321 4.5.3.1.5 says 512
inline constexpr std::size_t reply_lines_max = 100;

/// RFC 5321 4.2.
struct Reply {
  unsigned code = 0;               // 200 to 559
  std::vector<std::string> lines;  // without code and line end

  bool ok() const { return code / 100 == 2; }
  bool temporary() const { return code / 100 == 4; }
  /// "550 5.1.1 no such user": on one line, printable.
  std::string words() const;
  /// RFC 3463: whether the first line begins with this enhanced code.
  bool has_enhanced(std::string_view code_text) const;
};

/// Fed with what arrives; gives whole replies.
class ReplyReader {
 public:
  void feed(std::string_view bytes) { pending_ += bytes; }
  /// Nothing: more is needed. Error: malformed, too_large; the connection is of no use then.
  std::optional<Result<Reply>> next();
  /// Nothing arrived beyond the last reply: what a STARTTLS needs.
  bool empty() const { return pending_.empty() && reply_.lines.empty(); }

 private:
  std::string pending_;
  Reply reply_;
};

/// What the answer to EHLO offers.
struct Capabilities {
  bool starttls = false;
  bool eight_bit = false;  // 8BITMIME, RFC 6152
  bool utf8 = false;       // SMTPUTF8, RFC 6531
  bool auth_plain = false;
  bool auth_login = false;
  bool auth_oauthbearer = false;
  bool auth_xoauth2 = false;
  bool size = false;
  std::uint64_t size_max = 0;  // 0 = not told
};
Capabilities read_capabilities(const Reply& ehlo);

/// RFC 4616.
/// `authorize`: in whose name; empty: the user's own.
std::string plain_credentials(std::string_view user, std::string_view password,
                              std::string_view authorize = {});

/// Content as DATA carries it: leading dots doubled, every line ended by CRLF (a bare LF would be
/// understood differently by different hops). In pieces of any size.
class DotEncoder {
 public:
  void feed(std::string_view bytes, std::string& out);
  /// Ends the last line and writes the final dot.
  void finish(std::string& out);

 private:
  bool line_begins_ = true;
  bool carriage_ = false;
};

}  // namespace godwit::backend::smtp
