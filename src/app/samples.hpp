/// The mail that the demonstration begins with: each file shows one thing that phones show well or
/// badly. All of it written for Godwit.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "item/folder.hpp"
#include "item/message.hpp"

namespace godwit::app {

enum class SampleUser : std::uint8_t { ann, bob };
enum class SampleState : std::uint8_t { fresh, read, flagged, answered, draft };

struct Sample {
  SampleUser user;
  FolderRole role;           // none: a folder of the user's own, named by `folder`
  std::string_view folder;   // "Projects/Garden"
  std::chrono::minutes age;  // before the first start
  SampleState state;
  std::string_view text;  // lines end in LF; {date} stands for the Date header's value
};

std::span<const Sample> samples();
/// The message as it is stored: CRLF, and the date for a start at `now`.
std::string sample_message(const Sample& sample, Time now);
Flags sample_flags(const Sample& sample);
/// RFC 5322 3.3: `Sat, 22 Nov 2025 13:05:09 +0000`.
std::string date_header(Time time);

}  // namespace godwit::app
