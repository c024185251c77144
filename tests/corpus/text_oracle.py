#!/usr/bin/env python3
"""What Python's email package and html.parser make of the text of mail files.

Usage: text_oracle.py FOLDER

Prints one line for each file below FOLDER: its path, the text as plain as there is, and the HTML
source (empty where there is none, `*` where several parts make it up), the latter two in base64,
with tabs between. An independent
second opinion for the tests of src/render; standard library only.
"""

import base64
import codecs
import email
import html.parser
import pathlib
import re
import sys

SUPERSETS = {
    "us-ascii": "cp1252", "ascii": "cp1252", "iso8859-1": "cp1252", "latin-1": "cp1252",
    "iso8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949",
    "shift_jis": "cp932", "tis-620": "cp874", "iso8859-11": "cp874", "big5": "big5hkscs",
}
MULTI_BYTE = {"gb18030", "cp949", "cp932", "big5hkscs", "euc_jp", "euc_jis_2004"}


def windows_1252(error):
    """cp1252 leaves five octets undefined; they are the C1 controls of the same number."""
    piece = error.object[error.start:error.end]
    return "".join(chr(octet) for octet in piece), error.end


codecs.register_error("c1", windows_1252)


def decode(octets, charset):
    """Text of octets, with the repairs that mail needs."""
    try:
        name = codecs.lookup((charset or "us-ascii").strip().strip("\"'")).name
    except (LookupError, ValueError):
        name = "cp1252"
    name = SUPERSETS.get(name, name)
    try:
        as_utf8 = octets.decode("utf-8")
    except UnicodeDecodeError:
        as_utf8 = None
    stateful = name.startswith(("iso2022", "utf-7", "utf-16", "utf-32", "hz"))
    if not stateful and as_utf8 is not None:
        if name not in MULTI_BYTE or octets.isascii():
            return as_utf8
        try:
            return octets.decode(name)
        except UnicodeDecodeError:
            return as_utf8
    if name == "utf-8" and not re.search(
            rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}", octets):
        name = "cp1252"
    return octets.decode(name, "c1" if name == "cp1252" else "replace")


def unflow(text, delete_space):
    """RFC 3676, on whole text."""
    lines, depth_open = [], None
    for line in text.split("\n"):
        line = line.removesuffix("\r")
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        signature = content == "-- "
        flows = content.endswith(" ") and not signature
        if flows and delete_space:
            content = content[:-1]
        if depth_open == depth and not signature:
            lines[-1] += content
        else:
            lines.append(">" * depth + (" " if depth and content else "") + content)
        depth_open = depth if flows else None
    return "\n".join(lines)


