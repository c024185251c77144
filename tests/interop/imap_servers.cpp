#include "interop/imap_servers.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "base/handle.hpp"
#include "base/text.hpp"

namespace godwit::interop {
namespace {

std::string parts_folder() {
  const char* given = std::getenv("GODWIT_PARTS");
  return given ? given : std::string(GODWIT_SOURCE_DIR) + "/build/parts";
}

struct Finished {
  int status;
  std::string output;
};

Finished run_script(const std::string& command) {
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (!pipe) throw std::runtime_error("cannot run a shell");
  Finished out{};
  std::array<char, 4096> buffer{};
  while (std::fgets(buffer.data(), buffer.size(), pipe)) out.output += buffer.data();
  out.status = ::pclose(pipe);
  return out;
}

std::map<std::string, std::string> parse_values(std::string_view text) {
  std::map<std::string, std::string> out;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::size_t equal = line.find('=');
    if (equal != std::string_view::npos) {
      out.emplace(line.substr(0, equal), line.substr(equal + 1));
    }
  }
  return out;
}

class LineSocket {
 public:
  explicit LineSocket(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor_, reinterpret_cast<sockaddr*>(&where), sizeof(where)) != 0) {
      throw std::runtime_error("nobody listens on port " + std::to_string(port));
    }
  }
  ~LineSocket() { ::close(descriptor_); }
  LineSocket(const LineSocket&) = delete;
  LineSocket& operator=(const LineSocket&) = delete;

  void expect(const std::string& code) {
    const std::string line = hear_answer();
    if (!line.starts_with(code)) throw std::runtime_error("LMTP: " + line);
  }
  std::string hear_answer() {
    std::string line;
    do {
      line = hear();
    } while (line.size() > 3 && line[3] == '-');
    return line;
  }
  std::string hear() {
    std::string line;
    char c = 0;
    while (::read(descriptor_, &c, 1) == 1 && c != '\n') line += c;
    return line;
  }
  void say(const std::string& text) {
    if (::write(descriptor_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
      throw std::runtime_error("cannot write");
    }
  }

 private:
  int descriptor_;
};

}  // namespace

bool RunningServer::is_there(const std::string& name) {
  return std::filesystem::exists(parts_folder() + '/' + name + "/.fetched");
}

std::string RunningServer::why_not(const std::string& name) {
  return name + " is not in " + parts_folder() + ": run tests/parts.sh fetch " + name;
}

const RunningServer* RunningServer::get(const std::string& name, const std::string& options) {
  static std::map<std::string, std::unique_ptr<RunningServer>> servers;
  const auto known = servers.find(name + ' ' + options);
  if (known != servers.end()) return known->second.get();
  const std::string parts = parts_folder();
  std::string folder = "/tmp/godwit-" + name + "-XXXXXX";
  if (!::mkdtemp(folder.data())) throw std::runtime_error("cannot make a folder in /tmp");
  const std::string script = std::string(GODWIT_SOURCE_DIR) + "/tests/parts/" + name + ".sh";
  const Finished started =
      run_script("GODWIT_PARTS='" + parts + "' '" + script + "' start '" + folder + "' " + options);
  if (started.status != 0) throw std::runtime_error(name + " does not start");
  auto& server = servers[name + ' ' + options];
  server.reset(new RunningServer(script, folder, parse_values(started.output)));
  return server.get();
}

RunningServer::~RunningServer() {
  run_script("GODWIT_PARTS='" + parts_folder() + "' '" + script_ + "' stop '" + folder_ + "'");
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::uint16_t RunningServer::port(const std::string& name) const {
  return parse_number<std::uint16_t>(value(name)).value();
}

const std::string& RunningServer::value(const std::string& name) const { return values_.at(name); }

namespace {

Task<> poll_until(const std::function<bool()>& done, bool& result) {
  for (int i = 0; i < 1000; ++i) {
    result = done();
    if (result) co_return;
    co_await net::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace

struct TestLoop::State {
  boost::asio::io_context context{1};
};

TestLoop::TestLoop() : state_(std::make_unique<State>()) {}
TestLoop::~TestLoop() = default;

net::Executor TestLoop::executor() { return state_->context.get_executor(); }

void TestLoop::run(Task<> work) {
  bool done = false;
  std::exception_ptr failure;
  boost::asio::co_spawn(state_->context, std::move(work), [&](std::exception_ptr thrown) {
    failure = std::move(thrown);
    done = true;
  });
  state_->context.restart();
  while (!done) state_->context.run_one();
  if (failure) std::rethrow_exception(failure);
}

bool TestLoop::wait_until(const std::function<bool()>& done) {
  bool result = false;
  run(poll_until(done, result));
  return result;
}

void deliver_by_lmtp(std::uint16_t port, const std::string& recipient, std::string message,
                     const std::string& sender) {
  LineSocket socket(port);
  socket.expect("220");
  socket.say("LHLO test\r\n");
  socket.expect("250");
  socket.say("MAIL FROM:<" + sender + ">\r\n");
  socket.expect("250");
  socket.say("RCPT TO:<" + recipient + ">\r\n");
  socket.expect("250");
  socket.say("DATA\r\n");
  socket.expect("354");
  socket.say(message + ".\r\n");
  socket.expect("250");
}

std::vector<std::string> converse(std::uint16_t port, const std::vector<std::string>& lines) {
  LineSocket socket(port);
  std::vector<std::string> answers{socket.hear_answer()};
  for (const std::string& line : lines) {
    socket.say(line + "\r\n");
    answers.push_back(socket.hear_answer());
  }
  return answers;
}

void run_imap_commands(std::uint16_t port, const std::string& user,
                       const std::vector<std::string>& commands) {
  LineSocket socket(port);
  std::string all = "t LOGIN " + user + " secret\r\n";
  for (const std::string& each : commands) all.append("t ").append(each).append("\r\n");
  socket.say(all);
  for (std::size_t done = 0; done <= commands.size();) {
    const std::string line = socket.hear();
    if (line.empty()) throw std::runtime_error("the IMAP server is gone");
    if (!line.starts_with("t ")) continue;
    if (!line.starts_with("t OK")) throw std::runtime_error("IMAP: " + line);
    ++done;
  }
}

void make_maildirs(const std::string& mailbox, const std::vector<std::string>& names) {
  namespace fs = std::filesystem;
  struct stat owner{};
  const std::string above = fs::path(mailbox).parent_path();
  if (::stat(above.c_str(), &owner) != 0) throw std::runtime_error("there is no " + above);
  const auto make = [&owner](const std::string& folder) {
    fs::create_directory(folder);
    if (::chown(folder.c_str(), owner.st_uid, owner.st_gid) != 0) {
      throw std::runtime_error("cannot hand over " + folder);
    }
  };
  make(mailbox);
  for (const std::string& name : names) {
    std::string folder = mailbox;
    folder.append("/.").append(name);
    for (const char* below : {"", "/cur", "/new", "/tmp"}) make(folder + below);
  }
}

void sign_in_by_imap(TestLoop& loop, const RunningServer& server, const std::string& user) {
  backend::imap::Settings settings;
  settings.host = "127.0.0.1";
  settings.port = server.port("IMAP_PORT");
  settings.encryption = backend::imap::Encryption::none;
  SeededRandom random(1);
  backend::imap::ImapServer gateway(settings, loop.executor(), random);
  const auto account = loop.get(gateway.sign_in(user, Secret("secret")));
  if (!account) throw std::runtime_error(account.error().message);
}

std::string fresh_user() {
  static int count = 0;
  return "u" + std::to_string(::getpid()) + "x" + std::to_string(++count);
}

}  // namespace godwit::interop
