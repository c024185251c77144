/// Every promise of backend/backend.hpp about mail, for any backend that can make an account. A
/// test program includes this once, derives from `MailServer`, and instantiates BackendSuite:
///
///   INSTANTIATE_TEST_SUITE_P(Memory, BackendSuite, testing::Values(&make_memory_server));
///
/// What a server cannot do is a named quirk in `Quirks`, never an exception for one server here.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "base/task.hpp"

namespace godwit::conformance {

using backend::ChangeListener;
using backend::FlagChange;
using backend::Mail;
using backend::MailChanges;
using backend::MailCursor;
using backend::MailFolder;
using backend::PartRange;
using backend::StringSource;

/// Limits of a server, by name.
struct Quirks {
  bool renamed_folder_keeps_its_key = false;
  bool tells_uid_of_append = true;  // UIDPLUS
  bool tells_uid_of_move = true;
  bool any_keyword = true;            // `\*` in PERMANENTFLAGS
  bool slash_in_folder_name = false;  // a name of the last level may hold '/'
  bool watch_is_authoritative = false;
  bool watch_tells = true;  // false: only a sweep finds out
  std::vector<FolderRole> default_roles = {FolderRole::inbox, FolderRole::drafts,
                                           FolderRole::sent,  FolderRole::trash,
                                           FolderRole::junk,  FolderRole::archive};
  std::size_t many_folders = 200;
  std::size_t many_messages = 500;
};

/// One server with one fresh account: made anew for every test.
class MailServer {
 public:
  virtual ~MailServer() = default;
  virtual const Quirks& quirks() const = 0;
  /// The account's mail as the engine holds it.
  virtual Mail& mail() = 0;
  /// Another connection to the same account: somebody else. May be the same object.
  virtual Mail& other() = 0;
  /// Through the server's own door for mail; it may add header fields at the top.
  virtual void deliver(std::string message) = 0;
  /// Makes `count` messages of the folder change their \Seen flag in one change, where the server
  /// can give them one modseq; else one after the other.
  virtual void mark_all_seen(FolderKey folder, const UidSet& uids) = 0;
  /// Runs to the end; rethrows.
  virtual void run(Task<> work) = 0;
  /// Lets time pass until `done()` or about ten seconds; what `done` said last.
  virtual bool wait_until(const std::function<bool()>& done) = 0;
};

using MakeServer = std::unique_ptr<MailServer> (*)();

struct Told {
  std::optional<FolderKey> folder;
  ChangeListener::Kind kind;
};

class Recorder final : public ChangeListener {
 public:
  void changed(const UserId&, const std::optional<FolderKey>& folder, Kind kind) override {
    told_.push_back({folder, kind});
  }
  bool has(const std::optional<FolderKey>& folder, Kind kind) const {
    return std::ranges::any_of(told_, [&](const Told& told) {
      return told.kind == Kind::unknown || (told.kind == kind && told.folder == folder);
    });
  }
  void clear() { told_.clear(); }
  const std::vector<Told>& told() const { return told_; }

 private:
  std::vector<Told> told_;
};

inline std::string simple_message(const std::string& id, const std::string& body = "Hello.\r\n") {
  return "From: Ada <ada@example.com>\r\nTo: bob@example.com\r\nSubject: " + id +
         "\r\nMessage-ID: <" + id + "@example.com>\r\nDate: Mon, 16 Jun 2025 10:00:00 +0000\r\n" +
         "\r\n" + body;
}

/// multipart/mixed of text, an embedded message (itself multipart/alternative) and an attachment.
inline std::string nested_message() {
  return "From: ada@example.com\r\nSubject: nested\r\nMessage-ID: <nested@example.com>\r\n"
         "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=outer\r\n\r\n"
         "preamble\r\n--outer\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nfirst\r\n"
         "--outer\r\nContent-Type: message/rfc822\r\n\r\n"
         "From: eve@example.com\r\nSubject: inside\r\nMIME-Version: 1.0\r\n"
         "Content-Type: multipart/alternative; boundary=inner\r\n\r\n"
         "--inner\r\nContent-Type: text/plain\r\n\r\nplain inside\r\n"
         "--inner\r\nContent-Type: text/html\r\n\r\n<b>html inside</b>\r\n--inner--\r\n"
         "\r\n--outer\r\nContent-Type: application/pdf; name=\"a.pdf\"\r\n"
         "Content-Transfer-Encoding: base64\r\n"
         "Content-Disposition: attachment; filename=\"a.pdf\"\r\n\r\n"
         "QUJDREVGRw==\r\n--outer--\r\n";
}

namespace detail {
template <class T>
Task<> keep(Task<T> work, std::optional<T>& out) {
  out.emplace(co_await std::move(work));
}
}  // namespace detail

class BackendSuite : public testing::TestWithParam<MakeServer> {
 protected:
  void SetUp() override { server_ = GetParam()(); }

