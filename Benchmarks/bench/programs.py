"""The tool and its peers: where they stand, which versions they are, and how each is told to pull."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .errors import BenchError

PEERS = ("skopeo", "crane", "oras")

#: Root's skopeo knows blobs of earlier runs from below /var/lib; taken for a user's, it keeps that in the run's own home.
PEER_ENVIRONMENT = {"skopeo": {"_CONTAINERS_ROOTLESS_UID": "1"}}


@dataclass(frozen=True)
class Program:
    """A program that can be run."""

    name: str
    #: The words that a command line begins with.
    words: tuple[str, ...]
    version: str


def find_tool(root: Path) -> Program:
    """The release binary: `TOOL`, or what scripts/build writes."""
    path = Path(os.environ.get("TOOL") or root / ".build/release/docker-tar-lab").absolute()
    if not os.access(path, os.X_OK):
        raise BenchError(f"{path} is no program; build it (make build), or name another by TOOL=")
    said = subprocess.run([path, "-version"], capture_output=True, text=True, check=True).stdout
    return Program("docker-tar-lab", (str(path),), version_in(said) or said.strip())


def find_peers() -> dict[str, Program]:
    """The peers that this machine has: in the root file system `PEERS`, else on PATH."""
    named = os.environ.get("PEERS")
    root = Path(named).absolute() if named else None
    if root and not root.is_dir():
        raise BenchError(f"PEERS={root} is no folder")
    found = {name: (_in_root(root, name) if root else None) or _on_path(name) for name in PEERS}
    return {name: program for name, program in found.items() if program}


def _on_path(name: str) -> Program | None:
    path = shutil.which(name)
    return Program(name, (path,), _ask((path,), name, None)) if path else None


def _in_root(root: Path, name: str) -> Program | None:
    """A program of another root file system, run here by that system's own loader and libraries."""
    binary = root / "usr/bin" / name
    if not binary.exists():
        return None
    loaders = [path for folder in ("lib64", "lib") for path in sorted((root / folder).glob("ld-linux-*.so.*"))]
    if not loaders:
        raise BenchError(f"{root} has no dynamic loader in lib64 or lib")
    libraries = ":".join(str(path) for path in sorted(root.glob("usr/lib/*-linux-gnu")))
    words = (str(loaders[0]), "--library-path", libraries, str(binary))
    return Program(name, words, _ask(words, name, root))


def _ask(words: tuple[str, ...], name: str, root: Path | None) -> str:
    """A program's version in its own words, or its package's: Debian's crane does not know its own."""
    question = "--version" if name == "skopeo" else "version"
    said = subprocess.run([*words, question], capture_output=True, text=True, check=False).stdout
    if version := version_in(said):
        return version
    database = [f"--admindir={root}/var/lib/dpkg"] if root else []
    query = ["dpkg-query", *database, "--show", "--showformat=${Version}", name]
    if shutil.which("dpkg-query"):
        return subprocess.run(query, capture_output=True, text=True, check=False).stdout or "unknown"
    return "unknown"


def version_in(text: str) -> str | None:
    """The first version number in what a program says of itself."""
    found = re.search(r"\d+\.\d+[\w.+~-]*", text)
    return found and found.group()


def tool_pull(tool: Program, image: str, layout: str, output: Path, *flags: str) -> list[str]:
    """The tool's command line; `flags` beside the usual ones, such as -plain-http."""
    return [*tool.words, "pull", image, "-quiet", "-format", layout, "-output", str(output), *flags]


def tool_verify(tool: Program, archive: Path) -> None:
    """Lets the tool judge an archive as well.

    - Throws: `BenchError` with what it has to say against it.
    """
    said = subprocess.run([*tool.words, "verify", archive], capture_output=True, text=True, check=False)
    if said.returncode != 0:
        raise BenchError(f"{archive} does not pass `verify`:\n{said.stdout}{said.stderr}")


def peer_pull(peer: Program, image: str, form: str, folder: Path) -> list[str]:
    """A peer's command line from a registry without TLS, for the folder of a run.

    `form` is its own word for what it writes, where it knows several forms.
    """
    match peer.name:
        case "skopeo":
            # It spools below /var/tmp unless told otherwise, whatever TMPDIR says.
            copy = ["--insecure-policy", f"--tmpdir={folder}/tmp", "copy", "--quiet", "--src-tls-verify=false"]
            return [*peer.words, *copy, f"docker://{image}", f"{form}:{folder}/output/image.tar"]
        case "crane":
            return [*peer.words, "pull", "--insecure", image, f"{folder}/output/image.tar"]
        case "oras":
            return [
                *peer.words,
                "copy",
                "--from-plain-http",
                image,
                "--to-oci-layout",
                f"{folder}/output/layout:latest",
            ]
    raise BenchError(f"nobody knows how {peer.name} pulls")
