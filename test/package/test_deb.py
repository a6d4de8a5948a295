"""The Debian packages: what is in them, that they can be installed, and what lintian says."""

import os
import re
import shutil
import subprocess
import sys
import unittest

from outside import ROOT, VERSION, Folder, run

sys.path.insert(0, str(ROOT / "test/process"))

import thumpd_process                             # noqa: E402
from thumpd_process import Thumpd                 # noqa: E402

NEEDED = {"thump": [r"\./usr/bin/thumpd", r"\./usr/bin/thump",
                    r"\./usr/share/man/man1/thump\.1\.gz", r"\./usr/share/man/man8/thumpd\.8\.gz",
                    r"\./usr/share/bash-completion/completions/thump",
                    r"\./usr/share/zsh/vendor-completions/_thump",
                    r"\./etc/thump/thumpd\.json",
                    r"\./usr/lib/systemd/system/thumpd\.service", r"\./usr/share/doc/thump/copyright",
                    r"\./usr/share/doc/thump/examples/nginx\.conf"],
          "libthump-dev": [r"\./usr/include/thump/broker\.hpp",
                           r"\./usr/lib/[^/]+/libthump\.a",
                           r"\./usr/lib/[^/]+/cmake/thump/thumpConfig\.cmake",
                           r"\./usr/lib/[^/]+/pkgconfig/thump\.pc",
                           r"\./usr/share/doc/libthump-dev/copyright"]}


@unittest.skipUnless(shutil.which("dpkg-deb"), "this is not Debian")
class Packages(Folder):
    def setUp(self):
        super().setUp()
        build = self.folder / "build"
        self.configure(ROOT, build, *self.as_here(), "-DCMAKE_INSTALL_PREFIX=/usr",
                       "-DTHUMP_BUILD_TESTS=OFF", "-DTHUMP_BUILD_EXAMPLES=OFF",
                       "-DTHUMP_BUILD_BENCH=OFF")
        run("cmake", "--build", build)
        run("cpack", cwd=build)
        self.debs = {name: next(build.glob(f"{name}_{VERSION}*.deb")) for name in NEEDED}

    def test_packages(self):
        for name, deb in self.debs.items():
            self.check_contents(name, deb)
        self.check_service()
        self.check_installing()
        self.check_lint()

    def check_contents(self, name, deb):
        listing = run("dpkg-deb", "-c", deb)
        files = [line.split()[5] for line in listing.splitlines()]
        for pattern in NEEDED[name]:
            self.assertTrue(any(re.fullmatch(pattern, f) for f in files), f"{pattern}\n{listing}")
        self.assertNotRegex(listing, r"/(home|tmp|work|local)/", "paths of the build")
        for line in listing.splitlines():
            self.assertEqual(line.split()[1], "root/root", line)
        control = run("dpkg-deb", "-f", deb)
        self.assertRegex(control, rf"(?m)^Version: {re.escape(VERSION)}")
        self.assertRegex(control, r"(?m)^Depends: .*(libc6|libboost1\.81-dev)")

    def check_service(self):
        run("dpkg-deb", "-x", self.debs["thump"], self.folder / "root")
        unit = self.folder / "root/usr/lib/systemd/system/thumpd.service"
        if not shutil.which("systemd-analyze"):
            return
        exposure = run("systemd-analyze", "security", "--offline=true", "--threshold=15",
                       "--no-pager", unit)   # fails above 1.5 of 10
        self.assertIn("Overall exposure level", exposure)
        verified = subprocess.run(
            ["systemd-analyze", "verify", f"--root={self.folder}/root", "thumpd.service"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False).stdout
        ours = [line for line in verified.splitlines() if "thumpd.service" in line
                and "not found" not in line and "man thumpd" not in line]
        self.assertEqual(ours, [])

    def check_installing(self):
        """With a database of dpkg's own, in an empty root; and it runs from there."""
        root = self.folder / "installed"
        for folder in ("var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/triggers"):
            (root / folder).mkdir(parents=True)
        (root / "var/lib/dpkg/status").touch()
        if os.geteuid() != 0:
            return
        dpkg = ["dpkg", f"--root={root}", "--force-depends", "--force-script-chrootless"]
        run(*dpkg, "-i", *self.debs.values(), env={**os.environ, "DPKG_ROOT": str(root)})
        status = run("dpkg-query", f"--admindir={root}/var/lib/dpkg", "-W",
                     "-f=${Package} ${db:Status-Status} ${Conffiles}\n")
        self.assertRegex(status, r"thump installed +/etc/thump/thumpd\.json")
        self.assertIn("libthump-dev installed", status)
        thumpd_process.THUMPD = str(root / "usr/bin/thumpd")
        thumpd = Thumpd(args=("--config", str(root / "etc/thump/thumpd.json")))
        self.addCleanup(thumpd.end)
        self.assertEqual(thumpd.get("/healthz").status, 200)

        (root / "etc/thump/thumpd.json").write_text("{}", "utf-8")
        run(*dpkg, "-r", "thump", env={**os.environ, "DPKG_ROOT": str(root)})
        self.assertFalse((root / "usr/bin/thumpd").exists())
        self.assertEqual((root / "etc/thump/thumpd.json").read_text("utf-8"), "{}",
                         "what the operator wrote is kept")
        run(*dpkg, "-P", "thump", env={**os.environ, "DPKG_ROOT": str(root)})
        self.assertFalse((root / "etc/thump").exists())

    def check_lint(self):
        if not shutil.which("lintian"):
            return
        said = subprocess.run(
            ["lintian", "--fail-on", "error", "--allow-root", *map(str, self.debs.values())],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        self.assertEqual(said.returncode, 0, said.stdout)


class SourceArchive(Folder):
    def test_same_commit_same_bytes(self):
        made = []
        for number in ("1", "2"):
            (self.folder / number).mkdir()
            run(ROOT / "cmake/source-archive", self.folder / number,
                env={**os.environ, "TZ": f"UTC-{number}"})
            made.append(next((self.folder / number).iterdir()))
        self.assertEqual(made[0].name, f"thump-{VERSION}.tar.gz")
        self.assertEqual(made[0].read_bytes(), made[1].read_bytes())
        listed = run("tar", "-tzf", made[0]).splitlines()
        files = {name.removeprefix(f"thump-{VERSION}/") for name in listed if name[-1] != "/"}
        self.assertEqual(files, set(run("git", "-C", ROOT, "ls-tree", "-r", "--name-only", "HEAD")
                                    .splitlines()))


if __name__ == "__main__":
    unittest.main()
