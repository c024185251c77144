/// What a command comes to, before HTTP.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "eas/status.hpp"
#include "http/message.hpp"

namespace godwit::command {

/// 200 with a WBXML document (or its multipart form).
struct Document {
  std::shared_ptr<const http::Body> body;
  bool multipart = false;
  /// The first answer to FolderSync: the headers that let a device note what we offer go with it
  /// (MS-ASHTTP_R1202).
  bool initial_hierarchy = false;
};
/// 200 without a body: success of SendMail, nothing new in Sync.
struct Nothing {};
/// 200 with bytes of another type (GetAttachment).
struct Bytes {
  std::string content_type;
  std::shared_ptr<const http::Body> body;
};
/// The whole command failed: the root with this status alone, or before 14.0 the HTTP status that
/// stands for it.
struct Failed {
  eas::Status status;
};
/// Below EAS: an HTTP status.
struct HttpStatus {
  int status;
  std::uint32_t retry_after_seconds = 0;  // 0 = no such header
};

struct Answer;

class Session;

/// Nothing to say yet. The session goes; `resume` is called with one made anew when the hub ends
/// the wait, and may wait again. What it holds is what the waiting costs.
struct Wait {
  watch::ParkRequest park;
  std::move_only_function<Task<Answer>(Session*, watch::Ended)> resume;  // never null
};

struct Answer : std::variant<Document, Nothing, Bytes, Failed, HttpStatus, Wait> {
  using variant::variant;
};

}  // namespace godwit::command
