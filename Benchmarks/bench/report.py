"""What a work comes to, as words: tables, and what was to be reached."""

from dataclasses import dataclass, field

from .titles import TITLES


@dataclass(frozen=True)
class Table:
    """Rows of cells; the first column is left-aligned, all others are figures."""

    heads: list[str]
    rows: list[list[str]]

    def markdown(self) -> str:
        """Markdown that is readable as it stands."""
        widths = [max(len(row[column]) for row in [self.heads, *self.rows]) for column in range(len(self.heads))]
        ruler = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
        return "\n".join(_line(cells, widths) for cells in [self.heads, ruler, *self.rows])


def _line(cells: list[str], widths: list[int]) -> str:
    first, *rest = (
        cell.ljust(width) if not at else cell.rjust(width) for at, (cell, width) in enumerate(zip(cells, widths))
    )
    return f"| {' | '.join([first, *rest])} |"


@dataclass(frozen=True)
class Finding:
    """A figure beside the one to reach."""

    what: str
    #: None where it could not be measured.
    value: float | None
    limit: float | None = None
    unit: str = "×"
    #: Whether more is better.
    at_least: bool = False

    @property
    def is_reached(self) -> bool:
        if self.value is None or self.limit is None:
            return False
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def row(self) -> list[str]:
        """What, the figure, the figure to reach, and how it stands."""
        if self.limit is None:
            return [self.what, self._shown(self.value), "", ""]
        return [
            self.what,
            self._shown(self.value),
            f"{'≥' if self.at_least else '≤'} {self._shown(self.limit)}",
            self._verdict(),
        ]

    def _verdict(self) -> str:
        if self.value is None or self.limit is None:
            return "not measured"
        if self.is_reached:
            return "reached"
        short = 1 - self.value / self.limit if self.at_least else self.value / self.limit - 1
        return f"**falls short by {short * 100:.{0 if short >= 0.095 else 1}f} %**"

    def _shown(self, value: float | None) -> str:
        if value is None:
            return "–"
        match self.unit:
            case "×" | "s":
                return f"{value:.2f} {self.unit}"
            case "ms" | "MB":
                return f"{value:.1f} {self.unit}"
            case _:
                return f"{value:.0f} {self.unit}"


@dataclass(frozen=True)
class Section:
    """What one work came to."""

    #: Its place in RESULTS.md; one of `TITLES`.
    name: str
    #: How often everything was measured.
    rounds: int
    #: Paragraphs: what was done.
    notes: list[str]
    tables: list[Table]
    findings: list[Finding] = field(default_factory=list)

    @property
    def title(self) -> str:
        return TITLES[self.name]

    def markdown(self) -> str:
        """All of it but the title."""
        parts = [*self.notes, *(table.markdown() for table in self.tables)]
        if self.findings:
            heads = ["", "measured", "to reach", "verdict"]
            parts.append(Table(heads, [finding.row() for finding in self.findings]).markdown())
        return "\n\n".join(parts)
