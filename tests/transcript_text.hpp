/// Transcripts as they are written (tests/transcripts/README.md): a list of `given` and `then`
/// lines and of steps, each a request and the answer that it must get.
#pragma once

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace godwit::test {

/// What is wrong with a transcript, with its line.
class TranscriptError : public std::runtime_error {
 public:
  TranscriptError(std::size_t line, const std::string& what)
      : std::runtime_error("line " + std::to_string(line) + ": " + what) {}
};

/// One element of either side, as written.
struct Pattern {
  std::size_t line = 0;
  std::string name;       // `Status`, `email:Subject`; "..." for any further siblings
  std::size_t count = 1;  // as written; 1 once a transcript is parsed
  bool optional = false;
  bool has_value = false;
  bool opaque = false;
  std::string value;  // with $names
  std::vector<Pattern> children;
};

/// One side of a step.
struct Side {
  enum class Body : std::uint8_t { none, tree, raw };
  std::vector<std::pair<std::string, std::string>> words;  // name=value, or a bare name
  Body body = Body::none;
  Pattern root;
  std::string raw;  // of `hex:` lines or of `|` lines
};

struct TranscriptStep {
  std::size_t line = 0;
  std::string command;  // `FolderSync`, `OPTIONS`, `again`
  Side request;
  std::string status;  // of HTTP, three digits
  Side answer;
};

/// `given …` or `then …`: its words, quotes taken off.
struct TranscriptLine {
  std::size_t line = 0;
  bool given = true;
  std::vector<std::string> words;
};

using Transcript = std::vector<std::variant<TranscriptLine, TranscriptStep>>;

/// Throws TranscriptError.
Transcript parse_transcript(std::string_view text);

/// Splits at blanks; `"a b"` and `name="a b"` are one word, quotes taken off, `\"`, `\\`, `\n`,
/// `\r`, `\t` and `\xHH` understood.
std::vector<std::string> split_words(std::string_view text, std::size_t line);

}  // namespace godwit::test
