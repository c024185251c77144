#include "app/backends.hpp"

#include "app/backends_imap.hpp"
#include "app/backends_local.hpp"

namespace godwit::app {

std::unique_ptr<Backends> make_backends(const Config& config, Surroundings around) {
  if (config.backend.kind == "imap") return make_imap_backends(config, around);
  return make_local_backends(config, around);
}

}  // namespace godwit::app
