#!/usr/bin/env python3
"""The house rules that no compiler checks: sizes, words, includes, dependency directions.

    tidy.py ROOT        checks; prints file:line: what; exit 1 when something is wrong
    tidy.py --self-test proves that every rule can fail
"""

import os
import re
import sys

FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70
LINE_COLUMNS_MAX = 100

# What each module may link, and so include. Lists are sets of allowed directions, in the order of
# src/CMakeLists.txt; a module that is not here has not been thought about yet.
DIRECTIONS = {
    "base": "",
    "ingest": "base",
    "metrics": "base",
    "wbxml": "base",
    "eas": "base wbxml",
    "item": "base",
    "convert": "base item",
    "convert/time_zone": "base item",
    "convert/ical": "base item convert convert/time_zone",
    "imap": "base item convert",
    "net": "base",
    "backend": "base item",
    "watch": "base item backend",
    "http": "base net watch",
    "dav": "base net http",
    "autodiscover": "base net http dav",
    "dns": "base net",
    "discovery": "base net dns http dav autodiscover",
    "store": "base",
    "sqlite": "base net",
    "mapping": "base wbxml eas item",
    "render": "base wbxml eas item convert convert/time_zone convert/ical mapping backend http",
    "profile": "base",
    "policy": "base wbxml eas store profile",
    "sync": "base wbxml eas item backend store watch mapping policy",
    "compose": "base item net convert eas backend http",
    "command": "base net wbxml eas item convert convert/time_zone convert/ical mapping render "
               "compose backend store watch http sync policy profile",
    "auth": "base item backend store",
    "oidc": "base net http dav auth",
    "queue": "base item net convert compose backend store sqlite",
    "client": "base wbxml eas item net http watch convert mapping autodiscover dns discovery",
    "admin": "base eas item backend store watch auth policy profile",
    "console": "base net http watch item convert convert/time_zone backend auth policy admin",
    "migration": "base",
    # Implementations: only app and tests name them.
    "store/memory": "base store",
    "store/sqlite": "base net store sqlite",
    "store/postgres": "base net store",
    "backend/memory": "base item convert backend",
    "backend/local": "base item net sqlite convert convert/time_zone convert/ical backend watch",
    "backend/notes": "base item net convert compose backend",
    "backend/recipients": "base item net convert backend",
    "backend/imap": "base item net imap convert backend watch auth",
    "backend/smtp": "base item net backend",
    "backend/sieve": "base item net convert backend",
    "backend/ldap": "base item net convert backend auth",
    "backend/pam": "base item net backend auth",
    "backend/kerberos": "base item net backend auth",
    "backend/dav": "base item net http dav convert convert/time_zone convert/ical backend",
    "lmtp": "base item net backend backend/local",
    "app": "*",
}

# No sockets, no databases, no Asio beyond base/task.hpp.
NO_IO = {"base", "ingest", "metrics", "wbxml", "eas", "item", "convert", "convert/time_zone",
         "convert/ical",
         "mapping", "imap", "sync", "policy", "profile",
         "command", "render", "watch", "store", "backend", "store/memory", "backend/memory",
         "migration"}
ASIO = {"net", "http", "app", "dav", "oidc", "backend/imap", "backend/smtp", "backend/sieve", "backend/dav",
        "lmtp",
        "queue", "client"}
IO_INCLUDE = re.compile(r"boost/asio/ip/|boost/asio/ssl|sqlite3\.h|libpq-fe\.h|^ldap\.h$|sys/socket\.h|"
                        r"security/pam_|netinet/|arpa/inet\.h|netdb\.h")
HEADER_INCLUDE = re.compile(r"sqlite3\.h|libpq-fe\.h|openssl/|gmime/|libical/|boost/beast|toml\+\+|"
                            r"nlohmann/json\.hpp|unicode/|libxml/|resolv\.h|prometheus/")
# Headers of net that are templates over Asio by nature.
ASIO_HEADERS = {"src/base/task.hpp", "src/net/deadline.hpp"}

# Where a `catch (...)` is a decision: the request, the job, main, and callbacks from C.
CATCH_ALL = re.compile(r"src/app/main_\w+\.cpp$")

