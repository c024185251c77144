/// The page for people: what to enter in the phone and, signed in, whether everything behind the
/// server works for this account.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "command/endpoint.hpp"
#include "store/store.hpp"

namespace godwit::app {

class Page {
 public:
  struct Parts {
    std::string hostname;
    command::SignIn& sign_in;
    backend::MailBackend& mail;
    backend::ItemsBackend* items;  // null where there are none
    store::Store& store;
    std::function<Task<>(backend::Account)> reach_submission;  // throws Fault
    std::function<bool()> has_console;                         // at /godwit/
  };
  explicit Page(Parts parts) : parts_(std::move(parts)) {}

  Task<http::Reply> answer(http::Request request);

 private:
  std::string_view console_link() const;

  Parts parts_;
};

}  // namespace godwit::app
