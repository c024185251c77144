#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "command/item_operations.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/document_library.hpp"
#include "wbxml/pages/item_operations.hpp"
#include "wbxml/pages/rights_management.hpp"
#include "wbxml/pages/search.hpp"

namespace godwit::command {
namespace {

namespace tag = wbxml::item_operations;
namespace airsync = wbxml::airsync;
namespace airsyncbase = wbxml::airsyncbase;
using eas::Version;
using wbxml::Element;

constexpr std::size_t operations_max = 100;  // [MS-ASCMD] 3.1.5.10

std::unexpected<Error> broken(const char* what) { return fail(Errc::malformed, what); }

bool knows_only(const Element& parent, std::span<const wbxml::Tag> known) {
  return std::ranges::all_of(parent.children, [&](const Element& child) {
    return std::ranges::find(known, child.tag) != known.end();
  });
}

/// [MS-ASCMD] Range (ItemOperations): `m-n`.
Result<render::ByteRange> read_range(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return broken("a Range without a dash");
  const auto first = parse_number<std::uint64_t>(text.substr(0, dash));
  const auto last = parse_number<std::uint64_t>(text.substr(dash + 1));
  if (!first || !last) return broken("a Range that is no numbers");
  return render::ByteRange{*first, *last};
}

Result<> read_fetch_options(const Element& options, Version version, FetchOperation& fetch) {
  constexpr auto known =
      std::to_array({tag::Schema, tag::Range, tag::UserName, tag::Password, airsync::MIMESupport,
                     airsyncbase::BodyPreference, airsyncbase::BodyPartPreference,
                     wbxml::rights_management::RightsManagementSupport, airsync::MIMETruncation});
  constexpr auto of_files = std::to_array({tag::Range, tag::UserName, tag::Password});
  const bool is_file = fetch.file_reference || fetch.link_id;
  if (!knows_only(options, is_file ? std::span<const wbxml::Tag>(of_files) : known)) {
    return broken("an option that does not belong to this Fetch");
  }
  if (fetch.file_reference && !knows_only(options, std::array{tag::Range})) {
    return broken("an attachment with other options than Range");
  }
  // [MS-ASCMD] Options (ItemOperations): ranges are of files only.
  if (!is_file && options.has(tag::Range)) return broken("a Range of an item");
  if (const Element* range = options.find(tag::Range)) {
    auto bytes = read_range(trim(range->text));
    if (!bytes) return pass(bytes);
    fetch.range = *bytes;
  }
  auto read = eas::read_sync_options(options, version);
  if (!read) return pass(read);
  fetch.options = std::move(*read);
  for (const Element& child : options.children) {
    if (child.tag != tag::Schema) continue;
    for (const Element& property : child.children) fetch.schema.push_back(property.tag);
  }
  return {};
}

std::optional<std::string> optional_text(const Element& parent, wbxml::Tag child) {
  const Element* element = parent.find(child);
  if (element == nullptr) return std::nullopt;
  return std::string(trim(element->text));
}

Result<Operation> read_fetch(const Element& element, Version version) {
  constexpr auto known =
      std::to_array({tag::Store, airsync::CollectionId, airsync::ServerId, wbxml::search::LongId,
                     airsyncbase::FileReference, wbxml::document_library::LinkId, tag::Options,
                     wbxml::rights_management::RemoveRightsManagementProtection});
  if (!knows_only(element, known)) return broken("unknown element in Fetch");
  FetchOperation fetch;
  if (!element.has(tag::Store)) return broken("a Fetch without Store");
  fetch.store = trim(element.text_of(tag::Store));
  fetch.collection_id = trim(element.text_of(airsync::CollectionId));
  fetch.server_id = trim(element.text_of(airsync::ServerId));
  fetch.file_reference = optional_text(element, airsyncbase::FileReference);
  fetch.long_id = optional_text(element, wbxml::search::LongId);
  fetch.link_id = optional_text(element, wbxml::document_library::LinkId);
  const bool is_item = element.has(airsync::ServerId);
  if (is_item && fetch.collection_id.empty()) return broken("ServerId without CollectionId");
  if (element.has(airsync::CollectionId) && !is_item) return broken("CollectionId alone");
  const int ways = (is_item ? 1 : 0) + (fetch.file_reference ? 1 : 0) + (fetch.long_id ? 1 : 0) +
                   (fetch.link_id ? 1 : 0);
  if (ways != 1) return broken("a Fetch names one thing");
  // [MS-ASAIRS] FileReference (Fetch): one in each Fetch.
  if (element.count(airsyncbase::FileReference) > 1) return broken("two FileReference");
  if (const Element* options = element.find(tag::Options)) {
    if (auto read = read_fetch_options(*options, version, fetch); !read) return pass(read);
  }
  return fetch;
}

Result<Operation> read_empty(const Element& element) {
  constexpr auto known = std::to_array({airsync::CollectionId, tag::Options});
  EmptyOperation empty;
  empty.collection_id = trim(element.text_of(airsync::CollectionId));
  if (!knows_only(element, known)) return broken("unknown element in EmptyFolderContents");
  if (empty.collection_id.empty()) return broken("EmptyFolderContents without CollectionId");
  if (const Element* options = element.find(tag::Options)) {
    if (!knows_only(*options, std::array{tag::DeleteSubFolders})) {
      return broken("an option that does not belong to EmptyFolderContents");
    }
    empty.delete_subfolders = options->has(tag::DeleteSubFolders);
  }
  return empty;
}

Result<Operation> read_move(const Element& element, Version version) {
  constexpr auto known = std::to_array({tag::ConversationId, tag::DstFldId, tag::Options});
  if (version < Version::v14_0) return broken("Move before 14.0");
  const bool complete = element.has(tag::ConversationId) && element.has(tag::DstFldId);
  if (!complete || !knows_only(element, known)) return broken("a Move that is not complete");
  MoveOperation move;
  move.conversation_id = element.text_of(tag::ConversationId);
  move.target_folder = trim(element.text_of(tag::DstFldId));
  if (const Element* options = element.find(tag::Options)) {
    if (!knows_only(*options, std::array{tag::MoveAlways})) {
      return broken("an option that does not belong to Move");
    }
    const Element* always = options->find(tag::MoveAlways);
    move.move_always = always != nullptr;
    move.malformed = always != nullptr && (!always->text.empty() || !always->children.empty());
  }
  return move;
}

}  // namespace

Result<std::vector<Operation>> read_item_operations(const Element& root, Version version) {
  if (root.children.empty()) return broken("no operation");
  if (root.children.size() > operations_max) {
    return fail(Errc::too_large, "more than 100 operations");
  }
  std::vector<Operation> operations;
  for (const Element& child : root.children) {
    auto operation = child.tag == tag::Fetch                 ? read_fetch(child, version)
                     : child.tag == tag::EmptyFolderContents ? read_empty(child)
                     : child.tag == tag::Move                ? read_move(child, version)
                                                             : broken("unknown operation");
    if (!operation) return pass(operation);
    operations.push_back(std::move(*operation));
  }
  return operations;
}

}  // namespace godwit::command
