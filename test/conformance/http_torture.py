"""Runs the HTTP torture cases against a fresh thumpd.

THUMP_CONFORMANCE_DIR is the directory of the cases and their runner; by default shared/conformance
beside the source tree. THUMP_FULL runs the slow cases too. Exits with 77 where there are no cases.
"""

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "process"))
from thumpd_process import Thumpd  # noqa: E402

SKIPPED = 77

# Cases that ask for what this server means not to do, and why.
NOT_APPLICABLE = {
    "405_GET_publish": "GET /v1/events is no wrong method, it is the stream",
}


def cases_directory():
    source = pathlib.Path(os.environ["THUMP_SOURCE_DIR"])
    default = source.parent / "shared" / "conformance"
    return pathlib.Path(os.environ.get("THUMP_CONFORMANCE_DIR", default))


def main():
    runner = cases_directory() / "http_torture.py"
    if not runner.exists():
        print(f"skipped: there is no {runner}")
        return SKIPPED
    for name, why in NOT_APPLICABLE.items():
        print(f"not applicable: {name}: {why}")
    sys.stdout.flush()
    with Thumpd() as thumpd:
        command = [sys.executable, "-B", str(runner), f"{thumpd.host}:{thumpd.port}",
                   "--publish-path", "/v1/events", "--get-path", "/healthz",
                   "--ws-path", "/v1/events", "--body", '{"type":"unit.test"}',
                   "--skip", ",".join(NOT_APPLICABLE)]
        if "THUMP_FULL" in os.environ:
            command.append("--slow")
        code = subprocess.run(command, check=False).returncode
        if not thumpd.alive():
            print("thumpd has died:\n" + "\n".join(thumpd.lines))
            return 1
    return code


if __name__ == "__main__":
    sys.exit(main())
