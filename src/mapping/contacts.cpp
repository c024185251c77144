#include "mapping/contacts.hpp"

#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "mapping/email.hpp"
#include "mapping/text_body.hpp"
#include "wbxml/pages/contacts.hpp"
#include "wbxml/pages/contacts2.hpp"

namespace godwit::mapping {
namespace {

namespace contacts = wbxml::contacts;
namespace contacts2 = wbxml::contacts2;
using wbxml::Element;
using wbxml::Tag;
using enum ContactText;

struct TextRow {
  Tag tag;
  ContactText text;
};

/// Every property that is one text, but the body.
constexpr auto texts = std::to_array<TextRow>({
    {contacts::FileAs, file_as},
    {contacts::FirstName, first_name},
    {contacts::MiddleName, middle_name},
    {contacts::LastName, last_name},
    {contacts::Title, title},
    {contacts::Suffix, suffix},
    {contacts::YomiFirstName, yomi_first_name},
    {contacts::YomiLastName, yomi_last_name},
    {contacts::YomiCompanyName, yomi_company},
    {contacts::CompanyName, company},
    {contacts::Department, department},
    {contacts::OfficeLocation, office_location},
    {contacts::JobTitle, job_title},
    {contacts::Email1Address, email1},
    {contacts::Email2Address, email2},
    {contacts::Email3Address, email3},
    {contacts::BusinessPhoneNumber, business_phone},
    {contacts::Business2PhoneNumber, business_phone2},
    {contacts::HomePhoneNumber, home_phone},
    {contacts::Home2PhoneNumber, home_phone2},
    {contacts::MobilePhoneNumber, mobile_phone},
    {contacts::CarPhoneNumber, car_phone},
    {contacts::RadioPhoneNumber, radio_phone},
    {contacts::PagerNumber, pager},
    {contacts::BusinessFaxNumber, business_fax},
    {contacts::HomeFaxNumber, home_fax},
    {contacts::AssistantPhoneNumber, assistant_phone},
    {contacts::BusinessAddressStreet, business_street},
    {contacts::BusinessAddressCity, business_city},
    {contacts::BusinessAddressState, business_state},
    {contacts::BusinessAddressPostalCode, business_postal_code},
    {contacts::BusinessAddressCountry, business_country},
    {contacts::HomeAddressStreet, home_street},
    {contacts::HomeAddressCity, home_city},
    {contacts::HomeAddressState, home_state},
    {contacts::HomeAddressPostalCode, home_postal_code},
    {contacts::HomeAddressCountry, home_country},
    {contacts::OtherAddressStreet, other_street},
    {contacts::OtherAddressCity, other_city},
    {contacts::OtherAddressState, other_state},
    {contacts::OtherAddressPostalCode, other_postal_code},
    {contacts::OtherAddressCountry, other_country},
    {contacts::AssistantName, assistant},
    {contacts::Spouse, spouse},
    {contacts::WebPage, web_page},
    {contacts2::CustomerId, customer_id},
    {contacts2::GovernmentId, government_id},
    {contacts2::IMAddress, im1},
    {contacts2::IMAddress2, im2},
    {contacts2::IMAddress3, im3},
    {contacts2::ManagerName, manager},
    {contacts2::CompanyMainPhone, company_phone},
    {contacts2::AccountName, account_name},
    {contacts2::NickName, nickname},
    {contacts2::MMS, mms},
});
static_assert(texts.size() + 1 == contact_text_count);  // all but notes

struct ListRow {
  Tag tag, each;
  std::vector<std::string> Contact::* list;
  Change<std::vector<std::string>> ContactPatch::* change;
};
constexpr auto lists = std::to_array<ListRow>({
    {contacts::Categories, contacts::Category, &Contact::categories, &ContactPatch::categories},
    {contacts::Children, contacts::Child, &Contact::children, &ContactPatch::children},
});

struct DateRow {
  Tag tag;
  ContactDate Contact::* date;
  Change<ContactDate> ContactPatch::* change;
};
constexpr auto dates = std::to_array<DateRow>({
    {contacts::Birthday, &Contact::birthday, &ContactPatch::birthday},
    {contacts::Anniversary, &Contact::anniversary, &ContactPatch::anniversary},
});

class Reader {
 public:
  Reader(const Element& data, const Supported& supported) : data_(data), supported_(supported) {}

