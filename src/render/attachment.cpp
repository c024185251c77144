/// Attachments by reference, whole or in part, without holding them.
#include <algorithm>

#include "base/text.hpp"
#include "convert/body.hpp"
#include "convert/transfer.hpp"
#include "render/reader.hpp"
#include "render/render.hpp"

namespace godwit::render {
namespace {

constexpr std::uint64_t read_bytes = 512 * 1024;
constexpr std::uint64_t probe_bytes = 1'024;  // longer than any line of an encoder
/// Servers may decode the whole part for every stretch of it that they are asked for.
constexpr std::uint64_t decoded_part_bytes_max = 16 * 1024 * 1024;
constexpr std::uint64_t decoded_read_bytes = 2 * 1024 * 1024;

/// How base64 lines lie, when they are all alike.
struct Lines {
  std::uint64_t digits = 0;    // in a line
  std::uint64_t end_size = 0;  // CRLF or LF
  std::uint64_t total = 0;     // decoded octets of the whole

  std::uint64_t stride() const { return digits + end_size; }
};

/// Octets that `text` (no blanks within) decodes to; nothing when it is not plain base64.
std::optional<std::uint64_t> decoded_size(std::string_view text) {
  std::size_t padding = 0;
  while (padding < 2 && text.ends_with('=')) {
    text.remove_suffix(1);
    ++padding;
  }
  const bool plain = std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
  });
  if (!plain || (text.size() + padding) % 4 != 0) return std::nullopt;
  return text.size() * 3 / 4;
}

class AttachmentLoader {
 public:
  AttachmentLoader(MessageReader& reader, http::Spools& spools, const Part& part,
                   std::optional<ByteRange> range, Attachment& out)
      : reader_(reader), spools_(spools), part_(part), range_(range), out_(out) {}

  Task<Result<>> run() {
    switch (convert::encoding_of(part_.encoding)) {
      case convert::Encoding::identity:
        co_return co_await run_identity();
      case convert::Encoding::base64:
        if (part_.size <= decoded_part_bytes_max) {
          const auto decoded = co_await run_decoded();
          if (!decoded) co_return pass(decoded);
          if (*decoded) co_return Result<>();
        }
        if (range_) {
          if (const auto lines = co_await regular_lines()) {
            co_return co_await run_seek(*lines, range_->first);
          }
        }
        break;
      case convert::Encoding::quoted_printable:
        break;
    }
    co_return co_await run_scan(0, 0, std::nullopt);
  }

 private:
  Task<Result<>> run_identity() {
    if (auto checked = check_range(part_.size); !checked) co_return checked;
    const std::uint64_t end = range_ ? std::min(range_->last + 1, part_.size) : part_.size;
    auto writer = spools_.writer();
    std::uint64_t offset = range_ ? range_->first : 0;
    out_.first = offset;
    out_.total = part_.size;
    while (offset < end) {
      auto piece = co_await reader_.read(part_.section, offset, std::min(read_bytes, end - offset));
      if (!piece) co_return pass(piece);
      if (piece->empty()) break;
      offset += piece->size();
      writer->append(*piece);
    }
    out_.content = writer->finish();
    co_return Result<>();
  }

  /// Reads what the server decodes. False: it does not, or not to the end.
  Task<Result<bool>> run_decoded() {
    auto writer = spools_.writer();
    const std::uint64_t first = range_ ? range_->first : 0;
    std::uint64_t offset = first;
    std::uint64_t end = range_ && range_->last != UINT64_MAX ? range_->last + 1 : UINT64_MAX;
    if (offset >= end) co_return false;  // no range: said by who reads it undecoded
    while (offset < end) {
      auto got = co_await reader_.read_decoded(part_.section, offset,
                                               std::min(decoded_read_bytes, end - offset));
      if (!got) co_return pass(got);
      const auto& piece = *got;
      if (!piece || (piece->bytes.empty() && offset < piece->total)) co_return false;
      if (auto checked = check_range(piece->total); !checked) co_return pass(checked);
      out_.total = piece->total;
      end = std::min(end, piece->total);
      offset += piece->bytes.size();
      writer->append(piece->bytes);
    }
    out_.first = first;
    out_.content = writer->finish();
    co_return true;
  }

