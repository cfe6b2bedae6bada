"""A layer of gigabytes in seconds: pieces are deflated once and stand in it many times.

DEFLATE blocks that end in a full flush refer to nothing before them (RFC 1951, 3.2), so they can be copied to anywhere
in a stream. Salt before each file's content makes all files differ.
"""

import hashlib
import random
import struct
import tarfile
import zlib
from pathlib import Path
from typing import BinaryIO

from .content import Software
from .layers import Recipe, header, padding

PIECES, PIECE_SIZE, PIECES_PER_FILE, SALT = 64, 1 << 20, 32, 4096


def write_repeated(recipe: Recipe, path: Path, software: Software) -> tuple[str, int]:
    """Writes the gzip file; its diffID, and its length inflated."""
    rng = random.Random(recipe.name)
    kinds, weights = zip(*recipe.files)
    pieces = []
    for kind in rng.choices(kinds, weights=weights, k=PIECES):
        piece = software.file(rng, kind, PIECE_SIZE)
        pieces.append((piece, _deflated(piece)))
    with open(path, "wb") as file:
        stream = _Stream(file)
        number = 0
        while stream.inflated < recipe.inflated:
            size = SALT + PIECES_PER_FILE * PIECE_SIZE
            salted = header(f"srv/{recipe.name}/{number:05}", size) + rng.randbytes(SALT)
            stream.append(salted, _deflated(salted))
            for piece, deflated in rng.choices(pieces, k=PIECES_PER_FILE):
                stream.append(piece, deflated)
            filled = padding(size)
            stream.append(filled, _deflated(filled))
            number += 1
        end = bytes(2 * tarfile.BLOCKSIZE)
        stream.append(end, _deflated(end))
        return stream.close()


def _deflated(data: bytes) -> bytes:
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
    return deflate.compress(data) + deflate.flush(zlib.Z_FULL_FLUSH)


class _Stream:
    """A gzip member (RFC 1952) whose blocks are made elsewhere."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.diff_id, self.crc, self.inflated = file, hashlib.sha256(), 0, 0
        file.write(b"\x1f\x8b\x08\0\0\0\0\0\0\x03")

    def append(self, data: bytes, deflated: bytes) -> None:
        self.diff_id.update(data)
        self.crc = zlib.crc32(data, self.crc)
        self.inflated += len(data)
        self.file.write(deflated)

    def close(self) -> tuple[str, int]:
        self.file.write(zlib.compressobj(6, zlib.DEFLATED, -15).flush())
        self.file.write(struct.pack("<II", self.crc, self.inflated & 0xFFFFFFFF))
        return f"sha256:{self.diff_id.hexdigest()}", self.inflated
