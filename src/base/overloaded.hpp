/// `std::visit(Overloaded{[](A) {...}, [](B) {...}}, variant)`
#pragma once

namespace godwit {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

}  // namespace godwit
