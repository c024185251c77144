/// A contact as the Contacts class knows it ([MS-ASCNTC]), whatever its backend keeps beyond that.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "item/digests.hpp"
#include "item/patch.hpp"

namespace godwit {

/// Properties that are one text. Numbers are stored (sync/item_state.hpp): append only.
enum class ContactText : std::uint8_t {
  file_as,
  first_name,
  middle_name,
  last_name,
  title,
  suffix,
  nickname,
  yomi_first_name,
  yomi_last_name,
  yomi_company,
  company,
  department,
  office_location,
  job_title,
  email1,  // `address`, or `"Name" <address>`
  email2,
  email3,
  im1,
  im2,
  im3,
  business_phone,
  business_phone2,
  home_phone,
  home_phone2,
  mobile_phone,
  car_phone,
  radio_phone,
  pager,
  business_fax,
  home_fax,
  assistant_phone,
  company_phone,
  mms,
  business_street,
  business_city,
  business_state,
  business_postal_code,
  business_country,
  home_street,
  home_city,
  home_state,
  home_postal_code,
  home_country,
  other_street,
  other_city,
  other_state,
  other_postal_code,
  other_country,
  assistant,
  manager,
  spouse,
  web_page,
  customer_id,
  government_id,
  account_name,
  notes,  // the body; lines end in LF
};
inline constexpr std::size_t contact_text_count = std::to_underlying(ContactText::notes) + 1;

/// A day of a calendar, in every zone the same. A birthday without its year has `yearless_year`.
using ContactDate = std::chrono::year_month_day;
inline constexpr std::chrono::year yearless_year{1604};  // as iOS writes it

using ContactTexts = std::array<std::string, contact_text_count>;
using ContactTextChanges = std::array<Change<std::string>, contact_text_count>;

struct Contact {
  ContactTexts texts;
  std::vector<std::string> categories;
  std::vector<std::string> children;
  ContactDate birthday{};  // !ok() = none
  ContactDate anniversary{};
  std::string picture;    // the image's bytes
  bool is_group = false;  // a list of others: nothing that the class can hold

  std::string& operator[](ContactText text) { return texts[std::to_underlying(text)]; }
  const std::string& operator[](ContactText text) const { return texts[std::to_underlying(text)]; }
  friend bool operator==(const Contact&, const Contact&) = default;
};

struct ContactPatch {
  ContactTextChanges texts;
  Change<std::vector<std::string>> categories;
  Change<std::vector<std::string>> children;
  Change<ContactDate> birthday;
  Change<ContactDate> anniversary;
  Change<std::string> picture;

  Change<std::string>& operator[](ContactText text) { return texts[std::to_underlying(text)]; }
  const Change<std::string>& operator[](ContactText text) const {
    return texts[std::to_underlying(text)];
  }
  friend bool operator==(const ContactPatch&, const ContactPatch&) = default;
};

Contact applied(const ContactPatch& patch, Contact contact);

PropertyDigests digests_of(const Contact& contact);

/// Takes out of a patch what the device only repeats: numbers of `digests_of`.
void keep(ContactPatch& patch, const std::vector<std::uint8_t>& repeated);

/// A device's edit of a contact that somebody else changed since the device got it.
struct ContactMerge {
  ContactPatch patch;     // what the device itself changed
  bool conflict = false;  // both changed the same property, to different values
};
/// `base` is what the device held before its edit.
ContactMerge merged(const ContactPatch& patch, const Contact& current, const PropertyDigests& base);

}  // namespace godwit
