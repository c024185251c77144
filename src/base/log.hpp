/// Structured log: events with keys, not sentences. No user content, no secrets.
///
///   log.info("sync.finished", {{"device", device}, {"added", added}});
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

namespace godwit {

enum class LogLevel : std::uint8_t { debug, info, warning, error };
std::string_view to_string(LogLevel level);

class LogField {
 public:
  LogField(std::string_view key, std::string_view value) : key_(key), value_(value) {}
  LogField(std::string_view key, const char* value) : key_(key), value_(value) {}
  LogField(std::string_view key, const std::string& value) : key_(key), value_(value) {}
  LogField(std::string_view key, bool value) : key_(key), value_(value ? "true" : "false") {}
  template <std::integral T>
  LogField(std::string_view key, T value) : key_(key), value_(std::to_string(value)) {}
  template <class T>
    requires requires(const T& id) {
      { id.view() } -> std::same_as<std::string_view>;
    }
  LogField(std::string_view key, const T& id) : key_(key), value_(id.view()) {}

  std::string_view key() const { return key_; }
  std::string_view value() const { return value_; }

 private:
  std::string_view key_;
  std::string value_;
};

using LogFields = std::initializer_list<LogField>;

/// Where events go. One sink for the process, set once before threads start; the default drops all.
using LogSink = std::function<void(LogLevel, std::string_view logger, std::string_view line)>;
void set_log_sink(LogSink sink, LogLevel least = LogLevel::info);
void set_log_level(LogLevel least);

/// A named logger; cheap to copy. Line form: `event key=value key="va lue"`; control characters are
/// escaped, so that nothing foreign can forge a line.
class Log {
 public:
  explicit constexpr Log(std::string_view name) : name_(name) {}
  void debug(std::string_view event, LogFields fields = {}) const {
    write(LogLevel::debug, event, fields);
  }
  void info(std::string_view event, LogFields fields = {}) const {
    write(LogLevel::info, event, fields);
  }
  void warning(std::string_view event, LogFields fields = {}) const {
    write(LogLevel::warning, event, fields);
  }
  void error(std::string_view event, LogFields fields = {}) const {
    write(LogLevel::error, event, fields);
  }

 private:
  void write(LogLevel level, std::string_view event, LogFields fields) const;
  std::string_view name_;
};

}  // namespace godwit
