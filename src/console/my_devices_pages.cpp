#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "console/device_view.hpp"
#include "console/insight_view.hpp"
#include "console/operations.hpp"
#include "console/page.hpp"
#include "console/pages.hpp"

namespace godwit::console {
namespace {

constexpr Path device_path{"/godwit/device"};
constexpr Path wipe_path{"/godwit/device/wipe"};
constexpr Path remove_path{"/godwit/device/remove"};

Html card(const Visit& visit, const admin::Device& device) {
  const Texts& texts = visit.texts();
  const Url url(device_path, {{"id", device.id.view()}});
  const Html title = element("h2", link(url, device_name(texts, device)));
  const Html when =
      element("p", {{"class", "hint"}}, texts.last_seen, " ", last_seen(texts, device));
  return element("li", {{"class", "card row"}}, element("div", title, when),
                 state_badge(texts, device));
}

Html action(std::string_view about, const Url& url, std::string_view label) {
  return element("div", {{"class", "row"}}, element("p", about), link(url, label, "button"));
}

/// The visitor's device that the query or the form names.
Task<Result<admin::Device>> device_of(Visit& visit) {
  const Form& from = visit.request.method == "POST" ? visit.form : visit.query;
  const auto id = DeviceId::parse(from.get("id"));
  if (!id) co_return fail(Errc::not_found, "no device is named");
  co_return co_await visit.parts.devices.show(visit.person->account.user, *id);
}

http::Reply no_such_device(const Visit& visit) {
  return failure_reply(visit, 404, visit.texts().not_found_title, visit.texts().not_found);
}

/// What an order could not do: the device is gone, or in another state by now.
http::Reply not_done(const Visit& visit, const Error& error) {
  if (error.code == Errc::not_found) return no_such_device(visit);
  return failure_reply(visit, 409, visit.texts().failed_title, visit.texts().conflict);
}

Html cancel(const Visit& visit, const admin::Device& device) {
  return link(Url(device_path, {{"id", device.id.view()}}), visit.texts().cancel, "button quiet");
}

Html choice(std::string_view id, std::string_view label, std::string_view hint, Present chosen,
            Present impossible) {
  const std::string about = std::string(id) + "-hint";
  return element("div", {{"class", "choice"}},
                 element("input", {{"type", "radio"},
                                   {"name", "what"},
                                   {"id", id},
                                   {"value", id},
                                   {"aria-describedby", about},
                                   {"required", Present::yes},
                                   {"checked", chosen},
                                   {"disabled", impossible}}),
                 element("div", element("label", {{"for", id}}, label),
                         element("p", {{"class", "hint"}, {"id", about}}, hint)));
}

}  // namespace

Task<http::Reply> show_my_devices(Visit& visit) {
  const Texts& texts = visit.texts();
  auto devices = co_await visit.parts.devices.list(visit.person->account.user);
  std::ranges::sort(devices, std::ranges::greater(), &admin::Device::seen);
  Html content = element("p", {{"class", "intro"}}, texts.devices_intro);
  if (visit.query.get("done") == "removed") content.add(banner("good", texts.remove_done));
  Html list;
  for (const admin::Device& device : devices) list.add(card(visit, device));
  if (devices.empty()) {
    content.add(element("div", {{"class", "card empty"}}, element("h2", texts.no_devices_title),
                        element("p", texts.no_devices)));
  } else {
    content.add(element("ul", {{"class", "cards"}}, list));
  }
  co_return page_reply(visit, {std::string(texts.devices), std::move(content)});
}

Task<http::Reply> show_my_device(Visit& visit) {
  const Texts& texts = visit.texts();
  const auto device = co_await device_of(visit);
  if (!device) co_return no_such_device(visit);
  Html content = element("p", {{"class", "path"}}, link(Url(home), texts.devices));
  if (visit.query.get("done") == "wipe") content.add(banner("good", texts.wipe_done));
  const std::string_view id = device->id.view();
  content.add(device_facts(texts, *device)).add(recovery(visit, *device));
  content.add(element("section", {{"class", "card row"}},
                      element("div", element("h2", texts.why_title),
                              element("p", {{"class", "hint"}}, texts.why_about)),
                      link(Url("/godwit/device/why", {{"id", id}}), texts.why_look, "button")));
  content.add(element("section", {{"class", "card actions"}}, element("h2", texts.actions),
                      action(texts.wipe_about, Url(wipe_path, {{"id", id}}), texts.wipe),
                      action(texts.remove_about, Url(remove_path, {{"id", id}}), texts.remove)));
  content.add(co_await synchronization(visit, *device));
  co_return page_reply(visit, {device_name(texts, *device), std::move(content)});
}

/// Its own request, since it is worth an entry of the audit log.
Task<http::Reply> show_recovery(Visit& visit) {
  const auto device = co_await device_of(visit);
  if (!device) co_return no_such_device(visit);
  const auto shown = co_await perform(visit, "device.show",
                                      {{"user", device->user.str()}, {"device", device->id.str()}});
  const bool kept = shown && shown->at("recovery_password").is_string();
  if (!kept) co_return no_such_device(visit);
  const auto password = shown->at("recovery_password").get<std::string>();
  Html content = element("p", {{"class", "intro"}}, visit.texts().recovery_password_hint);
  content.add(element("p", {{"class", "card"}}, element("code", password)));
  const Url back(device_path, {{"id", device->id.view()}});
  content.add(element("p", link(back, visit.texts().done, "button primary")));
  co_return page_reply(visit, {std::string(visit.texts().recovery_password), std::move(content)});
}

Task<http::Reply> ask_to_wipe(Visit& visit) {
  const Texts& texts = visit.texts();
  const auto device = co_await device_of(visit);
  if (!device) co_return no_such_device(visit);
  const bool both = device->wipes_account_alone;
  Html choices = element("legend", texts.wipe_choice);
  choices.add(choice("account", texts.wipe_account,
                     both ? texts.wipe_account_hint : texts.wipe_account_impossible,
                     both ? Present::yes : Present::no, both ? Present::no : Present::yes));
  choices.add(choice("all", texts.wipe_all, texts.wipe_all_hint, both ? Present::no : Present::yes,
                     Present::no));
  const Html inner = hidden("id", device->id.view())
                         .add(element("fieldset", choices))
                         .add(element("div", {{"class", "buttons"}},
                                      submit(texts.wipe_now, "danger"), cancel(visit, *device)));
  const Html form = post_form(visit, Url(wipe_path), inner);
  co_return page_reply(visit, {fill(texts.wipe_title, device_name(texts, *device)),
                               element("div", {{"class", "card"}}, form)});
}

Task<http::Reply> wipe(Visit& visit) {
  const auto device = co_await device_of(visit);
  if (!device) co_return no_such_device(visit);
  const std::string_view what = visit.form.get("what");
  if (what != "account" && what != "all") {
    co_return failure_reply(visit, 400, visit.texts().failed_title, visit.texts().bad_form);
  }
  const auto done = co_await order(visit, *device, "device.wipe", what == "account");
  if (!done) co_return not_done(visit, done.error());
  co_return see_other(Url(device_path, {{"id", device->id.view()}, {"done", "wipe"}}));
}

Task<http::Reply> ask_to_remove(Visit& visit) {
  const Texts& texts = visit.texts();
  const auto device = co_await device_of(visit);
  if (!device) co_return no_such_device(visit);
  const Html inner = hidden("id", device->id.view())
                         .add(element("p", texts.remove_hint))
                         .add(element("div", {{"class", "buttons"}}, submit(texts.remove_now),
                                      cancel(visit, *device)));
  const Html form = post_form(visit, Url(remove_path), inner);
  co_return page_reply(visit, {fill(texts.remove_title, device_name(texts, *device)),
                               element("div", {{"class", "card"}}, form)});
}

Task<http::Reply> remove(Visit& visit) {
  const auto device = co_await device_of(visit);
  if (!device) co_return no_such_device(visit);
  const auto done = co_await order(visit, *device, "device.forget");
  if (!done) co_return not_done(visit, done.error());
  co_return see_other(Url(home, {{"done", "removed"}}));
}

}  // namespace godwit::console
