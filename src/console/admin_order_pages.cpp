#include <algorithm>
#include <array>
#include <string>

#include "console/device_view.hpp"
#include "console/insight_view.hpp"
#include "console/operations.hpp"
#include "console/page.hpp"
#include "console/pages.hpp"

namespace godwit::console {
namespace {

constexpr Path order_path{"/godwit/admin/order"};
constexpr std::string_view wipe_account = "wipe-account";

using Label = std::string_view Texts::*;
/// What an administrator can do about a device.
struct Choice {
  std::string_view name;
  std::string_view operation;  // of admin::Operations
  Label label, about, title;
  bool danger;
};
constexpr auto choices = std::to_array<Choice>({
    {"allow", "device.allow", &Texts::allow, &Texts::allow_about, &Texts::allow_title, false},
    {"block", "device.block", &Texts::block, &Texts::block_about, &Texts::block_title, false},
    {"unblock", "device.unblock", &Texts::unblock, &Texts::unblock_about, &Texts::unblock_title,
     false},
    {"resync", "device.resync", &Texts::resync, &Texts::resync_about, &Texts::resync_title, false},
    {wipe_account, "device.wipe", &Texts::wipe_account_order, &Texts::wipe_account_about,
     &Texts::wipe_account_title, true},
    {"wipe", "device.wipe", &Texts::wipe_all_order, &Texts::wipe_all_about, &Texts::wipe_title,
     true},
    {"release", "device.release", &Texts::release, &Texts::release_about, &Texts::release_title,
     false},
    {"forget", "device.forget", &Texts::forget, &Texts::forget_about, &Texts::forget_title, true},
});

const Form& fields(const Visit& visit) {
  return visit.request.method == "POST" ? visit.form : visit.query;
}

const Choice* choice_of(const Visit& visit) {
  const auto* const found = std::ranges::find(choices, fields(visit).get("action"), &Choice::name);
  return found == choices.end() ? nullptr : found;
}

Task<Result<admin::Device>> device_of(Visit& visit) {
  const Form& from = fields(visit);
  const auto user = UserId::parse(from.get("user"));
  const auto id = DeviceId::parse(from.get("id"));
  if (!user || !id) co_return fail(Errc::not_found, "no device is named");
  co_return co_await visit.parts.devices.show(*user, *id);
}

Url url_of(Path path, const admin::Device& device, std::string_view name, std::string_view value) {
  return {path, {{"user", device.user.view()}, {"id", device.id.view()}, {name, value}}};
}

http::Reply not_there(const Visit& visit) {
  return failure_reply(visit, 404, visit.texts().not_found_title, visit.texts().not_found);
}

Html names(const admin::Device& device) {
  return hidden("user", device.user.view()).add(hidden("id", device.id.view()));
}

bool is_waiting(const admin::Device& device) { return device.state == "quarantined"; }

/// One click decides. `from`: the page that is shown again.
Html decision(const Visit& visit, const admin::Device& device, std::string_view from) {
  const Texts& texts = visit.texts();
  const std::string whose = device_name(texts, device) + ", " + device.user.str();
  const auto decide = [&](std::string_view action, std::string_view label, std::string_view title,
                          std::string_view kind) {
    Html inner = names(device);
    inner.add(hidden("action", action)).add(hidden("from", from));
    inner.add(element("button",
                      {{"class", kind}, {"type", "submit"}, {"aria-label", fill(title, whose)}},
                      label));
    return post_form(visit, Url(order_path), inner);
  };
  return element("div", {{"class", "buttons"}},
                 decide("allow", texts.allow, texts.allow_title, "button primary"),
                 decide("block", texts.block, texts.block_title, "button"));
}

Html choice_row(const Visit& visit, const admin::Device& device, const Choice& choice) {
  const Texts& texts = visit.texts();
  return element(
      "div", {{"class", "row"}}, element("p", texts.*choice.about),
      link(url_of(order_path, device, "action", choice.name), texts.*choice.label, "button"));
}

}  // namespace

Task<http::Reply> show_any_device(Visit& visit) {
  const Texts& texts = visit.texts();
  const auto device = co_await device_of(visit);
  if (!device) co_return not_there(visit);
  Html content =
      element("p", {{"class", "path"}}, link(Url(admin_devices_path), texts.all_devices));
  if (visit.query.get("done") == "order") content.add(banner("good", texts.order_done));
  content.add(
      element("p", {{"class", "hint owner"}}, texts.of_user, " ",
              link(Url(admin_devices_path, {{"q", device->user.view()}}), device->user.view())));
  if (is_waiting(*device)) {
    content.add(element("section", {{"class", "card row"}}, element("p", texts.quarantine_intro),
                        decision(visit, *device, "device")));
  }
  content.add(device_facts(texts, *device));
  const Url why("/godwit/admin/device/why",
                {{"user", device->user.view()}, {"id", device->id.view()}});
  content.add(element("section", {{"class", "card row"}}, element("p", texts.why_about_admin),
                      link(why, texts.why_look, "button")));
  Html rows = element("h2", texts.orders);
  for (const Choice& each : choices) {
    if (each.name == wipe_account && !device->wipes_account_alone) continue;
    rows.add(choice_row(visit, *device, each));
  }
  content.add(element("section", {{"class", "card actions"}}, rows));
  content.add(co_await synchronization(visit, *device));
  content.add(element("p", {{"class", "above"}},
                      link(url_of(admin_audit_path, *device, "from", "device"), texts.audit)));
  co_return page_reply(visit, {device_name(texts, *device), std::move(content)});
}

Task<http::Reply> ask_to_order(Visit& visit) {
  const Texts& texts = visit.texts();
  const Choice* const choice = choice_of(visit);
  const auto device = co_await device_of(visit);
  if (!device || choice == nullptr) co_return not_there(visit);
  const Html inner =
      names(*device)
          .add(hidden("action", choice->name))
          .add(element("p", texts.*choice->about))
          .add(element("p", {{"class", "hint"}}, texts.of_user, " ", device->user.view()))
          .add(element("div", {{"class", "buttons"}},
                       submit(texts.*choice->label, choice->danger ? "danger" : "primary"),
                       link(url_of(admin_device_path, *device, "from", "order"), texts.cancel,
                            "button quiet")));
  const Html form = post_form(visit, Url(order_path), inner);
  co_return page_reply(visit, {fill(texts.*choice->title, device_name(texts, *device)),
                               element("div", {{"class", "card form"}}, form)});
}

/// An order that was carried out already is a conflict, or is carried out again.
Task<http::Reply> carry_out(Visit& visit) {
  const Choice* const choice = choice_of(visit);
  const auto device = co_await device_of(visit);
  if (!device || choice == nullptr) co_return not_there(visit);
  const bool account_only = choice->name == wipe_account;
  const auto done = co_await order(visit, *device, choice->operation, account_only);
  if (!done && done.error().code == Errc::not_found) co_return not_there(visit);
  if (!done) {
    co_return failure_reply(visit, 409, visit.texts().failed_title, visit.texts().conflict);
  }
  if (visit.form.get("from") == "quarantine") {
    co_return see_other(Url(admin_quarantine_path, {{"done", "order"}}));
  }
  if (choice->name == "forget") co_return see_other(Url(admin_devices_path));
  co_return see_other(url_of(admin_device_path, *device, "done", "order"));
}

Task<http::Reply> show_quarantine(Visit& visit) {
  const Texts& texts = visit.texts();
  Html list;
  for (const admin::Device& device : co_await visit.parts.devices.list(std::nullopt)) {
    if (!is_waiting(device)) continue;
    const Url url = url_of(admin_device_path, device, "from", "quarantine");
    list.add(element(
        "li", {{"class", "card row"}},
        element("div", element("h2", link(url, device_name(texts, device))),
                element("p", {{"class", "hint"}}, device.user.view()),
                element("p", {{"class", "hint"}}, texts.last_seen, " ", last_seen(texts, device))),
        decision(visit, device, "quarantine")));
  }
  Html content = element("p", {{"class", "intro"}}, texts.quarantine_intro);
  if (visit.query.get("done") == "order") content.add(banner("good", texts.order_done));
  if (list.text().empty()) {
    content.add(element("p", {{"class", "card empty"}}, texts.quarantine_none));
  } else {
    content.add(element("ul", {{"class", "cards"}}, list));
  }
  co_return page_reply(visit, {std::string(texts.quarantine), std::move(content)});
}

}  // namespace godwit::console
