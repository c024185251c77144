#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "net/socket_stream.hpp"
#include "run.hpp"

namespace godwit::net {
namespace {

class RestingTest : public testing::Test {
 protected:
  /// Our end; the other one is kept by its number.
  std::unique_ptr<SocketStream> open(std::size_t number) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    others_.resize(std::max(others_.size(), number + 1), -1);
    others_[number] = ends[1];
    return std::make_unique<SocketStream>(context_.get_executor(), ends[0], "peer");
  }
  void say(std::size_t number) const { EXPECT_EQ(::write(others_[number], "x", 1), 1); }
  ~RestingTest() override {
    for (const int other : others_) ::close(other);
  }
  /// Until nothing is left to wait for.
  void run() {
    context_.restart();
    context_.run();
  }

  boost::asio::io_context context_;
  std::vector<int> others_;
  int calls_ = 0;
};

TEST_F(RestingTest, CallsOnceWhenBytesCome) {
  const auto stream = open(0);
  stream->on_readable([this] { ++calls_; });
  context_.poll();
  EXPECT_EQ(calls_, 0);
  say(0);
  say(0);
  run();
  EXPECT_EQ(calls_, 1);
  stream->on_readable([this] { ++calls_; });
  run();
  EXPECT_EQ(calls_, 2);
}

TEST_F(RestingTest, CallsWhenThePeerCloses) {
  const auto stream = open(0);
  stream->on_readable([this] { ++calls_; });
  ::close(std::exchange(others_[0], -1));
  run();
  EXPECT_EQ(calls_, 1);
}

TEST_F(RestingTest, NothingIsCalledAfterCancelOrTheEnd) {
  const auto cancelled = open(0);
  auto closed = open(1);
  auto gone = open(2);
  for (auto* stream : {cancelled.get(), closed.get(), gone.get()}) {
    stream->on_readable([this] { ++calls_; });
  }
  for (std::size_t i = 0; i < 3; ++i) say(i);
  cancelled->cancel();
  closed->close();
  gone.reset();
  run();
  EXPECT_EQ(calls_, 0);
}

TEST_F(RestingTest, ACallbackMayEndOthersThatAreReadyToo) {
  std::vector<std::unique_ptr<SocketStream>> streams;
  for (std::size_t i = 0; i < 100; ++i) {
    streams.push_back(open(i));
    streams.back()->on_readable([this, &streams] {
      ++calls_;
      streams.clear();
    });
    say(i);
  }
  run();
  EXPECT_EQ(calls_, 1);
}

TEST_F(RestingTest, CallsSoonWithoutBytes) {
  auto first = open(0);
  const auto second = open(1);
  first->call_soon([this] { ++calls_; });
  second->call_soon([this, &first] {
    ++calls_;
    first.reset();
  });
  EXPECT_EQ(calls_, 0);
  run();
  EXPECT_EQ(calls_, 2);
  second->call_soon([this] { ++calls_; });
  second->cancel();
  run();
  EXPECT_EQ(calls_, 2);
}

Task<> read_after_resting(SocketStream& stream, std::string& got) {
  std::array<char, 8> buffer{};
  const auto count = co_await stream.read_some(buffer);
  got.append(buffer.data(), count);
}

TEST_F(RestingTest, ReadsAfterResting) {
  std::string got;
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  others_ = {ends[1]};
  const auto rounds = [](int descriptor, int other, std::string& out) -> Task<> {
    SocketStream here(co_await boost::asio::this_coro::executor, descriptor, "peer");
    for (int round = 0; round < 3; ++round) {
      bool awake = false;
      here.on_readable([&awake] { awake = true; });
      EXPECT_EQ(::write(other, "x", 1), 1);
      while (!awake) co_await boost::asio::post(boost::asio::use_awaitable);
      co_await read_after_resting(here, out);
    }
  };
  test::run(rounds(ends[0], ends[1], got));
  EXPECT_EQ(got, "xxx");
}

}  // namespace
}  // namespace godwit::net
