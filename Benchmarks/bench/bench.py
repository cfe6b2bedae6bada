"""What all works share: folders, servers, programs."""

import contextlib
import os
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Iterator

from . import isolation, servers
from .contest import Contestant, Outcome, contest
from .images import Image, ImageShelf
from .programs import Program, find_peers, find_tool

#: The project's folder.
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Bench:
    """A benchmark under way."""

    #: For everything but the images; removed at the end.
    folder: Path
    shelf: ImageShelf
    tool: Program
    peers: dict[str, Program]
    #: Port of the registry on 127.0.0.1, plain HTTP.
    port: int
    rounds: int
    #: Whether loopback's counters count this benchmark alone.
    alone: bool

    def reference(self, image: Image, port: int | None = None) -> str:
        """An image's name for all programs."""
        return f"127.0.0.1:{port or self.port}/{image.repository}:latest"

    def blob_url(self, image: Image, layer: int = 0, port: int | None = None, scheme: str = "http") -> str:
        """Where one layer is fetched from."""
        return f"{scheme}://127.0.0.1:{port or self.port}/v2/{image.repository}/blobs/{image.layers[layer].digest}"

    def contest(self, contestants: list[Contestant], rounds: int | None = None) -> dict[str, Outcome]:
        """Everybody in turns; as many rounds as were asked for unless told otherwise."""
        return contest(self.folder / "run", contestants, self.rounds if rounds is None else rounds)


@contextlib.contextmanager
def open_bench(rounds: int) -> Iterator[Bench]:
    """Starts the registry; ends it, and removes everything but the images in `KEEP`, on every way out."""
    isolation.end_on_signals()
    tool, peers = find_tool(ROOT), find_peers()
    for needed in ("docker-registry", "nginx", "openssl", "curl", "zstd", "gzip", "setsid"):
        servers.find(needed)
    alone = isolation.own_network()
    isolation.adopt_orphans()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmark-")))
        # A copy: what is measured stays the same while somebody builds.
        binary = shutil.copy(tool.words[0], folder / tool.name)
        tool = replace(tool, words=(str(binary),))
        kept = os.environ.get("KEEP")
        shelf = ImageShelf(Path(kept).absolute() if kept else folder / "kept")
        port = stack.enter_context(servers.registry(folder, shelf.store.root))
        yield Bench(folder, shelf, tool, peers, port, rounds, alone)
