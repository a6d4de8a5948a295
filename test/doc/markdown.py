"""The little of Markdown that the tests of the documents need."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md",
             *sorted((ROOT / "doc").glob("*.md"))]


class Snippet:
    """A fenced block: ```LANGUAGE ARGUMENT."""

    def __init__(self, document, line, language, argument, text):
        self.document, self.line = document, line
        self.language, self.argument, self.text = language, argument, text

    def __str__(self):
        return f"{self.document.relative_to(ROOT)}:{self.line}"


def snippets(document, language):
    """The fenced blocks of that language, in order."""
    found, fence = [], None
    for number, line in enumerate(document.read_text("utf-8").split("\n"), 1):
        if fence is None:
            opened = re.match(r"```(\S*) ?(.*)$", line)
            if opened:
                fence = (number, opened[1], opened[2].strip(), [])
        elif line == "```":
            if fence[1] == language:
                found.append(Snippet(document, *fence[:3], "\n".join(fence[3])))
            fence = None
        else:
            fence[3].append(line)
    assert fence is None, f"{document}:{fence[0]}: the block does not end"
    return found


def prose(document):
    """The text without fenced blocks and code spans."""
    text = re.sub(r"^```.*?^```$", "", document.read_text("utf-8"), flags=re.M | re.S)
    return re.sub(r"`[^`\n]*`", "", text)


def anchors(document):
    """What links into the document may name behind '#', as GitHub makes it of headings."""
    text = re.sub(r"^```.*?^```$", "", document.read_text("utf-8"), flags=re.M | re.S)
    headings = re.findall(r"^#+ (.*)$", text, flags=re.M)
    return {re.sub(r"[^\w\- ]", "", h.lower()).strip().replace(" ", "-") for h in headings}


# What differs from run to run.
VARYING = (
    (r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z", "<time>"),
    (r"\b[0-9a-hjkmnp-tv-z]{16}\b", "<epoch>"),
    (r"\b\d{4,}\b", "<number>"),
)


def blurred(line):
    """The line without what differs from run to run."""
    for pattern, name in VARYING:
        line = re.sub(pattern, name, line)
    return line


def matches(expected, actual):
    """Whether lines are as expected, but for ids, times, epochs and numbers above 999.

    '…' stands for anything within a line, alone for any lines.
    """
    pattern = ""
    for line in expected:
        if line == "…":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*".join(re.escape(blurred(part)) for part in line.split("…")) + r"\n"
    return re.fullmatch(pattern, "".join(blurred(line) + "\n" for line in actual)) is not None
