#include "transcript_runner.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "run.hpp"

namespace godwit::test {
namespace {

constexpr std::string_view wbxml_type = "application/vnd.ms-sync.wbxml";

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").contains(c);
    if (plain) {
      out += c;
    } else {
      out += "%" + hex_encode(std::string_view(&c, 1));
    }
  }
  return out;
}

std::string shown_bytes(std::string_view bytes) {
  return hex_encode(bytes.substr(0, 64)) + (bytes.size() > 64 ? "..." : "");
}

/// The words of a request line, by name; each may be asked for once or more.
class RequestWords {
 public:
  RequestWords(const TranscriptStep& step, const Captures& captures) {
    for (const auto& [name, value] : step.request.words) {
      words_.emplace_back(name, substituted(value, captures, step.line));
    }
  }
  std::optional<std::string> get(std::string_view name) const {
    for (const auto& [key, value] : words_) {
      if (key == name) return value;
    }
    return std::nullopt;
  }
  bool has(std::string_view name) const { return get(name).has_value(); }
  const std::vector<std::pair<std::string, std::string>>& all() const { return words_; }

 private:
  std::vector<std::pair<std::string, std::string>> words_;
};

/// `Cmd=...&User=...`: words that begin with a capital letter add to it or replace what is there.
std::string plain_query(const std::string& command, const client::Device::Settings& settings,
                        const RequestWords& words) {
  std::vector<std::pair<std::string, std::string>> parameters{{"Cmd", command},
                                                              {"User", settings.user},
                                                              {"DeviceId", settings.id},
                                                              {"DeviceType", settings.type}};
  for (const auto& [name, value] : words.all()) {
    if (name.empty() || name[0] < 'A' || name[0] > 'Z') continue;
    const auto known =
        std::ranges::find(parameters, name, &decltype(parameters)::value_type::first);
    if (value == "none") {
      if (known != parameters.end()) parameters.erase(known);
    } else if (known != parameters.end()) {
      known->second = value;
    } else {
      parameters.emplace_back(name, value);
    }
  }
  std::string out;
  for (const auto& [name, value] : parameters) {
    out += (out.empty() ? "" : "&") + name + "=" + percent_encoded(value);
  }
  return out;
}

std::string base64_query(const std::string& command, const client::Device::Settings& settings,
                         std::optional<std::uint32_t> policy_key, const RequestWords& words) {
  eas::RequestLine line;
  line.base64 = true;
  line.command = command;
  line.command_code = eas::command_code(command).value_or(255);
  if (auto id = DeviceId::parse(words.get("DeviceId").value_or(settings.id))) line.device_id = *id;
  line.device_type = settings.type;
  line.version = settings.version;
  line.locale = 0x0409;
  line.policy_key = policy_key;
  line.attachment_name = words.get("AttachmentName").value_or("");
  line.collection_id = words.get("CollectionId").value_or("");
  line.item_id = words.get("ItemId").value_or("");
  line.long_id = words.get("LongId").value_or("");
  line.occurrence = words.get("Occurrence").value_or("");
  line.save_in_sent = words.get("SaveInSent") == "T";
  line.accept_multipart = words.get("AcceptMultiPart") == "T";
  return eas::format_request_line(line);
}

std::string request_body(const TranscriptStep& step, const Captures& captures) {
  switch (step.request.body) {
    case Side::Body::none:
      return {};
    case Side::Body::tree:
      return client::encode(request_tree(step.request.root, captures));
    case Side::Body::raw:
      return step.request.raw;
  }
  std::unreachable();
}

