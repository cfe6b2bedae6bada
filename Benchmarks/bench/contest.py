"""Several programs at the same work, in turns."""

import os
import shutil
import statistics
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Mapping, Sequence

from .disk import DiskWatch, occupied
from .measure import Run, environment, run


@dataclass(frozen=True)
class Contestant:
    """A program at a work."""

    label: str
    #: The command line, for the folder of a run: what is pulled goes to `output` in it.
    command: Callable[[Path], Sequence[str]]
    environment: Mapping[str, str] = field(default_factory=dict)
    #: Looks at the output of the first run, in the folder of that run; not timed.
    check: Callable[[Path], None] = lambda _: None


@dataclass(frozen=True)
class Outcome:
    """What a contestant's runs came to: medians of the timed ones, and what the watched one showed."""

    label: str
    wall: float
    cpu: float
    #: The most of all runs: a bound holds in each of them or not at all.
    memory: int
    wire: int
    disk: int
    #: Bytes that stand in the output folder at the end.
    output: int
    #: Bytes that stand in the home and temporary folders at the end.
    left: int
    rounds: int


def contest(folder: Path, contestants: Sequence[Contestant], rounds: int) -> dict[str, Outcome]:
    """Runs everybody once to warm caches, to watch the disk and to check the output, then `rounds` times in turns."""
    watched: dict[str, _Watched] = {}
    runs: dict[str, list[Run]] = {contestant.label: [] for contestant in contestants}
    for contestant in contestants:
        _say(f"{contestant.label}: watched")
        watched[contestant.label] = _watched(folder, contestant)
    for number in range(rounds):
        _say(f"round {number + 1} of {rounds}")
        turn = number % len(contestants)
        for contestant in [*contestants[turn:], *contestants[:turn]]:
            runs[contestant.label].append(_run(folder, contestant, lambda _: None))
    _empty(folder)
    return {label: _outcome(label, watched[label], timed) for label, timed in runs.items()}


@dataclass(frozen=True)
class _Watched:
    run: Run
    disk: int
    output: int
    left: int


def _watched(folder: Path, contestant: Contestant) -> _Watched:
    watch = DiskWatch(folder)
    try:
        measured = _run(folder, contestant, watch.start)
    finally:
        watch.end()
    output = occupied(folder / "output")
    contestant.check(folder)
    return _Watched(measured, watch.peak, output, occupied(folder / "home") + occupied(folder / "tmp"))


def _run(folder: Path, contestant: Contestant, started: Callable[[int], None]) -> Run:
    _empty(folder)
    # What the run before has left to be written must not be this one's burden.
    os.sync()
    variables = {**environment(folder), **contestant.environment}
    return run(contestant.command(folder), variables, folder.parent / "program.log", started)


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("output", "home", "tmp"):
        (folder / name).mkdir(parents=True)


def _outcome(label: str, watched: _Watched, timed: list[Run]) -> Outcome:
    # Without rounds the watched run is all there is: its memory and its disk are right, its times are not told.
    runs = timed or [watched.run]
    return Outcome(
        label,
        statistics.median(run.wall for run in runs),
        statistics.median(run.cpu for run in runs),
        max(run.memory for run in [*timed, watched.run]),
        int(statistics.median(run.wire for run in runs)),
        watched.disk,
        watched.output,
        watched.left,
        len(timed),
    )


def _say(text: str) -> None:
    print(f"  {text}", file=sys.stderr)
