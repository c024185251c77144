#include "backend/memory/directory.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "convert/words.hpp"

namespace godwit::backend {

void MemoryDirectory::add(Someone someone) {
  someone.entry.id = std::to_string(people_.size());
  people_.push_back(std::move(someone));
}

Task<DirectoryMatches> MemoryDirectory::find(Account, DirectoryQuery query) {
  begin_call();
  DirectoryMatches out;
  const auto words = convert::folded_words(query.text);
  for (const Someone& each : people_) {
    const DirectoryEntry& entry = each.entry;
    if (query.address_alone && iequals(entry.address, query.text)) {
      out.entries = {entry};
      break;
    }
    const std::string line =
        convert::folded_line(entry.display_name + ' ' + entry.alias + ' ' + entry.first_name + ' ' +
                             entry.last_name + ' ' + entry.address);
    if (!words.empty() && convert::begins_words(line, words)) out.entries.push_back(entry);
  }
  std::ranges::sort(out.entries, {}, &DirectoryEntry::display_name);
  out.total = out.entries.size();
  if (out.entries.size() > query.entries_max) out.entries.resize(query.entries_max);
  co_return out;
}

Task<std::vector<Photo>> MemoryDirectory::photos(Account, std::vector<std::string> ids) {
  begin_call();
  std::vector<Photo> out;
  out.reserve(ids.size());
  for (const std::string& id : ids) out.push_back(get(id).photo);
  co_return out;
}

Task<std::vector<std::string>> MemoryDirectory::certificates(Account, std::string id) {
  begin_call();
  co_return get(id).certificates;
}

Task<DirectoryMatches> MemoryDirectory::members(Account, std::string id, std::size_t entries_max) {
  begin_call();
  DirectoryMatches out;
  for (const std::string& address : get(id).members) {
    ++out.total;
    if (out.entries.size() == entries_max) continue;
    const auto known =
        std::ranges::find(people_, address, [](const Someone& each) { return each.entry.address; });
    DirectoryEntry& entry = out.entries.emplace_back();
    if (known != people_.end()) entry = known->entry;
    entry.address = address;
  }
  co_return out;
}

const MemoryDirectory::Someone& MemoryDirectory::get(const std::string& id) const {
  return people_.at(parse_number<std::size_t>(id).value());
}

void MemoryDirectory::begin_call() const {
  if (failing_) throw Fault(Fault::Kind::unavailable, "the directory is down");
}

}  // namespace godwit::backend
