/// Owners of C handles, one line each: `using Statement = Handle<sqlite3_stmt, sqlite3_finalize>;`
#pragma once

#include <memory>

namespace godwit {

template <auto release>
struct Release {
  template <class T>
  void operator()(T* handle) const noexcept {
    release(handle);
  }
};

template <class T, auto release>
using Handle = std::unique_ptr<T, Release<release>>;

}  // namespace godwit
