// What monitoring reads of a whole daemon: numbers that Prometheus' own parser takes and that move
// with requests, health and readiness, and a dashboard and alerts that name what there is.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "daemon/daemon_process.hpp"
#include "http/client.hpp"
#include "interop/scripted_server.hpp"
#include "run.hpp"

namespace godwit::test {
namespace {

constexpr const char* ann = "ann@example.org";

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

class MonitoringTest : public testing::Test {
 protected:
  MonitoringTest() {
    daemon_.config["metrics"] = "listen = [\"127.0.0.1:0\"]\n";
    daemon_.config["auth"] = "failure_delay_milliseconds = 0\nfailures_max = 100\n";
  }
  http::ClientReply get(const std::string& path) const {
    http::Client client({.host = "127.0.0.1", .port = daemon_.port("metrics ")});
    return run(client.send({.target = path}, std::chrono::seconds(20)));
  }
  /// A wrong password.
  void guess() const {
    http::Client stranger({.host = "127.0.0.1", .port = daemon_.port("http ")});
    http::ClientRequest request{.method = "OPTIONS", .target = "/Microsoft-Server-ActiveSync"};
    request.headers = {{"Authorization", "Basic YW5uQGV4YW1wbGUub3JnOndyb25n"}};
    EXPECT_EQ(run(stranger.send(std::move(request), std::chrono::seconds(20))).status, 401);
  }
  /// Of one line, without its value; 0 where it is not there.
  double value(const std::string& series) const {
    const std::string text = "\n" + get("/metrics").body;
    const auto at = text.find("\n" + series + ' ');
    return at == text.npos ? 0 : std::stod(text.substr(at + series.size() + 2));
  }
  /// As Prometheus' client for Python reads it: a line for each sample's name and labels.
  std::string parsed(const std::string& text) const {
    const std::string folder = daemon_.folder();
    std::ofstream(folder + "/page") << text;
    const std::string command =
        "/usr/bin/python3 -c 'import sys\n"
        "from prometheus_client.parser import text_string_to_metric_families as read\n"
        "for family in read(open(sys.argv[1]).read()):\n"
        "  assert family.documentation and family.type != \"unknown\", family.name\n"
        "  seen = set()\n"
        "  for s in family.samples:\n"
        "    key = (s.name, tuple(sorted(s.labels.items())))\n"
        "    assert key not in seen, key\n"
        "    seen.add(key)\n"
        "    print(s.name, sorted(s.labels.items()), s.value)' " +
        folder + "/page > " + folder + "/samples 2>&1";
    EXPECT_EQ(std::system(command.c_str()), 0) << read_file(folder + "/samples");
    return read_file(folder + "/samples");
  }

