// [MS-ASCMD] ItemOperations: done in the order of the request, answered in the order of the schema.
// A Fetch is written as soon as nothing that stands before it in the answer can still come.
#include "command/item_operations.hpp"

#include <algorithm>
#include <utility>

#include "base/overloaded.hpp"
#include "base/text.hpp"
#include "command/conversations.hpp"
#include "command/handlers.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/document_library.hpp"
#include "wbxml/pages/item_operations.hpp"
#include "wbxml/pages/search.hpp"

namespace godwit::command {
namespace {

namespace tag = wbxml::item_operations;
namespace airsync = wbxml::airsync;
namespace status = operation_status;

/// What stands in the way of moving a conversation; nothing = it can be tried.
std::optional<std::uint16_t> refuse_move(const sync::FolderTable& table,
                                         const MoveOperation& move) {
  if (move.malformed) return status::protocol_error;
  if (move.target_folder == recipient_cache_id) {
    return std::to_underlying(eas::Status::invalid_combination_of_ids);
  }
  const sync::FolderRow* target = table.find(move.target_folder);
  if (target == nullptr) return status::not_found;
  if (target->item_class != ItemClass::email || !target->selectable) {
    return std::to_underlying(eas::Status::move_target_invalid);
  }
  // [MS-ASCMD] MoveAlways: always, or not at all.
  if (!move.move_always) return std::to_underlying(eas::Status::move_command_disallowed);
  return std::nullopt;
}

/// [MS-ASHTTP] MS-ASAcceptMultiPart, or its bit in the base64 query.
bool accepts_multipart(const Session& session) {
  if (session.line.base64) return session.line.accept_multipart;
  return iequals(trim(session.request.header("ms-asacceptmultipart")), "T");
}

class OperationsRun {
 public:
  OperationsRun(Session& session, std::vector<Operation> operations)
      : session_(session),
        operations_(std::move(operations)),
        document_(session.services.spools),
        multipart_(accepts_multipart(session)) {}

  Task<Answer> run() {
    table_ = co_await session_.folder_table();
    if (!knows_all()) table_ = co_await session_.listed_folders();
    wbxml::Writer& out = document_.out();
    out.open(tag::ItemOperations);
    out.number(tag::Status, status::ok);
    out.open(tag::Response);
    std::size_t before_fetches = operations_.size();
    while (before_fetches > 0 && is_fetch(before_fetches - 1)) --before_fetches;
    for (std::size_t i = 0; i < before_fetches; ++i) co_await work(operations_[i]);
    write_done();
    for (std::size_t i = before_fetches; i < operations_.size(); ++i) {
      const auto& operation = std::get<FetchOperation>(operations_[i]);
      write_fetch(operation, co_await fetch(session_, table_, operation, next_part()));
    }
    out.close();
    out.close();
    co_return finish();
  }

 private:
  struct HeldFetch {
    const FetchOperation* operation;
    Fetched fetched;
  };

  bool is_fetch(std::size_t at) const {
    return std::holds_alternative<FetchOperation>(operations_[at]);
  }

  bool knows_all() const {
    return std::ranges::all_of(operations_, [&](const Operation& operation) {
      return std::visit(Overloaded{[&](const FetchOperation& each) {
                                     return each.collection_id.empty() ||
                                            table_.find(each.collection_id) != nullptr;
                                   },
                                   [&](const EmptyOperation& each) {
                                     return table_.find(each.collection_id) != nullptr;
                                   },
                                   [&](const MoveOperation& each) {
                                     return table_.find(each.target_folder) != nullptr;
                                   }},
                        operation);
    });
  }

  std::optional<std::uint32_t> next_part() const {
    if (!multipart_) return std::nullopt;
    return static_cast<std::uint32_t>(parts_.size() + 1);
  }

  Task<> work(const Operation& operation) {
    if (const auto* move = std::get_if<MoveOperation>(&operation)) {
      auto result = refuse_move(table_, *move);
      if (!result) {
        result = co_await move_conversation(session_, table_, move->conversation_id,
                                            *table_.find(move->target_folder));
      }
      moved_.emplace_back(move, *result);
    } else if (const auto* empty = std::get_if<EmptyOperation>(&operation)) {
      const auto result = co_await empty_folder(session_, table_, *empty);
      emptied_.emplace_back(empty, result);
      if (empty->delete_subfolders) table_ = co_await session_.folder_table();
    } else {
      const auto& wanted = std::get<FetchOperation>(operation);
      held_.push_back({&wanted, co_await fetch(session_, table_, wanted, next_part())});
      take_parts(held_.back().fetched);
    }
  }

  /// What was done so far, in the order of the schema.
  void write_done() {
    wbxml::Writer& out = document_.out();
    for (const auto& [move, result] : moved_) {
      out.open(tag::Move);
      out.number(tag::Status, result);
      out.opaque(tag::ConversationId, move->conversation_id);
      out.close();
    }
    for (const auto& [empty, result] : emptied_) {
      out.open(tag::EmptyFolderContents);
      out.number(tag::Status, result);
      out.text(airsync::CollectionId, empty->collection_id);
      out.close();
    }
    for (HeldFetch& each : held_) write_fetch(*each.operation, std::move(each.fetched));
  }

  void write_fetch(const FetchOperation& operation, Fetched fetched) {
    take_parts(fetched);
    wbxml::Writer& out = document_.out();
    out.open(tag::Fetch);
    out.number(tag::Status, fetched.status);
    if (fetched.properties) ++session_.sent.fetched;
    if (!operation.collection_id.empty()) {
      out.text(airsync::CollectionId, operation.collection_id);
      out.text(airsync::ServerId, operation.server_id);
    }
    if (operation.long_id) out.text(wbxml::search::LongId, *operation.long_id);
    if ((!operation.collection_id.empty() || operation.long_id) && fetched.properties) {
      out.text(airsync::Class, fetched.item_class);
    }
    if (operation.link_id) out.text(wbxml::document_library::LinkId, *operation.link_id);
    if (operation.file_reference) {
      out.text(wbxml::airsyncbase::FileReference, *operation.file_reference);
    }
    if (fetched.properties) {
      out.open(tag::Properties);
      fetched.properties(out);
      out.close();
    }
    out.close();
  }

  void take_parts(Fetched& fetched) {
    for (auto& part : fetched.parts) parts_.push_back(std::move(part));
    fetched.parts.clear();
  }

  Document finish() {
    Document document = document_.finish();
    if (!multipart_) return document;
    document.body = multipart_body(session_.services.spools, document.body, parts_);
    document.multipart = true;
    return document;
  }

  Session& session_;
  std::vector<Operation> operations_;
  DocumentWriter document_;
  bool multipart_;
  sync::FolderTable table_;
  std::vector<std::pair<const MoveOperation*, std::uint16_t>> moved_;
  std::vector<std::pair<const EmptyOperation*, std::uint16_t>> emptied_;
  std::vector<HeldFetch> held_;
  std::vector<std::shared_ptr<const http::Body>> parts_;
};

}  // namespace

Task<Answer> item_operations(Session& session) {
  auto operations = read_item_operations(session.document, session.version);
  if (!operations) {
    const bool too_many = operations.error().code == Errc::too_large;
    co_return status_answer(session, tag::ItemOperations, tag::Status,
                            too_many ? status::too_large : status::protocol_error);
  }
  OperationsRun run(session, std::move(*operations));
  co_return co_await run.run();
}

}  // namespace godwit::command
