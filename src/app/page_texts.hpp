/// Every text of the page for people (page.hpp), in the languages it speaks.
#pragma once

#include <string_view>

#include "base/language.hpp"

namespace godwit::app {

struct PageTexts {
  std::string_view code;   // of the language: "en"
  std::string_view title;  // what this server is
  std::string_view steps;  // HTML
  std::string_view address_label, address;
  std::string_view server_label;
  std::string_view domain_label, domain;
  std::string_view user_label, user;
  std::string_view password_label, password;
  std::string_view secure_label, secure;
  std::string_view invitation;      // HTML; a link to ?signin=1
  std::string_view way_to_console;  // HTML; a link to /godwit/
  std::string_view refused_title, refused;
  std::string_view all_works, not_all_works;
  std::string_view signed_in;  // HTML; {}: the user
  std::string_view sign_in, mail, items, submission, store;
  std::string_view works;
  std::string_view no_folders, mail_down, no_collections, items_down, store_down;
  std::string_view account_refused, submission_down;
};

const PageTexts& page_texts(Language language);

}  // namespace godwit::app