WORDS = [
    (re.compile(r"\bFIXME\b|\bXXX\b"), "names something unfinished: finish it or open an issue"),
    (re.compile(r"\bTODO\b(?!\(#\d+\))"), "TODO without an issue: write TODO(#number)"),
    (re.compile(r"^\s*#\s*if\s+0\b"), "dead code: remove it"),
    (re.compile(r"\bstd::endl\b"), "std::endl flushes: write '\\n'"),
    (re.compile(r"\basio::detached\b"), "detached loses failures: give a handler that logs"),
    (re.compile(r"\busing namespace std\s*;"), "using namespace std hides where names come from"),
    (re.compile(r"\bBOOST_LOG|\bstd::(cout|cerr)\b"), None),
]
PRINTS_ALLOWED = re.compile(r"^(src/app/|src/client/|tools/|tests/|bench/|fuzz/)|_test\.cpp$")
NAMES_BANNED = re.compile(r"(^|[_/])(utils?|commons?|helpers?|misc)([_.]|$)")
TIME_SOURCES = re.compile(r"\bsystem_clock::now\(|\bstd::random_device\b")
TIME_ALLOWED = re.compile(r"^(src/app/|src/net/|src/client/|tests/|bench/|fuzz/|tools/)|_test\.cpp$")
# Drivers measure how long their peers take; backend/ldap is one, though its sockets are libldap's.
MEASURING = ASIO | {"backend/ldap"}
INTERVALS = re.compile(r"\bsteady_clock::now\(")
# What tests of several modules stand on, though it lies beside the code.
TEST_SUPPORT = re.compile(r"(_test\.cpp|[/_]bed\.hpp|/testing\.hpp)$")
DATA_LINE = re.compile(r'^\s*(\{+\S|")[^;]*$')
MACRO = re.compile(r"^\s*#\s*define\s+(\w+)")
MACRO_ALLOWED = re.compile(r"^(BOOST_\w+|TOML_\w+|CPPHTTPLIB_\w+|_GNU_SOURCE|G_\w+)$")
INCLUDE = re.compile(r'^\s*#\s*include\s+[<"]([^>"]+)[>"]')


class Report:
    def __init__(self):
        self.lines = []

    def add(self, path, line, what):
        self.lines.append(f"{path}:{line}: {what}")


def blank_literals(text):
    """The text with comments and literals replaced by spaces, line structure kept."""
    pattern = re.compile(
        r'R"(?P<mark>[^()\\\s]{0,16})\((?:.|\n)*?\)(?P=mark)"'
        r'|"(?:\\.|[^"\\\n])*"'
        r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'"
        r"|//[^\n]*|/\*(?:.|\n)*?\*/")
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), text)


FUNCTION_HEAD = re.compile(
    r"\)\s*(?:const|noexcept|override|final|mutable|&&?|->\s*[\w:<>,*&\s]+?|requires\b[^{;]*|"
    r"noexcept\([^)]*\)|:\s*[\w:<>]+\s*[({].*)*\s*$", re.DOTALL)


def functions(code):
    """(first line, last line) of every function body. A brace opens a function when what stands
    before it, back to the last ; { or }, ends like a function's head; nested ones belong to it."""
    found = []
    stack = []
    last = 0
    line = 1
    for position, character in enumerate(code):
        if character == "\n":
            line += 1
        elif character == "{":
            head = code[last:position]
            inside = any(kind for kind, _ in stack)
            is_function = not inside and "(" in head and bool(FUNCTION_HEAD.search(head)) \
                and not re.match(r"\s*(namespace|enum|struct|class|union)\b", head)
            first = line - head.lstrip().count("\n")
            stack.append((is_function, first))
            last = position + 1
        elif character == "}":
            if stack:
                is_function, first = stack.pop()
                if is_function:
                    found.append((first, line))
            last = position + 1
        elif character == ";":
            last = position + 1
    return found


