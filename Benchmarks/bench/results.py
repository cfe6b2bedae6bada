"""Benchmarks/RESULTS.md: what runs write stands between marks, and everything else is left as people wrote it."""

import re
from pathlib import Path
from typing import Mapping

from .report import Section

_TEMPLATE = """\
# Results

Written by `Benchmarks/compare` and `Benchmarks/limits`: what stands between marks is replaced by the next run of that
work, and each has its own date and commit. Figures of different machines or dates are not to be compared with each other.

<!-- machine: begin -->
<!-- machine: end -->

**How it is measured.** All servers are on loopback of the same machine, so that server and client share its cores: what
is compared is what programs cost, not what networks do. The images are made by a seeded generator and compress like
installed software. Every program first runs once, to warm caches; that run is watched for disk (every 10 ms, deleted
files included; what is shorter goes unseen), its output is checked, and its time is not told. Then all run in turns, in
an order that rotates. Wall time is from before exec(2) to wait4(2); CPU time and peak resident memory are the kernel's,
of that process; bytes on the wire are loopback's, with headers and acknowledgements. Times are medians, memory is the
most of all runs. Home, cache and temporary folders are new for each run. The page cache holds what is served.
docker-tar-lab ends when its archive is on the disk (fsync); no peer waits for that. MB are 10^6 bytes.
"""

#: What is written by hand, below everything else.
_BY_HAND = """\
## Micro-benchmarks

None yet: `swift run -c release lab-benchmark` prints them.

## Profiles and what was tried

Nothing yet.
"""


class Results:
    """The page, as a text that sections are put into."""

    def __init__(self, path: Path, titles: Mapping[str, str]) -> None:
        """A page that does not exist yet gets all sections of `titles`, empty."""
        self.path = path
        empty = "\n".join(f"{_titled(name, title, 'Not measured yet.')}\n" for name, title in titles.items())
        self.text = path.read_text() if path.exists() else f"{_TEMPLATE}\n{empty}\n{_BY_HAND}"

    def put_machine(self, text: str) -> None:
        """Replaces what is said of the machine."""
        self._replace("machine", text)

    def put(self, section: Section, circumstances: str) -> None:
        """Replaces a section, or adds it before the part that is written by hand."""
        text = f"{circumstances}\n\n{section.markdown()}"
        if not self._replace(section.name, text):
            added = f"{_titled(section.name, section.title, text)}\n\n"
            place = self.text.find("## Micro-benchmarks")
            place = len(self.text) if place < 0 else place
            self.text = self.text[:place] + added + self.text[place:]

    def save(self) -> None:
        """Writes the page whole or not at all."""
        hidden = self.path.with_name(f".{self.path.name}.new")
        hidden.write_text(self.text)
        hidden.rename(self.path)

    def _replace(self, name: str, text: str) -> bool:
        marked = re.compile(rf"<!-- {re.escape(name)}: begin -->\n.*?<!-- {re.escape(name)}: end -->", re.DOTALL)
        self.text, count = marked.subn(lambda _: _marked(name, text), self.text, count=1)
        return count == 1


def _titled(name: str, title: str, text: str) -> str:
    return f"## {title}\n\n{_marked(name, text)}"


def _marked(name: str, text: str) -> str:
    return f"<!-- {name}: begin -->\n{text}\n<!-- {name}: end -->"
