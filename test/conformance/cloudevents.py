"""Posts the messages of the CloudEvents cases to a fresh thumpd, and reads them back.

THUMP_CONFORMANCE_DIR is the directory of the cases; by default shared/conformance beside the source
tree. Exits with 77 where there are none.
"""

import json
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "process"))
from thumpd_process import Thumpd  # noqa: E402

SKIPPED = 77

# Cases that may go either way, and which way they go here.
OUR_CHOICE = {
    "binary no specversion": "reject",   # it is no CloudEvent, and no event of thump's either
}


def cases():
    source = pathlib.Path(os.environ["THUMP_SOURCE_DIR"])
    default = source.parent / "shared" / "conformance"
    path = pathlib.Path(os.environ.get("THUMP_CONFORMANCE_DIR", default)) / "cloudevents_cases.jsonl"
    if not path.exists():
        print(f"skipped: there is no {path}")
        sys.exit(SKIPPED)
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def is_same(name, expected, event):
    # With data, JSON is what the absence of a type says.
    implied = "application/json" if name == "datacontenttype" and "data" in event else None
    return event.get(name) == expected or (expected is None and event.get(name) == implied)


def faults(thumpd, case):
    """What is not as the case expects."""
    before = thumpd.stats()["last_seq"]
    answer = thumpd.request("POST", "/v1/events", case["body"].encode(), case["headers"])
    expected = OUR_CHOICE.get(case["name"], case["expect"])
    if expected == "reject":
        if not 400 <= answer.status < 500:
            yield f"accepted: {answer}"
        if thumpd.stats()["last_seq"] != before:
            yield "something was published"
        return
    if answer.status != 202:
        yield f"refused: {answer}"
        return
    page = thumpd.get(f"/v1/events?format=cloudevents&since={before}").json()
    sent = json.loads(case["body"]) if case["mode"] == "batch" else [None]
    if len(page["events"]) != len(sent):
        yield f"{len(page['events'])} events"
        return
    if case["attributes"] is None and case["data"] is None:
        return
    event, = page["events"]
    for name, value in (case["attributes"] or {}).items():
        if not is_same(name, value, event):
            yield f"{name} is {event.get(name)!r}, not {value!r}"
    if case["data"] is not None and event.get("data") != case["data"]:
        yield f"the data is {event.get('data')!r}, not {case['data']!r}"


def main():
    failed = 0
    all_cases = cases()
    with Thumpd() as thumpd:
        for case in all_cases:
            for fault in faults(thumpd, case):
                failed += 1
                print(f"{case['name']}: {fault}")
        # The last case asks for a message that is sent twice, to be accepted twice.
        twice = next((c for c in all_cases if c["name"] == "same source+id twice"), None)
        if twice and any(faults(thumpd, twice)):
            failed += 1
            print("the same source and id twice: refused")
        if not thumpd.alive():
            failed += 1
            print("thumpd has died:\n" + "\n".join(thumpd.lines))
    print(f"{len(all_cases)} cases, {failed} faults")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
