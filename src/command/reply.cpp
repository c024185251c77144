#include "command/reply.hpp"

#include <utility>

#include "base/overloaded.hpp"
#include "command/session.hpp"
#include "command/table.hpp"
#include "eas/status.hpp"

namespace godwit::command {

std::string_view version_list() {
  static const std::string list = [] {
    std::string out;
    for (const eas::Version version : eas::all_versions_list) {
      if (!out.empty()) out += ',';
      out += to_string(version);
    }
    return out;
  }();
  return list;
}

http::Reply options_reply() {
  http::Reply reply;
  reply.headers = {{"MS-ASProtocolVersions", std::string(version_list())},
                   {"MS-ASProtocolCommands", std::string(command_list())},
                   {"MS-Server-ActiveSync", "16.1"},
                   {"Allow", "OPTIONS,POST"},
                   {"Public", "OPTIONS,POST"}};
  return reply;
}

http::Reply document_reply(const Document& document) {
  http::Reply reply;
  reply.headers = {{"Content-Type", document.multipart ? "application/vnd.ms-sync.multipart"
                                                       : "application/vnd.ms-sync.wbxml"},
                   {"Cache-Control", "private"}};
  if (document.initial_hierarchy) {
    reply.headers.push_back({"X-MS-RP", std::string(version_list())});
    reply.headers.push_back({"MS-ASProtocolVersions", std::string(version_list())});
    reply.headers.push_back({"MS-ASProtocolCommands", std::string(command_list())});
  }
  reply.body = document.body;
  return reply;
}

http::Reply bytes_reply(const Bytes& bytes) {
  http::Reply reply;
  reply.headers = {{"Content-Type", bytes.content_type}, {"Cache-Control", "private"}};
  reply.body = bytes.body;
  return reply;
}

http::Reply http_status_reply(HttpStatus status) {
  http::Reply reply;
  reply.status = status.status;
  if (status.retry_after_seconds > 0) {
    reply.headers.push_back({"Retry-After", std::to_string(status.retry_after_seconds)});
  }
  return reply;
}

http::Reply failure_reply(http::Spools& spools, eas::Version version, wbxml::Tag root,
                          wbxml::Tag status_tag, eas::Status status) {
  if (version < eas::Version::v14_0) {
    const int code = eas::http_status_before_14(status);
    if (code != 0) return http_status_reply({code, code == 503 ? 30U : 0U});
  }
  if (root == wbxml::Tag{}) return http_status_reply({501});
  const auto value = std::to_underlying(eas::for_version(status, version));
  DocumentWriter document(spools);
  document.out().open(root);
  document.out().number(status_tag, value);
  document.out().close();
  return document_reply(document.finish());
}

std::string_view answer_name(const Answer& answer) {
  return std::visit(
      Overloaded{[](const Document&) { return "document"; },
                 [](const Nothing&) { return "nothing"; }, [](const Bytes&) { return "bytes"; },
                 [](const Failed&) { return "failed"; }, [](const HttpStatus&) { return "http"; },
                 [](const Wait&) { return "parked"; }},
      static_cast<const std::variant<Document, Nothing, Bytes, Failed, HttpStatus, Wait>&>(answer));
}

}  // namespace godwit::command
