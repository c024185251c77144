#!/usr/bin/env python3
"""What the pages say against what there is: README.md and docs/*.md.

    pages_test.py ROOT GODWIT

Every fenced block has a kind, and what is done with it:

    sh     run on a clean system by tests/guides.sh, which must name the page
    toml   a piece of godwit.toml, or a file of profiles: `godwit config check` takes it
    usage  commands of godwit, perhaps with a remark behind: each is given to the program, which must
           find no fault with how it is called
    conf   files of other products: the file that HELD names reads the block off the page, and a real
           one of those products starts with it
    text   neither; OTHERS has the reason

Besides: commands of godwit within the text, keys of the configuration and their defaults, log lines that
troubleshooting names, and links.
"""

import concurrent.futures
import functools
import os
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

GODWIT = os.path.abspath(sys.argv.pop()) if len(sys.argv) > 2 else "godwit"
ROOT = os.path.abspath(sys.argv.pop()) if len(sys.argv) > 1 else os.getcwd()

# Page and begin of the block: what reads it there.
HELD = {
    ("postfix.md", "relay_domains"): "tests/parts/postfix.sh",
    ("push.md", "mail_plugins = $mail_plugins notify mail_lua"): "tests/parts/dovecot.sh",
    ("push.md", "mail_plugins = $mail_plugins notify push_notification\n"): "tests/parts/dovecot.sh",
    ("push.md", "event_exporter godwit"): "tests/parts/dovecot.sh",
    ("push.md", "# /etc/imapd.conf"): "tests/parts/cyrus.sh",
    ("sign-in.md", "# dovecot.conf"): "tests/parts/dovecot.sh",
}
OTHERS = {
    ("README.md", "   phone"): "a drawing",
    ("README.md", "git clone"): "dev_test.py asks ./dev what it does; building takes too long here",
    ("security-model.md", "          untrusted"): "a drawing",
    ("guide.md", "apt-get install"): "the guides begin with it, from another folder",
    ("guide.md", "echo fs.inotify"): "a limit of the whole machine",
    ("guide.md", "login,password"): "a table: test_users_of_the_page_are_read",
    ("autodiscover.md", "autodiscover.example.org."): "DNS records",
    ("push.md", "curl"): "needs a secret: tests/daemon/push_sources_test.cpp sends the like",
    ("sign-in.md", "# /etc/pam.d/godwit"): "a service of PAM: src/backend/pam/check_test.cpp has such ones",
    ("sign-in.md", "2026-"): "a line of the log: test_the_filter_finds_the_line_of_the_page",
    ("devices.md", "godwit audit ["): "a synopsis",
}
CERTIFICATE_NAMES = re.compile(r'"([\w./-]+\.(?:pem|crl|password|secret|keytab))"')
BEGINNING = '[server]\nhostname = "mail.example.org"\n'
# What a piece is for: page, begin of the block, and what has to stand around it.
AROUND = {
    ("guide.md", "[sieve]"): '[backend]\nkind = "imap"\n[imap]\nhost = "imap.example.org"\n[submission]\nhost = "imap.example.org"\n',
    ("push.md", "[[push_source]]"): '[backend]\nkind = "imap"\n[imap]\nhost = "imap.example.org"\n[submission]\nhost = "imap.example.org"\n',
    ("sign-in.md", "[[access]]"): '[[sign_in]]\nkind = "ldap"\nservers = ["ldap://ldap.example.org"]\nbase = "dc=example,dc=org"\n',
}


def pages():
    names = [os.path.join("docs", name) for name in os.listdir(os.path.join(ROOT, "docs"))]
    return ["README.md", *sorted(name for name in names if name.endswith(".md"))]


