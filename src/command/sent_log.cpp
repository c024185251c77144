#include "command/sent_log.hpp"

#include <algorithm>
#include <chrono>

#include "base/fault.hpp"
#include "base/pack.hpp"

namespace godwit::command {
namespace {

constexpr std::uint64_t record_version = 2;
constexpr std::uint64_t record_version_without_digest = 1;
constexpr std::size_t rows_kept = 200;
constexpr std::chrono::days time_kept{7};
constexpr std::chrono::minutes repeated_within{10};
constexpr std::size_t page_rows = 500;

}  // namespace

Task<> SentLog::load() {
  rows_.clear();
  const std::string prefix = session_.device_id.str() + '/';
  std::string after;
  for (bool more = true; more;) {
    const auto page = co_await session_.services.store.list(session_.user(), store::Kind::sent,
                                                            prefix, after, page_rows);
    for (const store::Record& record : page) {
      Unpacker in(record.value);
      Row row{.name = record.key.name};
      const std::uint64_t version = in.number();
      const bool known = version == record_version || version == record_version_without_digest;
      row.sent = Time(std::chrono::milliseconds(in.signed_number()));
      row.sequence = in.number();
      if (version == record_version) row.digest = in.text();
      if (!known || !in.finish()) throw Fault(Fault::Kind::corrupt, "damaged record of sent mail");
      rows_.push_back(std::move(row));
    }
    more = page.size() == page_rows;
    if (more) after = page.back().key.name;
  }
  std::ranges::sort(rows_, {}, &Row::sequence);
}

const SentLog::Row* SentLog::find(const std::string& name) const {
  const auto at = std::ranges::find(rows_, name, &Row::name);
  return at == rows_.end() ? nullptr : &*at;
}

bool SentLog::has(const std::string& name) const { return find(name) != nullptr; }

bool SentLog::has(const std::string& name, const std::string& digest) const {
  const Row* row = find(name);
  return row != nullptr && (row->digest.empty() || row->digest == digest);
}

bool SentLog::is_latest(const std::string& name) const {
  const Row* row = find(name);
  return row != nullptr && row == &rows_.back() && session_.now() - row->sent < repeated_within;
}

std::vector<store::Write> SentLog::add(const std::string& name, const std::string& digest) const {
  const auto key = [&](const std::string& row) { return session_.key(store::Kind::sent, row); };
  Packer out;
  out.number(record_version).signed_number(session_.now().time_since_epoch().count());
  out.number(rows_.empty() ? 1 : rows_.back().sequence + 1).text(digest);
  std::vector<store::Write> writes;
  writes.push_back({key(name), std::nullopt, std::move(out).bytes()});
  const std::size_t extra = rows_.size() > rows_kept ? rows_.size() - rows_kept : 0;
  for (std::size_t i = 0; i < extra; ++i) {
    if (session_.now() - rows_[i].sent < time_kept || rows_[i].name == name) continue;
    writes.push_back({key(rows_[i].name), std::nullopt, std::nullopt});
  }
  return writes;
}

}  // namespace godwit::command
