#include "app/handover.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "net/deadline.hpp"
#include "net/socket_stream.hpp"

namespace godwit::app {
namespace {

constexpr int first_passed = 3;  // sd_listen_fds(3)
constexpr const char* channel_variable = "GODWIT_TAKE_OVER";

std::vector<std::string> environment_of(const std::vector<net::PassedSocket>& sockets) {
  std::vector<std::string> all;
  for (char** each = ::environ; *each != nullptr; ++each) {
    const std::string_view text = *each;
    if (!text.starts_with("LISTEN_") && !text.starts_with(channel_variable)) all.emplace_back(text);
  }
  std::string names;
  for (const net::PassedSocket& socket : sockets) names += (names.empty() ? "" : ":") + socket.name;
  all.push_back(fmt::format("LISTEN_FDS={}", sockets.size()));
  all.push_back("LISTEN_FDNAMES=" + names);
  all.push_back(fmt::format("{}={}", channel_variable, first_passed + sockets.size()));
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (std::string& each : texts) all.push_back(each.data());
  all.push_back(nullptr);
  return all;
}

/// Numbers out of the way of those that the new process is to find.
std::vector<Descriptor> duplicates(const std::vector<int>& descriptors) {
  std::vector<Descriptor> all;
  all.reserve(descriptors.size());
  const int above = first_passed + static_cast<int>(descriptors.size());
  for (const int each : descriptors) all.emplace_back(::fcntl(each, F_DUPFD_CLOEXEC, above));
  return all;
}

Result<pid_t> spawn_with(const std::vector<std::string>& arguments,
                         const std::vector<net::PassedSocket>& sockets, int channel) {
  std::vector<int> passed;
  passed.reserve(sockets.size() + 1);
  for (const net::PassedSocket& socket : sockets) passed.push_back(socket.descriptor);
  passed.push_back(channel);
  const std::vector<Descriptor> high = duplicates(passed);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  for (std::size_t i = 0; i < high.size(); ++i) {
    ::posix_spawn_file_actions_adddup2(&actions, high[i].get(), first_passed + static_cast<int>(i));
  }
  std::vector<std::string> words = arguments;
  std::vector<std::string> variables = environment_of(sockets);
  pid_t pid = -1;
  const int failed = ::posix_spawn(&pid, words.front().c_str(), &actions, nullptr,
                                   pointers(words).data(), pointers(variables).data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return fail(Errc::refused, words.front() + ": " + std::strerror(failed));
  return pid;
}

void close_all_but(const std::vector<int>& kept) {
  const std::set<int> keep(kept.begin(), kept.end());
  std::vector<int> others;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", failed)) {
    const auto number = parse_number<int>(entry.path().filename().string());
    if (number && *number > STDERR_FILENO && !keep.contains(*number)) others.push_back(*number);
  }
  for (const int each : others) ::close(each);
}

}  // namespace

Result<Successor> Successor::start(const net::Executor& executor,
                                   const std::vector<std::string>& arguments,
                                   const std::vector<net::PassedSocket>& sockets) {
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return fail(Errc::refused, std::string("no channel: ") + std::strerror(errno));
  }
  Descriptor ours(ends[0]);
  const Descriptor theirs(ends[1]);
  const auto pid = spawn_with(arguments, sockets, theirs.get());
  if (!pid) return pass(pid);
  return Successor(
      *pid, std::make_unique<net::SocketStream>(executor, ours.take(), std::string("successor")));
}

Task<bool> Successor::prepared(std::chrono::seconds limit) {
  std::array<char, 1> byte{};
  std::size_t count = 0;
  try {
    count = co_await net::with_deadline(limit, channel_->read_some(byte));
  } catch (const boost::system::system_error&) {
    count = 0;  // too late, or gone: the same to us
  }
  if (count != 1) end();
  co_return count == 1;
}

void Successor::end() noexcept {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

std::optional<Predecessor> Predecessor::of_environment() {
  const char* named = std::getenv(channel_variable);
  const auto channel = parse_number<int>(named == nullptr ? std::string_view() : named);
  ::unsetenv(channel_variable);
  if (!channel || *channel < first_passed) return std::nullopt;
  ::fcntl(*channel, F_SETFD, FD_CLOEXEC);
  // posix_spawn cannot say it: the number is known only afterwards.
  ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
  return Predecessor(*channel);
}

void Predecessor::take_over() noexcept {
  static_cast<void>(::send(channel_.get(), "r", 1, MSG_NOSIGNAL));
  std::array<char, 1> byte{};
  ssize_t count = 0;
  do {
    count = ::recv(channel_.get(), byte.data(), byte.size(), 0);
  } while (count > 0 || (count < 0 && errno == EINTR));
}

void part(http::Farewell farewell, std::chrono::seconds spread) {
  const pid_t forked = farewell.size() == 0 ? 1 : ::fork();
  if (forked > 0) ::_exit(0);  // without farewells of its own: the fork's connections stay open
  if (forked == 0) close_all_but(farewell.descriptors());
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR2}) std::signal(number, SIG_DFL);
  farewell.say(spread);
  ::_exit(0);
}

std::string own_program() {
  std::error_code failed;
  return std::filesystem::read_symlink("/proc/self/exe", failed).string();
}

}  // namespace godwit::app
