#include <array>
#include <string>
#include <utility>

#include "console/page.hpp"
#include "console/pages.hpp"
#include "console/qr.hpp"

namespace godwit::console {
namespace {

constexpr Path profile_path{"/godwit/set-up/profile"};

using Label = std::string_view Texts::*;

/// A kind of phone, and the way to its form for an account.
struct Kind {
  Label name, steps;
};
constexpr auto kinds = std::to_array<Kind>({
    {&Texts::setup_apple, &Texts::setup_apple_steps},
    {&Texts::setup_gmail, &Texts::setup_gmail_steps},
    {&Texts::setup_samsung, &Texts::setup_samsung_steps},
    {&Texts::setup_outlook, &Texts::setup_outlook_steps},
    {&Texts::setup_others, &Texts::setup_others_steps},
});

Html code(std::string_view text) { return element("code", text); }

Html entries(const Visit& visit, const PhoneSetup& setup) {
  const Texts& texts = visit.texts();
  Facts out;
  out.add(texts.setup_address, code(setup.address));
  out.add(texts.setup_server, code(setup.server));
  out.add(texts.setup_domain, texts.setup_domain_none);
  out.add(texts.setup_user, code(setup.user));
  Html secret = Html().add(texts.setup_password);
  if (visit.parts.takes_app_passwords) {
    secret.add(" ").add(link(Url(app_passwords_path), texts.setup_app_password));
  }
  out.add(texts.password, secret);
  out.add(texts.setup_tls, texts.setup_tls_on);
  return out.html();
}

Html profile_card(const Visit& visit, const PhoneSetup& setup) {
  if (!setup.has_profile) return {};
  const Texts& texts = visit.texts();
  return element("section", {{"class", "card row"}},
                 element("div", element("h2", texts.setup_profile),
                         element("p", {{"class", "hint"}}, texts.setup_profile_about)),
                 link(Url(profile_path), texts.setup_profile_get, "button primary"));
}

Html on_phone(const Visit& visit, const PhoneSetup& setup) {
  const Texts& texts = visit.texts();
  const Html picture = qr_code(setup.page, texts.setup_qr_label);
  if (picture.text().empty()) return {};
  return element("section", {{"class", "card row"}},
                 element("div", element("h2", texts.setup_qr),
                         element("p", {{"class", "hint"}}, texts.setup_qr_about),
                         element("p", {{"class", "hint"}}, setup.page)),
                 picture);
}

}  // namespace

Task<http::Reply> show_setup(Visit& visit) {
  const Texts& texts = visit.texts();
  const PhoneSetup setup = visit.parts.phone_setup(visit.request, visit.person->account);
  Html content = element("p", {{"class", "intro"}}, texts.setup_intro);
  content.add(entries(visit, setup)).add(profile_card(visit, setup)).add(on_phone(visit, setup));
  for (const Kind& kind : kinds) {
    content.add(element("section", {{"class", "card"}}, element("h2", texts.*kind.name),
                        element("p", texts.*kind.steps)));
  }
  co_return page_reply(visit, {std::string(texts.setup), std::move(content)});
}

Task<http::Reply> get_profile(Visit& visit) {
  const PhoneSetup setup = visit.parts.phone_setup(visit.request, visit.person->account);
  if (setup.has_profile) {
    auto profile = visit.parts.phone_profile(visit.request, visit.person->account);
    if (profile) co_return *std::move(profile);
  }
  co_return failure_reply(visit, 404, visit.texts().not_found_title, visit.texts().not_found);
}

}  // namespace godwit::console
