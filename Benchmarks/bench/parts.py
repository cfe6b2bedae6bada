"""What the parts of a pull cost alone, each by the quickest ordinary program for it."""

import os
import shutil
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from .bench import Bench
from .images import Image
from .measure import Run, environment, run
from .report import Table

#: zlib as such, with nothing around it but Python's buffers.
_ZLIB = """\
import sys, zlib
for path in sys.argv[1:]:
    inflate = zlib.decompressobj(47)
    with open(path, "rb") as file:
        while block := file.read(1 << 18):
            inflate.decompress(block)
"""


@dataclass(frozen=True)
class Part:
    """Median wall and CPU seconds of a part, and the bytes that it took in or gave out, whichever are more."""

    what: str
    wall: float
    cpu: float
    size: int


@dataclass(frozen=True)
class Parts:
    """The parts of one image's pull."""

    fetch: Part
    fetch_to_file: Part
    digest: list[Part]
    inflate: list[Part]
    inflated_digest: list[Part]
    copy: Part
    inflated_copy: Part
    synced_copy: Part

    def table(self) -> Table:
        rows = [self.fetch, self.fetch_to_file, *self.digest, *self.inflate, *self.inflated_digest]
        rows += [self.copy, self.inflated_copy, self.synced_copy]
        cells = [[p.what, f"{p.wall:.2f}", f"{p.cpu:.2f}", f"{p.size / 1e6 / p.wall:.0f}"] for p in rows]
        return Table(["part, alone", "wall s", "CPU s", "MB/s"], cells)

    def floor(self, layout: str) -> float:
        """The sum of the quickest parts that a layout needs, over the machine's cores: seconds."""
        needed = [self.fetch.wall, _quickest(self.digest)]
        if layout == "docker":
            needed.append(self.copy.wall)
        else:
            needed += [_quickest(self.inflate), _quickest(self.inflated_digest), self.inflated_copy.wall]
        return sum(needed) / (os.cpu_count() or 1)


def measure_parts(bench: Bench, image: Image) -> Parts:
    """Every part as often as there are rounds, after one that warms caches."""
    place = bench.folder / "parts"
    place.mkdir()
    try:
        return _Measuring(bench, image, place).parts()
    finally:
        shutil.rmtree(place)


class _Measuring:
    def __init__(self, bench: Bench, image: Image, place: Path) -> None:
        self.bench, self.image, self.place = bench, image, place
        self.blobs = [str(bench.shelf.store.blob(layer.digest)) for layer in image.layers]
        self.is_zstd = image.layers[0].media_type.endswith("zstd")
        self.output = place / "output"
        self.inflated = [str(place / f"{number}.tar") for number in range(len(self.blobs))]

    def parts(self) -> Parts:
        program = "zstd -qdc" if self.is_zstd else "gzip -dc"
        for blob, tar in zip(self.blobs, self.inflated):
            self._once(["sh", "-c", f'{program} <"$1" >"$2"', "inflate", blob, tar])
        size, inflated = self.image.compressed, self.image.inflated
        return Parts(
            fetch=self._part("curl to /dev/null", size, self._curl(lambda _: "/dev/null")),
            fetch_to_file=self._part("curl to a file", size, self._curl(lambda number: str(self.output / str(number)))),
            digest=self._digests("compressed", size, self.blobs),
            inflate=[self._part(f"inflate, {name}", inflated, command) for name, command in self._inflaters()],
            inflated_digest=self._digests("inflated", inflated, self.inflated),
            copy=self._part("cp of the compressed", size, self._copy(self.blobs)),
            inflated_copy=self._part("cp of the inflated", inflated, self._copy(self.inflated)),
            synced_copy=self._part("dd of the inflated, with fsync", inflated, self._synced_copy()),
        )

    def _digests(self, which: str, size: int, files: list[str]) -> list[Part]:
        return [
            self._part(f"SHA-256 of the {which}, openssl", size, ["openssl", "dgst", "-sha256", *files]),
            self._part(f"SHA-256 of the {which}, sha256sum", size, ["sha256sum", *files]),
        ]

    def _inflaters(self) -> list[tuple[str, list[str]]]:
        names = ["zstd -dc"] if self.is_zstd else ["gzip -dc", *(["igzip -dc"] if shutil.which("igzip") else [])]
        loop = 'for file; do {} <"$file" || exit; done >/dev/null'
        found = [(name, ["sh", "-c", loop.format(name), "inflate", *self.blobs]) for name in names]
        return found if self.is_zstd else [*found, ("zlib", [sys.executable, "-c", _ZLIB, *self.blobs])]

    def _curl(self, target: Callable[[int], str]) -> list[str]:
        words = ["curl", "-sSf"]
        for number in range(len(self.blobs)):
            words += ["-o", target(number), self.bench.blob_url(self.image, number)]
        return words

    def _copy(self, files: list[str]) -> list[str]:
        loop = 'to=$1; shift; for file; do n=$((n + 1)); cp --reflink=never "$file" "$to/$n" || exit; done'
        return ["sh", "-c", loop, "copy", str(self.output), *files]

    def _synced_copy(self) -> list[str]:
        loop = 'to=$1; shift; for file; do n=$((n + 1)); dd if="$file" of="$to/$n" bs=1M conv=fsync || exit; done'
        return ["sh", "-c", loop, "copy", str(self.output), *self.inflated]

    def _part(self, what: str, size: int, command: list[str]) -> Part:
        print(f"  {self.image.name}: {what}", file=sys.stderr)
        runs = [self._once(command) for _ in range(1 + self.bench.rounds)][1:]
        return Part(what, statistics.median(r.wall for r in runs), statistics.median(r.cpu for r in runs), size)

    def _once(self, command: list[str]) -> Run:
        shutil.rmtree(self.output, ignore_errors=True)
        self.output.mkdir()
        os.sync()
        return run(command, environment(), self.bench.folder / "program.log")


def _quickest(parts: list[Part]) -> float:
    return min(part.wall for part in parts)
