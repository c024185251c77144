#include "wbxml/pages/move.hpp"

#include <array>

#include "wbxml/page.hpp"

namespace godwit::wbxml::move {
namespace {

constexpr auto rows = std::to_array<TagInfo>({
    {MoveItems, "MoveItems", Content::container},
    {Move, "Move", Content::container},
    {SrcMsgId, "SrcMsgId", Content::text},
    {SrcFldId, "SrcFldId", Content::text},
    {DstFldId, "DstFldId", Content::text},
    {Response, "Response", Content::container},
    {Status, "Status", Content::text},
    {DstMsgId, "DstMsgId", Content::text},
});
static_assert(well_formed(rows, 5));

}  // namespace

constinit const Page page = make_page(5, "Move", rows);

}  // namespace godwit::wbxml::move