  template <class T>
  T get(Task<T> work) {
    std::optional<T> out;
    server_->run(detail::keep(std::move(work), out));
    return std::move(*out);
  }
  /// The value; an error fails the test with its words.
  template <class T>
  T ok(Task<Result<T>> work) {
    Result<T> result = get(std::move(work));
    if (!result) throw std::runtime_error("unexpected error: " + result.error().message);
    if constexpr (!std::is_void_v<T>) return std::move(*result);
  }
  template <class T>
  std::optional<Errc> error(Task<Result<T>> work) {
    const Result<T> result = get(std::move(work));
    if (result) return std::nullopt;
    return result.error().code;
  }

  Mail& mail() { return server_->mail(); }
  Mail& other() { return server_->other(); }
  const Quirks& quirks() const { return server_->quirks(); }

  std::optional<MailFolder> folder(const std::string& name,
                                   std::optional<FolderKey> parent = std::nullopt) {
    for (MailFolder& each : get(mail().folders())) {
      if (each.name == name && each.parent == parent) return std::move(each);
    }
    return std::nullopt;
  }
  FolderKey inbox() {
    for (const MailFolder& each : get(mail().folders())) {
      if (each.role == FolderRole::inbox) return each.key;
    }
    throw std::runtime_error("no inbox");
  }
  FolderKey make(const std::string& name, std::optional<FolderKey> parent = std::nullopt) {
    return ok(mail().create_folder(std::move(parent), name));
  }
  std::uint32_t validity(const FolderKey& key) { return ok(mail().status(key)).uid_validity; }

  /// Appends and finds out the UID also where the server does not tell.
  Uid append(Mail& by, const FolderKey& key, std::string text, Flags flags = {},
             Time received = Time(std::chrono::seconds(1'750'000'000))) {
    const Uid next = ok(mail().status(key)).uid_next;
    const Uid told = ok(by.append(key, std::make_shared<const StringSource>(std::move(text)),
                                  std::move(flags), received));
    if (quirks().tells_uid_of_append) {
      EXPECT_GE(told, next);
      return told;
    }
    return ok(mail().search(key, std::nullopt)).highest();
  }
  Uid append(const FolderKey& key, std::string text) {
    return append(mail(), key, std::move(text));
  }
  MessageState state(const FolderKey& key, Uid uid) {
    const auto states = ok(mail().fetch_state(key, validity(key), {uid}));
    if (states.size() != 1) throw std::runtime_error("the message is not there");
    return states[0];
  }
  std::string read(const FolderKey& key, PartRange range) {
    auto bytes = ok(mail().read(key, validity(key), {std::move(range)}));
    if (bytes.size() != 1) throw std::runtime_error("one range asked, not one answered");
    return bytes[0];
  }
  MailCursor position(const FolderKey& key) { return ok(mail().changes(key, {}, {})).cursor; }

  std::unique_ptr<MailServer> server_;
};

inline std::vector<Uid> uids_of(const std::vector<MessageState>& states) {
  std::vector<Uid> uids;
  for (const MessageState& each : states) uids.push_back(each.uid);
  return uids;
}

}  // namespace godwit::conformance

#include "conformance/backend_changes.hpp"
#include "conformance/backend_folders.hpp"
#include "conformance/backend_messages.hpp"
#include "conformance/backend_search.hpp"
#include "conformance/backend_watch.hpp"
