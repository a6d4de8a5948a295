"""The command line and the configuration of thumpd, from outside."""

import json
import os
import resource
import socket
import subprocess
import tempfile
import unittest

from cli_process import THUMP
from thumpd_process import THUMPD, ProcessTestCase, run_thumpd


class CommandLine(unittest.TestCase):
    def file(self, text):
        file = tempfile.NamedTemporaryFile("w", suffix=".json", delete=False)
        self.addCleanup(os.unlink, file.name)
        with file:
            file.write(text)
        return file.name

    def assert_usage_error(self, done, *mentions):
        self.assertEqual((done.returncode, done.stdout), (2, ""), done)
        for word in mentions:
            self.assertIn(word, done.stderr)

    def test_version_and_help(self):
        done = run_thumpd("--version")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"^thumpd \d+\.\d+\.\d+\n$")
        done = run_thumpd("--help")
        self.assertEqual(done.returncode, 0)
        for flag in ("--config", "--listen", "--check-config", "--print-config", "--version"):
            self.assertIn(flag, done.stdout)

    def test_reader_that_went_away_is_no_error(self):
        for command in ([THUMPD, "--help"], [THUMPD, "--version"], [THUMPD, "--print-config"],
                        [THUMP, "--help"], [THUMP, "--version"], [THUMP, "tail", "--help"]):
            read_end, write_end = os.pipe()
            os.close(read_end)
            done = subprocess.run(command, stdout=write_end, stderr=subprocess.PIPE, timeout=30)
            os.close(write_end)
            self.assertEqual((done.returncode, done.stderr), (0, b""), command)

    def test_unknown_flag_is_a_usage_error(self):
        self.assert_usage_error(run_thumpd("--lisen", "127.0.0.1:0"), "--lisen")
        self.assert_usage_error(run_thumpd("stray"), "stray")
        self.assert_usage_error(run_thumpd("--listen"), "--listen")

    def test_printed_configuration_is_read_again(self):
        printed = run_thumpd("--print-config", env={"THUMP_BROKER_INTAKE_CAPACITY": "7"})
        self.assertEqual((printed.returncode, printed.stderr), (0, ""))
        self.assertEqual(json.loads(printed.stdout)["broker"]["intake_capacity"], 7)
        again = run_thumpd("--print-config", "--config", self.file(printed.stdout))
        self.assertEqual(again.stdout, printed.stdout)

    def test_flags_override_the_environment_which_overrides_the_file(self):
        file = self.file('{"server": {"listen": "127.0.0.1:1"}, "log": {"level": "error"}}')
        cases = (((), {}, "127.0.0.1:1"), ((), {"THUMP_LISTEN": "127.0.0.1:2"}, "127.0.0.1:2"),
                 (("--listen", "127.0.0.1:3"), {"THUMP_LISTEN": "127.0.0.1:2"}, "127.0.0.1:3"))
        for flags, env, expected in cases:
            done = run_thumpd("--print-config", "--config", file, *flags, env=env)
            self.assertEqual(json.loads(done.stdout)["server"]["listen"], expected)
            self.assertEqual(json.loads(done.stdout)["log"]["level"], "error")

    def test_wrong_configuration_is_refused_with_file_line_and_key(self):
        cases = (
            ('{\n  "server": {\n    "max_bdy_bytes": 5\n  }\n}', 3, "server.max_bdy_bytes"),
            ('{\n  // fine\n  "server": { "max_body_bytes": "big" }\n}', 3, "server.max_body_bytes"),
            ('{"broker":\n{"intake_capacity": 0}}', 2, "broker.intake_capacity"),
            ('{"server": {"idle_timeout": 75}}', 1, "server.idle_timeout"),
            ('{"sever": {}}', 1, "sever"),
            ('{"log": {\n"level": "info",\n"level": "debug"}}', 3, "log.level"),
            ('{"subscribers": {"max_queue": 10,\n"queue": 100}}', 2, "subscribers.queue"),
        )
        for text, line, key in cases:
            with self.subTest(text):
                file = self.file(text)
                for check in ((), ("--check-config",), ("--print-config",)):
                    done = run_thumpd("--config", file, *check)
                    self.assert_usage_error(done, f"{file}:{line}: key '{key}': ")
                    self.assertEqual(done.stderr.count("\n"), 1)
        file = self.file('{\n"server": {\n}')
        self.assert_usage_error(run_thumpd("--config", file), f"{file}:3: not valid JSON")

    def test_check_config_says_yes_and_starts_nothing(self):
        done = run_thumpd("--check-config", "--config", self.file("{}"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertTrue(done.stdout)

    def test_unreadable_file_and_bad_values_elsewhere_are_usage_errors(self):
        self.assert_usage_error(run_thumpd("--config", "/nowhere.json"), "/nowhere.json")
        self.assert_usage_error(run_thumpd("--listen", "here"), "--listen", "here")
        self.assert_usage_error(run_thumpd(env={"THUMP_LOG_LEVEL": "loud"}), "THUMP_LOG_LEVEL")

    def test_port_in_use_is_told_in_one_sentence(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = "%s:%d" % taken.getsockname()
            done = run_thumpd("--listen", address)
        self.assertEqual(done.returncode, 1)
        self.assertIn(address, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)


class Running(ProcessTestCase):
    config = None

    def test_no_file_is_needed(self):
        self.assertEqual(self.thumpd.get("/healthz").status, 200)

    def test_log_tells_version_address_and_pid(self):
        self.assertRegex(self.thumpd.lines[0],
                         r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info thumpd \d+\.\d+\.\d+ listening "
                         rf"on http://127\.0\.0\.1:{self.thumpd.port} \(pid {self.thumpd.pid}\)$")

    def test_log_as_json(self):
        thumpd = self.start(env={"THUMP_LOG_FORMAT": "json"})
        line = json.loads(thumpd.lines[0])
        self.assertEqual(set(line), {"time", "level", "message"})
        self.assertIn("listening", line["message"])

    def test_log_holds_no_payload_and_no_forged_line(self):
        thumpd = self.start(env={"THUMP_LOG_LEVEL": "debug"})
        thumpd.publish({"type": "t", "message": "secret-payload", "data": "secret-payload"})
        thumpd.post('{"type":"t","message":"secret-payload",}')
        with socket.create_connection((thumpd.host, thumpd.port)) as peer:
            peer.sendall(b"GET /\x1b[2J\xff HTTP/1.1\r\nHost: a\x07\r\n\r\n")
            peer.recv(65536)
        thumpd.websocket("?name=%C2%9B2J%E2%80%AE").close()
        thumpd.signal()
        self.assertEqual(thumpd.wait(), 0)
        text = "\n".join(thumpd.lines)
        self.assertNotIn("secret-payload", text)
        self.assertRegex(text, r"^[\x20-\x7e\n]*$")

    def test_mistyped_variable_is_warned_about(self):
        thumpd = self.start(env={"THUMP_SERVER_LISTN": "x"})
        self.assertIn("THUMP_SERVER_LISTN", thumpd.lines[0])

    def test_ipv6(self):
        if not socket.has_ipv6 or not os.path.exists("/proc/net/if_inet6"):
            self.skipTest("no IPv6 here")
        thumpd = self.start(listen="[::1]:0")
        self.assertEqual(thumpd.host, "::1")
        self.assertEqual(thumpd.get("/healthz").status, 200)

    def test_soft_limit_on_descriptors_is_raised(self):
        soft, hard = resource.prlimit(self.thumpd.pid, resource.RLIMIT_NOFILE)
        self.assertEqual(soft, hard)


if __name__ == "__main__":
    unittest.main()