  /// Looks at the first line, and whether the end fits it.
  Task<std::optional<Lines>> regular_lines() {
    auto head = co_await reader_.read(part_.section, 0, probe_bytes);
    if (!head) co_return std::nullopt;
    const auto newline = head->find('\n');
    if (newline == std::string::npos) co_return std::nullopt;
    Lines lines;
    lines.end_size = newline > 0 && (*head)[newline - 1] == '\r' ? 2 : 1;
    lines.digits = newline + 1 - lines.end_size;
    if (lines.digits == 0 || lines.digits % 4 != 0) co_return std::nullopt;
    const std::uint64_t full = part_.size / lines.stride();
    const std::uint64_t last_two = full == 0 ? 0 : (full - 1) * lines.stride();
    auto tail = co_await reader_.read(part_.section, last_two, 2 * lines.stride());
    if (!tail) co_return std::nullopt;
    std::string digits;
    for (const char c : *tail) {
      if (c != '\r' && c != '\n') digits += c;
    }
    const auto size = decoded_size(digits);
    if (!size || (full > 0 && !is_line(*tail, lines))) co_return std::nullopt;
    lines.total = last_two / lines.stride() * lines.digits / 4 * 3 + *size;
    co_return lines;
  }

  static bool is_line(std::string_view text, const Lines& lines) {
    if (text.size() < lines.stride()) return text.find('\n') == std::string_view::npos;
    const std::string_view line = text.substr(0, static_cast<std::size_t>(lines.digits));
    const std::string_view end = text.substr(static_cast<std::size_t>(lines.digits),
                                             static_cast<std::size_t>(lines.end_size));
    return line.find_first_of("=\r\n ") == std::string_view::npos &&
           end == (lines.end_size == 2 ? "\r\n" : "\n");
  }

  /// Begins at the line that holds the first octet wanted.
  Task<Result<>> run_seek(Lines lines, std::uint64_t first) {
    if (auto checked = check_range(lines.total); !checked) co_return checked;
    const std::uint64_t octets = lines.digits / 4 * 3;
    const std::uint64_t line = first / octets;
    const std::uint64_t offset = line * lines.stride();
    auto here = co_await reader_.read(part_.section, offset, lines.stride());
    if (!here) co_return pass(here);
    if (here->size() == lines.stride() && !is_line(*here, lines)) {
      co_return co_await run_scan(0, 0, std::nullopt);
    }
    co_return co_await run_scan(offset, line * octets, lines.total);
  }

  /// Decodes from `offset`, where the octet `decoded` begins. Without `total` on to the end.
  Task<Result<>> run_scan(std::uint64_t offset, std::uint64_t decoded,
                          std::optional<std::uint64_t> total) {
    convert::TransferDecoder decoder(part_.encoding);
    auto writer = spools_.writer();
    const std::uint64_t first = range_ ? range_->first : 0;
    const std::uint64_t end = range_ && range_->last != UINT64_MAX ? range_->last + 1 : UINT64_MAX;
    std::string octets;
    while (offset < part_.size && (!total || decoded < end)) {
      const std::uint64_t wanted = total ? bytes_for(end - decoded) : read_bytes;
      auto piece =
          co_await reader_.read(part_.section, offset, std::min(wanted, part_.size - offset));
      if (!piece) co_return pass(piece);
      if (piece->empty()) break;
      offset += piece->size();
      octets.clear();
      decoder.feed(*piece, octets);
      keep(*writer, octets, decoded, first, end);
      decoded += octets.size();
    }
    octets.clear();
    decoder.finish(octets);
    keep(*writer, octets, decoded, first, end);
    decoded += octets.size();
    out_.total = total.value_or(decoded);
    if (auto checked = check_range(out_.total); !checked) co_return checked;
    out_.first = first;
    out_.content = writer->finish();
    co_return Result<>();
  }