@functools.lru_cache(maxsize=None)
def text_of(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read()


def blocks():
    """(page, kind, text) of each fenced block."""
    for page in pages():
        for kind, text in re.findall(r"^```(\w*)\n(.*?)^```$", text_of(page), re.M | re.S):
            yield os.path.basename(page), kind, text


def prose():
    """(page, text) without its blocks."""
    for page in pages():
        yield page, re.sub(r"^```.*?^```$", "", text_of(page), flags=re.M | re.S)


def entry(table, page, text):
    return next((key for key in table if key[0] == page and text.startswith(key[1])), None)


def run(arguments, **options):
    # Leaks of a program that ends at once are no matter here.
    environment = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")
    return subprocess.run([GODWIT, *arguments], env=environment, capture_output=True, text=True,
                          timeout=60, check=False, **options)


@functools.lru_cache(maxsize=None)
def help_of(*path):
    return run([*path, "--help"]).stdout


def subcommands(path):
    found = re.search(r"^Subcommands:\n(.*?)(?:\n\n|\Z)", help_of(*path), re.M | re.S)
    return re.findall(r"^  (\S+)", found.group(1), re.M) if found else []


def fault_of(command):
    """What is wrong with the names in `godwit ...`: subcommands and options, not their values."""
    path, words = (), [word.strip("[]") for word in command.split()[1:]]
    known = help_of()
    for word in words:
        below = subcommands(path)
        if word.startswith("--"):
            known += help_of(*path)
            if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", known):
                return f"no option {word} of {' '.join(('godwit', *path))}"
        elif below and re.fullmatch(r"[a-z-]+", word):
            if word in below:
                path = (*path, word)
            elif not re.search(rf"^  \w+ TEXT:{{.*\b{word}\b.*}}", help_of(*path), re.M):
                return f"no command {' '.join(('godwit', *path, word))}"
    return None


@functools.lru_cache(maxsize=None)
def keys():
    """Each key of the configuration: (section, key) and its default."""
    section, found = "", {}
    for line in run(["config", "example"]).stdout.splitlines():
        if head := re.fullmatch(r"#?\[\[?([\w.\"]+)\]\]?", line):
            section = head.group(1)
        elif row := re.match(r"#?([a-z_]+) = (.*)", line):
            found[section, row.group(1)] = row.group(2)
    return found


def usage_lines(text):
    """The commands of a block without the remarks behind them."""
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        line = re.split(r" {2,}| #", line)[0]
        if line.strip():
            yield line


class Pages(unittest.TestCase):
    def none(self, faults, what):
        faults = list(faults)
        self.assertFalse(faults, what + ":\n  " + "\n  ".join(map(str, faults)))

    def test_each_block_is_held_by_something(self):
        guides = re.search(r"^known=\((.*?)\)", text_of("tests/guides.sh"), re.M | re.S).group(1).split()
        faults, seen = [], set()
        for page, kind, text in blocks():
            where = f"{page}: {text.splitlines()[0]}"
            held, other = entry(HELD, page, text), entry(OTHERS, page, text)
            seen |= {held, other}
            if kind == "sh" and page.removesuffix(".md") not in guides:
                faults.append(f"{where}: tests/guides.sh does not run this page")
            if kind == "conf" and not (held and f"documented {page} " in text_of(HELD[held])):
                faults.append(f"{where}: nothing reads this")
            if kind == "text" and not other:
                faults.append(f"{where}: no reason why it is not run")
            if kind not in ("sh", "toml", "usage", "conf", "text"):
                faults.append(f"{where}: of which kind?")
        faults += [f"{key}: no such block" for key in {*HELD, *OTHERS} - seen]
        self.none(faults, "blocks that nothing holds")

    def test_each_piece_of_configuration_is_taken(self):
        faults = []
        for page, kind, text in blocks():
            if kind != "toml":
                continue
            with tempfile.TemporaryDirectory() as folder:
                self.fill(folder, AROUND.get(entry(AROUND, page, text), "") + text)
                done = run(["config", "check", os.path.join(folder, "godwit.toml")])
                if done.returncode != 0:
                    faults.append(f"{page}: {text.splitlines()[0]}\n{done.stdout}{done.stderr}")
        self.none(faults, "configuration that is refused")

    @staticmethod
    def fill(folder, text):
        """godwit.toml with the piece, and the files that it names."""
        text = text.replace("/etc/godwit/", "")
        if text.startswith("version = "):
            with open(os.path.join(folder, "profiles.toml"), "w", encoding="utf-8") as file:
                file.write(text)
            text = '[clients]\nprofiles_file = "profiles.toml"\n'
        for name in CERTIFICATE_NAMES.findall(text):
            path = os.path.join(folder, name)
            with open(path, "w", encoding="utf-8") as file:
                file.write("0123456789abcdef0123456789abcdef\n")
            os.chmod(path, 0o600)
        if "[server]" not in text:
            text = BEGINNING + text
        with open(os.path.join(folder, "godwit.toml"), "w", encoding="utf-8") as file:
            file.write(text)

    def test_commands_are_called_as_they_want_to_be(self):
        """Code 2 is wrong usage; without a daemon nearly all others end with 3."""
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "godwit.toml"), "w", encoding="utf-8") as file:
                file.write(BEGINNING + f'state_directory = "{folder}"\ncontrol_socket = "{folder}/none"\n')
            commands = sorted({(page, line) for page, kind, text in blocks() if kind == "usage"
                               for line in usage_lines(text)})
            self.assertGreater(len(commands), 40)

            def fault(row):
                page, line = row
                line = re.sub(r"<\w+>", "1", line)
                self.assertTrue(line.startswith("godwit "), line)
                if wrong := fault_of(line):
                    return f"{page}: {line}: {wrong}"
                # These ask the network.
                if re.match(r"godwit (doctor|probe|client|deliver|backup|schema)", line):
                    return None
                done = run(["-c", os.path.join(folder, "godwit.toml"), *shlex.split(line)[1:]],
                           cwd=folder, stdin=subprocess.DEVNULL)
                return f"{page}: {line}: {done.stderr}" if done.returncode not in (0, 1, 3) else None

            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                self.none(filter(None, pool.map(fault, commands)), "commands that are no commands")

    def test_commands_within_the_text_exist(self):
        faults = []
        for page, text in prose():
            for command in re.findall(r"`(godwit [^`]*)`", text):
                if wrong := fault_of(command):
                    faults.append(f"{page}: `{command}`: {wrong}")
        self.none(faults, "commands that are none")

    def test_keys_within_the_text_exist(self):
        sections = {section for section, _ in keys()}
        faults = []
        for page, text in prose():
            for section, key in re.findall(r"`([a-z_]+)\.([a-z_]+)(?: = [^`]*)?`", text):
                if section in sections and (section, key) not in keys() and f"{section}.{key}" not in (
                        *sections, *loggers()):
                    faults.append(f"{page}: {section}.{key}")
        self.none(faults, "keys that are none")

    def test_numbers_behind_keys_are_the_defaults(self):
        faults, seen = [], 0
        for page, text in prose():
            for section, key, number in re.findall(r"`([a-z_]+)\.([a-z_]+)` \(([\d,]+)\)", text):
                seen += 1
                if keys().get((section, key)) != number.replace(",", ""):
                    faults.append(f"{page}: {section}.{key} ({number}) is {keys().get((section, key))}")
        self.assertGreater(seen, 6)
        self.none(faults, "defaults that are others")

    def test_the_files_limit_of_tuning_is_the_unit_s(self):
        told = re.search(r"`LimitNOFILE` of the service \(([\d,]+) in the package\)", text_of("docs/tuning.md"))
        self.assertIn("LimitNOFILE=" + told.group(1).replace(",", ""),
                      text_of("packaging/systemd/godwitd.service").splitlines())

    def test_what_a_waiting_phone_costs_is_what_was_measured(self):
        told = re.search(r"some (\d+) KiB without TLS and (\d+) KiB with it", text_of("docs/tuning.md"))
        for kind, kibibytes in zip(("plain", "TLS"), told.groups()):
            goal, reached = re.search(rf"^\| held Ping, {kind} \| <= ([\d,]+) bytes \| ([\d,]+) \|$",
                                      text_of("docs/performance.md"), re.M).groups()
            self.assertEqual(int(goal.replace(",", "")), int(kibibytes) * 1024)
            self.assertLessEqual(int(reached.replace(",", "")), int(goal.replace(",", "")))

    def test_log_lines_of_troubleshooting_are_written(self):
        lines = set(re.findall(r"log: `([^`]+)`", text_of("docs/troubleshooting.md")))
        self.assertGreaterEqual(len(lines), 4)
        self.none((line for line in lines if not is_logged(line)), "lines that nobody writes")

    def test_loggers_of_troubleshooting_exist(self):
        named = set(re.findall(r"`godwit log level (\S+) ", text_of("docs/troubleshooting.md")))
        self.assertTrue(named)
        self.assertLessEqual(named, loggers())

    def test_the_filter_finds_the_line_of_the_page(self):
        regex = re.search(r"^failregex = (.*)$", text_of("packaging/fail2ban/filter.d/godwit.conf"), re.M)
        line = next(text for page, _, text in blocks() if page == "sign-in.md" and text.startswith("2026-"))
        found = re.search(regex.group(1).replace("<HOST>", r"(?P<host>[0-9a-f.:]+)"), line)
        self.assertEqual(found and found.group("host"), "198.51.100.1")

    def test_users_of_the_page_are_read(self):
        table = next(text for page, _, text in blocks() if page == "guide.md" and text.startswith("login,password"))
        head, row = table.splitlines()
        self.assertEqual(head.count(","), row.count(","))
        known = set(re.findall(r'"(\w+)"', text_of("src/app/user_file.cpp"))) | set(
            re.findall(r'\{"(\w+)"', text_of("src/backend/directory.hpp")))
        self.assertLessEqual(set(head.split(",")), known)

    def test_links_lead_somewhere(self):
        faults = []
        for page, text in prose():
            for target in re.findall(r"\]\(([^)\s]+)\)", text):
                if re.match(r"[a-z]+:", target):
                    continue
                path, _, anchor = target.partition("#")
                path = os.path.normpath(os.path.join(os.path.dirname(page), path)) if path else page
                if not os.path.exists(os.path.join(ROOT, path)):
                    faults.append(f"{page}: {target}")
                elif anchor and anchor not in anchors(path):
                    faults.append(f"{page}: {target}: no such heading")
        self.none(faults, "links to nowhere")


def anchors(path):
    heads = re.findall(r"^#+ (.*)$", text_of(path), re.M)
    return {re.sub(r"[^\w -]", "", re.sub(r"\]\([^)]*\)", "", head).lower()).replace(" ", "-") for head in heads}


@functools.lru_cache(maxsize=None)
def sources():
    found = []
    for folder, _, names in os.walk(os.path.join(ROOT, "src")):
        for name in names:
            if name.endswith(".cpp") and not name.endswith("_test.cpp"):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    found.append(file.read())
    return found


@functools.lru_cache(maxsize=None)
def loggers():
    table = re.search(r"names = std::to_array<std::string_view>\(\{(.*?)\}\)", text_of("src/base/log_levels.cpp"), re.S)
    return set(re.findall(r'"([\w.]+)"', table.group(1)))


def is_logged(line):
    """LOGGER EVENT, as it stands in the log; a source has both."""
    logger, _, event = line.partition(" ")
    writes = re.compile(rf'\.(?:info|warning|error)\("{re.escape(event)}"')
    return logger in loggers() and any(writes.search(text) and f'"{logger}"' in text for text in sources())


if __name__ == "__main__":
    unittest.main()