  Result<ContactPatch> run() {
    for (const TextRow& row : texts) read_text(row);
    for (const ListRow& row : lists) {
      if (auto read = read_list(row); !read) return pass(read);
    }
    for (const DateRow& row : dates) {
      if (auto read = read_date(row); !read) return pass(read);
    }
    if (auto read = read_picture(); !read) return pass(read);
    if (auto read = read_body(); !read) return pass(read);
    return std::move(patch_);
  }

 private:
  /// [MS-ASCMD] Supported: what a device does not manage is not its to remove.
  template <class T>
  Change<T> absent(Tag tag) const {
    const bool managed = !supported_ || std::ranges::find(*supported_, tag) != supported_->end();
    return managed ? Change<T>::clear() : Change<T>::keep();
  }

  void read_text(const TextRow& row) {
    Change<std::string>& change = patch_[row.text];
    const Element* element = data_.find(row.tag);
    if (element == nullptr) {
      change = absent<std::string>(row.tag);
      return;
    }
    change = text_change(trim(element->text));
  }

  Result<> read_list(const ListRow& row) {
    using Strings = std::vector<std::string>;
    const Element* element = data_.find(row.tag);
    if (element == nullptr) {
      patch_.*row.change = absent<Strings>(row.tag);
      return {};
    }
    Strings values;
    for (const Element& child : element->children) {
      std::string value(trim(child.text));
      if (child.tag != row.each) return fail(Errc::malformed, "a foreign element in a list");
      if (!value.empty()) values.push_back(std::move(value));
    }
    if (element->children.size() > contact_list_max) return fail(Errc::malformed, "a long list");
    patch_.*row.change =
        values.empty() ? Change<Strings>::clear() : Change<Strings>::set(std::move(values));
    return {};
  }

  Result<> read_date(const DateRow& row) {
    const Element* element = data_.find(row.tag);
    if (element == nullptr) {
      patch_.*row.change = absent<ContactDate>(row.tag);
    } else if (trim(element->text).empty()) {
      patch_.*row.change = Change<ContactDate>::clear();
    } else {
      const auto date = parse_contact_date(trim(element->text));
      if (!date) return pass(date);
      patch_.*row.change = Change<ContactDate>::set(*date);
    }
    return {};
  }

  Result<> read_picture() {
    const Element* element = data_.find(contacts::Picture);
    if (element == nullptr) return {};
    auto bytes = base64_decode(element->text);
    if (!bytes) return pass(bytes);
    if (bytes->size() > contact_picture_bytes_max) return fail(Errc::malformed, "a large picture");
    patch_.picture =
        bytes->empty() ? Change<std::string>::clear() : Change<std::string>::set(std::move(*bytes));
    return {};
  }

  Result<> read_body() {
    auto body = read_text_body(data_);
    if (!body) return pass(body);
    // [MS-ASCNTC] Body: plain text.
    if (body->html) return fail(Errc::malformed, "an HTML body of a contact");
    patch_[notes] = std::move(body->text);
    return {};
  }

  const Element& data_;
  const Supported& supported_;
  ContactPatch patch_;
};

}  // namespace

void write_contact(const Contact& contact, wbxml::Writer& writer, std::chrono::minutes date_time) {
  for (const TextRow& row : texts) {
    if (!contact[row.text].empty()) writer.text(row.tag, contact[row.text]);
  }
  for (const ListRow& row : lists) {
    const auto& values = contact.*row.list;
    if (values.empty()) continue;
    writer.open(row.tag);
    for (std::size_t i = 0; i < std::min(values.size(), contact_list_max); ++i) {
      writer.text(row.each, values[i]);
    }
    writer.close();
  }
  for (const DateRow& row : dates) {
    if ((contact.*row.date).ok()) {
      writer.text(row.tag, format_contact_date(contact.*row.date, date_time));
    }
  }
  if (!contact.picture.empty() && contact.picture.size() <= contact_picture_bytes_max) {
    writer.text(contacts::Picture, base64_encode(contact.picture));
  }
}

Result<ContactPatch> read_contact_change(const Element& application_data,
                                         const Supported& supported) {
  return Reader(application_data, supported).run();
}

std::string format_contact_date(ContactDate date, std::chrono::minutes time) {
  return format_dashed_date(Time(std::chrono::sys_days(date)) + time);
}

Result<ContactDate> parse_contact_date(std::string_view text) {
  const auto instant = parse_date(text);
  if (!instant) return pass(instant);
  // After noon it is the next day's midnight, somewhere in the east.
  const auto day = std::chrono::floor<std::chrono::days>(*instant);
  const bool next = *instant - day > std::chrono::hours(12);
  return ContactDate(next ? day + std::chrono::days(1) : day);
}

}  // namespace godwit::mapping
