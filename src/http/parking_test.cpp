#include <gtest/gtest.h>

#include "http/server_bed.hpp"

namespace godwit::http::bed {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class Parking : public ServerBed {
 protected:
  void deliver_mail() {
    on_loop([this] { hub_.mark_added(*UserId::parse("ann"), *CollectionId::parse("inbox")); });
  }
};

TEST_F(Parking, a_change_answers_the_parked_request_and_the_connection_goes_on) {
  RawClient client(start());
  for (int i = 0; i < 3; ++i) {
    client.send(get("/park?phone"));
    ASSERT_TRUE(eventually_parked(1));
    deliver_mail();
    EXPECT_EQ(body_of(client.reply()), "wake 1 changed 1");
    EXPECT_EQ(body_of(client.exchange(get("/between"))), "GET /between");
  }
}

TEST_F(Parking, the_deadline_answers_with_no_change) {
  RawClient client(start());
  client.send(get("/park?phone"));
  ASSERT_TRUE(eventually_parked(1));
  advance(minutes(9));  // far beyond every limit that connections have
  EXPECT_TRUE(eventually_parked(1));
  advance(minutes(1));
  EXPECT_EQ(body_of(client.reply()), "wake 0 changed 0");
}

TEST_F(Parking, a_client_that_leaves_is_forgotten) {
  const auto port = start();
  {
    RawClient client(port);
    client.send(get("/park?phone"));
    ASSERT_TRUE(eventually_parked(1));
  }
  EXPECT_TRUE(eventually_parked(0));
  EXPECT_TRUE(eventually_connected(0));
  deliver_mail();
}

TEST_F(Parking, the_next_request_on_the_connection_ends_it_and_is_served) {
  RawClient client(start());
  client.send(get("/park?phone"));
  ASSERT_TRUE(eventually_parked(1));
  client.send(get("/next"));
  EXPECT_EQ(body_of(client.reply()), "wake 3 changed 0");
  EXPECT_EQ(body_of(client.reply()), "GET /next");
  EXPECT_TRUE(eventually_parked(0));
}

TEST_F(Parking, a_pipelined_request_does_not_wait) {
  RawClient client(start());
  client.send(get("/park?phone") + get("/next"));
  EXPECT_EQ(body_of(client.reply()), "wake 3 changed 0");
  EXPECT_EQ(body_of(client.reply()), "GET /next");
}

TEST_F(Parking, a_newer_request_of_the_device_answers_the_older) {
  const auto port = start();
  RawClient older(port);
  RawClient newer(port);
  older.send(get("/park?phone"));
  ASSERT_TRUE(eventually_parked(1));
  newer.send(get("/park?phone"));
  ASSERT_TRUE(eventually([this] {
    hub_.tick();
    return service_->parks == 2;
  }));
  advance(milliseconds(100));
  EXPECT_EQ(body_of(older.reply()), "wake 3 changed 0");
  deliver_mail();
  EXPECT_EQ(body_of(newer.reply()), "wake 1 changed 1");
}

TEST_F(Parking, many_wake_at_once) {
  const auto port = start();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 100; ++i) {
    clients.push_back(std::make_unique<RawClient>(port));
    clients.back()->send(get("/park?d" + std::to_string(i)));
  }
  ASSERT_TRUE(eventually_parked(100));
  deliver_mail();
  for (const auto& client : clients) EXPECT_EQ(body_of(client->reply()), "wake 1 changed 1");
}

TEST_F(Parking, closing_and_waking_in_any_order_neither_hangs_nor_leaks) {
  const auto port = start();
  SeededRandom random(11);
  for (int round = 0; round < 60; ++round) {
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 8; ++i) {
      clients.push_back(std::make_unique<RawClient>(port));
      clients.back()->send(get("/park?d" + std::to_string(i)));
    }
    ASSERT_TRUE(eventually_parked(8));
    for (int i = 0; i < 6; ++i) {
      const auto which = random.next() % clients.size();
      if (random.next() % 3 == 0) {
        deliver_mail();
      } else if (random.next() % 2 == 0) {
        clients[which]->send(get("/next"));
      } else {
        clients.erase(clients.begin() + static_cast<std::ptrdiff_t>(which));
      }
    }
    clients.clear();
    ASSERT_TRUE(eventually_connected(0));
    ASSERT_TRUE(eventually_parked(0));
  }
}

TEST_F(Parking, draining_answers_the_parked_and_closes_the_rest) {
  const auto port = start();
  RawClient parked(port);
  RawClient idle(port);
  parked.send(get("/park?phone"));
  EXPECT_TRUE(is_status(idle.exchange(get("/")), 200));
  ASSERT_TRUE(eventually_parked(1));
  loop_.spawn(server_->drain(milliseconds(100)), "drain");
  const auto reply = parked.reply();
  EXPECT_EQ(body_of(reply), "wake 5 changed 0");
  EXPECT_TRUE(reply.contains("Connection: close\r\n")) << reply;
  EXPECT_EQ(parked.rest(), "");
  EXPECT_EQ(idle.rest(), "");
  advance(seconds(3));  // the client has not closed its end: not waited for long
  EXPECT_TRUE(eventually_connected(0));
}

TEST_F(Parking, a_server_may_go_with_requests_parked) {
  RawClient client(start());
  client.send(get("/park?phone"));
  ASSERT_TRUE(eventually_parked(1));
  on_loop([this] { server_.reset(); });
  EXPECT_EQ(client.rest(), "");
  EXPECT_EQ(hub_.parked(), 0U);
}

}  // namespace
}  // namespace godwit::http::bed
