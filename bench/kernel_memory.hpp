/// What connections cost the kernel, for benchmarks.
#pragma once

#include <fstream>
#include <map>
#include <sstream>
#include <string>

namespace godwit::bench {

/// Of one established, watched TCP socket: each has one object of each of these caches. Their sizes
/// are read and not how many there are, which whatever else runs changes too.
inline double kernel_bytes_a_socket() {
  constexpr double assumed = 3'848;  // Linux 6, where only root may read the sizes
  constexpr double wait_entry = 64;  // of epoll; its cache goes by another's name
  std::map<std::string, double> sizes;
  std::ifstream file("/proc/slabinfo");
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name;
    double active = 0;
    double total = 0;
    double size = 0;
    if (words >> name >> active >> total >> size) sizes[name] = size;
  }
  double bytes = wait_entry;
  for (const char* name : {"TCP", "sock_inode_cache", "eventpoll_epi", "ep_head", "filp", "dentry",
                           "lsm_file_cache", "lsm_inode_cache"}) {
    bytes += sizes[name];
  }
  return sizes.contains("TCP") && sizes["TCP"] > 0 ? bytes : assumed;
}

}  // namespace godwit::bench
