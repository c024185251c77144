#include "app/activity.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace godwit::app {

std::vector<admin::WatchedUser> EngineActivity::watched() const {
  const Time now = clock_.now();
  std::vector<admin::WatchedUser> out;
  for (command::WatchRow& row : engine_.watching().rows()) {
    out.push_back({.user = std::move(row.user),
                   .mail = std::move(row.mail),
                   .items = std::move(row.items),
                   .sees_all = row.sees_all,
                   .gave_up = row.gave_up,
                   .waited_for = row.waited_for,
                   .folders = row.folders,
                   .age = std::chrono::duration_cast<std::chrono::seconds>(now - row.since)});
  }
  return out;
}

admin::PushSources EngineActivity::push_sources() const {
  const Time now = clock_.now();
  admin::PushSources out;
  out.refused = engine_.ingest().refused();
  for (const Ingest::Row& row : engine_.ingest().rows()) {
    admin::PushSource& source = out.sources.emplace_back();
    source.name = row.name;
    source.told = row.counts.told;
    source.unwatched = row.counts.unwatched;
    source.ignored = row.counts.ignored;
    source.malformed = row.counts.malformed;
    source.limited = row.counts.limited;
    source.is_quiet = row.is_quiet;
    if (row.heard) {
      source.silent_for = std::chrono::duration_cast<std::chrono::seconds>(now - *row.heard);
    }
  }
  return out;
}

std::pair<std::vector<admin::RunningRequest>, std::size_t> EngineActivity::running(
    std::size_t rows_max) const {
  const Time now = clock_.now();
  std::vector<admin::RunningRequest> out;
  for (command::RunningRow& row : engine_.running().rows(rows_max)) {
    std::vector<std::string> folders;
    folders.reserve(row.folders.size());
    for (const CollectionId& folder : row.folders) folders.push_back(folder.str());
    out.push_back({.user = std::move(row.user),
                   .device = std::move(row.device),
                   .command = std::string(row.command),
                   .waits = row.waits,
                   .folders = std::move(folders),
                   .age = std::chrono::duration_cast<std::chrono::milliseconds>(now - row.since),
                   .bytes_in = row.bytes_in,
                   .backend = row.backend});
  }
  return {std::move(out), engine_.running().size()};
}

}  // namespace godwit::app
