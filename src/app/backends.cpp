#include "app/backends.hpp"

#include "app/backends_local.hpp"
#include "base/fault.hpp"

namespace godwit::app {

std::unique_ptr<Backends> make_backends(const Config& config, net::Loop& loop, const Clock& clock,
                                        Random& random) {
  if (config.backend.kind == "local") return make_local_backends(config, loop, clock, random);
  throw Fault(Fault::Kind::unavailable,
              "backend.kind: there is no backend '" + config.backend.kind + "' in this program");
}

}  // namespace godwit::app
