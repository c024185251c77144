/// Mail messages as EAS ApplicationData: chooses and cuts bodies by the device's preferences,
/// reading no more of a message than that needs. [MS-ASCMD] BodyPreference; commands.md "Body
/// selection matrix".
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "convert/time_zone/zone.hpp"
#include "eas/version.hpp"
#include "http/message.hpp"
#include "item/email.hpp"
#include "wbxml/writer.hpp"

namespace godwit::render {

struct BodyPreference {
  std::uint8_t type = 1;                              // 1 plain, 2 HTML, 4 MIME
  std::optional<std::uint64_t> truncation_size = {};  // bytes; nothing = no truncation
  bool all_or_none = false;
  std::uint16_t preview = 0;  // characters, 0 to 255
  friend bool operator==(const BodyPreference&, const BodyPreference&) = default;
};

struct Options {
  eas::Version version = eas::Version::v16_1;
  std::vector<BodyPreference> bodies;           // in the order of the request
  std::optional<BodyPreference> body_part;      // 14.1+
  std::uint8_t mime_support = 0;                // 0 never, 1 signed and encrypted only, 2 all
  std::optional<std::uint8_t> mime_truncation;  // [MS-ASCMD] MIMETruncation 0 to 8
  std::vector<std::string> own_addresses;       // for ReceivedAsBcc; none = leave out
  convert::Zone zone = convert::Zone::utc();    // the user's: of meetings that name none
  friend bool operator==(const Options&, const Options&) = default;
};

/// One message ready to be written, or why it cannot be.
struct Prepared {
  Uid uid = 0;
  std::string server_id = {};  // of an item that is no mail
  MessageState state;
  /// Writes the children of ApplicationData (or of ItemOperations Properties), in schema order.
  Result<std::function<void(wbxml::Writer&)>> write;
  bool is_meeting = false;  // of a mail: it holds a scheduling message
  std::uint64_t size = 0;   // bytes that `write` will about produce
  /// Multipart answers: what goes to parts of its own, in order; `write` then emits Part numbers
  /// from `first_part` on instead of Data.
  std::vector<std::shared_ptr<const http::Body>> parts;
};

/// How much to do for a message: an item that failed is tried again in a plainer form (engine.md
/// §2).
enum class Form : std::uint8_t { full, plain_text, headers_only };

struct Request {
  FolderKey folder;
  std::uint32_t uid_validity;
  std::vector<Uid> uids;      // in the order wanted
  std::string collection_id;  // makes FileReferences: `{collection}:{uidvalidity}.{uid}:{section}`
  Options options = {};
  Form form = Form::full;
  std::uint64_t memory_max =
      4 * 1024 * 1024;  // stop preparing when about this much is held; at least one
  bool multipart = false;
  std::uint32_t first_part = 1;
  std::map<Uid, KeptMail> kept = {};  // beside the mailbox
};

class Renderer {
 public:
  Renderer(std::shared_ptr<backend::Mail> mail, http::Spools& spools);
  /// The first messages of `request.uids`, in that order, as many as `memory_max` allows; those
  /// that are gone are left out, but counted in `consumed`.
  struct Batch {
    std::vector<Prepared> items;
    std::size_t consumed = 0;
  };
  Task<Result<Batch>> prepare(Request request);

 private:
  std::shared_ptr<backend::Mail> mail_;
  http::Spools& spools_;
};

/// A reference to an attachment, as given to devices.
struct FileReference {
  std::string collection_id;
  std::uint32_t uid_validity = 0;
  Uid uid = 0;
  std::string section;
};
std::string format_file_reference(const FileReference& reference);
Result<FileReference> parse_file_reference(std::string_view text);

/// An attachment's decoded content (transfer encoding undone), with its type; `size` is that of the
/// whole, `range` (bytes, inclusive) what is wanted of it. Error: not_found, out_of_range.
struct Attachment {
  std::string content_type;
  std::string file_name;
  std::uint64_t total = 0;
  std::uint64_t first = 0;
  std::shared_ptr<const http::Body> content;
};
struct ByteRange {
  std::uint64_t first;
  std::uint64_t last;
};
Task<Result<Attachment>> load_attachment(std::shared_ptr<backend::Mail> mail, http::Spools& spools,
                                         FolderKey folder, FileReference reference,
                                         std::optional<ByteRange> range);

}  // namespace godwit::render
