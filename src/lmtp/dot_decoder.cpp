#include "lmtp/dot_decoder.hpp"

namespace godwit::lmtp {

std::size_t DotDecoder::feed(std::string_view bytes, std::string& out) {
  std::size_t at = 0;
  while (at < bytes.size() && state_ != State::finished) {
    if (state_ == State::middle) {
      const std::size_t next = bytes.find_first_of("\r\n", at);
      const std::size_t end = next == std::string_view::npos ? bytes.size() : next;
      out.append(bytes.substr(at, end - at));
      at = end;
      if (at == bytes.size()) break;
    }
    const char c = bytes[at++];
    switch (state_) {
      case State::line_start:
        if (c == '.') {
          state_ = State::dot;
        } else {
          plain(c, out);
        }
        break;
      case State::dot:
        if (c == '\r') {
          state_ = State::dot_cr;
        } else {
          plain(c, out);
        }
        break;
      case State::dot_cr:
        if (c == '\n') {
          state_ = State::finished;
        } else {
          out.push_back('\r');
          plain(c, out);
        }
        break;
      case State::cr:
        if (c == '\n') {
          out.push_back(c);
          state_ = State::line_start;
        } else {
          plain(c, out);
        }
        break;
      case State::middle:
        plain(c, out);
        break;
      case State::finished:
        break;
    }
  }
  return at;
}

void DotDecoder::plain(char c, std::string& out) {
  out.push_back(c);
  if (c == '\n') bare_newline_ = true;
  state_ = c == '\r' ? State::cr : State::middle;
}

}  // namespace godwit::lmtp
