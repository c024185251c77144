/// Takes what mail servers tell of changed mailboxes, and wakes whoever waits for them: a path of
/// its own before all others, for sources that know a secret. See docs/push.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "auth/network.hpp"
#include "backend/hints.hpp"
#include "base/clock.hpp"
#include "base/secret.hpp"
#include "http/message.hpp"
#include "ingest/event.hpp"
#include "metrics/page.hpp"

namespace godwit::app {

class Ingest final : public http::Service {
 public:
  struct Source {
    std::string name;
    Secret secret;
    std::vector<auth::Network> networks;  // where it may speak from
    std::vector<std::string> domains;     // of its users
    bool secret_in_url = false;
    std::uint32_t events_per_second_max = 1000;
    std::chrono::minutes quiet{60};  // silent for so long it is taken for broken; 0 = never
  };
  struct Settings {
    std::string path;
    std::vector<Source> sources;
    std::chrono::milliseconds refusal_delay{500};
  };
  /// Of one source, since the start; those of nobody are in `refused`.
  struct Counts {
    std::uint64_t told = 0;       // events of users whose devices wait
    std::uint64_t unwatched = 0;  // of users who do not wait, or do not exist
    std::uint64_t ignored = 0;    // of nothing that concerns a mailbox
    std::uint64_t malformed = 0;  // requests
    std::uint64_t limited = 0;    // requests beyond the bound
  };

  /// `hints` is null where no source is configured. Requests for other paths go to `next`. All
  /// references outlive it.
  Ingest(Settings settings, const Clock& clock, backend::KnownUsers& users, backend::Hints* hints,
         http::Service& next);

  Task<http::Outcome> handle(http::Request request) override;

  struct Row {
    std::string name;
    Counts counts;
    std::optional<Time> heard{};  // when it spoke last; nothing: not since the start
    bool is_quiet = false;        // taken for broken
  };
  std::vector<Row> rows() const;
  const Counts& counts(std::size_t source) const { return states_.at(source).counts; }
  /// Requests that proved no source.
  std::uint64_t refused() const { return refused_; }
  void write(metrics::Page& page) const;

  /// Secrets that were read anew, of sources that are known by their names.
  void take_secrets(const Settings& fresh);

 private:
  struct State {
    Counts counts;
    double room = 0;  // events that may come now
    Time filled{};
    Time complained{};
    Time heard{};  // the start, until it speaks
    bool spoke = false;
  };

  Task<http::Reply> answer(http::Request request);
  std::optional<std::size_t> source_of(const http::Request& request) const;
  bool proves(const Source& source, const http::Request& request) const;
  bool has_room(std::size_t source);
  void complain(std::size_t source, std::string_view event);
  Task<> tell(std::size_t source, ingest::Event event);

  Settings settings_;
  const Clock& clock_;
  backend::KnownUsers& users_;
  backend::Hints* hints_;
  http::Service& next_;
  std::vector<State> states_;
  std::uint64_t refused_ = 0;
};

/// As the configuration says. Throws Fault when a secret cannot be read.
Ingest::Settings ingest_settings(const Config& config);
/// What is wrong with [[push_source]], a line each.
Strings push_source_problems(const Config& config);

}  // namespace godwit::app
