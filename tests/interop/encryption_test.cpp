// The ways to other mail servers: TLS from the start, STARTTLS or none, over IMAP and submission,
// to servers with good and bad certificates. No password goes to a server that was not verified.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <filesystem>
#include <fstream>

#include "backend/smtp/submission.hpp"
#include "base/fault.hpp"
#include "interop/imap_servers.hpp"
#include "net/certificate.hpp"
#include "net/listener.hpp"
#include "net/tls.hpp"
#include "run.hpp"

namespace godwit::interop {
namespace {

using backend::SmtpSettings;
using backend::SmtpSubmission;
using backend::imap::Encryption;
using backend::imap::ImapServer;

enum class Protocol : std::uint8_t { imap, submission };
enum class Shown : std::uint8_t { good, stranger, expired, other_name };

/// What a mail server answers to a line. Empty: nothing (a line of a mail).
class Dialogue {
 public:
  explicit Dialogue(Protocol protocol) : protocol_(protocol) {}

  std::string greeting() const {
    return protocol_ == Protocol::imap
               ? "* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN SASL-IR] hi\r\n"
               : "220 mx\r\n";
  }
  std::string answer(const std::string& line) {
    return protocol_ == Protocol::imap ? imap(line) : smtp(line);
  }

 private:
  static std::string imap(const std::string& line) {
    const std::string tag = line.substr(0, line.find(' '));
    std::string done = tag + " OK done\r\n";
    if (line.contains("CAPABILITY")) return "* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\n" + done;
    if (line.contains("LIST")) return "* LIST (\\Noselect) \"/\" \"\"\r\n" + done;
    return done;
  }
  std::string smtp(const std::string& line) {
    if (content_ && line != ".") return {};
    content_ = line == "DATA";
    if (content_) return "354 go\r\n";
    if (line.starts_with("EHLO")) return "250-mx\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n";
    if (line == "STARTTLS") return "220 go\r\n";
    return line.starts_with("AUTH") ? "235 in\r\n" : "250 ok\r\n";
  }

  Protocol protocol_;
  bool content_ = false;
};

struct Case {
  Protocol protocol;
  Encryption encryption;
};

class EncryptionTest : public testing::TestWithParam<Case> {
 protected:
  EncryptionTest() { std::filesystem::create_directories(folder_); }
  ~EncryptionTest() override { std::filesystem::remove_all(folder_); }

  /// The files of a certificate made for the case.
  net::CertificateFiles certificate(Shown shown) const {
    const auto today =
        std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const bool expired = shown == Shown::expired;
    const auto made = net::make_self_signed({}, expired ? today - std::chrono::days(40) : today,
                                            std::chrono::days(expired ? 30 : 3650))
                          .value();
    const net::CertificateFiles files{folder_ + "/cert.pem", folder_ + "/key.pem"};
    std::ofstream(files.chain) << made.certificate;
    std::ofstream(files.key) << made.key;
    return files;
  }

  Task<> serve(net::Listener& listener, std::shared_ptr<net::TlsServer> tls) {
    auto stream = co_await listener.accept();
    Dialogue dialogue(GetParam().protocol);
    try {
      if (GetParam().encryption == Encryption::tls) stream = co_await secure(*tls, stream);
      co_await stream->write_all(dialogue.greeting());
      std::string buffered;
      for (;;) {
        std::array<char, 4096> buffer;
        const auto count = co_await stream->read_some(buffer);
        if (count == 0) co_return;
        buffered.append(buffer.data(), count);
        for (auto end = buffered.find("\r\n"); end != std::string::npos;
             end = buffered.find("\r\n")) {
          const std::string line = buffered.substr(0, end);
          buffered.erase(0, end + 2);
          heard_.push_back(line);
          co_await stream->write_all(dialogue.answer(line));
          if (line.ends_with("STARTTLS")) stream = co_await secure(*tls, stream);
        }
      }
    } catch (const Fault&) {
      stream.reset();  // the client did not like the certificate
    } catch (const boost::system::system_error&) {
      stream.reset();
    }
  }
  Task<std::unique_ptr<net::Stream>> secure(net::TlsServer& tls,
                                            std::unique_ptr<net::Stream>& plain) {
    auto stream = co_await tls.accept(std::move(plain));
    secured_ = true;
    co_return stream;
  }

  /// Signs in, and over SMTP hands a mail over, too.
  Task<> ask(std::string host, std::uint16_t port, std::string ca_file, bool verify) {
    const auto executor = co_await boost::asio::this_coro::executor;
    if (GetParam().protocol == Protocol::imap) {
      backend::imap::Settings settings;
      settings.host = std::move(host);
      settings.port = port;
      settings.encryption = GetParam().encryption;
      settings.ca_file = std::move(ca_file);
      settings.verify = verify;
      SeededRandom random(1);
      ImapServer gateway(settings, executor, random);
      const auto account = co_await gateway.sign_in("ada", Secret("secret"));
      EXPECT_TRUE(account.has_value());
      co_return;
    }
    SmtpSettings settings;
    settings.host = std::move(host);
    settings.port = port;
    settings.own_name = "me";
    settings.tls = GetParam().encryption == Encryption::none       ? SmtpSettings::Tls::none
                   : GetParam().encryption == Encryption::starttls ? SmtpSettings::Tls::starttls
                                                                   : SmtpSettings::Tls::tls;
    settings.tls_settings.ca_file = std::move(ca_file);
    settings.tls_settings.insecure = !verify;
    settings.sign_in = SmtpSettings::SignIn::user;
    SmtpSubmission submission(settings);
    const backend::Account account{*UserId::parse("ada@x.test"), "ada", Secret("secret"), "", {}};
    const auto sent = co_await submission.submit(
        account, {"ada@x.test", {"b@y.test"}, "id"},
        std::make_shared<backend::StringSource>("Subject: x\r\n\r\nx\r\n"));
    EXPECT_TRUE(sent.has_value());
  }

