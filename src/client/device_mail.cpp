#include <algorithm>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "client/device_run.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/compose_mail.hpp"
#include "wbxml/pages/get_item_estimate.hpp"
#include "wbxml/pages/item_operations.hpp"
#include "wbxml/pages/move.hpp"
#include "wbxml/pages/ping.hpp"

namespace godwit::client {

Task<PingOutcome> Device::ping(std::vector<std::string> folders,
                               std::optional<unsigned> heartbeat) {
  namespace page = wbxml::ping;
  Node body(page::Ping);
  if (heartbeat) body.add(Node(page::HeartbeatInterval, std::to_string(*heartbeat)));
  if (!folders.empty()) {
    Node list(page::Folders);
    for (const std::string& id : folders) {
      list.add(Node(page::Folder, {Node(page::Id, id), Node(page::Class, item_class(id))}));
    }
    body.add(std::move(list));
  }
  Wire wire = body.children.empty() ? wire_of(line("Ping"), {}, {}) : document("Ping", body);
  wire.patience = std::chrono::seconds(heartbeat.value_or(3540) + 60);
  return run<PingOutcome>(std::move(wire), [this, folders](const Answer& answer, PingOutcome& out) {
    const auto root = read(answer, page::Ping, page::Status, out);
    if (!root) return;
    out.status = number(*root, page::Status);
    if (const Node* list = root->find(page::Folders)) {
      for (const Node& folder : list->children) {
        if (!folders.empty() && std::ranges::find(folders, folder.text) == folders.end()) {
          violate("ping.unasked_folder", folder.text);
        }
        out.folders.push_back(folder.text);
      }
    }
    if ((out.status == 2) != !out.folders.empty()) {
      violate("ping.folders", "Folders belong to status 2, and to it alone");
    }
    if (out.status == 5) out.limit = parse_number<unsigned>(root->text_of(page::HeartbeatInterval));
    if (out.status == 6) out.limit = parse_number<unsigned>(root->text_of(page::MaxFolders));
    if ((out.status == 5 || out.status == 6) && !out.limit) {
      violate("ping.no_limit", std::to_string(out.status));
    }
  });
}

Task<MoveOutcome> Device::move(std::string server_id, std::string from, std::string to) {
  namespace page = wbxml::move;
  Node request(page::MoveItems,
               {Node(page::Move, {Node(page::SrcMsgId, server_id), Node(page::SrcFldId, from),
                                  Node(page::DstFldId, to)})});
  return run<MoveOutcome>(document("MoveItems", request),
                          [this, server_id, from, to](const Answer& answer, MoveOutcome& out) {
                            const auto root = read(answer, page::MoveItems, page::Status, out);
                            if (!root || out.status != 1) return;
                            const Node* response = root->find(page::Response);
                            if (response == nullptr) return violate("move.no_response", server_id);
                            if (response->text_of(page::SrcMsgId) != server_id) {
                              violate("move.other_item",
                                      std::string(response->text_of(page::SrcMsgId)));
                            }
                            out.move_status = number(*response, page::Status);
                            if (out.move_status != 3) return;
                            out.new_id = response->text_of(page::DstMsgId);
                            if (out.new_id.empty()) return violate("move.no_new_id", server_id);
                            if (collection(from).items.erase(server_id) > 0)
                              expected_removals_.insert(server_id);
                          });
}

Task<EstimateOutcome> Device::get_item_estimate(std::string id, std::optional<int> filter) {
  namespace page = wbxml::get_item_estimate;
  namespace sync = wbxml::airsync;
  Node one(page::Collection);
  const Node key(sync::SyncKey, collection(id).sync_key);
  if (settings_.version <= eas::Version::v12_1) {
    one.add(Node(page::Class, item_class(id)))
        .add(Node(page::CollectionId, id))
        .add(Node(sync::FilterType, std::to_string(filter.value_or(0))))
        .add(key);
  } else {
    one.add(key).add(Node(page::CollectionId, id));
    if (filter) {
      one.add(Node(sync::Options, {Node(sync::FilterType, std::to_string(*filter))}));
    }
  }
  Node request(page::GetItemEstimate, {Node(page::Collections, {std::move(one)})});
  return run<EstimateOutcome>(
      document("GetItemEstimate", request), [this, id](const Answer& answer, EstimateOutcome& out) {
        const auto root = read(answer, page::GetItemEstimate, page::Status, out);
        if (!root || out.status != 1) return;
        const Node* response = root->find(page::Response);
        if (response == nullptr) return violate("estimate.no_response", id);
        out.response_status = number(*response, page::Status);
        const Node* estimated = response->find(page::Collection);
        if (out.response_status != 1) return;
        if (estimated == nullptr) return violate("estimate.no_collection", id);
        out.estimate = static_cast<unsigned>(number(*estimated, page::Estimate));
      });
}

Task<Outcome> Device::send_mail(Outgoing mail) {
  return send("SendMail", wbxml::compose_mail::SendMail, std::move(mail));
}

Task<Outcome> Device::smart_reply(Outgoing mail) {
  return send("SmartReply", wbxml::compose_mail::SmartReply, std::move(mail));
}

Task<Outcome> Device::smart_forward(Outgoing mail) {
  return send("SmartForward", wbxml::compose_mail::SmartForward, std::move(mail));
}

Task<Outcome> Device::send(std::string command, wbxml::Tag root, Outgoing mail) {
  namespace page = wbxml::compose_mail;
  Wire wire;
  if (settings_.version <= eas::Version::v12_1) {
    // [MS-ASCMD] up to 12.1: the message alone is the body, the rest stands in the query.
    eas::RequestLine request = line(command);
    request.save_in_sent = mail.save_in_sent;
    request.collection_id = mail.folder_id;
    request.item_id = mail.item_id;
    wire = wire_of(request, mail.mime, "message/rfc822");
  } else {
    Node body(root, {Node(page::ClientId, mail.client_id)});
    if (!mail.item_id.empty()) {
      body.add(Node(page::Source,
                    {Node(page::FolderId, mail.folder_id), Node(page::ItemId, mail.item_id)}));
    }
    if (mail.save_in_sent) body.add(Node(page::SaveInSentItems));
    if (mail.replace_mime) body.add(Node(page::ReplaceMime));
    body.add(Node::bytes(page::Mime, mail.mime));
    wire = document(command, body);
  }
  return run<Outcome>(std::move(wire), [this, root](const Answer& answer, Outcome& out) {
    const auto document = read(answer, root, page::Status, out);
    // Success is an empty answer.
    if (!document && answer.status == 200 && answer.body.empty()) out.status = 1;
    if (document && out.status == 1) violate("send.body_on_success", "an answer with a document");
  });
}

namespace {

/// Looks at the one Fetch of an answer.
void take_fetch(const Node& root, FetchOutcome& out,
                const std::function<int(const Node&)>& status) {
  namespace page = wbxml::item_operations;
  const Node* response = root.find(page::Response);
  const Node* fetch = response == nullptr ? nullptr : response->find(page::Fetch);
  if (fetch == nullptr) return;
  out.fetch_status = status(*fetch);
  const Node* properties = fetch->find(page::Properties);
  if (properties == nullptr) return;
  merge_properties(out.properties, *properties);
  out.content_type = properties->text_of(wbxml::airsyncbase::ContentType);
  if (const Node* data = properties->find(page::Data)) {
    out.data = data->opaque ? data->text : base64_decode(data->text).value_or("");
  }
}

}  // namespace

Task<FetchOutcome> Device::fetch(std::string id, std::string server_id, std::vector<Node> options) {
  namespace page = wbxml::item_operations;
  namespace sync = wbxml::airsync;
  Node one(page::Fetch, {Node(page::Store, "Mailbox"), Node(sync::CollectionId, id),
                         Node(sync::ServerId, server_id)});
  if (!options.empty()) one.add(Node(page::Options, std::move(options)));
  Node request(page::ItemOperations, {std::move(one)});
  return run<FetchOutcome>(
      document("ItemOperations", request),
      [this, server_id](const Answer& answer, FetchOutcome& out) {
        const auto root = read(answer, page::ItemOperations, page::Status, out);
        if (!root || out.status != 1) return;
        take_fetch(*root, out, [this](const Node& node) { return number(node, page::Status); });
        if (out.fetch_status == 0) violate("item_operations.no_fetch", server_id);
      });
}

Task<FetchOutcome> Device::fetch_attachment(std::string file_reference) {
  namespace page = wbxml::item_operations;
  Node request(page::ItemOperations,
               {Node(page::Fetch, {Node(page::Store, "Mailbox"),
                                   Node(wbxml::airsyncbase::FileReference, file_reference)})});
  return run<FetchOutcome>(
      document("ItemOperations", request),
      [this, file_reference](const Answer& answer, FetchOutcome& out) {
        const auto root = read(answer, page::ItemOperations, page::Status, out);
        if (!root || out.status != 1) return;
        take_fetch(*root, out, [this](const Node& node) { return number(node, page::Status); });
        if (out.fetch_status == 0) violate("item_operations.no_fetch", file_reference);
      });
}

Task<FetchOutcome> Device::get_attachment(std::string name) {
  eas::RequestLine request = line("GetAttachment");
  request.attachment_name = std::move(name);
  return run<FetchOutcome>(wire_of(request, {}, {}), [](const Answer& answer, FetchOutcome& out) {
    if (answer.status != 200) return;
    out.status = out.fetch_status = 1;
    out.data = answer.body;
    out.content_type = answer.header("Content-Type");
  });
}

Task<Outcome> Device::empty_folder(std::string id, bool with_subfolders) {
  namespace page = wbxml::item_operations;
  Node one(page::EmptyFolderContents, {Node(wbxml::airsync::CollectionId, id)});
  if (with_subfolders) one.add(Node(page::Options, {Node(page::DeleteSubFolders)}));
  Node request(page::ItemOperations, {std::move(one)});
  return run<Outcome>(document("ItemOperations", request), [this, id](const Answer& answer,
                                                                      Outcome& out) {
    const auto root = read(answer, page::ItemOperations, page::Status, out);
    if (!root || out.status != 1) return;
    const Node* response = root->find(page::Response);
    const Node* entry = response == nullptr ? nullptr : response->find(page::EmptyFolderContents);
    if (entry == nullptr) return violate("item_operations.no_empty", id);
    out.status = number(*entry, page::Status);
  });
}

}  // namespace godwit::client
