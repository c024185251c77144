#include "base/log.hpp"

#include <map>
#include <mutex>
#include <tuple>

#include "base/log_counts.hpp"
#include "base/log_levels.hpp"

namespace godwit {
namespace {

LogSink& sink() {
  static LogSink instance;
  return instance;
}

constexpr std::size_t counted_events_max = 1'000;

struct Counts {
  using Key = std::tuple<std::string, std::string, LogLevel>;
  using View = std::tuple<std::string_view, std::string_view, LogLevel>;
  std::mutex mutex;
  std::map<Key, std::uint64_t, std::less<>> all;
};

Counts& counts() {
  static Counts instance;
  return instance;
}

void count(LogLevel level, std::string_view logger, std::string_view event) {
  Counts& known = counts();
  const std::scoped_lock lock(known.mutex);
  const auto found = known.all.find(Counts::View(logger, event, level));
  if (found != known.all.end()) {
    ++found->second;
  } else if (known.all.size() < counted_events_max) {
    known.all.emplace(Counts::Key(logger, event, level), 1);
  }
}

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
  set_log_level(least);
}

std::vector<LogCount> log_counts() {
  Counts& known = counts();
  const std::scoped_lock lock(known.mutex);
  std::vector<LogCount> out;
  out.reserve(known.all.size());
  for (const auto& [key, number] : known.all) {
    out.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), number});
  }
  return out;
}

std::uint64_t log_count(std::string_view logger, std::string_view event) {
  std::uint64_t sum = 0;
  for (const LogCount& each : log_counts()) {
    if (each.logger == logger && each.event == event) sum += each.count;
  }
  return sum;
}

void Log::write(LogLevel level, std::string_view event, LogFields fields) const {
  if (level >= LogLevel::warning) count(level, name_, event);
  if (!sink() || !is_shown(name_, level)) return;
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