  Task<> play(Shown shown, bool verify, std::string& failure) {
    const auto executor = co_await boost::asio::this_coro::executor;
    const auto files = certificate(shown);
    // The certificate is for 127.0.0.1, ::1 and localhost.
    const std::string host = shown == Shown::other_name ? "127.0.0.2" : "127.0.0.1";
    auto listener = net::Listener::tcp(executor, host, 0).value();
    net::spawn(executor, serve(listener, net::TlsServer::load({files}).value()), "server");
    try {
      co_await ask(host, listener.port(), shown == Shown::stranger ? "" : files.chain, verify);
    } catch (const Fault& fault) {
      EXPECT_EQ(fault.kind(), Fault::Kind::unavailable) << fault.what();
      failure = fault.what();
    }
    listener.close();
  }
  /// Why it did not work; empty: it did.
  std::string use(Shown shown, bool verify = true) {
    std::string failure;
    heard_.clear();
    secured_ = false;
    test::run_task(play(shown, verify, failure));
    return failure;
  }
  bool heard_a_password() const {
    return std::ranges::any_of(heard_, [](const std::string& line) {
      return line.contains("AUTH") || line.contains("LOGIN") || line.contains("secret");
    });
  }

  const std::string folder_ = testing::TempDir() + "/godwit-tls-" + std::to_string(::getpid());
  std::vector<std::string> heard_;
  bool secured_ = false;
};

TEST_P(EncryptionTest, AGoodCertificateIsUsed) {
  EXPECT_EQ(use(Shown::good), "");
  EXPECT_TRUE(heard_a_password());
  EXPECT_EQ(secured_, GetParam().encryption != Encryption::none);
}

TEST_P(EncryptionTest, ABadCertificateEndsItAndTheMessageSaysWhatHelps) {
  if (GetParam().encryption == Encryption::none) {
    EXPECT_EQ(use(Shown::stranger), "");  // nothing is asked for, nothing shown
    EXPECT_FALSE(secured_);
    return;
  }
  struct Row {
    Shown shown;
    const char* why;
    const char* remedy;
  };
  for (const Row& row : {Row{Shown::stranger, "self-signed", "as ca_file"},
                         Row{Shown::expired, "expired", "renew it"},
                         Row{Shown::other_name, "mismatch", "use a host name"}}) {
    const std::string failure = use(row.shown);
    EXPECT_TRUE(failure.contains(row.why)) << failure;
    EXPECT_TRUE(failure.contains(row.remedy)) << failure;
    EXPECT_FALSE(heard_a_password()) << failure;
  }
}

TEST_P(EncryptionTest, WhoTurnsVerificationOffGetsWhatWasAskedFor) {
  EXPECT_EQ(use(Shown::stranger, false), "");
  EXPECT_TRUE(heard_a_password());
  EXPECT_EQ(secured_, GetParam().encryption != Encryption::none);
}

INSTANTIATE_TEST_SUITE_P(Ways, EncryptionTest,
                         testing::Values(Case{Protocol::imap, Encryption::none},
                                         Case{Protocol::imap, Encryption::starttls},
                                         Case{Protocol::imap, Encryption::tls},
                                         Case{Protocol::submission, Encryption::none},
                                         Case{Protocol::submission, Encryption::starttls},
                                         Case{Protocol::submission, Encryption::tls}));

TEST(Encryption, IsVerifiedByDefault) {
  EXPECT_TRUE(backend::imap::Settings().verify);
  EXPECT_EQ(backend::imap::Settings().encryption, Encryption::starttls);
  EXPECT_FALSE(SmtpSettings().tls_settings.insecure);
  EXPECT_EQ(SmtpSettings().tls, SmtpSettings::Tls::starttls);
}

/// Dovecot and Cyrus themselves, by every way that they offer.
class RealServers : public testing::TestWithParam<const char*> {};

TEST_P(RealServers, AreReachedByEachWayAndNotWithoutTheirIssuer) {
  if (!RunningServer::is_there(GetParam())) GTEST_SKIP() << RunningServer::why_not(GetParam());
  const RunningServer& server = *RunningServer::get(GetParam(), "");
  TestLoop loop;
  SeededRandom random(1);
  struct Way {
    Encryption encryption;
    const char* port;
  };
  for (const Way way : {Way{Encryption::none, "IMAP_PORT"}, Way{Encryption::starttls, "IMAP_PORT"},
                        Way{Encryption::tls, "IMAPS_PORT"}}) {
    backend::imap::Settings settings;
    settings.host = "localhost";
    settings.port = server.port(way.port);
    settings.encryption = way.encryption;
    settings.ca_file = server.value("TLS_CERTIFICATE");
    const std::string user = fresh_user();
    {
      ImapServer gateway(settings, loop.executor(), random);
      EXPECT_TRUE(loop.get(gateway.sign_in(user, Secret("secret"))));
    }
    if (way.encryption == Encryption::none) continue;
    settings.ca_file.clear();
    ImapServer stranger(settings, loop.executor(), random);
    try {
      static_cast<void>(loop.get(stranger.sign_in(user, Secret("secret"))));
      ADD_FAILURE() << "a server was trusted that nobody vouches for";
    } catch (const Fault& fault) {
      EXPECT_TRUE(std::string(fault.what()).contains("ca_file")) << fault.what();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Servers, RealServers, testing::Values("dovecot", "cyrus"));

}  // namespace
}  // namespace godwit::interop
