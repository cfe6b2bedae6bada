"""How soon the tool answers, and what kind of file it is."""

import statistics
import struct
import subprocess
from pathlib import Path

from .bench import Bench
from .measure import environment, run
from .report import Finding, Section, Table

RUNS = 40


def startup(bench: Bench) -> Section:
    binary = Path(bench.tool.words[0])
    rows, medians = [], {}
    commands = {"docker-tar-lab -version": [str(binary), "-version"], "docker-tar-lab -help": [str(binary), "-help"]}
    for label, command in {**commands, "true, for comparison": ["true"]}.items():
        runs = [run(command, environment(), bench.folder / "program.log") for _ in range(1 + RUNS)][1:]
        walls = sorted(timed.wall * 1e3 for timed in runs)
        medians[label] = statistics.median(walls)
        cpu, memory = statistics.median(timed.cpu * 1e3 for timed in runs), max(timed.memory for timed in runs)
        rows.append([label, f"{medians[label]:.1f}", f"{walls[-2]:.1f}", f"{cpu:.1f}", f"{memory / 1e6:.1f}"])
    libraries = linked_libraries(binary)
    swift = [name for name in libraries if "swift" in name.lower()]
    notes = [
        "From before exec(2) to wait4(2).",
        f"The binary is {'stripped' if is_stripped(binary) else '**not stripped**'}, "
        f"its Swift runtime {'**dynamic**' if swift else 'static'}; dynamic: {', '.join(libraries)}.",
    ]
    findings = [
        Finding("`-version`, median", medians["docker-tar-lab -version"], 10, "ms"),
        Finding("size of the binary", binary.stat().st_size / 1e6, 25, "MB"),
    ]
    table = Table(["", "wall ms, median", "second longest", "CPU ms", "peak memory MB"], rows)
    return Section("startup", RUNS, notes, [table], findings)


def linked_libraries(binary: Path) -> list[str]:
    """The libraries that the loader brings, by name."""
    said = subprocess.run(["ldd", binary], capture_output=True, text=True, check=False).stdout
    names = [line.split()[0] for line in said.splitlines() if line.strip()]
    return sorted(Path(name).name for name in names if "vdso" not in name and "ld-linux" not in name)


def is_stripped(binary: Path) -> bool:
    """Whether a 64-bit ELF file has no symbol table (section type SHT_SYMTAB)."""
    with open(binary, "rb") as file:
        head = file.read(64)
        (offset,) = struct.unpack_from("<Q", head, 40)
        size, count = struct.unpack_from("<HH", head, 58)
        file.seek(offset)
        table = file.read(size * count)
    kinds = [struct.unpack_from("<I", table, at * size + 4)[0] for at in range(count)]
    return 2 not in kinds