  DaemonProcess daemon_;
};

TEST_F(MonitoringTest, NumbersMoveWithRequests) {
  daemon_.start();
  daemon_.add_user(ann);
  const std::string syncs = "godwit_request_seconds_count{command=\"Sync\",status=\"200\"}";
  EXPECT_EQ(value(syncs), 0);
  Phone phone(daemon_, ann);
  const std::string inbox = phone.inbox();
  const double first = value(syncs);
  EXPECT_GE(first, 1);
  EXPECT_TRUE(run(phone->sync(inbox, {})).ok());
  EXPECT_EQ(value(syncs), first + 1);
  EXPECT_EQ(value("godwit_request_seconds_count{command=\"FolderSync\",status=\"200\"}"), 1);
  EXPECT_GE(value("godwit_backend_seconds_count{backend=\"mail\",operation=\"folders\"}"), 1);
  EXPECT_EQ(value("godwit_sign_ins_total{outcome=\"verified\"}"), 1);
  EXPECT_GE(value("godwit_sign_ins_total{outcome=\"remembered\"}"), 2);
  EXPECT_EQ(value("godwit_sign_ins_total{outcome=\"refused\"}"), 0);
  guess();
  EXPECT_EQ(value("godwit_sign_ins_total{outcome=\"refused\"}"), 1);
  EXPECT_EQ(value("godwit_request_seconds_count{command=\"OPTIONS\",status=\"401\"}"), 1);

  auto ping = phone.ping(inbox, 300);
  ASSERT_TRUE(wait_until([this] { return daemon_.status().parked == 1; }));
  EXPECT_EQ(value("godwit_parked_requests"), 1);
  EXPECT_EQ(value("godwit_request_seconds_count{command=\"Ping\",status=\"parked\"}"), 1);
  EXPECT_EQ(value("godwit_watched_users"), 1);
  EXPECT_EQ(phone.send("From: ann@example.org\r\nTo: ann@example.org\r\nSubject: x\r\n\r\nx\r\n"),
            1);
  EXPECT_EQ(ping.get().status, 200);
  EXPECT_EQ(value("godwit_backend_seconds_count{backend=\"submission\",operation=\"submit\"}"), 1);
}

TEST_F(MonitoringTest, PrometheusReadsItAndInventedDevicesAreFew) {
  daemon_.start();
  daemon_.add_user(ann);
  const client::ServerUrl url = daemon_.url();
  http::Client wire({.host = url.host, .port = url.port});
  for (int i = 0; i < 80; ++i) {
    http::ClientRequest request{
        .method = "POST",
        .target = fmt::format("/Microsoft-Server-ActiveSync?Cmd=FolderSync&User=ann&DeviceId=d{0}"
                              "&DeviceType=Invented%22%5C{0}",
                              i),
        .body = std::string("\x03\x01\x6a\x00\x00\x07\x56\x52\x03\x30\x00\x01\x01", 13)};
    request.headers = {{"Authorization", "Basic YW5uQGV4YW1wbGUub3JnOnNlY3JldA=="},
                       {"MS-ASProtocolVersion", "14.1"},
                       {"Content-Type", "application/vnd.ms-sync.wbxml"}};
    ASSERT_EQ(run(wire.send(std::move(request), std::chrono::seconds(20))).status, 200);
  }
  const auto page = get("/metrics");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const std::string samples = parsed(page.body);
  std::size_t kinds = 0;
  for (auto at = samples.find("godwit_devices "); at != samples.npos;
       at = samples.find("godwit_devices ", at + 1)) {
    ++kinds;
  }
  EXPECT_EQ(kinds, 51U) << samples;
  EXPECT_TRUE(samples.contains("godwit_devices [('type', 'other'), ('version', 'other')] 30.0"))
      << samples;
  EXPECT_TRUE(samples.contains("godwit_info [('version', "));
}

TEST_F(MonitoringTest, ReadyWhileItCanServe) {
  std::string& server = daemon_.config["server"];
  server.replace(server.find("drain_seconds = 0"), 17, "drain_seconds = 2");
  daemon_.start();
  daemon_.add_user(ann);
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_EQ(get("/readyz").status, 200);
  EXPECT_EQ(get("/readyz").body, "ready\n");
  EXPECT_EQ(get("/elsewhere").status, 404);
  Phone phone(daemon_, ann);
  const std::string inbox = phone.inbox();
  auto ping = phone.ping(inbox, 300);
  ASSERT_TRUE(wait_until([this] { return daemon_.status().parked == 1; }));
  daemon_.signal(SIGTERM);
  ASSERT_TRUE(daemon_.wait_for_log("stopping"));
  const auto draining = get("/readyz");
  EXPECT_EQ(draining.status, 503);
  EXPECT_TRUE(draining.body.starts_with("draining\n")) << draining.body;
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_EQ(ping.get().status, 200);
  EXPECT_EQ(daemon_.wait_for_end(), 0);
}

TEST_F(MonitoringTest, ItsAddressGoesToTheProcessThatTakesOver) {
  std::string& server = daemon_.config["server"];
  server.replace(server.find("drain_seconds = 0"), 17, "drain_seconds = 2");
  daemon_.start();
  const auto port = daemon_.port("metrics ");
  EXPECT_EQ(daemon_.stop(), 0);
  daemon_.config["metrics"] = "listen = [\"127.0.0.1:" + std::to_string(port) + "\"]\n";
  daemon_.start();
  daemon_.add_user(ann);
  Phone phone(daemon_, ann);
  const std::string inbox = phone.inbox();
  auto ping = phone.ping(inbox, 300);
  ASSERT_TRUE(wait_until([this] { return daemon_.status().parked == 1; }));
  EXPECT_EQ(get("/readyz").status, 200);
  daemon_.hand_over();
  EXPECT_EQ(get("/readyz").status, 200);
  EXPECT_EQ(value("godwit_parked_requests"), 0);
  EXPECT_EQ(ping.get().status, 200);
}

TEST_F(MonitoringTest, NotReadyWithoutItsBackendOrItsStore) {
  interop::ScriptedServer imap(std::vector<interop::Script>{});
  const auto port = imap.port();
  daemon_.config["backend"] = "kind = \"imap\"\n";
  daemon_.config["submission"] = "host = \"127.0.0.1\"\nport = 1\ntls = \"none\"\n";
  daemon_.config["imap"] = "host = \"127.0.0.1\"\ntls = \"none\"\nport = 1\n";
  daemon_.start();
  const auto down = get("/readyz");
  EXPECT_EQ(down.status, 503);
  EXPECT_TRUE(down.body.starts_with("backend: ")) << down.body;
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_EQ(daemon_.stop(), 0);
  daemon_.config["imap"] =
      "host = \"127.0.0.1\"\ntls = \"none\"\nport = " + std::to_string(port) + "\n";
  daemon_.start();
  EXPECT_EQ(get("/readyz").status, 200);
  EXPECT_EQ(daemon_.stop(), 0);
  std::ofstream(daemon_.state_folder() + "/store.sqlite") << "no database";
  daemon_.start();
  const auto broken = get("/readyz");
  EXPECT_EQ(broken.status, 503);
  EXPECT_TRUE(broken.body.starts_with("administration only\n")) << broken.body;
  EXPECT_EQ(value("godwit_serving"), 0);
}

TEST_F(MonitoringTest, LevelsOfLoggersChangeWhileItRuns) {
  daemon_.start();
  daemon_.add_user(ann);
  Phone phone(daemon_, ann);
  const std::string inbox = phone.inbox();
  const auto syncs = [this] {
    const std::string log = daemon_.log();
    std::size_t count = 0;
    for (auto at = log.find(" command=Sync "); at != log.npos;
         at = log.find(" command=Sync ", at + 1)) {
      ++count;
    }
    return count;
  };
  const std::size_t first = syncs();
  EXPECT_GE(first, 1U);
  const auto quiet = daemon_.command("log level request warning");
  EXPECT_EQ(quiet.code, 0) << quiet.output;
  EXPECT_EQ(quiet.output, "all              info\nrequest          warning\n");
  EXPECT_TRUE(run(phone->sync(inbox, {})).ok());
  EXPECT_EQ(syncs(), first);
  EXPECT_EQ(daemon_.command("log level all error").code, 0);
  EXPECT_EQ(daemon_.command("log level request info").code, 0);
  EXPECT_EQ(daemon_.command("log level").output, "all              error\nrequest          info\n");
  EXPECT_TRUE(run(phone->sync(inbox, {})).ok());
  EXPECT_EQ(syncs(), first + 1);
  EXPECT_EQ(daemon_.command("log level request default").code, 0);
  EXPECT_TRUE(run(phone->sync(inbox, {})).ok());
  EXPECT_EQ(syncs(), first + 1);
  for (const char* wrong : {"request loud", "all default", "Request info", "request"}) {
    EXPECT_NE(daemon_.command(std::string("log level ") + wrong).code, 0) << wrong;
  }
  const auto misspelt = daemon_.command("log level reqest info");
  EXPECT_EQ(misspelt.code, 1);
  EXPECT_TRUE(misspelt.output.contains("no logger is called 'reqest'; there are: admin, "))
      << misspelt.output;
  EXPECT_EQ(daemon_.command("log level").output, "all              error\n");
}

TEST_F(MonitoringTest, LevelsOfLoggersStandInTheConfigurationAndAReloadAppliesThem) {
  const std::string server = daemon_.config["server"];
  daemon_.config["server"] += "log_levels = [\"request warning\"]\n";
  daemon_.start();
  daemon_.add_user(ann);
  Phone phone(daemon_, ann);
  const std::string inbox = phone.inbox();
  EXPECT_FALSE(daemon_.log().contains(" command=")) << daemon_.log();
  EXPECT_EQ(daemon_.command("log level imap debug").code, 0);
  const auto reload = [this](const std::string& lines, const char* told) {
    daemon_.config["server"] = lines;
    daemon_.write_config();
    daemon_.signal(SIGHUP);
    ASSERT_TRUE(daemon_.wait_for_log(told));
  };
  reload(server + "log_levels = [\"reqest warning\"]\n", "reload.refused");
  EXPECT_TRUE(daemon_.log().contains("no logger is called 'reqest'")) << daemon_.log();
  EXPECT_TRUE(run(phone->sync(inbox, {})).ok());
  EXPECT_FALSE(daemon_.log().contains(" command=")) << "the old levels stand";
  reload(server + "log_levels = [\"sync debug\"]\n", "reloaded");
  EXPECT_EQ(daemon_.command("log level").output, "all              info\nsync             debug\n");
}

TEST_F(MonitoringTest, PasswordsAndContentStayOutOfTheLogAtEveryLevel) {
  daemon_.start();
  daemon_.add_user(ann);
  EXPECT_EQ(daemon_.command("log level all debug").code, 0);
  guess();
  Phone phone(daemon_, ann);
  const std::string inbox = phone.inbox();
  EXPECT_EQ(phone.send("From: ann@example.org\r\nTo: ann@example.org\r\nSubject: Zeppelin\r\n"
                       "\r\nQuagmire\r\n"),
            1);
  EXPECT_TRUE(run(phone->sync(inbox, {})).ok());
  const std::string log = daemon_.log();
  EXPECT_TRUE(log.contains(" command=SendMail "));
  for (const char* word : {"Zeppelin", "Quagmire", password, "YW5uQGV4YW1wbGUub3Jn"}) {
    EXPECT_FALSE(log.contains(word)) << word << '\n' << log;
  }
}

// In a mount name space of its own, so that the machine's journal hears nothing.
TEST_F(MonitoringTest, TheJournalGetsFields) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root has mount name spaces";
  const std::string path = daemon_.folder() + "/journal";
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  const std::string script = daemon_.folder() + "/within";
  std::ofstream(script) << "mount -t tmpfs none /run && mkdir -p /run/systemd/journal && ln -s "
                        << path << " /run/systemd/journal/socket && exec \"$@\"\n";
  daemon_.config["server"] += "log_format = \"journal\"\n";
  daemon_.start({.within = "unshare -m sh " + script, .sockets = {}, .socket_names = ""});
  daemon_.add_user(ann);
  Phone(daemon_, ann).inbox();
  std::string entry;
  EXPECT_TRUE(wait_until([&] {
    std::array<char, 8192> buffer{};
    const auto count = ::recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count > 0) entry.assign(buffer.data(), static_cast<std::size_t>(count));
    return entry.contains("\nGODWIT_COMMAND=Sync\n");
  }));
  EXPECT_TRUE(entry.starts_with("PRIORITY=6\nSYSLOG_IDENTIFIER=godwitd\nMESSAGE=info    request "))
      << entry;
  EXPECT_TRUE(entry.contains("\nGODWIT_LOGGER=request\n")) << entry;
  EXPECT_TRUE(entry.contains("\nGODWIT_USER=ann@example.org\n")) << entry;
  EXPECT_FALSE(daemon_.log().contains("request")) << daemon_.log();
  // It is gone: what is said from then on goes to standard error.
  ::close(socket);
  EXPECT_TRUE(run(Phone(daemon_, ann, "phone2")->folder_sync()).ok());
  EXPECT_TRUE(daemon_.wait_for_log("<6>info    request "));
}

