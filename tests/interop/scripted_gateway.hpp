/// The gateway before a scripted server: what imap_scripts_test.cpp and imap_quirks_test.cpp share.
#pragma once

#include <gtest/gtest.h>

#include <chrono>

#include "backend/decoded.hpp"
#include "base/fault.hpp"
#include "interop/imap_servers.hpp"
#include "interop/scripted_server.hpp"

namespace godwit::interop {

inline constexpr const char* rich =
    "IMAP4rev1 LITERAL+ ENABLE CONDSTORE QRESYNC UIDPLUS MOVE ESEARCH";

/// Greeting and sign-in of a server with these capabilities.
inline Script hello(const std::string& capabilities, Script then = {}) {
  Script out = {
      "S: * OK [CAPABILITY " + capabilities + " AUTH=PLAIN SASL-IR] ready",
      "C: AUTHENTICATE PLAIN AGFkYQBzZWNyZXQ=", "S: $ OK [CAPABILITY " + capabilities + "] in"};
  if (capabilities.contains("ENABLE")) {
    out.insert(out.end(), {"C: ENABLE CONDSTORE", "S: * ENABLED CONDSTORE QRESYNC", "S: $ OK"});
  }
  out.insert(out.end(), {"C: LIST \"\" \"\"", "S: * LIST (\\Noselect) \"/\" \"\"", "S: $ OK"});
  out.insert(out.end(), then.begin(), then.end());
  return out;
}

inline Script selecting(std::uint32_t validity = 7, const std::string& next = "10") {
  return {"C: SELECT \"Box\"",
          "S: * 3 EXISTS",
          "S: * OK [UIDVALIDITY " + std::to_string(validity) + "] x",
          "S: * OK [UIDNEXT " + next + "] x",
          "S: * OK [PERMANENTFLAGS (\\Seen \\Deleted \\*)] x",
          "S: $ OK [READ-WRITE] done"};
}

inline Script operator+(Script a, const Script& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

class Scripted : public testing::Test {
 protected:
  void serve(std::vector<Script> scripts) {
    server_ = std::make_unique<ScriptedServer>(std::move(scripts));
    settings_.host = "127.0.0.1";
    settings_.port = server_->port();
    settings_.encryption = encryption_;
    settings_.connect_limit = std::chrono::seconds(2);
    settings_.command_limit = std::chrono::milliseconds(300);
    gateway_ = std::make_unique<backend::imap::ImapServer>(settings_, loop_.executor(), random_);
  }
  void TearDown() override {
    mail_.reset();
    gateway_.reset();
    const auto complaints = server_->complaints();
    EXPECT_TRUE(complaints.empty()) << complaints.front();
  }

  template <class T>
  T get(Task<T> work) {
    return loop_.get(std::move(work));
  }
  template <class T>
  std::optional<Fault::Kind> fault(Task<T> work) {
    try {
      get(std::move(work));
    } catch (const Fault& thrown) {
      return thrown.kind();
    }
    return std::nullopt;
  }
  Result<backend::Account> sign_in(std::string password = "secret") {
    return get(gateway_->sign_in("ada", Secret(std::move(password))));
  }
  backend::Mail& mail() {
    if (!mail_) mail_ = gateway_->open(sign_in().value());
    return *mail_;
  }

  const FolderKey box_ = FolderKey::parse("Box").value();
  TestLoop loop_;
  SeededRandom random_{1};
  backend::imap::Encryption encryption_ = backend::imap::Encryption::none;
  backend::imap::Settings settings_;
  std::unique_ptr<ScriptedServer> server_;
  std::unique_ptr<backend::imap::ImapServer> gateway_;
  std::shared_ptr<backend::Mail> mail_;
};

}  // namespace godwit::interop
