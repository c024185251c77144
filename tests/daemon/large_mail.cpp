#include "daemon/large_mail.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/bytes.hpp"
#include "client/device.hpp"
#include "client/http_transport.hpp"
#include "daemon/daemon_process.hpp"
#include "interop/imap_servers.hpp"
#include "run.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/item_operations.hpp"

namespace godwit::test {
namespace {

using client::Device;
using client::encode;
using client::Node;

constexpr std::size_t line_bytes = 76;
constexpr std::uint64_t cut_bytes = 200'000;

std::string header(const std::string& subject, const std::string& user, const std::string& type) {
  return fmt::format(
      "From: writer@example.org\r\nTo: {}\r\nSubject: {}\r\n"
      "Date: Sun, 22 Nov 2026 10:00:00 +0000\r\nMessage-ID: <{}@example.org>\r\n"
      "MIME-Version: 1.0\r\n{}",
      user, subject, base64_encode(subject), type);
}

/// Lines that differ, so that nothing can be made smaller by being the same.
std::string text_of(std::uint64_t bytes, std::string_view line) {
  std::string text;
  text.reserve(bytes + 2 * line_bytes);
  for (std::uint64_t number = 0; text.size() < bytes; ++number) {
    text += fmt::format("{:010} {}\r\n", number, line);
  }
  return text;
}

std::string plain_mail(const LargeMailSetup& setup) {
  return header("plain", setup.user, "Content-Type: text/plain; charset=utf-8\r\n\r\n") +
         text_of(setup.bytes, "lorem ipsum dolor sit amet consectetur adipiscing elit sed");
}

std::string html_mail(const LargeMailSetup& setup) {
  return header("html", setup.user, "Content-Type: text/html; charset=utf-8\r\n\r\n") +
         "<html><body>\r\n" +
         text_of(setup.bytes, "<p>lorem <b>ipsum</b> dolor &amp; sit amet</p>") +
         "</body></html>\r\n";
}

std::string attached_mail(const LargeMailSetup& setup, const std::string& subject) {
  std::string mail = header(subject, setup.user,
                            "Content-Type: multipart/mixed; boundary=\"edge\"\r\n\r\n"
                            "--edge\r\nContent-Type: text/plain\r\n\r\nSee the attachment.\r\n"
                            "--edge\r\nContent-Type: application/octet-stream; name=\"big.bin\"\r\n"
                            "Content-Transfer-Encoding: base64\r\n"
                            "Content-Disposition: attachment; filename=\"big.bin\"\r\n\r\n");
  mail.reserve(setup.bytes + 4096);
  std::string octets(57, 'x');
  for (std::uint64_t number = 0; mail.size() < setup.bytes; ++number) {
    for (std::size_t i = 0; i < 8; ++i) octets[i] = static_cast<char>(number >> 8 * i);
    mail += base64_encode(octets) + "\r\n";
  }
  return mail + "--edge--\r\n";
}

/// The next hop of a gateway: takes every mail and keeps none of it.
class MailSink {
 public:
  MailSink() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(where);
    auto* const address = reinterpret_cast<sockaddr*>(&where);
    if (::bind(listener_, address, length) != 0 || ::listen(listener_, 4) != 0 ||
        ::getsockname(listener_, address, &length) != 0) {
      throw std::runtime_error("no port for the next hop");
    }
    port_ = ntohs(where.sin_port);
    thread_ = std::jthread([this] { serve(); });
  }
  ~MailSink() {
    ::shutdown(listener_, SHUT_RDWR);  // ends accept
    thread_.join();
    ::close(listener_);
  }
  MailSink(const MailSink&) = delete;
  MailSink& operator=(const MailSink&) = delete;
  std::uint16_t port() const { return port_; }
  std::uint64_t taken() const { return taken_; }