def check_text(path, text, report):
    lines = text.split("\n")
    if len(lines) - 1 > FILE_LINES_MAX and not is_table(path):
        report.add(path, len(lines), f"{len(lines) - 1} lines, at most {FILE_LINES_MAX}")
    code = blank_literals(text)
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_COLUMNS_MAX and not path.startswith("fuzz/dict/"):
            report.add(path, number, f"{len(line)} columns, at most {LINE_COLUMNS_MAX}")
        for pattern, what in WORDS:
            if what and pattern.search(line):
                report.add(path, number, what)
    for number, line in enumerate(code.split("\n"), 1):
        if re.search(r"\bcatch\s*\(\s*\.\.\.\s*\)", line) and not CATCH_ALL.search(path):
            report.add(path, number, "catch (...) hides what failed: name the exception")
        if WORDS[-1][0].search(line) and not PRINTS_ALLOWED.search(path):
            report.add(path, number, "prints: use the log")
        driver = module_of(path) in MEASURING
        if (TIME_SOURCES.search(line) or (INTERVALS.search(line) and not driver)) \
                and not TIME_ALLOWED.search(path):
            report.add(path, number, "time and chance are arguments (Clock, Random)")
        macro = MACRO.match(line)
        if macro and not MACRO_ALLOWED.match(macro.group(1)):
            report.add(path, number, "macros are not used here: constexpr or a function")
    for first, last in functions(code):
        size = sum(1 for line in lines[first - 1:last] if not DATA_LINE.match(line))
        if size > FUNCTION_LINES_MAX:
            report.add(path, first, f"function of {size} lines, at most {FUNCTION_LINES_MAX}")
    if NAMES_BANNED.search(path):
        report.add(path, 1, "a name that says nothing: name what is in it")
    if path.endswith(".hpp") and "#pragma once" not in text:
        report.add(path, 1, "#pragma once is missing")


def is_table(path):
    """Pure data, where length is no complexity."""
    return bool(re.search(r"src/wbxml/pages/|src/convert/\w*(entities|charsets)\w*\.", path))


def module_of(path):
    parts = path.split("/")
    if len(parts) < 3 or parts[0] != "src":
        return None
    two = "/".join(parts[1:3])
    return two if two in DIRECTIONS and len(parts) > 3 else parts[1]


