"""Whether an archive that the tool wrote holds the image: judged by this code, not by the tool's own."""

import hashlib
import json
import tarfile
from pathlib import Path
from typing import IO

from .errors import BenchError
from .images import Image


def check_archive(path: Path, image: Image, layout: str) -> None:
    """Reads the archive with Python's tar reader and compares every layer's digest with the image's.

    - Throws: `BenchError` for anything but the image whole.
    """
    with tarfile.open(path) as archive:
        if layout == "docker":
            _check_blobs(archive, image, path)
        else:
            _check_inflated(archive, image, path)


def _check_blobs(archive: tarfile.TarFile, image: Image, path: Path) -> None:
    """Layers as the registry has them, below blobs/ (OCI image layout)."""
    for digest in [image.manifest, *(layer.digest for layer in image.layers)]:
        name = "blobs/" + digest.replace(":", "/")
        _expect(_digest(_member(archive, name, path)), digest, f"{path}: {name}")


def _check_inflated(archive: tarfile.TarFile, image: Image, path: Path) -> None:
    """Layers inflated, as manifest.json names them in order (docker save)."""
    listed = json.load(_member(archive, "manifest.json", path))[0]["Layers"]
    if len(listed) != len(image.layers):
        raise BenchError(f"{path}: {len(listed)} layers, {len(image.layers)} expected")
    for name, layer in zip(listed, image.layers):
        _expect(_digest(_member(archive, name, path)), layer.diff_id, f"{path}: {name}")


def _member(archive: tarfile.TarFile, name: str, path: Path) -> IO[bytes]:
    try:
        file = archive.extractfile(name)
    except KeyError:
        file = None
    if file is None:
        raise BenchError(f"{path} has no {name}")
    return file


def _digest(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := file.read(1 << 20):
        digest.update(block)
    return f"sha256:{digest.hexdigest()}"


def _expect(found: str, expected: str, place: str) -> None:
    if found != expected:
        raise BenchError(f"{place} has digest {found}, {expected} expected")
