"""Metrics as thumpd exposes them: reading them, and having promtool check them."""

import re
import subprocess

OPENMETRICS = "application/openmetrics-text;version=1.0.0"
PROMTOOL = "promtool"  # of Debian's package prometheus

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(rf"({NAME})(?:{{((?:{LABEL})(?:,{LABEL})*)}})? (\S+)")
SUFFIXES = {"counter": {"_total"}, "gauge": {""}, "info": {"_info"},
            "histogram": {"_bucket", "_sum", "_count"},
            "gaugehistogram": {"_bucket", "_gsum", "_gcount"}}


class Metrics:
    """What stands in an exposition. Text that breaks the grammar of its form is an error."""

    def __init__(self, text, openmetrics=False):
        self.types = {}
        self.units = {}
        self.samples = {}  # by name: {labels: value}
        self._family = None
        lines = text.split("\n")
        assert lines.pop() == "", "the last line is not ended"
        if openmetrics:
            assert lines.pop() == "# EOF", "the end is missing"
        for line in lines:
            self._read(line, openmetrics)

    def _read(self, line, openmetrics):
        header = re.fullmatch(rf"# (HELP|TYPE|UNIT) ({NAME}) (.*)", line)
        if header:
            what, name, value = header.groups()
            if what == "HELP":
                assert name not in self.types, f"{name} comes twice"
                self._family = name
                return
            assert name == self._family, line
            {"TYPE": self.types, "UNIT": self.units}[what][name] = value
            assert what == "TYPE" or (openmetrics and name.endswith("_" + value)), line
            return
        sample = SAMPLE.fullmatch(line)
        assert sample, f"neither a header nor a sample: {line!r}"
        name, labels, value = sample.groups()
        assert name.startswith(self._family), line
        if openmetrics:
            assert name[len(self._family):] in SUFFIXES[self.types[self._family]], line
        series = self.samples.setdefault(name, {})
        assert labels not in series, f"twice: {line}"
        series[labels] = float(value)

    def value(self, name, **labels):
        """The one sample with these labels."""
        wanted = ",".join(f'{k}="{v}"' for k, v in labels.items()) or None
        return self.samples[name][wanted]

    def sum(self, name):
        return sum(self.samples[name].values())

    def buckets(self, name):
        """Bounds and cumulative counts of a histogram."""
        return [(float(re.search(r'le="([^"]+)"', labels)[1]), count)
                for labels, count in self.samples[name + "_bucket"].items()]


def read_metrics(thumpd, openmetrics=False):
    answer = thumpd.get("/metrics", headers={"Accept": OPENMETRICS} if openmetrics else {})
    assert answer.status == 200, answer
    return Metrics(answer.body.decode(), openmetrics)


def promtool(*args, text=None):
    """Runs promtool; what it finds fault with is an AssertionError."""
    done = subprocess.run([PROMTOOL, *args], input=text, capture_output=True, text=True,
                          timeout=120, check=False)
    assert done.returncode == 0, f"promtool {args}:\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr
