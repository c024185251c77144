// [MS-ASCMD] GetAttachment, up to 12.1: an attachment as it is, without WBXML around it.
#include "command/handlers.hpp"
#include "render/render.hpp"

namespace godwit::command {
namespace {
constexpr HttpStatus missing{500};  // [MS-ASCMD] GetAttachment: whatever stands in the way
}

Task<Answer> get_attachment(Session& session) {
  auto reference = render::parse_file_reference(session.line.attachment_name);
  if (!reference) co_return missing;
  const auto table = co_await session.folder_table();
  const sync::FolderRow* row = table.find(reference->collection_id);
  if (row == nullptr) co_return missing;
  auto folder = FolderKey::parse(row->key);
  if (!folder) co_return missing;
  auto attachment =
      co_await render::load_attachment(session.shared_mail(), session.services.spools,
                                       std::move(*folder), std::move(*reference), std::nullopt);
  if (!attachment) co_return missing;
  co_return Bytes{std::move(attachment->content_type), std::move(attachment->content)};
}

}  // namespace godwit::command
