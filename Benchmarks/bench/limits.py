"""The tool beside what its parts cost alone, by image."""

from functools import partial
from typing import Callable

from .bench import Bench
from .parts import measure_parts
from .pulls import ours, outcome_table
from .report import Finding, Section

LAYOUTS = ("docker", "docker-28")


def limits(bench: Bench, name: str) -> Section:
    image = bench.shelf.image(name)
    parts = measure_parts(bench, image)
    tools = {layout: ours(bench, image, layout) for layout in LAYOUTS}
    outcomes = bench.contest(list(tools.values()))
    findings = []
    for layout, tool in tools.items():
        floor, wall = parts.floor(layout), outcomes[tool.label].wall
        findings.append(Finding(f"floor of `{layout}`", floor, None, "s"))
        findings.append(Finding(f"`{layout}`, multiple of its floor", wall / floor))
    notes = [
        image.description,
        "The floor is the sum of the quickest parts that a layout needs, divided by the cores: fetch, SHA-256 and copy of"
        " the compressed for `docker`; fetch, SHA-256 of the compressed, inflate, SHA-256 and copy of the inflated for"
        " `docker-28`. Nothing reaches it quite: no part divides evenly, and the registry needs the cores too.",
    ]
    return Section(f"limits-{name}", bench.rounds, notes, [parts.table(), outcome_table(outcomes)], findings)


#: By image.
LIMITS: dict[str, Callable[[Bench], Section]] = {name: partial(limits, name=name) for name in ("five", "one", "zstd")}