 private:
  void serve() {
    for (int socket = -1; (socket = ::accept(listener_, nullptr, nullptr)) >= 0;) {
      converse(socket);
      ::close(socket);
    }
  }
  static void say(int socket, std::string_view line) {
    static_cast<void>(::send(socket, line.data(), line.size(), MSG_NOSIGNAL) < 0);
  }
  void converse(int socket) {
    say(socket, "220 sink\r\n");
    std::vector<char> buffer(256UL * 1024);
    std::string text;
    bool content = false;
    for (;;) {
      const auto count = ::recv(socket, buffer.data(), buffer.size(), 0);
      if (count <= 0) return;
      text.append(buffer.data(), static_cast<std::size_t>(count));
      if (content) taken_ += static_cast<std::uint64_t>(count);
      if (content && text.ends_with("\r\n.\r\n")) {
        content = false;
        say(socket, "250 taken\r\n");
        text.clear();
      } else if (content) {
        text.erase(0, text.size() - std::min<std::size_t>(text.size(), 4));
      } else if (text.ends_with("\r\n")) {
        content = text.starts_with("DATA");
        say(socket, content ? "354 go on\r\n" : "250 sink\r\n");
        text.clear();
      }
    }
  }

  int listener_;
  std::uint16_t port_ = 0;
  std::atomic<std::uint64_t> taken_{0};
  std::jthread thread_;
};

[[noreturn]] void wrong(const std::string& what) { throw std::runtime_error(what); }

/// A device that has not spoken before, at its inbox.
struct Reader {
  Reader(const DaemonProcess& daemon, const LargeMailSetup& setup, int number)
      : transport({.tls = false, .host = "127.0.0.1", .port = daemon.port("http ")}, {}) {
    Device::Settings settings;
    settings.id = fmt::format("large{:08}", number);
    settings.user = setup.user;
    settings.password = Secret(setup.password);
    device = std::make_unique<Device>(transport, std::move(settings));
  }

  void open() {
    if (!run(device->folder_sync()).ok()) wrong("a FolderSync failed");
    const client::Folder* const folder = device->folder_of_type(2);
    if (folder == nullptr) wrong("no inbox");
    inbox = folder->id;
  }
  /// What key 0 and all that follows brings: one item an answer.
  void sync(int body_type, std::optional<std::uint64_t> truncation) {
    client::SyncOptions options;
    options.window_size = 1;
    options.options = client::mail_options(0, body_type, truncation);
    const auto synced = run(device->sync_all(inbox, options));
    if (!synced.ok()) wrong(fmt::format("a Sync failed: {}/{}", synced.http_status, synced.status));
  }
  const std::string& item_of(std::string_view subject) const {
    for (const auto& [id, item] : device->collections().at(inbox).items) {
      const auto found = item.find("Subject");
      if (found != item.end() && found->second == subject) return id;
    }
    wrong("no mail " + std::string(subject));
  }
  const std::string& property(std::string_view subject, std::string_view name) const {
    const auto& item = device->collections().at(inbox).items.at(item_of(subject));
    const auto found = item.find(name);
    if (found == item.end()) wrong("no property " + std::string(name));
    return found->second;
  }

  client::HttpTransport transport;
  std::unique_ptr<Device> device;
  std::string inbox;
};

void configure(DaemonProcess& daemon, const LargeMailSetup& setup, std::uint16_t next_hop) {
  daemon.config["server"] += "log_level = \"error\"\n";
  daemon.config["mail"] = "message_megabytes_max = 200\nanswer_seconds = 300\n";
  if (setup.imap_port == 0) return daemon.listen_lmtp();
  daemon.config["backend"] = "kind = \"imap\"\n";
  daemon.config["imap"] = fmt::format(
      "host = \"127.0.0.1\"\nport = {}\ntls = \"none\"\ncommand_seconds = 300\n", setup.imap_port);
  daemon.config["submission"] = fmt::format(
      "host = \"127.0.0.1\"\nport = {}\ntls = \"none\"\nsign_in = \"none\"\n", next_hop);
}

class LargeMail {
 public:
  explicit LargeMail(LargeMailSetup setup) : setup_(std::move(setup)), daemon_(begin(setup_)) {
    configure(daemon_, setup_, next_hop_.port());
    daemon_.start();
    if (setup_.imap_port == 0) daemon_.add_user(setup_.user, setup_.password);
    // What the first request of a user costs is no part of any mail: its password's hash, caches.
    Reader phone(daemon_, setup_, next_phone_++);
    phone.open();
    phone.sync(2, cut_bytes);
  }

