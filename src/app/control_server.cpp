#include "app/control_server.hpp"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <optional>

#include "base/log.hpp"
#include "base/text.hpp"
#include "net/deadline.hpp"

namespace godwit::app {
namespace {

constexpr Log log("control");
constexpr unsigned socket_mode = 0600;
constexpr std::chrono::minutes idle_time_max{10};
constexpr unsigned connections_max = 32;

/// The account behind "unix:1000"; its number where it has no name.
std::string person(std::string_view peer) {
  constexpr std::string_view prefix = "unix:";
  const auto uid = peer.starts_with(prefix) ? parse_number<uid_t>(peer.substr(prefix.size()))
                                            : std::optional<uid_t>();
  if (!uid) return "control socket";
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(*uid, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    return found->pw_name;
  }
  return std::string(peer);
}

}  // namespace

struct ControlServer::State {
  net::Loop& loop;
  std::string path;
  net::Listener listener;
  admin::Operations& operations;
  unsigned connections = 0;
  bool stopped = false;

  static Task<> accept_all(std::shared_ptr<State> state);
  static Task<> serve(std::shared_ptr<State> state, std::unique_ptr<net::Stream> stream);
  static Task<> converse(std::shared_ptr<State> state, net::Stream& stream);
};

Task<> ControlServer::State::accept_all(std::shared_ptr<State> state) {
  while (!state->stopped) {
    std::unique_ptr<net::Stream> stream;
    try {
      stream = co_await state->listener.accept();
    } catch (const boost::system::system_error& error) {
      if (!state->stopped) log.error("accept.failed", {{"what", error.what()}});
      co_return;
    }
    if (state->connections >= connections_max) continue;
    ++state->connections;
    state->loop.spawn(serve(state, std::move(stream)), "control");
  }
}

Task<> ControlServer::State::serve(std::shared_ptr<State> state,
                                   std::unique_ptr<net::Stream> stream) {
  try {
    co_await converse(state, *stream);
  } catch (const boost::system::system_error& error) {
    log.debug("connection.ended", {{"what", error.what()}});
  }
  --state->connections;
}

Task<> ControlServer::State::converse(std::shared_ptr<State> state, net::Stream& stream) {
  const admin::Caller caller{.name = person(stream.peer()), .address = {}};
  std::string pending;
  std::array<char, 4096> buffer;
  while (!state->stopped) {
    const auto end = pending.find('\n');
    if (end != std::string::npos) {
      std::string reply = co_await state->operations.run(pending.substr(0, end), caller);
      pending.erase(0, end + 1);
      reply += '\n';
      co_await net::with_deadline(idle_time_max, stream.write_all(reply));
      continue;
    }
    if (pending.size() > admin::Operations::request_bytes_max) co_return;
    const auto count = co_await net::with_deadline(idle_time_max, stream.read_some(buffer));
    if (count == 0) co_return;
    pending.append(buffer.data(), count);
  }
}

Result<std::unique_ptr<ControlServer>> ControlServer::start(net::Loop& loop,
                                                            const std::string& path,
                                                            admin::Operations& operations) {
  auto listener = net::Listener::unix_socket(loop.executor(), path, socket_mode);
  if (!listener) return pass(listener);
  return std::unique_ptr<ControlServer>(
      new ControlServer(loop, path, std::move(*listener), operations));
}

ControlServer::ControlServer(net::Loop& loop, std::string path, net::Listener listener,
                             admin::Operations& operations)
    : state_(
          std::make_shared<State>(State{loop, std::move(path), std::move(listener), operations})) {
  loop.spawn(State::accept_all(state_), "control.accept");
}

ControlServer::~ControlServer() {
  state_->stopped = true;
  state_->listener.close();
  ::unlink(state_->path.c_str());
}

}  // namespace godwit::app
