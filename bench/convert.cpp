// links: godwit_convert godwit_render PkgConfig::gmime
/// Throughput of reading mail, as ratios to GMime parsing the same bytes in the same run, and the
/// memory that a large mail costs.
///
///   bench_convert [FOLDER]     messages of that folder too (default: made ones alone)
#include <fmt/format.h>
#include <gmime/gmime.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/handle.hpp"
#include "convert/body.hpp"
#include "convert/email.hpp"
#include "convert/html.hpp"
#include "convert/mime.hpp"
#include "convert/text.hpp"
#include "table.hpp"

namespace {

using namespace godwit;
using Object = Handle<void, g_object_unref>;

constexpr double megabyte = 1024.0 * 1024.0;

/// Memory in use at its highest since the last reset, in KiB (Linux).
std::uint64_t peak_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6));
  }
  return 0;
}
void reset_peak() { std::ofstream("/proc/self/clear_refs") << '5'; }

/// Runs `work` over `bytes` of input until half a second of processor time has gone; MB/s of that
/// time, so that a busy machine does not count.
double rate(double bytes, const std::function<void()>& work) {
  const std::clock_t begin = std::clock();
  unsigned rounds = 0;
  double elapsed = 0;
  do {
    work();
    ++rounds;
    elapsed = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  } while (elapsed < 0.5);
  return bytes * rounds / megabyte / elapsed;
}

void gmime_parse(const std::string& message) {
  const Object stream(g_mime_stream_mem_new_with_buffer(message.data(), message.size()));
  const Object parser(g_mime_parser_new_with_stream(static_cast<GMimeStream*>(stream.get())));
  const Object parsed(
      g_mime_parser_construct_message(static_cast<GMimeParser*>(parser.get()), nullptr));
}

/// A mail of about 12 KB, as newsletters are: plain and HTML.
std::string usual_message(int number) {
  std::string plain, html = "<html><head><style>p { margin: 0 }</style></head><body>";
  for (int i = 0; i < 30; ++i) {
    plain += fmt::format("Line {} of message {}, with a few words in it.\r\n", i, number);
    html += fmt::format(
        "<table width=3D\"100%\"><tr><td style=3D\"padding: 4px\"><p>Line {} of message {}, =\r\n"
        "with <a href=3D\"https://example.com/?a=3D{}\">a link</a> &amp; more.</p></td></tr>"
        "</table>\r\n",
        i, number, i);
  }
  return fmt::format(
      "From: \"Sender\" <a@example.com>\r\nTo: \"Me\" <b@example.com>\r\nSubject: Number {}\r\n"
      "Message-ID: <{}@example.com>\r\nMIME-Version: 1.0\r\n"
      "Content-Type: multipart/alternative; boundary=\"next\"\r\n\r\n"
      "--next\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{}\r\n"
      "--next\r\nContent-Type: text/html; charset=utf-8\r\n"
      "Content-Transfer-Encoding: quoted-printable\r\n\r\n{}</body></html>\r\n--next--\r\n",
      number, number, plain, html);
}

/// One mail with an attachment of that many MB.
std::string large_message(int megabytes) {
  std::string line = base64_encode(std::string(57, 'x')) + "\r\n";
  std::string body;
  while (body.size() < static_cast<std::size_t>(megabytes) * 1024 * 1024) body += line;
  return "Content-Type: multipart/mixed; boundary=\"next\"\r\n\r\n--next\r\n\r\ntext\r\n--next\r\n"
         "Content-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
         body + "--next--\r\n";
}

void read_message(const std::string& text) {
  const convert::Layout layout = convert::parse_layout(convert::read_at(text));
  Message message;
  message.header = text.substr(0, layout.header_size);
  message.structure = layout.structure;
  static_cast<void>(convert::email_of(message, {}));
  for (const Part* part : convert::body_parts(message.structure).html) {
    const convert::Located* const place = layout.find(part->section);
    const std::string_view all = text;
    static_cast<void>(
        convert::decode_text_part(all.substr(place->begin, place->end - place->begin), *part));
  }
}

void compare(bench::Table& table, const std::string& name,
             const std::vector<std::string>& messages) {
  double bytes = 0;
  for (const std::string& message : messages) bytes += static_cast<double>(message.size());
  const auto each = [&](auto work) {
    return rate(bytes, [&] {
      for (const std::string& message : messages) work(message);
    });
  };
  const double gmime = each(gmime_parse);
  const double layout = each([](const std::string& message) {
    static_cast<void>(convert::parse_layout(convert::read_at(message)));
  });
  const double whole = each(read_message);
  table.section(fmt::format("reading mail ({}): {} messages, {:.1f} MB", name, messages.size(),
                            bytes / megabyte));
  table.tell("raw limit: GMime parses, MB a core-second", gmime);
  table.tell("layout, of the raw limit", layout / gmime);
  table.tell("layout, item and text decoded, of the raw limit", whole / gmime);
}

void compare_html(bench::Table& table) {
  std::string html;
  for (int i = 0; i < 400; ++i) {
    Part part;
    part.encoding = "quoted-printable";
    html += convert::decode_text_part(usual_message(i), part);
  }
  std::string words;
  for (int i = 0; i < 40'000; ++i) words += "words of a letter, one after the other, ";
  table.section("HTML to text, MB a core-second");
  const auto row = [&table](const std::string& what, const std::string& input) {
    const double value = rate(static_cast<double>(input.size()),
                              [&] { static_cast<void>(convert::html_to_text(input)); });
    table.tell(what, value);
  };
  row("markup of newsletters", html);
  row("running text", words);
}

void measure_memory(bench::Table& table) {
  const std::string large = large_message(100);
  reset_peak();
  const std::uint64_t before = peak_kib();
  static_cast<void>(convert::parse_layout(convert::read_at(large)));
  table.section("memory");
  table.tell("layout of a mail of 100 MB, KiB above idle",
             static_cast<double>(peak_kib() - before));
}

std::vector<std::string> read_folder(const std::filesystem::path& folder) {
  std::vector<std::string> messages;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    messages.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return messages;
}

}  // namespace

int main(int argc, char** argv) {
  g_mime_init();
  std::vector<std::string> usual;
  for (int i = 0; i < 200; ++i) usual.push_back(usual_message(i));
  bench::Table table;
  compare(table, "mail as it comes", usual);
  compare(table, "one large attachment", {large_message(20)});
  if (argc > 1) compare(table, argv[1], read_folder(argv[1]));
  compare_html(table);
  measure_memory(table);
  return table.exit_code();
}
