/// The godwit command: parses its line, talks to the daemon or works on files itself.
#pragma once

#include <string>

namespace godwit::app {

/// Exit codes; the same for every subcommand but `probe`, which speaks Nagios.
enum class Exit : int {
  done = 0,
  failed = 1,     // refused, not found, damaged: the message says what to do
  usage = 2,      // the line itself is wrong
  no_daemon = 3,  // godwitd does not answer on its socket
};

int run_cli(int count, const char* const* arguments);

}  // namespace godwit::app
