/// A man in the middle between the gateway and a real IMAP server, for its bad days.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace godwit::test {

class Meddler {
 public:
  enum class Mood : std::uint8_t {
    honest,
    stalls,           // what the server says does not arrive
    dies_in_literal,  // half of the first literal of more than 1,000 octets, then nothing
    lies,             // says UIDVALIDITY 99
    refuses,          // takes no password
  };

  /// Stands before the server on that loopback port.
  explicit Meddler(std::uint16_t target);
  ~Meddler();
  Meddler(const Meddler&) = delete;
  Meddler& operator=(const Meddler&) = delete;

  std::uint16_t port() const { return port_; }
  /// Also for connections that are there.
  void set(Mood mood) { mood_ = mood; }
  /// Ends the connections that are there.
  void cut();
  /// Nobody listens any more, and what was connected is cut; until `come_back`.
  void go_down();
  void come_back();
  /// How often a password came.
  unsigned sign_ins() const { return sign_ins_; }
  /// Octets from the server, over all connections.
  std::uint64_t bytes_to_client() const { return bytes_to_client_; }

 private:
  void listen();
  void serve(int listener);
  void connect_through(int client, unsigned generation);
  bool to_server(int client, int server);
  bool to_client(int server, int client);
  bool broken(unsigned generation) const { return generation != generation_; }

  std::uint16_t target_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  std::atomic<Mood> mood_ = Mood::honest;
  std::atomic<unsigned> sign_ins_ = 0;
  std::atomic<std::uint64_t> bytes_to_client_ = 0;
  std::atomic<unsigned> generation_ = 0;  // connections of older ones end
  std::mutex mutex_;
  std::vector<std::jthread> threads_;
  std::jthread acceptor_;
};

}  // namespace godwit::test
