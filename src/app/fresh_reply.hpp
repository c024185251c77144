/// Replies with a text that nobody may keep.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "http/message.hpp"

namespace godwit::app {

inline http::Reply fresh_reply(int status, std::string_view type, std::string text) {
  http::Reply reply;
  reply.status = status;
  reply.headers.push_back({"Content-Type", std::string(type)});
  reply.headers.push_back({"Cache-Control", "no-store"});
  reply.body = http::text_body(std::move(text));
  return reply;
}

}  // namespace godwit::app