  std::vector<LargeMailStep> run_all() {
    const auto inbound = setup_.imap_port == 0 ? daemon_.port("lmtp ") : setup_.imap_lmtp_port;
    const auto deliver = [&](const std::string& mail) {
      interop::deliver_by_lmtp(inbound, setup_.user, mail);
    };
    const std::string attached = attached_mail(setup_, "attached");
    step("LMTP in, with an attachment", [&] { deliver(attached); });
    step("LMTP in, plain text", [&] { deliver(plain_mail(setup_)); });
    step("LMTP in, HTML", [&] { deliver(html_mail(setup_)); });
    sync("Sync, text cut", 1, cut_bytes);
    sync("Sync, HTML cut", 2, cut_bytes);
    sync("Sync, text and HTML whole", 2, std::nullopt);
    sync("Sync, MIME cut", 4, cut_bytes);
    sync("Sync, MIME whole", 4, std::nullopt);
    fetch();
    send();
    return std::move(steps_);
  }

 private:
  static std::string begin(const LargeMailSetup& setup) {
    std::filesystem::remove_all(setup.folder);
    return setup.folder;
  }

  void step(const std::string& name, const std::function<void()>& work) {
    const auto idle = daemon_.memory().resident;
    daemon_.forget_peak();
    const auto start = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    const auto peak = daemon_.memory().peak;
    steps_.push_back({name, peak > idle ? peak - idle : 0, took.count()});
    setup_.told(steps_.back());
  }

  void sync(const std::string& name, int body_type, std::optional<std::uint64_t> truncation) {
    Reader phone(daemon_, setup_, next_phone_++);
    phone.open();
    step(name, [&] { phone.sync(body_type, truncation); });
    if (phone.device->collections().at(phone.inbox).items.size() != 3)
      wrong(name + ": not all came");
    const auto size = phone.property("plain", "Body/Data").size();
    const bool whole = size >= setup_.bytes;
    if (whole == truncation.has_value()) wrong(fmt::format("{}: {} bytes came", name, size));
  }

  void fetch() {
    namespace operations = wbxml::item_operations;
    namespace base = wbxml::airsyncbase;
    Reader phone(daemon_, setup_, next_phone_++);
    phone.open();
    phone.sync(2, 0);
    const auto item = phone.item_of("attached");
    const std::vector<Node> mime{
        Node(wbxml::airsync::MIMESupport, "2"),
        Node(base::BodyPreference, {Node(base::Type, "4")}),
    };
    step("ItemOperations, MIME whole", [&] {
      const auto got = run(phone.device->fetch(phone.inbox, item, mime));
      if (got.fetch_status != 1) wrong("the MIME cannot be fetched");
    });
    const auto reference = phone.property("attached", "Attachments/Attachment/FileReference");
    step("ItemOperations, attachment inline", [&] {
      const auto got = run(phone.device->fetch_attachment(reference));
      if (got.data.size() < setup_.bytes / 2) wrong("the attachment is not whole");
    });
    Node one(operations::Fetch,
             {Node(operations::Store, "Mailbox"), Node(base::FileReference, reference)});
    auto wire = phone.device->wire("ItemOperations",
                                   encode(Node(operations::ItemOperations, {std::move(one)})),
                                   "application/vnd.ms-sync.wbxml");
    wire.headers.push_back({"MS-ASAcceptMultiPart", "T"});
    step("ItemOperations, attachment multipart", [&] {
      const auto got = run(phone.device->send_raw(wire));
      if (got.body.size() < setup_.bytes / 2) wrong("the part is not whole");
    });
  }

  void send() {
    Reader phone(daemon_, setup_, next_phone_++);
    phone.open();
    client::Outgoing mail;
    mail.client_id = "large";
    LargeMailSetup addressed = setup_;  // users of an IMAP server may be names alone
    if (!addressed.user.contains('@')) addressed.user += "@example.org";
    mail.mime = attached_mail(addressed, "sent");
    step("SendMail, saved in Sent", [&] {
      const auto sent = run(phone.device->send_mail(std::move(mail)));
      if (!sent.ok()) wrong(fmt::format("not sent: {}/{}", sent.http_status, sent.status));
    });
    if (setup_.imap_port != 0 && next_hop_.taken() < setup_.bytes) wrong("it was not sent whole");
  }

  LargeMailSetup setup_;
  MailSink next_hop_;  // of a gateway
  DaemonProcess daemon_;
  int next_phone_ = 0;
  std::vector<LargeMailStep> steps_;
};

}  // namespace

std::vector<LargeMailStep> run_large_mail(LargeMailSetup setup) {
  return LargeMail(std::move(setup)).run_all();
}

}  // namespace godwit::test