  /// Encoded bytes that hold `octets` octets, in lines of usual length.
  static std::uint64_t bytes_for(std::uint64_t octets) {
    if (octets >= read_bytes) return read_bytes;
    return std::min(octets / 57 * 78 + 2 * probe_bytes, read_bytes);
  }

  /// The part of `octets`, which begin at `at`, that lies from `first` to before `end`.
  static void keep(http::BodyWriter& writer, std::string_view octets, std::uint64_t at,
                   std::uint64_t first, std::uint64_t end) {
    if (at >= end || at + octets.size() <= first) return;
    const std::uint64_t begin = first > at ? first - at : 0;
    const std::uint64_t length = std::min<std::uint64_t>(octets.size(), end - at) - begin;
    writer.append(octets.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(length)));
  }

  Result<> check_range(std::uint64_t total) const {
    if (range_ && (range_->first > range_->last || range_->first >= total)) {
      return fail(Errc::out_of_range, "the range is outside the attachment");
    }
    return {};
  }

  MessageReader& reader_;
  http::Spools& spools_;
  const Part& part_;
  std::optional<ByteRange> range_;
  Attachment& out_;
};

}  // namespace

std::string format_file_reference(const FileReference& reference) {
  return reference.collection_id + ':' + std::to_string(reference.uid_validity) + '.' +
         std::to_string(reference.uid) + ':' + reference.section;
}

Result<FileReference> parse_file_reference(std::string_view text) {
  const auto bad = [] { return fail(Errc::malformed, "not a FileReference"); };
  if (text.size() > 512) return bad();
  const auto last = text.rfind(':');
  if (last == std::string_view::npos || last == 0) return bad();
  const auto first = text.rfind(':', last - 1);
  if (first == std::string_view::npos || first == 0) return bad();
  FileReference reference;
  reference.collection_id = text.substr(0, first);
  reference.section = text.substr(last + 1);
  const std::string_view numbers = text.substr(first + 1, last - first - 1);
  const auto dot = numbers.find('.');
  if (dot == std::string_view::npos) return bad();
  const auto validity = parse_number<std::uint32_t>(numbers.substr(0, dot));
  const auto uid = parse_number<Uid>(numbers.substr(dot + 1));
  const bool section =
      !reference.section.empty() && std::ranges::all_of(reference.section, [](char c) {
        return (c >= '0' && c <= '9') || c == '.';
      });
  if (!validity || !uid || *uid == 0 || !section) return bad();
  reference.uid_validity = *validity;
  reference.uid = *uid;
  return reference;
}

Task<Result<Attachment>> load_attachment(std::shared_ptr<backend::Mail> mail, http::Spools& spools,
                                         FolderKey folder, FileReference reference,
                                         std::optional<ByteRange> range) {
  std::vector<Uid> uids{reference.uid};
  auto messages = co_await mail->fetch(folder, reference.uid_validity, std::move(uids));
  if (!messages) co_return pass(messages);
  if (messages->empty()) co_return fail(Errc::not_found, "the message is gone");
  const Part* const part = convert::find_part(messages->front().structure, reference.section);
  if (part == nullptr || part->type == "multipart") {
    co_return fail(Errc::not_found, "the message has no such attachment");
  }
  Attachment attachment;
  attachment.content_type = part->type + '/' + part->subtype;
  attachment.file_name = convert::attachment_name(*part);
  MessageReader reader(mail, folder, reference.uid_validity, reference.uid);
  AttachmentLoader loader(reader, spools, *part, range, attachment);
  auto done = co_await loader.run();
  if (!done) co_return pass(done);
  co_return attachment;
}

}  // namespace godwit::render
