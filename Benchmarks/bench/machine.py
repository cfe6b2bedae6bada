"""The machine, the versions and the commit that figures belong to."""

import os
import platform
import subprocess
import time
from datetime import datetime, timezone
from pathlib import Path

from .bench import ROOT, Bench
from .layers import digest_of
from .programs import Program, version_in
from .servers import find


def machine() -> str:
    """Processor, cores, memory, kernel and distribution, in a line."""
    release = platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB; Linux {platform.release()}; {release}"


def versions(bench: Bench) -> str:
    """The tool, its peers and the servers, in a line."""
    programs = [bench.tool, *bench.peers.values()]
    servers = [
        ("docker-registry", ["docker-registry", "--version"]),
        ("nginx", ["nginx", "-v"]),
        ("curl", ["curl", "--version"]),
        ("openssl", ["openssl", "version"]),
    ]
    found = [f"{program.name} {program.version}" for program in programs]
    return ", ".join([*found, *(_said(name, command) for name, command in servers)])


def commit() -> str:
    """The commit of the project, and whether files differ from it."""
    head = _git("rev-parse", "--short=10", "HEAD")
    changed = (
        " with changes"
        if _git("status", "--porcelain", "--untracked-files=no", "--", ":!Benchmarks/RESULTS.md")
        else ""
    )
    return f"{head or 'unknown'}{changed}"


def identity(program: Program) -> str:
    """The first digits of a binary's SHA-256, since a commit does not say what was built from it."""
    return digest_of(Path(program.words[0])).removeprefix("sha256:")[:12]


def today() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%d")


def other_load(seconds: float = 1.0) -> float:
    """The share of all cores that others use, measured while this benchmark does nothing: 0 to 1."""
    busy, total = _ticks()
    time.sleep(seconds)
    now_busy, now_total = _ticks()
    return (now_busy - busy) / max(now_total - total, 1)


def _ticks() -> tuple[int, int]:
    with open("/proc/stat", encoding="ascii") as file:
        ticks = [int(field) for field in file.readline().split()[1:9]]
    # idle and iowait are no work; time stolen by the host is.
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)


def _processor() -> str:
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()


def _said(name: str, command: list[str]) -> str:
    said = subprocess.run([find(command[0]), *command[1:]], capture_output=True, text=True, check=False)
    return f"{name} {version_in(said.stdout + said.stderr) or 'unknown'}"


def _git(*words: str) -> str:
    said = subprocess.run(["git", "-C", ROOT, *words], capture_output=True, text=True, check=False)
    return said.stdout.strip()