TEST_F(MonitoringTest, ARequestHasALineAndOneThatWaitedAnother) {
  daemon_.start();
  daemon_.add_user(ann);
  Phone phone(daemon_, ann);
  const std::string inbox = phone.inbox();
  auto held = phone.ping(inbox, 600);
  ASSERT_TRUE(daemon_.wait_for_log("command=Ping"));
  EXPECT_EQ(phone.send("From: ann@example.org\r\nTo: ann@example.org\r\nSubject: x\r\n\r\nx\r\n"),
            1);
  EXPECT_EQ(ping_status(held.get()), 2);
  EXPECT_TRUE(run(phone->sync(inbox, {})).ok());
  const std::string log = daemon_.log();
  const auto has = [&log](const char* pattern) {
    return std::regex_search(log, std::regex(pattern));
  };
  const char* const times = "ms=[0-9]+ spent=[a-z0-9_:,()/]+\n";
  using std::string;
  EXPECT_TRUE(has((string("command=Ping .*outcome=parked status=parked in=0 out=0 "
                          "bytes_in=[1-9][0-9]* bytes_out=0 ") +
                   times)
                      .c_str()))
      << log;
  EXPECT_TRUE(
      has((string("request woken user=ann@example.org device=[^ ]+ command=Ping .*by=changed "
                  "outcome=document status=200 out=0 bytes_out=[1-9][0-9]* ") +
           times)
              .c_str()))
      << log;
  EXPECT_TRUE(has((string("command=Sync .*status=200 in=0 out=added:1 bytes_in=[1-9][0-9]* "
                          "bytes_out=[1-9][0-9]* ") +
                   times)
                      .c_str()))
      << log;
}