/// The parts of a multipart answer ([MS-ASCMD] MultiPartResponse), or the whole body as the only
/// one.
std::vector<std::string> parts_of(const client::Answer& answer) {
  if (answer.header("Content-Type") != "application/vnd.ms-sync.multipart") return {answer.body};
  const std::string_view body = answer.body;
  const auto number = [&](std::size_t at) -> std::size_t {
    if (at + 4 > body.size()) throw client::Violation("multipart", "its table is cut short");
    std::size_t value = 0;
    for (std::size_t i = 4; i-- > 0;)
      value = value << 8U | static_cast<unsigned char>(body[at + i]);
    return value;
  };
  std::vector<std::string> parts;
  std::size_t end = 4 + 8 * number(0);
  for (std::size_t i = 0; i < number(0); ++i) {
    const std::size_t offset = number(4 + 8 * i);
    const std::size_t length = number(8 + 8 * i);
    if (offset != end || offset + length > body.size()) {
      throw client::Violation("multipart", "a part does not follow the one before it");
    }
    parts.emplace_back(body.substr(offset, length));
    end = offset + length;
  }
  if (parts.empty() || end != body.size()) throw client::Violation("multipart", "wrong length");
  return parts;
}

}  // namespace

TranscriptRunner::TranscriptRunner(std::string version) : version_(std::move(version)) {
  fixture_.server.on_schema_violation = [this](const std::string& what) {
    complain(now_, "schema: " + what);
  };
}

std::vector<std::string> versions_of(std::string_view text) {
  std::vector<std::string> out;
  for (const auto& entry : parse_transcript(text)) {
    const auto* line = std::get_if<TranscriptLine>(&entry);
    if (line == nullptr || !line->given || line->words.empty()) continue;
    if (line->words.front() != "versions") continue;
    out.insert(out.end(), line->words.begin() + 1, line->words.end());
  }
  if (out.empty()) out.emplace_back("16.1");
  return out;
}

std::vector<std::string> TranscriptRunner::run(std::string_view text) {
  for (const auto& entry : parse_transcript(text)) {
    try {
      if (const auto* a_step = std::get_if<TranscriptStep>(&entry)) {
        now_ = a_step->line;
        step(*a_step);
      } else {
        const auto& a_line = std::get<TranscriptLine>(entry);
        now_ = a_line.line;
        line(a_line);
      }
    } catch (const Fault& fault) {
      complain(now_, std::string("no answer: ") + fault.what());
    } catch (const client::Violation& violation) {
      complain(now_, std::string("violation: ") + violation.what());
    }
    if (!differences_.empty()) break;  // what follows stands on what failed
  }
  return differences_;
}

void TranscriptRunner::line(const TranscriptLine& line) {
  if (line.words.empty()) throw TranscriptError(line.line, "nothing is given");
  if (!line.given) return then(line.words, line.line);
  given(line.words, line.line);
}

void TranscriptRunner::complain(std::size_t number, const std::string& what) {
  differences_.push_back("line " + std::to_string(number) + ": " + what);
}

TranscriptRunner::Phone& TranscriptRunner::phone(std::size_t number) {
  const auto found = phones_.find(current_);
  if (found == phones_.end()) throw TranscriptError(number, "no device is given");
  return found->second;
}

void TranscriptRunner::step(const TranscriptStep& step) {
  if (const RequestWords words(step, captures_); words.has("as")) {
    current_ = *words.get("as");
  }
  if (const auto connection = RequestWords(step, captures_).get("connection")) {
    fixture_.server.transport().set_connection(
        parse_number<std::uint64_t>(*connection).value_or(1));
  }
  if (step.command == "again") {
    if (!last_) throw TranscriptError(step.line, "nothing to repeat");
  } else {
    last_ = request(step);
  }
  const client::Answer answer = run_request(*last_);
  compare(step, answer);
}

client::Answer TranscriptRunner::run_request(const client::Wire& wire) {
  return test::run(fixture_.server.send(wire));
}

