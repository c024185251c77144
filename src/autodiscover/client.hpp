/// The client's half: what it sends, and what it reads in an answer.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace godwit::autodiscover {

std::string mobilesync_request(std::string_view address);

/// What an answer of the mobilesync schema says; one of the three.
struct Told {
  std::string url;       // of ActiveSync
  std::string redirect;  // another address to ask about
  std::string error;     // its code, or "failed"
};
/// Error: malformed: no such answer.
Result<Told> read_mobilesync_answer(std::string_view body);
/// The URL that version 2 told. Error: malformed.
Result<std::string> read_json_answer(std::string_view body);

}  // namespace godwit::autodiscover
