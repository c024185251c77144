#include "command/tally.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <string_view>
#include <utility>

#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/item_operations.hpp"
#include "wbxml/pages/move.hpp"
#include "wbxml/pages/ping.hpp"

namespace godwit::command {
namespace {

namespace airsync = wbxml::airsync;
using Count = std::uint32_t Tally::*;

constexpr auto commands = std::to_array<std::pair<wbxml::Tag, Count>>({
    {airsync::Add, &Tally::added},
    {airsync::Change, &Tally::changed},
    {airsync::Delete, &Tally::deleted},
    {airsync::Fetch, &Tally::fetched},
    {wbxml::item_operations::Fetch, &Tally::fetched},
    {wbxml::move::Move, &Tally::changed},
});

void count_children(const wbxml::Element& parent, Tally& tally) {
  for (const wbxml::Element& child : parent.children) {
    for (const auto& [tag, count] : commands) {
      if (child.tag == tag) ++(tally.*count);
    }
  }
}

}  // namespace

Tally asked_for(const wbxml::Element& request) {
  Tally out;
  if (request.tag != airsync::Sync) {
    count_children(request, out);
    return out;
  }
  for (const wbxml::Element& collections : request.children) {
    if (collections.tag != airsync::Collections) continue;
    for (const wbxml::Element& collection : collections.children) {
      if (const auto* asked = collection.find(airsync::Commands)) count_children(*asked, out);
    }
  }
  return out;
}

std::vector<CollectionId> folders_named(const wbxml::Element& request) {
  namespace ping = wbxml::ping;
  std::vector<CollectionId> out;
  const bool is_ping = request.tag == ping::Ping;
  const auto* const list = request.find(is_ping ? ping::Folders : airsync::Collections);
  if (list == nullptr) return out;
  for (const wbxml::Element& each : list->children) {
    const auto* const id = each.find(is_ping ? ping::Id : airsync::CollectionId);
    if (id == nullptr) continue;
    if (auto parsed = CollectionId::parse(id->text)) out.push_back(std::move(*parsed));
  }
  return out;
}

std::string text(const Tally& tally) {
  constexpr auto counts = std::to_array<std::pair<std::string_view, Count>>({
      {"added", &Tally::added},
      {"changed", &Tally::changed},
      {"deleted", &Tally::deleted},
      {"fetched", &Tally::fetched},
  });
  std::string out;
  for (const auto& [name, count] : counts) {
    if (tally.*count == 0) continue;
    fmt::format_to(std::back_inserter(out), "{}{}:{}", out.empty() ? "" : ",", name, tally.*count);
  }
  return out.empty() ? "0" : out;
}

}  // namespace godwit::command