def check_includes(path, text, report):
    module = module_of(path)
    header = path.endswith(".hpp")
    test = bool(TEST_SUPPORT.search(path))
    for number, line in enumerate(text.split("\n"), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        included = match.group(1)
        if header and HEADER_INCLUDE.search(included) and "_internal" not in path:
            report.add(path, number, f"<{included}> in a header: keep it in a .cpp")
        if module is None:
            continue
        if included.startswith("boost/asio") and module not in ASIO \
                and path not in ASIO_HEADERS and not test:
            report.add(path, number, "Asio outside of its modules: include base/task.hpp")
        if module in NO_IO and IO_INCLUDE.search(included) and not test:
            report.add(path, number, f"module {module} does no I/O")
        target = module_of("src/" + included)
        if "/" in included and '"' in line and target in DIRECTIONS and module in DIRECTIONS \
                and not test and not allowed(module, target):
            report.add(path, number, f"{module} may not include from {target}")


def allowed(module, target):
    """The interface folders' own headers are seen by their implementations."""
    directions = DIRECTIONS[module]
    return target == module or directions == "*" or target in directions.split()


def check_links(root, report):
    """The LINKS of every module against the table; a module that links more is a new direction."""
    for folder, _, files in os.walk(os.path.join(root, "src")):
        if "CMakeLists.txt" not in files or os.path.samefile(folder, os.path.join(root, "src")):
            continue
        module = os.path.relpath(folder, os.path.join(root, "src"))
        path = f"src/{module}/CMakeLists.txt"
        with open(os.path.join(root, path), encoding="utf-8") as source:
            text = re.sub(r"#[^\n]*", "", source.read())
        if module not in DIRECTIONS:
            report.add(path, 1, f"module {module} has no row in tools/tidy.py: say what it may use")
            continue
        text = re.sub(r"TEST_LINKS[^)]*", "", text)
        for target in re.findall(r"\bgodwit_([a-z_]+)\b", text):
            if target in ("module", "options", "test", module, module.replace("/", "_")):
                continue
            name = target if target in DIRECTIONS else target.replace("_", "/", 1)
            if name in DIRECTIONS and not allowed(module, name):
                report.add(path, 1, f"{module} may not link {name}")


def check_table(root, report):
    """No cycles, and no row that names what does not exist."""
    order = {}
    for module in DIRECTIONS if os.path.exists(os.path.join(root, "src", "CMakeLists.txt")) else ():
        if not os.path.isdir(os.path.join(root, "src", module)):
            report.add("tools/tidy.py", 1, f"{module} has a row and no folder")

    def visit(module, trail):
        if module in trail:
            report.add("tools/tidy.py", 1, "cycle: " + " -> ".join([*trail, module]))
            return
        if module in order or DIRECTIONS[module] == "*":
            return
        for target in DIRECTIONS[module].split():
            if target not in DIRECTIONS:
                report.add("tools/tidy.py", 1, f"{module} names {target}, which has no row")
            else:
                visit(target, [*trail, module])
        order[module] = True

    for module in DIRECTIONS:
        visit(module, [])


def source_files(root):
    for top in ("src", "tests", "tools", "fuzz", "bench"):
        for folder, folders, files in os.walk(os.path.join(root, top)):
            folders[:] = [f for f in folders if f not in ("corpus", "dict")]
            for name in sorted(files):
                if name.endswith((".cpp", ".hpp")):
                    yield os.path.relpath(os.path.join(folder, name), root)


def check(root):
    report = Report()
    check_table(root, report)
    check_links(root, report)
    for path in source_files(root):
        with open(os.path.join(root, path), encoding="utf-8") as source:
            text = source.read()
        check_text(path, text, report)
        check_includes(path, text, report)
    return report.lines


CANARIES = [
    ("src/base/a.cpp", "// FIXME\n", "unfinished"),
    ("src/base/a.cpp", "// TODO later\n", "TODO without"),
    ("src/base/a.cpp", "#if 0\n#endif\n", "dead code"),
    ("src/base/a.cpp", "void f() { try {\n} catch (...) {\n} }\n", "hides"),
    ("src/base/a.cpp", "x" * 101 + "\n", "columns"),
    ("src/base/a.cpp", "\n" * 601, "lines, at most 600"),
    ("src/base/a.cpp", "int f(int a) {\n" + "  a++;\n" * 70 + "}\n", "function of 72"),
    ("src/base/a.cpp", "A::A(int a)\n    : a_(a) {\n" + "  a++;\n" * 70 + "}\n", "function of 73"),
    ("src/base/string_utils.cpp", "\n", "says nothing"),
    ("src/base/a.cpp", "auto t = std::chrono::system_clock::now();\n", "arguments"),
    ("src/base/a.cpp", "#define SIZE 3\n", "macros"),
    ("src/base/a.cpp", "void f() { std::cout << 1; }\n", "prints"),
    ("src/base/a.hpp", "int x;\n", "pragma once"),
    ("src/net/a.hpp", "#pragma once\n#include <openssl/ssl.h>\n", "in a header"),
    ("src/sync/a.cpp", "#include <boost/asio/steady_timer.hpp>\n", "Asio outside"),
    ("src/command/a.cpp", "#include <sqlite3.h>\n", "no I/O"),
    ("src/wbxml/a.cpp", '#include "command/table.hpp"\n', "may not include"),
    ("src/command/a.cpp", '#include "backend/local/mail.hpp"\n', "may not include"),
]


def self_test():
    for path, text, expected in CANARIES:
        report = Report()
        check_text(path, text, report)
        check_includes(path, text, report)
        if not any(expected in line for line in report.lines):
            sys.exit(f"tidy: the rule '{expected}' did not fire on {path}: {report.lines}")
    clean = Report()
    text = 'struct A {\n  int f() const { return 1; }\n};\nauto s = "// FIXED { ( }";\n'
    check_text("src/base/a.cpp", text, clean)
    if clean.lines:
        sys.exit(f"tidy: complains about clean text: {clean.lines}")
    print(f"tidy: {len(CANARIES)} rules fire when they should")


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return
    wrong = check(sys.argv[1] if len(sys.argv) > 1 else ".")
    print("\n".join(wrong) if wrong else "tidy: all house rules hold")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
