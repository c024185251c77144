#!/usr/bin/env python3
"""What programs are made of, read from the programs themselves.

    sbom.py spdx NAME VERSION PROGRAM...      SPDX 2.3 (JSON) on standard output
    sbom.py compiled-in PROGRAM...            packages whose headers are code in the programs, a line each

Shared libraries are those that the dynamic linker finds; what came in by headers is read from the
line tables (the programs must not be stripped). Each belongs to a Debian package of this machine.
SOURCE_DATE_EPOCH is the time of writing. A library that is linked directly and has no licence in
the table below is an error: docs/adr/0002-dependencies.md gets a row, then this table.
"""

import datetime
import hashlib
import json
import os
import re
import subprocess
import sys

# By source package: the libraries' own licence, which may differ from that of the programs beside
# them. What is not here, and only loaded by others, is left without an assertion.
LICENCES = {
    "audit": "LGPL-2.1-or-later",
    "boost1.81": "BSL-1.0",
    "cli11": "BSD-3-Clause",
    "e2fsprogs": "MIT",
    "fmtlib": "MIT",
    "gcc-12": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "glib2.0": "LGPL-2.1-or-later",
    "glibc": "LGPL-2.1-or-later",
    "gmime": "LGPL-2.1-or-later",
    "gmp": "LGPL-3.0-or-later OR GPL-2.0-or-later",
    "gnutls28": "LGPL-2.1-or-later",
    "gpgme1.0": "LGPL-2.1-or-later",
    "icu": "Unicode-DFS-2016",
    "keyutils": "LGPL-2.0-or-later",
    "krb5": "MIT",
    "libassuan": "LGPL-2.1-or-later",
    "libcap-ng": "LGPL-2.1-or-later",
    "libffi": "MIT",
    "libgpg-error": "LGPL-2.1-or-later",
    "libidn2": "LGPL-3.0-or-later OR GPL-2.0-or-later",
    "libselinux": "libselinux-1.0",
    "libsodium": "ISC",
    "libtasn1-6": "LGPL-2.1-or-later",
    "libunistring": "LGPL-3.0-or-later OR GPL-2.0-or-later",
    "libxml2": "MIT",
    "nettle": "LGPL-3.0-or-later OR GPL-2.0-or-later",
    "nlohmann-json3": "MIT",
    "openldap": "OLDAP-2.8",
    "openssl": "Apache-2.0",
    "p11-kit": "BSD-3-Clause",
    "pam": "BSD-3-Clause",
    "pcre2": "BSD-3-Clause",
    "postgresql-15": "PostgreSQL",
    "prometheus-cpp": "MIT",
    "qrencode": "LGPL-2.1-or-later",
    "sqlite3": "blessing",
    "tomlplusplus": "MIT",
    "util-linux": "LGPL-2.1-or-later",
    "zlib": "Zlib",
}


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def direct_libraries(program):
    return set(re.findall(r"\(NEEDED\).*\[(.+)\]", output("readelf", "-d", program)))


def loaded_libraries(program):
    """Name to path, of the program and of all that its libraries load."""
    return dict(re.findall(r"(\S+) => (/\S+)", output("ldd", program)))


def header_files(program):
    """System headers that the line tables name."""
    listed = output("llvm-dwarfdump-19", "--show-sources", program).split("\n")
    found = {os.path.normpath(line) for line in listed if line.startswith("/usr/")}
    return {name for name in found if os.path.isfile(name)}


def owners(files):
    """Debian package to the files of it."""
    real = {os.path.realpath(name): name for name in files}
    found = {}
    candidates = sorted(set(real) | {f.removeprefix("/usr") for f in real if f.startswith("/usr/lib")})
    done = subprocess.run(["dpkg-query", "-S", *candidates], capture_output=True, text=True, check=False)
    seen = set()
    for line in done.stdout.split("\n")[:-1]:
        package, path = line.split(": ", 1)
        found.setdefault(package.split(",")[0], set()).add(path)
        seen.add(path)
        seen.add("/usr" + path)
    lost = [name for name in real if name not in seen]
    if lost:
        sys.exit(f"sbom.py: no Debian package owns {' '.join(lost)}")
    return found


