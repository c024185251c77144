// [MS-ASCMD] SendMail, SmartReply, SmartForward: what a request says. Up to 12.1 the mail is the
// body and the rest stands in the query.
#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "command/sending.hpp"
#include "convert/html.hpp"
#include "mapping/calendar.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/compose_mail.hpp"
#include "wbxml/pages/rights_management.hpp"

namespace godwit::command {
namespace {

namespace tag = wbxml::compose_mail;
using eas::Status;
using wbxml::Element;

constexpr std::size_t client_id_max = 64;  // [MS-ASCMD] ClientId says 40
constexpr std::size_t id_max = 256;        // [MS-ASCMD] LongId
constexpr std::size_t forwardees_max = 1'000;

SendRequest read_query(const Session& session) {
  SendRequest request;
  const eas::RequestLine& line = session.line;
  request.mime = session.request.body->view();
  request.save_in_sent = line.save_in_sent;
  request.folder_id = line.collection_id;
  request.item_id = line.item_id;
  request.long_id = line.long_id;
  request.instance_id = line.occurrence;
  request.has_source = !line.item_id.empty() || !line.long_id.empty();
  return request;
}

bool read_source(const Element& source, SendRequest& request) {
  struct Row {
    wbxml::Tag tag;
    std::string SendRequest::* text;
  };
  constexpr auto rows = std::to_array<Row>({{tag::FolderId, &SendRequest::folder_id},
                                            {tag::ItemId, &SendRequest::item_id},
                                            {tag::LongId, &SendRequest::long_id},
                                            {tag::InstanceId, &SendRequest::instance_id}});
  for (const Row& row : rows) {
    if (source.count(row.tag) > 1) return false;
    const auto text = trim(source.text_of(row.tag));
    if (text.size() > id_max) return false;
    request.*row.text = text;
  }
  request.has_source = true;
  return !request.item_id.empty() || !request.long_id.empty();
}

bool occurs_once_at_most(const Element& root) {
  constexpr auto tags = std::to_array({tag::ClientId, tag::Mime, tag::Source, tag::AccountId,
                                       tag::SaveInSentItems, tag::ReplaceMime, tag::Forwardees});
  return std::ranges::all_of(tags, [&](wbxml::Tag each) { return root.count(each) <= 1; });
}

/// [MS-ASCMD] Forwardees: an event is forwarded, by the server. Errors: 178, 179, 103.
Sending<SendRequest> read_forwardees(const Session& session, SendRequest request) {
  const Element& root = session.document;
  const bool mixed = root.has(tag::Mime) || root.has(tag::SaveInSentItems) ||
                     root.has(tag::ReplaceMime) || root.has(wbxml::rights_management::TemplateID);
  if (mixed) return std::unexpected(Status::no_forwardees_with_mime);
  const Element& list = *root.find(tag::Forwardees);
  const bool known = session.version >= eas::Version::v16_0 && root.tag == tag::SmartForward &&
                     !list.children.empty() && list.children.size() <= forwardees_max;
  if (!known) return std::unexpected(Status::invalid_forwardees);
  for (const Element& each : list.children) {
    convert::Mailbox mailbox{.name = utf8_clean(trim(each.text_of(tag::Name))),
                             .address = utf8_clean(trim(each.text_of(tag::Email)))};
    const bool is_one = each.tag == tag::Forwardee && mailbox.address.contains('@');
    if (!is_one) return std::unexpected(Status::invalid_forwardees);
    request.forwardees.push_back(std::move(mailbox));
  }
  if (const Element* const body = root.find(wbxml::airsyncbase::Body)) {
    const auto text = mapping::read_item_body(*body);
    if (!text) return std::unexpected(Status::invalid_forwardees);
    const ItemBody said = text->applied_to({});
    request.words =
        said.type == ItemBody::Type::html ? convert::html_to_text(said.text) : said.text;
  }
  return request;
}

Sending<SendRequest> read_document(const Session& session) {
  const Element& root = session.document;
  const Element* mime = root.find(tag::Mime);
  SendRequest request;
  request.client_id = trim(root.text_of(tag::ClientId));
  const bool id_wrong = request.client_id.empty() || request.client_id.size() > client_id_max ||
                        utf8_clean(request.client_id) != request.client_id;
  const bool forwards = root.has(tag::Forwardees);
  if (forwards) {
    auto read = read_forwardees(session, std::move(request));
    if (!read) return read;
    request = std::move(*read);
  }
  if ((mime == nullptr && !forwards) || id_wrong || !occurs_once_at_most(root)) {
    return std::unexpected(Status::invalid_xml);
  }
  if (mime != nullptr && mime->text.empty()) return std::unexpected(Status::invalid_mime);
  // Every user has one account, which has no id ([MS-ASCMD] AccountId).
  if (root.has(tag::AccountId)) return std::unexpected(Status::invalid_account_id);
  if (root.has(wbxml::rights_management::TemplateID)) {
    return std::unexpected(Status::rights_management_disabled);
  }
  if (mime != nullptr) request.mime = mime->text;
  // What the server forwards is nowhere else, and 178 keeps the device from asking for a copy.
  request.save_in_sent = forwards || root.has(tag::SaveInSentItems);
  request.replace_mime = root.has(tag::ReplaceMime);
  if (const Element* source = root.find(tag::Source)) {
    if (!read_source(*source, request)) return std::unexpected(Status::invalid_xml);
  }
  return request;
}

}  // namespace

Sending<SendRequest> read_send_request(const Session& session) {
  auto request =
      session.has_document ? read_document(session) : Sending<SendRequest>(read_query(session));
  if (!request) return request;
  const bool two_names =
      !request->long_id.empty() && (!request->item_id.empty() || !request->folder_id.empty());
  if (two_names) return std::unexpected(Status::invalid_combination_of_ids);
  return request;
}

}  // namespace godwit::command
