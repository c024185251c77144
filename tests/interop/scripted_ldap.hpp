/// A small LDAP server in this process, written from RFC 4511, that answers large attributes in
/// parts as Active Directory does ([MS-ADTS] 3.1.1.3.1.3.3) and can be made to do it wrong.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace godwit::interop {

/// cn=group has the members cn=p0, cn=p1, ...; p1's mail is p1@example.com, and so on. Whoever
/// signs in may read. Filters are not looked at.
class ScriptedLdap {
 public:
  enum class Habit {
    good,
    stuck,       // gives the first part again and again
    forgets,     // gives no further part
    endless,     // every part is followed by another
    silent,      // signs people in and answers nothing else
    drips,       // an entry now and then, and never the last
    bulky,       // everybody has a photo of 50 MB
    empty,       // finds nobody
    limited,     // one entry, and that there are more than it gives
    breaks,      // one entry, and that it is too busy for the rest
    hangs_up,    // one entry, and nothing any more
    refers,      // says that another server knows
    partly,      // one entry, and that another server has the rest
    partitions,  // one entry, and where Active Directory keeps what is no people
  };
  ScriptedLdap(std::size_t members, std::size_t part, Habit habit = Habit::good);
  ~ScriptedLdap();
  ScriptedLdap(const ScriptedLdap&) = delete;
  ScriptedLdap& operator=(const ScriptedLdap&) = delete;

  std::uint16_t port() const { return port_; }
  /// Answers that held a part of the members.
  std::size_t parts_given() const { return parts_given_; }
  std::size_t connections() const { return connections_; }

 private:
  using Stream = boost::asio::ip::tcp::socket;
  void accept();
  void serve(Stream& stream);
  /// False: the connection ends.
  bool reply(Stream& stream, std::string_view message);
  /// What comes behind what was found.
  std::string ending(const std::string& id) const;
  void drip(Stream& stream, const std::string& id);
  bool send_photo(Stream& stream, const std::string& id, std::string_view dn);
  std::string entry(std::string_view dn, std::string_view asked);
  std::string members_attribute(std::string_view asked);

  std::size_t members_;
  std::size_t part_;
  Habit habit_;
  std::uint16_t port_ = 0;
  std::atomic<std::size_t> parts_given_ = 0;
  std::atomic<std::size_t> connections_ = 0;
  std::atomic<bool> closing_ = false;
  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_{context_};
  std::jthread thread_;
};

}  // namespace godwit::interop