client::Wire TranscriptRunner::request(const TranscriptStep& step) {
  const RequestWords words(step, captures_);
  const client::Device& device = *phone(step.line).device;
  const client::Device::Settings& settings = device.settings();
  client::Wire out;
  out.method = words.get("method").value_or("POST");
  if (step.command == "OPTIONS" || step.command == "GET") out.method = step.command;
  if (words.get("auth") != "none") {
    const std::string user = words.get("user").value_or(settings.user);
    const std::string password =
        words.get("password").value_or(std::string(settings.password.reveal()));
    out.headers.push_back({"Authorization", "Basic " + base64_encode(user + ":" + password)});
  }
  std::optional<std::uint32_t> key = device.policy_key();
  if (step.command == "Ping") key.reset();
  if (const auto given = words.get("key")) key = parse_number<std::uint32_t>(*given);
  out.target = words.get("path").value_or(settings.path);
  const bool base64 =
      words.get("query") == "base64" || (settings.base64_query && words.get("query") != "plain");
  if (const auto target = words.get("target")) {
    out.target = *target;
  } else if (out.method == "POST") {
    out.target += "?" + (base64 ? base64_query(step.command, settings, key, words)
                                : plain_query(step.command, settings, words));
  }
  const std::string version =
      words.get("version").value_or(std::string(eas::to_string(settings.version)));
  if (out.method == "POST" && !base64) {
    if (version != "none") out.headers.push_back({"MS-ASProtocolVersion", version});
    if (key) out.headers.push_back({"X-MS-PolicyKey", std::to_string(*key)});
  }
  out.body = request_body(step, captures_);
  std::string type(wbxml_type);
  if (step.request.body == Side::Body::raw) type = "message/rfc822";
  type = words.get("type").value_or(type);
  if (!out.body.empty() && type != "none") out.headers.push_back({"Content-Type", type});
  for (const auto& [name, value] : words.all()) {
    if (name.starts_with("header.")) out.headers.push_back({name.substr(7), value});
  }
  return out;
}

void TranscriptRunner::compare(const TranscriptStep& step, const client::Answer& answer) {
  if (step.status != std::to_string(answer.status)) {
    return complain(step.line,
                    "HTTP status " + std::to_string(answer.status) + ", expected " + step.status);
  }
  bool body_matters = true;
  for (const auto& [name, value] : step.answer.words) {
    if (name == "any") {
      body_matters = false;
    } else if (name.starts_with('!')) {
      if (const auto has = answer.header(name.substr(1)); !has.empty()) {
        complain(step.line, name.substr(1) + " is '" + std::string(has) + "', expected none");
      }
    } else if (!value_matches(value, answer.header(name), captures_, step.line) ||
               (value == "*" && answer.header(name).empty())) {
      std::string what = name + " is '";
      what += answer.header(name);
      what += "', expected '" + value + "'";
      complain(step.line, what);
    }
  }
  if (body_matters) compare_body(step, answer);
}

void TranscriptRunner::compare_body(const TranscriptStep& step, const client::Answer& answer) {
  if (step.answer.body == Side::Body::raw) return compare_raw(step, answer);
  if (step.answer.body == Side::Body::none) {
    if (answer.status != 200 || answer.body.empty()) return;
    const auto document = client::decode(answer.body);
    return complain(step.line, "an empty answer was expected, came:\n" +
                                   (document ? show(*document) : shown_bytes(answer.body)));
  }
  if (answer.body.empty()) return complain(step.line, "the answer is empty");
  parts_ = parts_of(answer);
  const auto document = client::decode(parts_.front());
  if (!document) {
    return complain(step.line, "the answer is no WBXML: " + document.error().message);
  }
  if (const auto wrong = mismatch(step.answer.root, *document, captures_)) {
    complain(step.line, *wrong + "\nthe answer was:\n" + show(*document));
  }
}

void TranscriptRunner::compare_raw(const TranscriptStep& step, const client::Answer& answer) {
  if (answer.body == step.answer.raw) return;
  complain(step.line, "the body is " + shown_bytes(answer.body) + ", expected " +
                          shown_bytes(step.answer.raw));
}

}  // namespace godwit::test
