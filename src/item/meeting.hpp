/// What one scheduling message says about one event. RFC 5546
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "item/event.hpp"

namespace godwit {

struct MeetingMessage {
  /// RFC 5546 1.4; ADD, REFRESH and PUBLISH ask a phone nothing and are none here.
  enum class Method : std::uint8_t { request, cancel, reply, counter, decline_counter };

  Method method = Method::request;
  /// As the message says it; `orphan_of` when it is about one occurrence. Of a counter-proposal the
  /// times that are answered, where it tells them.
  Event event;
  bool has_times = true;  // false: an answer or a cancellation that names it alone
  Time stamp{};  // DTSTAMP: which of two with the same sequence is newer; else when it came
  std::optional<Attendee> responder;  // of reply and counter: who answers, and what
  std::string comment;                // said with the answer
  /// Of a counter.
  std::optional<Time> proposed_start, proposed_end;
};

}  // namespace godwit
