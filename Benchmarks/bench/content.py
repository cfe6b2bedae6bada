"""Bytes that compress like installed software, the same ones on every run.

A pool of fragments of some hundred bytes is made word by word, which is slow; files are then drawn from the pool, which
is quick. gzip looks back 32 KiB only and hardly meets a fragment twice; zstd, which looks further, gains a little, as it
does with real software. Only what keeps its meaning between Python versions is asked of `random`.
"""

import random
import struct
from typing import Callable

#: Seed of the pool; whoever changes it, or anything below, changes every digest.
POOL_SEED = 20

#: How many fragments of each kind there are: with some 900 bytes each, far more than a compressor's window.
FRAGMENTS = 3000

#: Which kinds of fragments a kind of file is drawn from, and how often; `noise` is made anew each time.
FILE_KINDS = {
    "library": {"code": 66, "records": 16, "prose": 12, "noise": 6},
    "script": {"source": 90, "prose": 10},
    "manual": {"prose": 100},
    "table": {"records": 85, "noise": 15},
    "packed": {"noise": 100},
}


class Software:
    """The pool, and what is drawn from it."""

    def __init__(self) -> None:
        rng = random.Random(POOL_SEED)
        words = _vocabulary(rng)
        code = _Code(rng)
        makers: dict[str, Callable[[], bytes]] = {
            "prose": lambda: _prose(rng, words),
            "source": lambda: _source(rng, words),
            "code": lambda: code.fragment(rng),
            "records": lambda: _records(rng),
        }
        self.fragments = {kind: [make() for _ in range(FRAGMENTS)] for kind, make in makers.items()}

    def file(self, rng: random.Random, kind: str, size: int) -> bytes:
        """A file of exactly `size` bytes."""
        mixture = FILE_KINDS[kind]
        pieces, length = [], 0
        while length < size:
            # Runs of one kind, as the sections of a real file are.
            drawn = rng.choices(list(mixture), weights=list(mixture.values()))[0]
            count = 1 + int(rng.random() * 24)
            if drawn == "noise":
                run = rng.randbytes(900 * count)
            else:
                run = b"".join(rng.choices(self.fragments[drawn], k=count))
            pieces.append(run)
            length += len(run)
        return b"".join(pieces)[:size]


class _Vocabulary:
    """Words with the weights of Zipf's law, which natural and written languages follow."""

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.cumulative, total = [], 0.0
        for rank in range(len(words)):
            total += 1 / (rank + 2)
            self.cumulative.append(total)

    def draw(self, rng: random.Random, count: int) -> list[str]:
        return rng.choices(self.words, cum_weights=self.cumulative, k=count)


def _vocabulary(rng: random.Random, size: int = 9000) -> _Vocabulary:
    syllables = [c + v + e for c in "bcdfglmnprstvw" for v in "aeiou" for e in ("", "n", "r", "st")]
    words: dict[str, None] = {}
    while len(words) < size:
        words["".join(rng.choices(syllables, k=1 + int(rng.random() * 4)))] = None
    return _Vocabulary(list(words))


def _prose(rng: random.Random, words: _Vocabulary) -> bytes:
    lines = []
    for _ in range(12):
        line = " ".join(words.draw(rng, 11))
        lines.append(line.capitalize() + rng.choice([".", ",", ";", ""]))
    return ("\n".join(lines) + "\n").encode()


def _source(rng: random.Random, words: _Vocabulary) -> bytes:
    forms = [
        "    def {}_{}(self, {}, {}=None):",
        "        return self.{}.{}({}, {})",
        "        if {} is not None and {} > {}:  # {}",
        '            raise ValueError("{} {} of {}: %r" % {})',
        "        self._{} = {}[{}].{}",
        "    #: {} {} {} {}",
        "",
    ]
    return "".join(rng.choice(forms).format(*words.draw(rng, 4)) + "\n" for _ in range(24)).encode()


class _Code:
    """Machine code by its statistics: few instructions are most of it, operands vary, and idioms come back."""

    def __init__(self, rng: random.Random) -> None:
        self.instructions = [rng.randbytes(1 + int(rng.random() * 5)) for _ in range(700)]
        self.weights = [1 / (rank + 3) for rank in range(len(self.instructions))]
        # What compilers write again and again: prologues, epilogues, calls with their arguments.
        self.idioms = [self._straight(rng, 5 + int(rng.random() * 20)) for _ in range(160)]

    def fragment(self, rng: random.Random) -> bytes:
        parts = []
        for _ in range(20):
            parts.append(self._straight(rng, 1 + int(rng.random() * 10)))
            parts.append(self.idioms[int(rng.random() ** 2 * len(self.idioms))])
        return b"".join(parts)

    def _straight(self, rng: random.Random, length: int) -> bytes:
        parts = []
        for instruction in rng.choices(self.instructions, weights=self.weights, k=length):
            parts.append(instruction)
            chance = rng.random()
            if chance < 0.16:
                parts.append(bytes([int(rng.random() * 256)]))  # a short displacement
            elif chance < 0.24:
                parts.append(struct.pack("<i", int(rng.gauss(0, 30000))))  # a call's target
        return b"".join(parts)


def _records(rng: random.Random) -> bytes:
    """A table such as symbols and relocations are: fixed fields, small steps."""
    offset, parts = int(rng.random() * 4_000_000), []
    for number in range(40):
        offset += 8 * (1 + int(rng.random() * 40))
        parts.append(struct.pack("<QIHHQ", offset, int(rng.random() * 60000), 18, 12 + number % 3, offset >> 5 << 4))
    return b"".join(parts)
