"""A run of some works from the command line: prints what they come to, and writes it down where that is honest."""

import argparse
import sys
from typing import Callable, Mapping

from . import machine
from .bench import ROOT, Bench, open_bench
from .errors import BenchError
from .report import Section
from .results import Results
from .titles import TITLES

#: Fewer rounds than these are a try, and are not written down.
WRITTEN_ROUNDS = 5

#: More of the cores than this in others' hands, and the machine is not quiet.
QUIET = 0.05


Works = Mapping[str, Callable[[Bench], Section]]


def main(description: str, works: Works, noun: str = "WORK") -> int:
    """Runs what the command line names; the exit code."""
    arguments = _parsed(description, works, noun)
    try:
        _run(arguments, works)
    except BenchError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _parsed(description: str, works: Works, noun: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f"{noun}: {', '.join(works)}",
    )
    parser.add_argument("words", nargs="*", metavar=f"ROUNDS|{noun}", help="rounds (5), and works (all)")
    parser.add_argument("--no-write", action="store_true", help="leave Benchmarks/RESULTS.md as it is")
    arguments = parser.parse_intermixed_args()
    numbers = [word for word in arguments.words if word.isdigit()]
    named = [word for word in arguments.words if not word.isdigit()]
    if unknown := [word for word in named if word not in works]:
        parser.error(f"unknown: {', '.join(unknown)}")
    if len(numbers) > 1 or numbers == ["0"]:
        parser.error("ROUNDS is one number, from 1 on")
    arguments.rounds = int(numbers[0]) if numbers else WRITTEN_ROUNDS
    # In the order that they are listed in, each once.
    arguments.works = [name for name in works if name in named or not named]
    return arguments


def _run(arguments: argparse.Namespace, works: Works) -> None:
    writes = not arguments.no_write and arguments.rounds >= WRITTEN_ROUNDS
    results = Results(ROOT / "Benchmarks/RESULTS.md", TITLES)
    with open_bench(arguments.rounds) as bench:
        about = f"{machine.machine()}.\n{machine.versions(bench)}.\n{_wire(bench)}"
        print(about)
        results.put_machine(f"Last run: {machine.today()}, on {about}")
        for name in arguments.works:
            print(f"{name}:", file=sys.stderr)
            load = machine.other_load()
            section = works[name](bench)
            circumstances = _circumstances(bench, section, load)
            print(f"\n## {section.title}\n{circumstances}\n\n{section.markdown()}\n", flush=True)
            results.put(section, circumstances)
            if writes:
                results.save()
    if not writes:
        print("Benchmarks/RESULTS.md is left as it is", file=sys.stderr)


def _circumstances(bench: Bench, section: Section, load: float) -> str:
    told = [
        machine.today(),
        f"commit {machine.commit()}",
        f"binary {machine.identity(bench.tool)}",
        f"rounds: {section.rounds}",
        f"on {machine.machine()}",
    ]
    if load > QUIET:
        told.append(f"**not a quiet machine: others had {load * 100:.0f} % of its cores just before**")
    return ", ".join(told) + "."


def _wire(bench: Bench) -> str:
    if bench.alone:
        return "In a network namespace of its own: bytes on the wire are this benchmark's alone."
    return "Not run as root: bytes on the wire include whatever else went over loopback."
