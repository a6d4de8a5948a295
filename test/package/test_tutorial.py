"""doc/tutorial.md, literally: its files in a folder of one's own, its commands typed one by one."""

import os
import sys
import unittest

from outside import BUILD, ROOT, Folder, run

sys.path[:0] = [str(ROOT / "test/doc"), str(ROOT / "test/process")]

from markdown import matches, snippets            # noqa: E402
from shell import Shell, commands, may_repeat     # noqa: E402
from test_nginx import free_ports                 # noqa: E402
from thumpd_process import eventually             # noqa: E402

TUTORIAL = ROOT / "doc/tutorial.md"


class Tutorial(Folder):
    def setUp(self):
        super().setUp()
        run("cmake", "--install", BUILD, "--component", "dev", "--prefix", self.folder / "prefix")
        self.port = f":{free_ports(1)[0]}"
        os.environ["CMAKE_PREFIX_PATH"] = str(self.folder / "prefix")
        self.shell = Shell(600)
        self.addCleanup(self.shell.end)

    def test_it_works(self):
        self.shell.run(f"mkdir -p {self.folder}/tutorial; cd {self.folder}/tutorial")
        files = [s for language in ("cpp", "cmake") for s in snippets(TUTORIAL, language)
                 if s.argument.startswith("examples/tutorial/")]
        self.assertEqual(len(files), 3)
        for file in files:
            self.assertEqual(file.text + "\n", (ROOT / file.argument).read_text("utf-8"))
            place = self.folder / "tutorial" / os.path.basename(file.argument)
            place.write_text(file.text.replace(":8080", self.port) + "\n", "utf-8")
        for block in snippets(TUTORIAL, "console"):
            for command, expected in commands(block.text):
                self.type(command, expected, block)

    def type(self, command, expected, block):
        actual = []

        def is_as_told():
            actual[:] = [line.replace(self.port, ":8080")
                         for line in self.shell.run(command.replace(":8080", self.port))]
            return matches(expected, actual)

        if may_repeat(command):
            try:
                eventually(is_as_told)
                return
            except AssertionError:
                pass
        elif is_as_told():
            return
        self.fail(f"{block}: {command}\n--- expected\n" + "\n".join(expected)
                  + "\n--- actual\n" + "\n".join(actual))


if __name__ == "__main__":
    unittest.main()
