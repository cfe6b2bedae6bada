"""The images that are pulled, made once and kept in a registry's storage."""

import hashlib
import json
import multiprocessing
import os
import signal
import sys
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from .content import Software
from .errors import BenchError
from .layers import Layer, Recipe, make_layer
from .store import RegistryStore

#: A distribution's packages with some data among them: compresses to 43 %.
MIXED = (("library", 50), ("script", 20), ("manual", 8), ("table", 8), ("packed", 14))

#: A language's runtime and its modules: compresses to 36 %.
SOURCES = (("library", 42), ("script", 37), ("manual", 10), ("table", 8), ("packed", 3))


@dataclass(frozen=True)
class Image:
    """An image in the registry's storage."""

    name: str
    manifest: str
    layers: list[Layer]

    @property
    def repository(self) -> str:
        return f"bench/{self.name}"

    @property
    def compressed(self) -> int:
        """Bytes of all layers as they are fetched."""
        return sum(layer.size for layer in self.layers)

    @property
    def inflated(self) -> int:
        """Bytes of all layers' tars."""
        return sum(layer.inflated for layer in self.layers)

    @property
    def description(self) -> str:
        """A sentence with its layers and their sizes."""
        kind = self.layers[0].media_type.rpartition("+")[2]
        layers = "One layer" if len(self.layers) == 1 else f"{len(self.layers)} layers"
        return f"{layers} ({kind}), {self.compressed / 1e6:.0f} MB compressed, {self.inflated / 1e6:.0f} MB inflated."


def _five(compression: str) -> list[Recipe]:
    return [Recipe(f"five{number}", 138_000_000, compression, MIXED) for number in range(5)]


#: What each image is made from; layers of `eighty` grow from about 100 kB to about 2 MB compressed.
RECIPES = {
    "five": _five("gzip"),
    "one": [Recipe("one", 750_000_000, "gzip", SOURCES)],
    "eighty": [Recipe(f"small{number:02}", 240_000 + number * 57_000, "gzip", MIXED) for number in range(80)],
    "zstd": _five("zstd"),
    "big": [Recipe("big", 4_500_000_000, "gzip", MIXED, repeats=True)],
}


class ImageShelf:
    """Images by name, made when first asked for."""

    def __init__(self, folder: Path) -> None:
        self.store = RegistryStore(folder / "registry")
        self._folder = folder / "images"
        self._folder.mkdir(parents=True, exist_ok=True)

    def image(self, name: str) -> Image:
        recipes, note = RECIPES[name], self._folder / f"{name}.json"
        key = _key(recipes)
        if note.exists():
            kept = json.loads(note.read_text())
            layers = [Layer(**layer) for layer in kept["layers"]]
            if kept["key"] == key and all(self._holds(layer) for layer in layers):
                return Image(name, kept["manifest"], layers)
            for layer in layers:
                self.store.forget(layer.digest)
        print(f"making image {name}", file=sys.stderr)
        layers = self._make(recipes)
        manifest = self.store.publish(f"bench/{name}", layers)
        note.write_text(json.dumps({"key": key, "manifest": manifest, "layers": [asdict(l) for l in layers]}))
        return Image(name, manifest, layers)

    @cached_property
    def _software(self) -> Software:
        return Software()

    def _holds(self, layer: Layer) -> bool:
        place = self.store.blob(layer.digest)
        return place.exists() and place.stat().st_size == layer.size

    def _make(self, recipes: list[Recipe]) -> list[Layer]:
        paths = [self.store.incoming / f"{recipe.name}.{recipe.compression}" for recipe in recipes]
        with multiprocessing.get_context("fork").Pool(os.cpu_count(), _Worker.start, (self._software,)) as pool:
            layers = pool.map(_Worker.make, list(zip(recipes, paths)), chunksize=1)
        for layer, path in zip(layers, paths):
            self.store.adopt(path, layer.digest)
        if len({layer.digest for layer in layers}) != len(recipes):
            raise BenchError("two layers of an image have the same content")
        return layers


def _key(recipes: list[Recipe]) -> str:
    """What an image depends on: its recipes, and the code that makes it."""
    digest = hashlib.sha256(repr(recipes).encode())
    for module in ("content", "layers", "repeated", "store"):
        digest.update((Path(__file__).parent / f"{module}.py").read_bytes())
    return digest.hexdigest()


class _Worker:
    """One of the processes that make layers."""

    #: The parent's, which fork(2) has brought along.
    software: Software

    @classmethod
    def start(cls, software: Software) -> None:
        # Ctrl-C reaches the whole group; the parent ends its workers itself.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        cls.software = software

    @classmethod
    def make(cls, task: tuple[Recipe, Path]) -> Layer:
        return make_layer(*task, cls.software)
