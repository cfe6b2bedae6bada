"""One run of one program, measured from outside."""

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Mapping, Sequence

from .errors import BenchError

# Says its process id, waits for the word to go, and becomes the program.
#
# Linux keeps the peak of the memory that a process had before exec(2), and counts for a child of vfork(2) what its
# parent had. So the program is not forked from Python: setsid(1) forks it, small as it is, and ends; this process
# inherits the orphan (isolation.adopt_orphans). Its session is its own, so Ctrl-C does not reach it twice.
_LAUNCH = 'echo $$; read -r _; exec "$@" </dev/null >"$0" 2>&1'


@dataclass(frozen=True)
class Run:
    """What one run took: seconds, and bytes."""

    wall: float
    #: User and system together.
    cpu: float
    #: Peak resident memory.
    memory: int
    #: What loopback carried in this time, with headers and acknowledgements, of everything in its network namespace.
    wire: int


def run(
    command: Sequence[str],
    variables: Mapping[str, str],
    log: Path,
    started: Callable[[int], None] = lambda _: None,
) -> Run:
    """Runs a program to its end; `started` gets its process id before it does anything.

    - Throws: `BenchError` with the end of its output if it does not end well.
    """
    launcher = subprocess.Popen(
        ["setsid", "--fork", "sh", "-c", _LAUNCH, str(log), *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=dict(variables),
    )
    assert launcher.stdin is not None and launcher.stdout is not None
    process = None
    try:
        process = int(launcher.stdout.readline())
        launcher.wait()
        started(process)
        wire, start = _carried(), time.monotonic()
        os.write(launcher.stdin.fileno(), b"\n")
        _, status, usage = os.wait4(process, 0)
        wall = time.monotonic() - start
        wire, process = _carried() - wire, None
    finally:
        launcher.stdin.close()
        launcher.stdout.close()
        if process is not None:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
    if status != 0:
        raise BenchError(f"{' '.join(command)}\nended with {os.waitstatus_to_exitcode(status)}:\n{tail(log)}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, wire)


def environment(home: Path | None = None) -> dict[str, str]:
    """An environment in which nothing of this machine's settings, accounts and proxies shows.

    All that programs keep and spool goes to folders below `home`, where there is one.
    """
    if home is None:
        return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    places = {"HOME": "home", "XDG_CACHE_HOME": "home/cache", "XDG_CONFIG_HOME": "home/config", "TMPDIR": "tmp"}
    return environment() | {name: str(home / place) for name, place in places.items()}


def tail(log: Path) -> str:
    """The last lines of a file."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-20:])


def _carried() -> int:
    """Bytes that loopback has received, which are those that it has sent."""
    with open("/proc/net/dev", encoding="ascii") as table:
        for line in table:
            name, _, counters = line.partition(":")
            if name.strip() == "lo":
                return int(counters.split()[0])
    return 0
