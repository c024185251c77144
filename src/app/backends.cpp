#include "app/backends.hpp"

#include "app/backends_imap.hpp"
#include "app/backends_local.hpp"

namespace godwit::app {

std::unique_ptr<Backends> make_backends(const Config& config, net::Loop& loop, const Clock& clock,
                                        Random& random) {
  if (config.backend.kind == "imap") return make_imap_backends(config, loop, clock, random);
  return make_local_backends(config, loop, clock, random);
}

}  // namespace godwit::app