TEST_F(MonitoringTest, ShellsCompleteCommands) {
  daemon_.write_config();
  const auto script = daemon_.command("completion bash");
  ASSERT_EQ(script.code, 0) << script.output;
  const std::string file = daemon_.folder() + "/completion";
  std::ofstream(file) << script.output;
  const auto completed = [&](const std::string& words, int at) {
    const std::string command = "bash -c 'source " + file + "; COMP_WORDS=(godwit " + words +
                                "); COMP_CWORD=" + std::to_string(at) +
                                "; _godwit; echo ${COMPREPLY[@]}' > " + file + ".out 2>&1";
    EXPECT_EQ(std::system(command.c_str()), 0);
    return read_file(file + ".out");
  };
  EXPECT_EQ(completed("lo", 1), "log\n");
  EXPECT_EQ(completed("log le", 2), "level\n");
  EXPECT_EQ(completed("--socket file device rel", 4), "release\n");
  EXPECT_EQ(completed("device list --js", 3), "--json\n");
  EXPECT_EQ(completed("nothing of thi", 3), "\n");
  EXPECT_TRUE(daemon_.command("completion zsh").output.contains("bashcompinit"));
}

TEST_F(MonitoringTest, DashboardAndAlertsNameWhatThereIs) {
  // With a way to other servers and a failure, everything that can be counted is there.
  daemon_.config["submission"] =
      "host = \"127.0.0.1\"\nport = 1\ntls = \"none\"\nsign_in = \"none\"\n";
  daemon_.start();
  daemon_.add_user(ann);
  Phone phone(daemon_, ann);
  phone.inbox();
  EXPECT_EQ(phone.send("From: ann@example.org\r\nTo: b@elsewhere.test\r\nSubject: x\r\n\r\nx\r\n"),
            1);
  guess();  // a warning
  const std::string page = get("/metrics").body;
  EXPECT_EQ(value("godwit_queue_mails"), 1);
  std::set<std::string> known;
  const std::regex type("# TYPE (godwit_[a-z_]+) ([a-z]+)");
  for (std::sregex_iterator at(page.begin(), page.end(), type), end; at != end; ++at) {
    known.insert((*at)[1]);
    if ((*at)[2] != "histogram") continue;
    for (const char* part : {"_bucket", "_count", "_sum"}) known.insert((*at)[1].str() + part);
  }
  // No backend failed here, and nothing is pushed to the embedded store: these are in unit tests.
  known.insert(
      {"godwit_backend_faults_total", "godwit_push_events_total", "godwit_push_source_quiet"});
  for (const char* file : {"/packaging/grafana/godwit.json", "/packaging/prometheus/godwit.yml"}) {
    const std::string text = read_file(std::string(GODWIT_SOURCE_DIR) + file);
    const std::regex name("godwit_[a-z_]+");
    std::size_t named = 0;
    for (std::sregex_iterator at(text.begin(), text.end(), name), end; at != end; ++at, ++named) {
      EXPECT_TRUE(known.contains(at->str())) << file << ": " << at->str();
    }
    EXPECT_GT(named, 5U) << file;
  }
}

}  // namespace
}  // namespace godwit::test
