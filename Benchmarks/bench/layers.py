"""One layer: a tar of many files, compressed, with its digests."""

import hashlib
import random
import subprocess
import tarfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Iterator

from .content import Software

MEDIA_TYPES = {
    "gzip": "application/vnd.oci.image.layer.v1.tar+gzip",
    "zstd": "application/vnd.oci.image.layer.v1.tar+zstd",
}


@dataclass(frozen=True)
class Recipe:
    """What a layer is made from; equal recipes make equal bytes."""

    name: str
    #: Bytes of the tar, about: the last file goes over it.
    inflated: int
    compression: str
    #: Weights of the kinds of files (`content.FILE_KINDS`), by bytes.
    files: tuple[tuple[str, int], ...]
    #: Whether a few pieces of content stand in it again and again, each file salted: for sizes that would take minutes.
    repeats: bool = False


@dataclass(frozen=True)
class Layer:
    """A layer that stands in the registry's storage."""

    digest: str
    size: int
    diff_id: str
    inflated: int
    media_type: str


def make_layer(recipe: Recipe, path: Path, software: Software) -> Layer:
    """Writes the compressed layer to `path`."""
    if recipe.repeats:
        from .repeated import write_repeated

        diff_id, inflated = write_repeated(recipe, path, software)
    else:
        diff_id, inflated = _write(recipe, path, software)
    return Layer(digest_of(path), path.stat().st_size, diff_id, inflated, MEDIA_TYPES[recipe.compression])


def digest_of(path: Path) -> str:
    """A file's digest, as registries write it."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return f"sha256:{digest.hexdigest()}"


def file_sizes(rng: random.Random) -> Iterator[int]:
    """Sizes of files as they are in installed software: half are below 6 kB, most bytes are in few large ones."""
    while True:
        yield min(int(rng.lognormvariate(8.7, 2)), 24 << 20)


def header(name: str, size: int, directory: bool = False) -> bytes:
    """A tar header; everything that could differ between two runs is fixed."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime = size, 1_700_000_000
    if directory:
        entry.type, entry.mode = tarfile.DIRTYPE, 0o755
    return entry.tobuf(tarfile.USTAR_FORMAT)


def padding(size: int) -> bytes:
    """What fills a file up to the next block."""
    return bytes(-size % tarfile.BLOCKSIZE)


def _tar(recipe: Recipe, software: Software) -> Iterator[bytes]:
    """The pieces of the tar, in order."""
    # A layer's name and size are its seed; its compression is not, so that a zstd layer has the gzip layer's content.
    rng = random.Random(f"{recipe.name} {recipe.inflated}")
    kinds, weights = zip(*recipe.files)
    sizes, written, number = file_sizes(rng), 0, 0
    while written < recipe.inflated:
        if number % 50 == 0:
            folder = f"usr/lib/{recipe.name}/part-{number // 50:04}"
            yield header(folder, 0, directory=True)
        size = min(next(sizes), recipe.inflated)
        kind = rng.choices(kinds, weights=weights)[0]
        yield header(f"{folder}/{kind}-{number:05}", size)
        yield software.file(rng, kind, size)
        yield padding(size)
        written += size + tarfile.BLOCKSIZE
        number += 1
    yield bytes(2 * tarfile.BLOCKSIZE)


def _write(recipe: Recipe, path: Path, software: Software) -> tuple[str, int]:
    diff_id, inflated = hashlib.sha256(), 0
    with open(path, "wb") as file:
        sink = _Gzip(file) if recipe.compression == "gzip" else _Zstd(file)
        for piece in _tar(recipe, software):
            diff_id.update(piece)
            inflated += len(piece)
            sink.write(piece)
        sink.close()
    return f"sha256:{diff_id.hexdigest()}", inflated


class _Gzip:
    """gzip at level 6, as most builders do; without a name or a time."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.deflate = file, zlib.compressobj(6, zlib.DEFLATED, 31)

    def write(self, piece: bytes) -> None:
        self.file.write(self.deflate.compress(piece))

    def close(self) -> None:
        self.file.write(self.deflate.flush())


class _Zstd:
    """zstd at level 3, as BuildKit does, by the program of that name."""

    def __init__(self, file: BinaryIO) -> None:
        self.process = subprocess.Popen(["zstd", "-q", "-3", "-c"], stdin=subprocess.PIPE, stdout=file)
        assert self.process.stdin is not None
        self.input = self.process.stdin

    def write(self, piece: bytes) -> None:
        self.input.write(piece)

    def close(self) -> None:
        self.input.close()
        if self.process.wait() != 0:
            raise OSError(f"zstd ended with {self.process.returncode}")
