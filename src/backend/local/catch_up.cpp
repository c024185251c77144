// Mail from before the full-text index comes into it, newest first, and what is from before
// conversations were kept gets its one, while everything else goes on.
#include "backend/local/content.hpp"
#include "backend/local/conversations.hpp"
#include "backend/local/core.hpp"
#include "backend/local/index.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"

namespace godwit::backend {

namespace {

using namespace local;  // NOLINT(google-build-using-namespace): a part of its public face

constexpr Log index_log("store.index");
constexpr std::size_t contents_at_once = 50;       // at most some megabytes of text
constexpr std::size_t headers_at_once = 200;       // of at most header_bytes_max each
constexpr std::uint64_t contents_per_line = 5000;  // of the log

convert::SearchText text_of(const BlobStore& blobs, const Unindexed& content) {
  try {
    const std::vector<Piece> pieces = unpack_pieces(content.pieces);
    const convert::ReadAt source{content.size, [&](std::uint64_t offset, std::size_t length) {
                                   return read_pieces(blobs, pieces, offset, length);
                                 }};
    return convert::search_text(content.header, source, unpack_layout(content.layout));
  } catch (const Fault& fault) {
    // Removed meanwhile, or damaged, which others find: it is not to hold up the rest.
    index_log.debug("unreadable", {{"error", fault.what()}});
    return {};
  }
}

struct Batch {
  std::vector<Unindexed> contents;
  std::vector<convert::SearchText> texts;
};

std::uint64_t put(Database& database, const Batch& batch) {
  for (std::size_t i = 0; i < batch.contents.size(); ++i) {
    const RowId id = batch.contents[i].id;
    auto there = database.query("SELECT 1 FROM content WHERE id = ?", id);
    if (there.step()) index_content(database, id, batch.texts[i]);
  }
  indexed_down_to(database, batch.contents.back().id);
  return batch.contents.size();
}

}  // namespace

Task<std::uint64_t> LocalStore::thread_old_mail(const bool* stopping) {
  const std::shared_ptr<Core> core = core_;
  std::uint64_t done = 0;
  while (stopping == nullptr || !*stopping) {
    auto job = [](Database& database) { return thread_some(database, headers_at_once); };
    const std::uint64_t some = co_await commit(core, std::move(job));
    done += some;
    if (some == 0) break;
  }
  if (done > 0) index_log.info("threaded", {{"messages", done}});
  co_return done;
}

Task<std::uint64_t> LocalStore::index_old_mail(const bool* stopping) {
  const std::shared_ptr<Core> core = core_;
  std::uint64_t done = 0;
  auto count = [](Database& database) { return count_unindexed(database); };
  const std::uint64_t all = co_await core->database.read(std::move(count));
  while (all > 0 && (stopping == nullptr || !*stopping)) {
    auto batch = std::make_shared<Batch>();
    auto next = [](Database& database) { return next_unindexed(database, contents_at_once); };
    batch->contents = co_await core->database.read(std::move(next));
    if (batch->contents.empty()) break;
    auto read = [core = core.get(), batch] {
      for (const Unindexed& each : batch->contents) {
        batch->texts.push_back(text_of(core->blobs, each));
      }
      return true;
    };
    co_await blocking(core->files_gate, std::move(read));
    auto job = [batch](Database& database) { return put(database, *batch); };
    const std::uint64_t before = done;
    done += co_await commit(core, std::move(job));
    if (done / contents_per_line != before / contents_per_line) {
      index_log.info("progress", {{"done", done}, {"of", all}});
    }
  }
  if (done > 0) index_log.info("finished", {{"messages", done}, {"of", all}});
  co_return done;
}

}  // namespace godwit::backend
