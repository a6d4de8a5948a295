"""Running thump, the command line. The program is named by the environment variable THUMP."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import threading
import time

from thumpd_process import DEADLINE, ProcessTestCase, clean_environment, eventually

THUMP = os.environ.get("THUMP", "thump")

OK, FAILURE, USAGE, GAP, UNREACHABLE = 0, 1, 2, 3, 4


def environment(extra=None):
    return clean_environment({"TERM": "xterm", "LC_ALL": "C.UTF-8"} | (extra or {}))


def run_thump(*args, url=None, env=None, stdin="", **kwargs):
    """Runs thump to its end."""
    command = [THUMP, *(["--url", url] if url else []), *args]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=DEADLINE,
                          env=environment(env), check=False, **kwargs)


class Running:
    """A thump that runs while the test goes on. Its output is collected by line."""

    def __init__(self, *args, url, env=None):
        self.lines, self.errors = [], []
        self.process = subprocess.Popen(
            [THUMP, "--url", url, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env=environment(env))
        self._readers = [
            threading.Thread(target=self._collect, args=pair, daemon=True)
            for pair in ((self.process.stdout, self.lines), (self.process.stderr, self.errors))]
        for reader in self._readers:
            reader.start()

    @staticmethod
    def _collect(pipe, lines):
        for line in pipe:
            lines.append(line.rstrip("\n"))

    def wait(self):
        code = self.process.wait(DEADLINE)
        for reader in self._readers:
            reader.join(DEADLINE)
        return code

    def wait_for_lines(self, count):
        eventually(lambda: len(self.lines) >= count or self.process.poll() is not None,
                   f"{count} lines")
        assert len(self.lines) >= count, (self.lines, self.errors)
        return self.lines

    def wait_for_error(self, text):
        eventually(lambda: any(text in line for line in self.errors), f"'{text}' in {self.errors}")

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.wait()
        self.process.stdout.close()
        self.process.stderr.close()


class Terminal:
    """A program whose standard streams are a terminal of its own."""

    def __init__(self, command, env=None, columns=120, rows=30):
        self.text = b""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=environment(env),
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)

    def read_some(self, seconds=0.1):
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        try:
            got = os.read(self._master, 65536)
        except OSError:  # the other end is closed
            return False
        self.text += got
        return bool(got)

    def read_until(self, wanted):
        end = time.monotonic() + DEADLINE
        while wanted not in self.text:
            assert time.monotonic() < end, (wanted, self.text)
            self.read_some()
        return self.text

    def press(self, keys):
        os.write(self._master, keys)

    def echoes(self):
        return bool(termios.tcgetattr(self._master)[3] & termios.ECHO)

    def wait(self):
        end = time.monotonic() + DEADLINE
        while self.process.poll() is None and time.monotonic() < end:
            self.read_some()
        while self.read_some(0.05):
            pass
        return self.process.wait(0.1)

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._master)


class CliTestCase(ProcessTestCase):
    """A test case with a thumpd and a thump that talks to it."""

    @property
    def url(self):
        return f"http://{self.thumpd.host}:{self.thumpd.port}"

    def thump(self, *args, **kwargs):
        return run_thump(*args, **({"url": self.url} | kwargs))

    def running(self, *args, **kwargs):
        made = Running(*args, **({"url": self.url} | kwargs))
        self.addCleanup(made.end)
        return made

    def on_terminal(self, *args, **kwargs):
        command = [THUMP, "--url", kwargs.pop("url", self.url), *args]
        made = Terminal(command, **kwargs)
        self.addCleanup(made.end)
        return made

    def wait_for_subscribers(self, count=1, thumpd=None):
        eventually(lambda: (thumpd or self.thumpd).stats()["subscribers"] == count,
                   f"{count} subscribers")

    def tail(self, *args, **kwargs):
        """A tail that is subscribed."""
        before = self.thumpd.stats()["subscribers"]
        made = self.running("tail", *args, **kwargs)
        self.wait_for_subscribers(before + 1)
        return made

    def assert_done(self, done, code=OK):
        self.assertEqual(done.returncode, code, (done.stdout, done.stderr))
        return done

    def assert_complaint(self, done, code, *mentions):
        """One sentence on standard error, nothing on standard output."""
        self.assert_done(done, code)
        self.assertEqual(done.stdout, "")
        self.assertTrue(done.stderr.startswith("thump: "), done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        for word in mentions:
            self.assertIn(word, done.stderr)
