"""Pulls by the tool and its peers, as contestants; and their outcomes, as tables."""

from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Mapping

from .bench import Bench
from .contest import Contestant, Outcome
from .images import Image
from .outputs import check_archive
from .programs import PEER_ENVIRONMENT, peer_pull, tool_pull, tool_verify
from .report import Finding, Table

#: The most resident memory that the tool may have, in any work (MB of 10^6 bytes, as everywhere here).
MEMORY_LIMIT = 64.0


#: The flags of a pull from the registry.
PLAIN = ("-plain-http",)


@dataclass(frozen=True)
class Rival:
    """A peer's own way to do a work."""

    peer: str
    #: Its word for the form of the output, or ours where it has only one.
    form: str
    #: What the tool's wall time is to be at most, as a share of this one's; None where nothing is asked.
    at_most: float | None = None

    @property
    def label(self) -> str:
        return f"{self.peer}, {self.form}"


def ours(
    bench: Bench,
    image: Image,
    layout: str,
    flags: tuple[str, ...] = PLAIN,
    label: str = "",
    port: int | None = None,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Contestant:
    """The tool, in a layout, from the registry or what listens on `port`; its archive is checked once."""

    def command(folder: Path) -> list[str]:
        return tool_pull(bench.tool, bench.reference(image, port), layout, folder / "output/image.tar", *flags)

    def check(folder: Path) -> None:
        check_archive(folder / "output/image.tar", image, layout)
        tool_verify(bench.tool, folder / "output/image.tar")

    return Contestant(label or f"docker-tar-lab, {layout}", command, environment, check)


def theirs(bench: Bench, image: Image, rivals: list[Rival]) -> list[Contestant]:
    """Those of the rivals that this machine has."""
    return [_rival(bench, image, rival) for rival in rivals if rival.peer in bench.peers]


def _rival(bench: Bench, image: Image, rival: Rival) -> Contestant:
    peer, reference = bench.peers[rival.peer], bench.reference(image)
    return Contestant(
        rival.label, lambda folder: peer_pull(peer, reference, rival.form, folder), PEER_ENVIRONMENT.get(rival.peer, {})
    )


def outcome_table(outcomes: dict[str, Outcome]) -> Table:
    """All figures, a contestant a row."""
    heads = ["", "wall s", "CPU s", "peak memory MB", "peak disk MB", "output MB", "on the wire MB"]
    return Table(heads, [_outcome_row(outcome) for outcome in outcomes.values()])


def _outcome_row(outcome: Outcome) -> list[str]:
    times = [f"{outcome.wall:.2f}", f"{outcome.cpu:.2f}"] if outcome.rounds else ["–", "–"]
    sizes = [outcome.memory, outcome.disk, outcome.output, outcome.wire]
    return [outcome.label, *times, *(f"{size / 1e6:.1f}" for size in sizes)]


def rival_findings(tool: Outcome, outcomes: dict[str, Outcome], rivals: list[Rival]) -> list[Finding]:
    """The tool's wall time as a share of each rival's."""
    return [
        Finding(
            f"wall, share of {rival.label}",
            tool.wall / outcomes[rival.label].wall if rival.label in outcomes else None,
            rival.at_most,
        )
        for rival in rivals
    ]


def bound_findings(tool: Outcome, image: Image, layout: str) -> list[Finding]:
    """The tool's memory and disk beside what it may have."""
    beside = 0 if layout in ("docker", "oci") else image.compressed
    room = "output + 1 %" if beside == 0 else "compressed + output + 1 %"
    return [
        Finding(f"peak memory ({layout})", tool.memory / 1e6, MEMORY_LIMIT, "MB"),
        Finding(f"peak disk ({layout}), {room}", tool.disk / 1e6, (beside + tool.output) * 1.01 / 1e6, "MB"),
        Finding(f"left in home and temporary folders ({layout})", tool.left / 1e6, None, "MB"),
    ]
