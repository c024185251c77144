#include "base/log.hpp"

#include <atomic>

namespace godwit {
namespace {

LogSink& sink() {
  static LogSink instance;
  return instance;
}

std::atomic<LogLevel> least_level{LogLevel::info};

bool is_plain(std::string_view value) {
  if (value.empty()) return false;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == '"' || byte == '=' || byte == '\\' || byte == 0x7F) return false;
  }
  return true;
}

void append_quoted(std::string& line, std::string_view value) {
  constexpr std::string_view digits = "0123456789abcdef";
  line += '"';
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      line += '\\';
      line += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      line += "\\x";
      line += digits[byte >> 4U];
      line += digits[byte & 15U];
    } else {
      line += c;
    }
  }
  line += '"';
}

}  // namespace

std::string_view to_string(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "error";
}

void set_log_sink(LogSink new_sink, LogLevel least) {
  sink() = std::move(new_sink);
  least_level = least;
}

void set_log_level(LogLevel least) { least_level = least; }

void Log::write(LogLevel level, std::string_view event, LogFields fields) const {
  if (!sink() || level < least_level.load(std::memory_order_relaxed)) return;
  std::string line(event);
  for (const LogField& field : fields) {
    line += ' ';
    line += field.key();
    line += '=';
    if (is_plain(field.value())) {
      line += field.value();
    } else {
      append_quoted(line, field.value());
    }
  }
  sink()(level, name_, line);
}

}  // namespace godwit