class Text(html.parser.HTMLParser):
    """Text of HTML: blocks apart, lists marked, what is not shown left out."""

    SKIPPED = {"script", "style", "title", "template", "xml", "iframe", "noframes"}
    BLOCKS = {
        "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd",
        "details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure",
        "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "legend", "li",
        "main", "menu", "nav", "ol", "option", "p", "pre", "section", "summary", "table", "tbody",
        "td", "tfoot", "th", "thead", "tr", "ul"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.pieces, self.skipping, self.lists = [], None, []

    def handle_starttag(self, tag, attrs):
        if self.skipping:
            return
        if tag in self.SKIPPED:
            self.skipping = tag
        if tag in self.BLOCKS:
            self.pieces.append("\n")
        if tag in ("ol", "ul", "dir", "menu"):
            self.lists.append([tag == "ol", 0])
        if tag == "li":
            if self.lists and self.lists[-1][0]:
                self.lists[-1][1] += 1
                self.pieces.append(f"{self.lists[-1][1]}. ")
            else:
                self.pieces.append("* ")

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        if self.skipping:
            if tag == self.skipping:
                self.skipping = None
            return
        if tag in self.BLOCKS:
            self.pieces.append("\n")
        if tag in ("ol", "ul", "dir", "menu") and self.lists:
            self.lists.pop()

    def handle_data(self, data):
        if not self.skipping:
            self.pieces.append(data)


def text_of_html(source):
    parser = Text()
    parser.feed(source)
    parser.close()
    return "".join(parser.pieces)


def kind(part):
    """(is_inline_text, is_html)"""
    shown = part.get_content_disposition() != "attachment"
    content_type = part.get_content_type()
    return shown and content_type in ("text/plain", "text/html"), content_type == "text/html"


def collect(part, out, related=False):
    """Adds (plain, html) lists of text parts to out, as a reader would show them."""
    plain, html_parts = out
    content_type = part.get_content_type()
    children = part.get_payload() if part.is_multipart() else []
    if part.get_content_maintype() == "message" and part.is_multipart():
        return
    if not children:
        broken = part.get_content_maintype() == "multipart"
        shown, _ = kind(part)
        if (shown or broken) and not (part.get_filename() and plain):
            plain.append(part)
            html_parts.append(part)
    elif content_type == "multipart/alternative":
        best = {}
        for child in children:
            branch = ([], [])
            collect(child, branch)
            if branch[0]:
                best[any(kind(p)[1] for p in branch[1])] = branch
        if best:
            plain += best.get(False, best.get(True))[0]
            html_parts += best.get(True, best.get(False))[1]
    elif content_type == "multipart/related":
        start = part.get_param("start")
        root = 0
        for index, child in enumerate(children):
            if start and (child.get("Content-ID") or "").strip() == start:
                root = index
        collect(children[root], out)
    else:
        for child in children:
            collect(child, out)


def undo_base64(payload):
    """The package gives up where one digit is too many."""
    digits = re.sub(r"[^A-Za-z0-9+/]", "", payload.split("=")[0])
    return base64.b64decode(digits[:len(digits) // 4 * 4] + digits[len(digits) // 4 * 4:].ljust(4, "=")
                            if len(digits) % 4 > 1 else digits[:len(digits) // 4 * 4])


def content(part):
    encoding = (part.get("Content-Transfer-Encoding") or "").strip()
    if "Content-Transfer-Encoding" in part:
        part.replace_header("Content-Transfer-Encoding", encoding)
    octets = part.get_payload(decode=True)
    payload = part.get_payload()
    if encoding.lower() == "base64" and isinstance(payload, str):
        words = re.findall(r"(?<=\S)[ \t](?=\S)", payload[:512])
        octets = payload.encode("ascii", "surrogateescape") if len(words) > 7 else undo_base64(payload)
    if octets is None:
        octets = b""
    charset = part.get_param("charset")
    if isinstance(charset, tuple):
        charset = charset[2]
    return decode(octets, charset)


def plain_text(part):
    text = content(part)
    if kind(part)[1]:
        return text_of_html(text)
    if (part.get_param("format") or "").lower() == "flowed" and part.get_content_type() == "text/plain":
        return unflow(text, (part.get_param("delsp") or "").lower() == "yes")
    return text


def clean(text):
    text = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return "".join(c for c in text if (c >= " " or c in "\t\r\n") and c not in "\ufffe\uffff")


def said_utf8(source):
    """HTML that is sent as UTF-8 names that charset in the meta tags of its first 4 KiB."""
    octets = source.encode()
    name = re.compile(rb"""(?is)(<meta[^>]*?charset\s*=[\s"']*)[^\s"'>;/]+""")
    return (name.sub(rb"\1utf-8", octets[:4096]) + octets[4096:]).decode("utf-8", "replace")


def repaired(octets):
    """Header syntax that the package does not read: RFC 5322 4.5 blanks before a colon, and a
    boundary that is folded."""
    lines = octets.splitlines(keepends=True)
    for index, line in enumerate(lines):
        if not re.match(rb"[ \t]|[!-9;-~]+[ \t]*:|>?From ", line):
            break
        lines[index] = re.sub(rb"^([!-9;-~]+)[ \t]+:", rb"\1:", line)
    return re.sub(rb'(?i)(boundary="[^"\r\n]*)\r?\n(?=[ \t])', rb"\1", b"".join(lines))


def main():
    root = pathlib.Path(sys.argv[1])
    for path in sorted(p for p in root.rglob("*") if p.is_file() and p.name != "index.tsv"):
        message = email.message_from_bytes(repaired(path.read_bytes()))
        plain, html_parts = [], []
        collect(message, (plain, html_parts))
        text = "\n".join(plain_text(part) for part in plain)
        source = ""
        if any(kind(part)[1] for part in html_parts):
            source = said_utf8(clean(content(html_parts[0]))) if len(html_parts) == 1 else None
        encoded = ["*" if t is None else base64.b64encode(clean(t).encode()).decode()
                   for t in (text, source)]
        print(path.relative_to(root), *encoded, sep="\t")


if __name__ == "__main__":
    main()
