/// One request for a page, and who makes it.
#pragma once

#include <optional>
#include <string>

#include "console/form.hpp"
#include "console/parts.hpp"
#include "console/sessions.hpp"
#include "console/texts.hpp"
#include "http/message.hpp"

namespace godwit::console {

struct Person {
  backend::Account account;
  std::string session;  // its id
  bool is_admin = false;
};

struct Visit {
  Parts& parts;
  Sessions& sessions;
  const http::Request& request;
  std::string time_zone{};  // in which times are read and shown
  Language language = Language::english;
  Form query{};
  Form form{};                     // of a POST
  std::optional<Person> person{};  // there on pages for those who are signed in

  const Texts& texts() const { return texts_of(language); }
};

}  // namespace godwit::console
