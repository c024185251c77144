#!/usr/bin/env python3
"""What ./dev says where it cannot go on: one sentence, and exit code 1.

    dev_test.py ROOT

It runs in a folder of its own, on a system that is played: its name, its packages, apt and who asks.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.abspath(sys.argv.pop()) if len(sys.argv) > 1 else os.getcwd()
DEBIAN = 'ID=debian\nVERSION_ID="12"\n'
NO_NETWORK = "Err:1 http://deb.debian.org bookworm InRelease\n  Temporary failure resolving 'deb.debian.org'"


class Dev(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        for name in ("dev", "CMakePresets.json"):
            shutil.copy(os.path.join(ROOT, name), self.folder.name)
        os.mkdir(self.path("bin"))
        self.system(DEBIAN)
        self.user(0)
        self.missing("")
        self.apt("exit 100")

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def program(self, name, script):
        self.write("bin/" + name, "#!/bin/sh\n" + script + "\n")
        os.chmod(self.path("bin/" + name), 0o755)

    def system(self, release):
        self.write("os-release", release)

    def user(self, number):
        self.program("id", f"echo {number}")

    def missing(self, names):
        """Packages that dpkg does not know, until apt installs them."""
        self.write("missing", names)
        self.program(
            "dpkg-query",
            f'echo asked >>{self.path("asked")}\n'
            f'for last; do :; done\ngrep -qwF -- "$last" {self.path("missing")} || printf installed',
        )

    def apt(self, script):
        self.program("apt-get", f'echo "$*" >>{self.path("apt")}\n{script}')

    def called(self, name):
        return os.path.exists(self.path(name))

    def run_dev(self, *arguments, **settings):
        environment = {
            "PATH": self.path("bin") + ":" + os.environ["PATH"],
            "GODWIT_OS_RELEASE": self.path("os-release"),
            **settings,
        }
        return subprocess.run(
            [self.path("dev"), *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def stops(self, sentence, *arguments, **settings):
        """The last line is the sentence, and nothing else is said but what is being done."""
        done = self.run_dev(*arguments, **settings)
        lines = done.stderr.splitlines()
        self.assertEqual(lines[-1:], ["dev: " + sentence], done.stderr)
        self.assertEqual([line for line in lines[:-1] if not line.startswith("==> ")], [])
        self.assertEqual((done.returncode, done.stdout), (1, ""))

    def test_another_system(self):
        where = "': use a Debian 12 machine or container."
        self.system('ID=ubuntu\nVERSION_ID="24.04"\n')
        self.stops("Godwit is built on Debian 12, and this is 'ubuntu 24.04" + where, "test")
        self.system('ID=debian\nVERSION_ID="13"\n')
        self.stops("Godwit is built on Debian 12, and this is 'debian 13" + where, "run")
        os.remove(self.path("os-release"))
        self.stops("Godwit is built on Debian 12, and this is 'unknown" + where, "run")
        self.assertFalse(self.called("apt"))

    def test_not_root(self):
        self.missing("cmake ccache")
        self.user(1000)
        install = "apt-get install --no-install-recommends cmake ccache"
        self.stops(
            "packages are missing and only root may install them: sudo " + install, "test"
        )
        self.stops(
            "packages are missing; install them by: " + install, "test", GODWIT_INSTALL="no"
        )
        self.assertFalse(self.called("apt"))

    def test_no_network(self):
        self.missing("cmake ccache")
        self.apt(f'echo "{NO_NETWORK}"; exit 100')
        self.stops(
            "cannot reach Debian's package servers, so 2 packages are missing: connect this"
            " machine to the network (details: build/apt.log).",
            "run",
        )

    def test_apt_fails(self):
        self.missing("cmake")
        self.apt('echo "dpkg was interrupted"; exit 100')
        self.stops("apt could not install cmake (details: build/apt.log).", "test")

    def test_packages_come_and_are_not_asked_for_again(self):
        self.missing("cmake")
        self.apt(f'case "$*" in *install*cmake*) : >{self.path("missing")};; esac')
        unknown = "there is no preset 'nosuch'; there are: "
        for _ in range(2):
            done = self.run_dev("build", "nosuch")
            self.assertEqual(done.returncode, 1)
            self.assertIn("dev: " + unknown, done.stderr)
        self.assertTrue(self.called("apt"))
        os.remove(self.path("asked"))
        self.run_dev("build", "nosuch")
        self.assertFalse(self.called("asked"))

    def test_a_port_is_taken(self):
        with socket.socket() as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                taken.bind(("127.0.0.1", 8082))
                taken.listen()
            except OSError:
                pass  # somebody has it already, which does as well
            self.stops(
                "port 8082 of 127.0.0.1 is taken: end what listens there"
                " (ss -ltnp 'sport = :8082') and try again.",
                "run",
            )

    def test_an_unknown_command(self):
        done = self.run_dev("tset")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr.splitlines()[-1], "dev: there is no command 'tset'.")
        self.assertFalse(self.called("asked"))


if __name__ == "__main__":
    unittest.main()
