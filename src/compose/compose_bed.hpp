/// Bodies in memory, for tests.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace godwit::compose {

class TextWriter final : public http::BodyWriter {
 public:
  void append(std::string_view bytes) override { text_ += bytes; }
  std::shared_ptr<const http::Body> finish() override { return http::text_body(std::move(text_)); }

 private:
  std::string text_;
};

class TextSpools final : public http::Spools {
 public:
  std::unique_ptr<http::BodyWriter> writer() override { return std::make_unique<TextWriter>(); }
};

}  // namespace godwit::compose
