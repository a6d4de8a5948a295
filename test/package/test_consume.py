"""The ways to use the library from another project, tried with one small program."""

import os
import re
import shutil
import unittest

from outside import BUILD, COMPILER, ROOT, VERSION, Folder, run

PRINTED = ["1 from outside", "thump", f"{VERSION} 13 1"]


class Consumer(Folder):
    """Another project, in a folder outside of this tree."""

    def setUp(self):
        super().setUp()
        self.source = self.folder / "consumer"
        shutil.copytree(ROOT / "test/package/consumer", self.source)
        self.prefix = self.folder / "prefix"
        self.build = self.folder / "build"

    def install(self, build=BUILD):
        run("cmake", "--install", build, "--component", "dev", "--prefix", self.prefix)

    def build_and_run(self):
        run("cmake", "--build", self.build)
        return run(self.build / "consumer").split("\n")[:-1]

    def pkg_config(self, *flags):
        pc = next(self.prefix.rglob("thump.pc")).parent
        return run("pkg-config", *flags, "thump",
                   env={**os.environ, "PKG_CONFIG_PATH": str(pc)}).split()

    def compile_and_run(self, **environment):
        run(COMPILER, "-std=c++20", *self.pkg_config("--cflags"), "-c", "-o",
            self.folder / "consumer.o", self.source / "main.cpp")
        run(COMPILER, self.folder / "consumer.o", *self.pkg_config("--libs"), "-o",
            self.folder / "by_hand")
        return run(self.folder / "by_hand", env=environment).split("\n")[:-1]


class Installed(Consumer):
    def setUp(self):
        super().setUp()
        self.install()

    def test_every_public_header_is_installed(self):
        def headers(folder):
            return sorted(p.relative_to(folder) for p in folder.rglob("*.hpp"))
        self.assertEqual(headers(self.prefix / "include"), headers(ROOT / "include"))

    def test_find_package(self):
        self.configure(self.source, self.build, f"-DCMAKE_PREFIX_PATH={self.prefix}")
        self.assertEqual(self.build_and_run(), PRINTED)

    def test_find_package_refuses_another_version(self):
        for wanted in ("0.2", "1.0"):
            with self.assertRaisesRegex(AssertionError, "considered but not accepted"):
                self.configure(self.source, self.build, f"-DCMAKE_PREFIX_PATH={self.prefix}",
                               f"-DTHUMP_WANTED={wanted}")

    def test_pkg_config(self):
        self.assertEqual(self.compile_and_run(), PRINTED)


class Embedded(Consumer):
    """As a part of the other project."""

    def test_static_then_shared(self):
        subdirectory = [*self.as_here(), f"-DTHUMP_SOURCE_DIR={ROOT}", "-DTHUMP_INSTALL=ON"]
        self.configure(self.source, self.build, *subdirectory)
        self.assertEqual(self.build_and_run(), PRINTED)
        made = {p.name for p in self.build.rglob("*") if os.access(p, os.X_OK)}
        self.assertFalse(made & {"thumpd", "test_core", "pubsub"},
                         "no program, test or example of ours is built in another's project")

        self.configure(self.source, self.build, *subdirectory, "-DBUILD_SHARED_LIBS=ON")
        self.assertEqual(self.build_and_run(), PRINTED)
        library = next(self.build.rglob("libthump.so.0.1"))
        self.check_exports(run("nm", "-DC", "--defined-only", library))

        self.install(self.build)
        self.assertNotIn("-lboost_url", self.pkg_config("--libs"))
        place = next(self.prefix.rglob("libthump.so")).parent
        self.assertEqual(self.compile_and_run(LD_LIBRARY_PATH=str(place)), PRINTED)

    def check_exports(self, listing):
        names = [line.split(" ", 2)[2] for line in listing.split("\n") if line]
        ours = [n for n in names if n.startswith("thump::")]
        self.assertIn("thump::catalog()", ours)
        self.assertTrue(any(n.startswith("thump::broker::publish(") for n in ours))
        # What stands in the brackets of a public class's own functions is none of ours to call.
        hidden = [n for n in names if re.search(r"thump::(core|wire|net|client_side)::", n.split("(")[0])
                  or n.startswith("thump::detail::")]
        self.assertEqual(hidden, [])


if __name__ == "__main__":
    unittest.main()
