/// How the device's commands run: shared by its source files only.
#pragma once

#include "client/device.hpp"

namespace godwit::client {

/// `apply(answer, outcome)` fills the outcome when the answer is not lost.
template <class T, class Apply>
Task<T> Device::run(Wire wire, Apply apply) {
  auto outcome = std::make_shared<T>();  // shared with the operation, which may be repeated later
  auto operation = std::make_shared<Operation>(
      std::move(wire),
      [outcome, apply = std::move(apply)](const Answer& answer) { apply(answer, *outcome); },
      outcome);
  co_await perform(operation);
  co_return *outcome;
}

}  // namespace godwit::client