def facts(package):
    fields = "${source:Package}\t${Version}\t${Homepage}"
    source, version, home = output("dpkg-query", "-W", "-f", fields, package).split("\t")
    return source, version, home


def created():
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
    return datetime.datetime.fromtimestamp(epoch, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def spdx_id(name):
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", name)


def component(package, how, direct):
    source, version, home = facts(package)
    licence = LICENCES.get(source, "NOASSERTION")
    if direct and source not in LICENCES:
        sys.exit(f"sbom.py: {package} is used and the licence of {source} is in no table")
    name, architecture = (package.split(":") + [""])[:2]
    locator = f"pkg:deb/debian/{name}@{version}" + (f"?arch={architecture}" if architecture else "")
    return {
        "name": name,
        "SPDXID": spdx_id(name),
        "versionInfo": version,
        "supplier": "Organization: Debian",
        "downloadLocation": "NOASSERTION",
        "homepage": home or "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": licence,
        "licenseDeclared": licence,
        "copyrightText": "NOASSERTION",
        "comment": how,
        "externalRefs": [
            {
                "referenceCategory": "PACKAGE-MANAGER",
                "referenceType": "purl",
                "referenceLocator": locator,
            }
        ],
    }


def parts_of(programs):
    """Package to how it is used: linked, loaded by what is linked, compiled in."""
    linked, loaded, headers = set(), set(), set()
    for program in programs:
        direct = direct_libraries(program)
        for name, path in loaded_libraries(program).items():
            (linked if name in direct else loaded).add(path)
        headers |= header_files(program)
    parts = {package: "STATIC_LINK" for package in owners(headers)}
    parts |= {package: "DEPENDS_ON" for package in owners(loaded)}
    parts |= {package: "DYNAMIC_LINK" for package in owners(linked)}
    return parts


def compiled_in(programs):
    """Packages with code in the programs and no shared library that is loaded."""
    parts = parts_of(programs)
    shared = {facts(name)[0] for name, how in parts.items() if how != "STATIC_LINK"}
    return [name for name, how in sorted(parts.items())
            if how == "STATIC_LINK" and facts(name)[0] not in shared]


def spdx(name, version, programs):
    whole = {
        "name": name,
        "SPDXID": spdx_id(name),
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "Apache-2.0",
        "licenseDeclared": "Apache-2.0",
        "copyrightText": "NOASSERTION",
        "primaryPackagePurpose": "APPLICATION",
    }
    hows = {
        "DYNAMIC_LINK": "linked as a shared library",
        "DEPENDS_ON": "loaded by a library that is linked",
        "STATIC_LINK": "headers whose code is in the programs",
    }
    packages, relations = [whole], [("SPDXRef-DOCUMENT", "DESCRIBES", whole["SPDXID"])]
    alone = set(compiled_in(programs))
    for package, how in sorted(parts_of(programs).items()):
        if how == "STATIC_LINK" and package not in alone:
            continue  # the headers of a library that is linked
        packages.append(component(package, hows[how], how != "DEPENDS_ON"))
        relations.append((whole["SPDXID"], how, packages[-1]["SPDXID"]))
    digest = hashlib.sha256()
    for program in programs:
        with open(program, "rb") as content:
            digest.update(content.read())
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"{name}-{version}",
        "documentNamespace": f"urn:godwit:sbom:{version}:{digest.hexdigest()}",
        "creationInfo": {"created": created(), "creators": ["Tool: packaging/sbom.py"]},
        "packages": packages,
        "relationships": [
            {"spdxElementId": a, "relationshipType": how, "relatedSpdxElement": b}
            for a, how, b in relations
        ],
    }


def main(arguments):
    if len(arguments) > 3 and arguments[0] == "spdx":
        json.dump(spdx(arguments[1], arguments[2], arguments[3:]), sys.stdout, indent=1)
        print()
    elif len(arguments) > 1 and arguments[0] == "compiled-in":
        print("\n".join(compiled_in(arguments[1:])))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
