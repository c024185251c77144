#!/usr/bin/env python3
"""What a change touches: which files clang-tidy must read again, which parsers to fuzz, and which
files belong to a parser when its coverage is counted. All of it from the #include lines."""

import argparse
import json
import os
import re
import subprocess
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def git(*arguments):
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    return done.stdout.split("\n")[:-1] if done.returncode == 0 else None


def base():
    """The commit to compare with: named, else where this branch left main, else the one before."""
    named = os.environ.get("GODWIT_TIDY_BASE")
    if named:
        return named
    head = git("rev-parse", "HEAD")
    for branch in ("origin/main", "main", "origin/master", "master"):
        found = git("merge-base", "HEAD", branch)
        if found and found != head:
            return found[0]
    previous = git("rev-parse", "--verify", "-q", "HEAD~1")
    return previous[0] if previous else None


def changed_files():
    start = base()
    changed = git("diff", "--name-only", start) if start else None
    if changed is None:
        changed = git("ls-files") or []
    untracked = git("ls-files", "--others", "--exclude-standard") or []
    return {f for f in [*changed, *untracked] if os.path.exists(f)}


def all_sources():
    listed = git("ls-files", "--cached", "--others", "--exclude-standard", "--", "*.cpp", "*.hpp")
    return [f for f in listed or [] if os.path.exists(f)]


def include_graph(files):
    known = set(files)
    graph = {}
    for name in files:
        with open(name, encoding="utf-8") as source:
            text = source.read()
        found = set()
        for included in INCLUDE.findall(text):
            for folder in ("src", "tests", os.path.dirname(name)):
                path = os.path.normpath(os.path.join(folder, included))
                if path in known:
                    found.add(path)
                    break
        graph[name] = found
    return graph


def distances(start, edges):
    """Steps from any of `start` along `edges`."""
    steps = {name: 0 for name in start}
    queue = list(start)
    for name in queue:
        for following in edges.get(name, ()):
            if following not in steps:
                steps[following] = steps[name] + 1
                queue.append(following)
    return steps


def compiled():
    try:
        with open("build/dev/compile_commands.json", encoding="utf-8") as commands:
            return {os.path.relpath(entry["file"]) for entry in json.load(commands)}
    except OSError:
        return None


def tidy(limit):
    files = all_sources()
    graph = include_graph(files)
    includers = {name: set() for name in files}
    for name, included in graph.items():
        for header in included:
            includers[header].add(name)
    steps = distances(sorted(changed_files() & set(files)), includers)
    known = compiled()
    chosen = [f for f in steps if f.endswith(".cpp") and (known is None or f in known)]
    chosen.sort(key=lambda f: (steps[f], f.endswith("_test.cpp"), f))
    if limit and len(chosen) > limit:
        print(f"  {len(chosen) - limit} more include what changed and are left to ./dev nightly",
              file=sys.stderr)
    for name in chosen[:limit] if limit else chosen:
        print(name)


def parser_files(name, graph):
    """The files of one fuzzer: all that it reaches, and of those its parser's own: what it includes
    itself, with their .cpp files, but for base, which is no parser, and what its lines
    `// writes: header...` name; and with what its lines `// parser: header...` name."""
    with open(f"fuzz/{name}.cpp", encoding="utf-8") as source:
        text = source.read()

    def named(what):
        lines = re.findall(rf"^// {what}: (.*)$", text, re.MULTILINE)
        return {"src/" + header for line in lines for header in line.split()}

    uncounted = named("writes")
    mine = {f"fuzz/{name}.cpp"}
    reached = set()
    own = set()
    behind = named("parser")
    for header in sorted(behind - set(graph)):
        sys.exit(f"fuzz/{name}.cpp: there is no {header}")
    for header in graph.get(f"fuzz/{name}.cpp", set()) | behind:
        pair = {header, header[: -len(".hpp")] + ".cpp"} & set(graph)
        reached |= pair
        if header not in uncounted and not header.startswith("src/base/"):
            own |= pair
    reached = set(distances(sorted(reached), graph))
    reached |= {f[:-4] + ".cpp" for f in reached if f.endswith(".hpp") and f[:-4] + ".cpp" in graph}
    return mine | reached, own


def fuzz():
    changed = changed_files()
    graph = include_graph(all_sources())
    for name in sorted(f[5:-4] for f in graph if re.fullmatch(r"fuzz/\w+\.cpp", f)):
        touched, _ = parser_files(name, graph)
        folders = {f"fuzz/corpus/{name}/", f"fuzz/dict/{name}.dict"}
        if touched & changed or any(f.startswith(tuple(folders)) for f in changed):
            print(name)


def coverage(name, binary, profile, least):
    graph = include_graph(all_sources())
    _, own = parser_files(name, graph)
    own = sorted(os.path.abspath(f) for f in own)
    report = subprocess.run(
        ["llvm-cov-19", "export", "-summary-only", f"-instr-profile={profile}", binary, *own],
        capture_output=True, text=True, check=True)
    covered = count = 0
    weak = []
    for entry in json.loads(report.stdout)["data"][0]["files"]:
        regions = entry["summary"]["regions"]
        covered += regions["covered"]
        count += regions["count"]
        if regions["percent"] < least:
            weak.append((regions["percent"], os.path.relpath(entry["filename"]), regions["count"]))
    share = 100.0 * covered / count if count else 0.0
    print(f"  {name:<24} {share:5.1f} % of {count} regions in {len(own)} files", flush=True)
    for percent, path, regions in sorted(weak):
        print(f"    {path:<40} {percent:5.1f} % of {regions}", flush=True)
    if share < least:
        sys.exit(f"fuzz_{name}: its corpus reaches {share:.1f} %, and {least} % are asked for")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    what = parser.add_subparsers(dest="what", required=True)
    what.add_parser("tidy").add_argument("--limit", type=int, default=0)
    what.add_parser("fuzz")
    cover = what.add_parser("coverage")
    cover.add_argument("name")
    cover.add_argument("--binary", required=True)
    cover.add_argument("--profile", required=True)
    cover.add_argument("--least", type=float, default=80.0)
    given = parser.parse_args()
    if given.what == "tidy":
        tidy(given.limit)
    elif given.what == "fuzz":
        fuzz()
    else:
        coverage(given.name, given.binary, given.profile, given.least)


if __name__ == "__main__":
    main()
