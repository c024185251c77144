#!/usr/bin/env python3
"""Looks at every page of the console as people do, in a real Chromium.

    browse.py PARTS URL USER PASSWORD [PICTURES]

PARTS: the folder of tests/parts.sh. The user has one device, which goes at the end, and
administers; bob has one that waits in quarantine. Every page at 360
and 1440 px, in every language, light and dark: nothing is wider than the window, and axe finds
nothing serious; then by keyboard alone, and with scripts off. PICTURES: where pictures of all go.
Prints what is wrong; exit 1 when something is.
"""

import os
import sys
import time

from webdriver import Browser

WIDTHS = (360, 1440)
LANGUAGES = ("en", "de", "fr")
# By name: path, whether one is signed in there. {device}, {password}: ids.
PAGES = {
    "sign-in": ("/godwit/sign-in", False),
    "sign-in-out": ("/godwit/sign-in?done=out", False),
    "devices": ("/godwit/", True),
    "device": ("/godwit/device?id={device}", True),
    "device-done": ("/godwit/device?id={device}&done=wipe", True),
    "why": ("/godwit/device/why?id={device}", True),
    "why-found": ("/godwit/device/why?id={device}&q=hello", True),
    "why-none": ("/godwit/device/why?id={device}&q=nothing", True),
    "wipe": ("/godwit/device/wipe?id={device}", True),
    "remove": ("/godwit/device/remove?id={device}", True),
    "app-passwords": ("/godwit/app-passwords", True),
    "revoke": ("/godwit/app-passwords/revoke?id={password}", True),
    "out-of-office": ("/godwit/out-of-office", True),
    "out-of-office-done": ("/godwit/out-of-office?done=saved", True),
    "set-up": ("/godwit/set-up", True),
    "overview": ("/godwit/admin", True),
    "all-devices": ("/godwit/admin/devices", True),
    "found-devices": ("/godwit/admin/devices?q=phone&state=allowed", True),
    "found-none": ("/godwit/admin/devices?q=nothing", True),
    "any-device": ("/godwit/admin/device?user={user}&id={device}", True),
    "any-why": ("/godwit/admin/device/why?user={user}&id={device}", True),
    "order": ("/godwit/admin/order?user={user}&id={device}&action=wipe", True),
    "users": ("/godwit/admin/users", True),
    "users-none": ("/godwit/admin/users?q=nothing", True),
    "user": ("/godwit/admin/user?user={user}", True),
    "user-add": ("/godwit/admin/users/add", True),
    "user-password": ("/godwit/admin/user/password?user={user}", True),
    "user-remove": ("/godwit/admin/user/remove?user={user}", True),
    "quarantine": ("/godwit/admin/quarantine", True),
    "policies": ("/godwit/admin/policies", True),
    "policy-of-user": ("/godwit/admin/policies?user={user}", True),
    "policy-new": ("/godwit/admin/policy", True),
    "policy-edit": ("/godwit/admin/policy?policy=field", True),
    "policy-copy": ("/godwit/admin/policy?from=board", True),
    "policy-remove": ("/godwit/admin/policy/remove?policy=field", True),
    "audit": ("/godwit/admin/audit", True),
    "nothing": ("/godwit/nothing", True),
}
AXE_OPTIONS = {"resultTypes": ["violations"],
               "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}


class Look:
    def __init__(self, parts, url, user, password, pictures):
        self.part, self.url, self.user, self.password = f"{parts}/chromium", url, user, password
        self.pictures = pictures
        with open(f"{parts}/axe/axe.min.js", encoding="utf-8") as file:
            self.axe = file.read()
        self.wrong = []
        self.device = self.app_password = ""

    def expect(self, what, holds):
        if not holds:
            self.wrong.append(what)

    def sign_in(self, browser):
        browser.open(f"{self.url}/godwit/sign-in")
        browser.type("#user", self.user)
        browser.type("#password", self.password)
        browser.click("main button")

    def read_device(self, browser):
        self.expect("not signed in", browser.comes(".who", self.user))
        address = browser.run("return document.querySelector('.cards a').href")
        self.device = address.split("id=")[1]

    def make_password(self, browser, name):
        """Makes an app password with a name that is long, and looks at it."""
        browser.open(f"{self.url}/godwit/app-passwords?language=en")
        browser.type("#name", "The tablet in the kitchen, beside the window")
        browser.click("main form button")
        self.expect("no app password was made", browser.comes("h1", "Your new app password"))
        self.judge(browser, f"made-{name}")
        browser.click("main .button")
        self.expect("not back at the app passwords", browser.comes("h1", "App passwords"))
        address = browser.run("return document.querySelector('.cards a').href")
        self.app_password = address.split("id=")[1]

    def look_at_policy(self, browser, language, name):
        """The pages that an edit leads to: what it would change, and what is wrong with it."""
        browser.open(f"{self.url}/godwit/admin/policy?policy=field&language={language}")
        browser.type("#users", f"\n{self.user}")
        browser.click("button[value=look]")
        self.expect(f"{name}: the device is not told of", browser.comes("tbody", self.device))
        self.judge(browser, f"policy-look-{name}")
        browser.click("button[value=change]")
        self.expect(f"{name}: not back at the form", browser.comes("button[value=look]", ""))
        browser.type("#MinDevicePasswordLength", "99")
        browser.click("button[value=look]")
        self.expect(f"{name}: no problem", browser.comes("[role=alert] a", "16"))
        self.judge(browser, f"policy-wrong-{name}")

    def judge(self, browser, name):
        wide = browser.run("return document.documentElement.scrollWidth - window.innerWidth")
        self.expect(f"{name}: {wide} px wider than the window", wide <= 0)
        browser.run(self.axe)
        found = browser.run_async(
            "const done = arguments[1]; axe.run(document, arguments[0])"
            ".then(result => done(result.violations), fault => done([{id: String(fault), "
            "impact: 'critical', nodes: []}]))", AXE_OPTIONS)
        for each in found:
            where = "; ".join(node["target"][0] for node in each["nodes"][:3])
            self.expect(f"{name}: axe: {each['impact']}: {each['id']}: {where}",
                        each["impact"] not in ("serious", "critical"))
        if self.pictures:
            browser.picture(f"{self.pictures}/{name}.png")

    def look_at_all(self, dark):
        browser = Browser(self.part, dark=dark)
        scheme = "dark" if dark else "light"
        try:
            for signed_in in (False, True):
                if signed_in:
                    self.sign_in(browser)
                    self.read_device(browser)
                    browser.size(360)
                    self.make_password(browser, f"360-en-{scheme}")
                for width in WIDTHS:
                    browser.size(width)
                    for language in LANGUAGES:
                        if signed_in:
                            self.look_at_policy(browser, language, f"{width}-{language}-{scheme}")
                        for name, (path, inside) in PAGES.items():
                            if inside != signed_in:
                                continue
                            path = path.format(device=self.device, password=self.app_password,
                                               user=self.user)
                            more = "&" if "?" in path else "?"
                            browser.open(f"{self.url}{path}{more}language={language}")
                            self.expect(f"{name}: not in {language}",
                                        browser.run("return document.documentElement.lang")
                                        == language)
                            self.judge(browser, f"{name}-{width}-{language}-{scheme}")
        finally:
            browser.close()

    def focus(self, browser):
        """What has the focus, and whether one sees that."""
        return browser.run(
            "const at = document.activeElement; const style = getComputedStyle(at);"
            "return [at.id || at.textContent.trim(), style.outlineStyle != 'none' &&"
            " parseFloat(style.outlineWidth) >= 2]")

    def tab_to(self, browser, wanted):
        for _ in range(40):
            browser.press("tab")
            name, seen = self.focus(browser)
            self.expect(f"keyboard: no one sees that '{name}' has the focus", seen)
            if name == wanted:
                return
        self.expect(f"keyboard: '{wanted}' cannot be reached", False)

    def by_keyboard(self):
        browser = Browser(self.part)
        try:
            browser.size(1440)
            browser.open(f"{self.url}/godwit/sign-in")
            self.expect("keyboard: the user's name has no focus", self.focus(browser)[0] == "user")
            browser.press(self.user, "tab", self.password, "enter")
            self.expect("keyboard: not signed in", browser.comes("h1", "My devices"))
            browser.press("tab")
            self.expect("keyboard: no link to the content", "Skip" in self.focus(browser)[0])
            browser.press("enter")
            device = browser.text(".cards a")
            self.tab_to(browser, device)
            browser.press("enter")
            self.expect("keyboard: not on the device's page", browser.comes("h1", device))
            self.tab_to(browser, "Erase")
            browser.press("enter")
            self.expect("keyboard: not asked about erasing", browser.comes("h1", "Erase"))
            self.tab_to(browser, browser.run("return document.querySelector(':checked').id"))
            browser.press("down")
            self.tab_to(browser, "Cancel")
            browser.press("enter")
            self.expect("keyboard: not back", browser.comes(".path", "My devices"))
            self.tab_to(browser, "Remove")
            browser.press("enter")
            self.expect("keyboard: not asked about removing", browser.comes("h1", "Remove"))
            self.tab_to(browser, "Remove")
            self.tab_to(browser, "Deutsch")
            browser.press("enter")
            self.expect("keyboard: not in German", browser.comes("h1", "entfernen"))
            browser.open(f"{self.url}/godwit/admin/policy?language=en")
            self.tab_to(browser, "name")
            browser.press("keys")
            self.tab_to(browser, "Device")
            browser.press("enter")
            self.tab_to(browser, "AllowCamera")
            browser.press("down", "down")
            self.tab_to(browser, "Look at what it changes")
            browser.press("enter")
            self.expect("keyboard: no look at a policy", browser.comes("h1", "Save keys?"))
            self.expect("keyboard: no camera", "AllowCamera - -> 0" in browser.text(".changes"))
            self.tab_to(browser, "Change again")
            browser.press("enter")
            self.expect("keyboard: not back", browser.comes("h1", "New policy"))
        finally:
            browser.close()

    def moves_by_itself(self):
        """The overview's script: what it brings is what the page has by then."""
        browser = Browser(self.part)
        try:
            self.sign_in(browser)
            self.expect("script: not signed in", browser.comes("h1", "My devices"))
            browser.open(f"{self.url}/godwit/admin?language=en")
            browser.click("summary")
            browser.run("document.querySelector('#graph-requests').replaceChildren()")
            ends = time.monotonic() + 40
            while time.monotonic() < ends and browser.run(
                    "return document.documentElement.dataset.refreshed") != "yes":
                time.sleep(1)
            self.expect("script: the graphs do not move", browser.run(
                "return document.querySelectorAll('#graph-requests svg path').length") > 0)
            self.expect("script: the numbers were closed",
                        browser.run("return document.querySelector('details').open"))
        finally:
            browser.close()

    def without_scripts(self):
        browser = Browser(self.part, scripts=False)
        try:
            browser.size(360)
            self.sign_in(browser)
            self.expect("scripts off: not signed in", browser.comes("h1", "My devices"))
            cookies = {each["name"]: each for each in browser.cookies()}
            session = cookies.get("__Host-session", {})
            self.expect("the session's cookie is not kept from scripts and other sites",
                        session.get("httpOnly") and session.get("secure")
                        and session.get("sameSite") == "Strict" and session.get("path") == "/")
            browser.click("nav a[href='/godwit/out-of-office']")
            self.expect("scripts off: no absence", browser.comes("h1", "Out of office"))
            browser.click("input[value=on]")
            browser.type("#internal", "Back soon")
            browser.click("main form button")
            self.expect("scripts off: absence not saved", browser.comes(".banner", "saved"))
            browser.click("nav a[href='/godwit/admin/quarantine']")
            self.expect("scripts off: no quarantine", browser.comes("h1", "Quarantine"))
            browser.click(".cards .primary")
            self.expect("scripts off: not allowed", browser.comes(".banner", "carried out"))
            browser.click("nav a[href='/godwit/admin/users']")
            browser.click("main .button.primary")
            self.expect("scripts off: no form for a user", browser.comes("h1", "Add a user"))
            browser.type("#login", "dora@example.org")
            browser.type("#password", "dora-secret")
            browser.type("#again", "dora-secret")
            browser.click("main form button")
            self.expect("scripts off: no user added", browser.comes(".banner", "was added"))
            browser.click(".actions .row:last-child a")
            browser.type("#confirm", "dora@example.org")
            browser.click("main form button")
            self.expect("scripts off: user not removed", browser.comes(".banner", "was removed"))
            browser.click("nav a[href='/godwit/admin/policies']")
            browser.click("main .button.primary")
            self.expect("scripts off: no form for a policy", browser.comes("h1", "New policy"))
            browser.type("#name", "night")
            browser.click("details:nth-of-type(2) summary")
            browser.click("#AllowCamera option[value='0']")
            browser.click("button[value=look]")
            self.expect("scripts off: no look at it", browser.comes("h1", "Save night?"))
            browser.click("button[value=save]")
            self.expect("scripts off: no policy saved", browser.comes(".banner", "was saved"))
            browser.click("a[href$='/remove?policy=night']")
            browser.click("main form button")
            self.expect("scripts off: policy not removed", browser.comes(".banner", "was removed"))
            browser.click("nav a[href='/godwit/admin/devices']")
            self.expect("scripts off: no devices", browser.comes("h1", "Devices"))
            browser.type("#q", "bob")
            browser.click(".search button")
            self.expect("scripts off: nothing found", browser.comes("[role=status]", "Devices: 1"))
            browser.click("nav a[href='/godwit/']")
            self.expect("scripts off: not back", browser.comes("h1", "My devices"))
            device = browser.text(".cards a")
            browser.click(".cards a")
            self.expect("scripts off: not on the device's page", browser.comes("h1", device))
            browser.click("main a[href*='/device/why']")
            self.expect("scripts off: no question", browser.comes("h1", "Why is it not"))
            browser.type("#q", "hello")
            browser.click(".search button")
            self.expect("scripts off: no mail found", browser.comes("h2", "Which one"))
            browser.click(".cards a")
            self.expect("scripts off: no reason", browser.comes(".findings", "it is there"))
            browser.click(".path a")
            self.expect("scripts off: not back at the device", browser.comes("h1", device))
            browser.click(".actions .row:last-child a")
            self.expect("scripts off: not asked", browser.comes("h1", "Remove"))
            browser.click("main form button")
            self.expect("scripts off: not removed", browser.comes(".banner", "was removed"))
            self.expect("scripts off: still there", device not in browser.text("main"))
            if self.pictures:
                browser.picture(f"{self.pictures}/empty-360.png")
            browser.click(".person button")
            self.expect("scripts off: not signed out", browser.comes(".banner", "signed out"))
            browser.open(f"{self.url}/godwit/")
            self.expect("scripts off: still signed in", browser.url().endswith("/sign-in"))
        finally:
            browser.close()


def main():
    if len(sys.argv) not in (5, 6):
        print(__doc__, file=sys.stderr)
        return 2
    pictures = sys.argv[5] if len(sys.argv) == 6 else ""
    if pictures:
        os.makedirs(pictures, exist_ok=True)
    look = Look(*sys.argv[1:5], pictures)
    look.look_at_all(dark=False)
    look.look_at_all(dark=True)
    look.by_keyboard()
    look.moves_by_itself()
    look.without_scripts()
    for each in look.wrong:
        print(each)
    return 1 if look.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
