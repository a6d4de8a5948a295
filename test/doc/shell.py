"""A bash session that runs the commands of a document as a reader would type them."""

import os
import re
import select
import subprocess
import tempfile
import time

END = "--- end of command ---"


class Shell:
    def __init__(self, deadline):
        self._deadline = deadline
        self._folder = tempfile.TemporaryDirectory()
        self._bash = subprocess.Popen(
            ["bash", "--norc", "--noprofile"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, cwd=self._folder.name, start_new_session=True)
        self._received = b""

    def run(self, command):
        """What the command prints, in lines."""
        self._bash.stdin.write(f"{command}\necho; echo '{END}'\n".encode())
        self._bash.stdin.flush()
        end = f"\n{END}\n".encode()
        stop = time.monotonic() + self._deadline
        while end not in self._received:
            left = stop - time.monotonic()
            if left <= 0 or not select.select([self._bash.stdout], [], [], left)[0]:
                raise AssertionError(f"this does not end: {command}\n{self._received.decode()}")
            data = os.read(self._bash.stdout.fileno(), 1 << 16)
            if not data:
                raise AssertionError(f"the shell ended at: {command}")
            self._received += data
        printed, self._received = self._received.split(end, 1)
        lines = printed.decode().split("\n")
        return lines[:-1] if lines[-1] == "" else lines

    def end(self):
        """Ends what the commands left in the background, and itself."""
        try:
            self.run("kill -CONT $(jobs -p) 2>&-; kill $(jobs -p) 2>&-")
        finally:
            self._bash.kill()
            self._bash.wait()
            self._bash.stdin.close()
            self._bash.stdout.close()
            self._folder.cleanup()


def commands(text):
    """(command, lines that it prints) of a console block."""
    found = []
    for line in text.split("\n"):
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif found and not found[-1][1] and found[-1][0].endswith("\\"):
            found[-1] = (found[-1][0] + "\n" + line, [])
        elif found:
            found[-1][1].append(line)
        else:
            raise AssertionError(f"a console block begins with a command, not: {line}")
    return found


def may_repeat(command):
    """Whether asking again changes nothing, so that an answer may be waited for."""
    return re.match(r"(grep|head|tail|cat|curl) ", command) and not re.search(
        r" (-d|--data\S*|--json|-X) |&$", command)
