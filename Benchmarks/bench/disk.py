"""How much disk a program holds at most while it runs."""

import os
import threading
from pathlib import Path


class DiskWatch:
    """Looks every few milliseconds at what files below some folder occupy; also at deleted files that are open.

    It takes time of the cores that the program runs on, so a run that it watches is not one whose time is told.
    """

    INTERVAL = 0.01

    def __init__(self, folder: Path) -> None:
        self.peak = 0
        self._folder, self._device = folder, 0
        self._process: int | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self, process: int) -> None:
        self._process, self._device = process, self._folder.stat().st_dev
        self._thread.start()

    def end(self) -> int:
        """The peak, in bytes; what stands there at the end counts too."""
        self._ended.set()
        if self._process is not None:
            self._thread.join()
        self._look()
        return self.peak

    def _watch(self) -> None:
        while not self._ended.wait(self.INTERVAL):
            self._look()

    def _look(self) -> None:
        self.peak = max(self.peak, occupied(self._folder) + self._deleted())

    def _deleted(self) -> int:
        """Bytes of open files without a name, on the same device."""
        found = {}
        for descriptor in _entries(f"/proc/{self._process}/fd"):
            try:
                status = os.stat(descriptor)
            except OSError:
                continue  # closed in the meantime
            if status.st_nlink == 0 and status.st_dev == self._device:
                found[status.st_ino] = status.st_blocks * 512
        return sum(found.values())


def _entries(folder: str) -> list[str]:
    try:
        return [f"{folder}/{name}" for name in os.listdir(folder)]
    except OSError:
        return []  # the process has ended


def occupied(folder: Path | str) -> int:
    """Bytes that the files below a folder occupy; a file with two names counts once."""
    found: dict[int, int] = {}
    pending = [str(folder)]
    while pending:
        try:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
                    else:
                        status = entry.stat(follow_symlinks=False)
                        found[status.st_ino] = status.st_blocks * 512
        except OSError:
            pass  # renamed or removed in the meantime
    return sum(found.values())
