/// The page for people, in the language that their browser asks for: what to enter in the phone
/// and, signed in, whether everything behind the server works for this account.
#pragma once

#include <functional>
#include <string>

#include "base/language.hpp"
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
    std::function<Language()> language;                        // of browsers that want none of ours
  };
  explicit Page(Parts parts) : parts_(std::move(parts)) {}

  Task<http::Reply> answer(http::Request request);

 private:
  Parts parts_;
};

}  // namespace godwit::app
