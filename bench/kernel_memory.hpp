/// What connections cost the kernel, for benchmarks whose two ends are on this machine.
#pragma once

#include <fstream>
#include <map>
#include <sstream>
#include <string>

namespace godwit::bench {

/// Of one established, watched TCP socket on Linux 6, where /proc/slabinfo cannot be read.
inline constexpr double kernel_bytes_assumed = 3'970;

/// Which ends of the connections an epoll set watches.
enum class Watching { one_end, both_ends };

/// Slab objects of the kernel (root only; else empty).
class Slabs {
 public:
  static Slabs now() {
    Slabs slabs;
    std::ifstream file("/proc/slabinfo");
    for (std::string line; std::getline(file, line);) {
      std::istringstream words(line);
      std::string name;
      Cache cache;
      double total = 0;
      if (words >> name >> cache.active >> total >> cache.size) slabs.caches_[name] = cache;
    }
    return slabs;
  }

  /// Bytes of the server's end of each of the connections that came since `before`, both of whose
  /// ends are here. Caches that only sockets use are measured; of those that everybody uses each
  /// socket has one object, whose size is read.
  double bytes_a_socket(const Slabs& before, double connections, Watching watching) const {
    if (caches_.empty()) return kernel_bytes_assumed;
    double bytes = 0;
    const double ends = watching == Watching::both_ends ? 2 : 1;
    for (const char* name : {"TCP", "sock_inode_cache"}) {
      bytes += (active(name) - before.active(name)) * size(name) / (2 * connections);
    }
    for (const char* name : {"eventpoll_epi", "ep_head"}) {
      bytes += (active(name) - before.active(name)) * size(name) / (ends * connections);
    }
    for (const char* name : {"filp", "dentry", "lsm_file_cache"}) bytes += size(name);
    return bytes;
  }

 private:
  struct Cache {
    double active = 0;
    double size = 0;
  };
  double active(const std::string& name) const {
    const auto found = caches_.find(name);
    return found == caches_.end() ? 0 : found->second.active;
  }
  double size(const std::string& name) const {
    const auto found = caches_.find(name);
    return found == caches_.end() ? 0 : found->second.size;
  }
  std::map<std::string, Cache> caches_;
};

}  // namespace godwit::bench
