"""The works that the tool and its peers are put to, by name, with what is to be reached in each."""

from pathlib import Path
from typing import Callable

from . import servers
from .bench import Bench
from .contest import Contestant
from .images import Image
from .parts import measure_parts
from .pulls import PLAIN, Rival, bound_findings, ours, outcome_table, rival_findings, theirs
from .report import Finding, Section
from .startup import startup

Work = Callable[[Bench], Section]


def docker_five(bench: Bench) -> Section:
    rivals = [Rival("oras", "OCI layout", 0.8), Rival("crane", "tar", 0.8), Rival("skopeo", "oci-archive", 0.25)]
    return _pull(bench, "docker-five", "five", "docker", rivals)


def docker_one(bench: Bench) -> Section:
    image = bench.shelf.image("one")
    pair = "curl and SHA-256 side by side"
    rivals = [Rival("oras", "OCI layout", 0.9)]
    contestants = [ours(bench, image, "docker"), *theirs(bench, image, rivals), _curl_and_digest(bench, image, pair)]
    outcomes = bench.contest(contestants)
    tool = outcomes["docker-tar-lab, docker"]
    findings = rival_findings(tool, outcomes, rivals)
    findings.append(Finding(f"wall, share of {pair}", tool.wall / outcomes[pair].wall, 1.15))
    findings += bound_findings(tool, image, "docker")
    notes = [
        image.description,
        "Side by side: curl of the blob into a file, while openssl has the SHA-256 of the registry's own file.",
    ]
    return Section("docker-one", bench.rounds, notes, [outcome_table(outcomes)], findings)


def docker_eighty(bench: Bench) -> Section:
    rivals = [Rival("oras", "OCI layout", 0.9), Rival("crane", "tar")]
    return _pull(bench, "docker-eighty", "eighty", "docker", rivals)


def docker28_five(bench: Bench) -> Section:
    rivals = [Rival("skopeo", "docker-archive", 0.3)]
    section = _pull(bench, "docker-28-five", "five", "docker-28", rivals)
    section.findings.insert(1, Finding("the same, as wished", section.findings[0].value, 0.25))
    parts = measure_parts(bench, bench.shelf.image("five"))
    section.findings.append(
        Finding("the sum of its parts over the cores (see Limits)", parts.floor("docker-28"), None, "s")
    )
    return section


def docker28_one(bench: Bench) -> Section:
    rivals = [Rival("skopeo", "docker-archive", 0.3)]
    return _pull(bench, "docker-28-one", "one", "docker-28", rivals)


def zstd(bench: Bench) -> Section:
    rivals = [Rival("skopeo", "docker-archive", 0.5)]
    return _pull(bench, "zstd", "zstd", "docker-28", rivals)


def throttled(bench: Bench) -> Section:
    image, store = bench.shelf.image("one"), bench.shelf.store.root
    with servers.nginx(bench.folder, store, bench.port, "limit_rate 10m;") as port:
        counts = {f"docker-tar-lab, -connections {n}": str(n) for n in (1, 8)}
        contestants = [
            ours(bench, image, "docker", PLAIN + ("-connections", count), label=label, port=port)
            for label, count in counts.items()
        ]
        outcomes = bench.contest(contestants, min(bench.rounds, 3))
    one, eight = outcomes.values()
    notes = [f"{image.description} nginx gives each connection 10 MiB/s (`limit_rate 10m`)."]
    findings = [
        Finding("speed, multiple of one connection's", one.wall / eight.wall, 7, at_least=True),
        *bound_findings(eight, image, "docker"),
    ]
    return Section("throttled", one.rounds, notes, [outcome_table(outcomes)], findings)


def memory(bench: Bench) -> Section:
    image = bench.shelf.image("big")
    layouts = ["docker", "docker-28"]
    outcomes = bench.contest([ours(bench, image, layout) for layout in layouts], rounds=0)
    findings = [f for layout in layouts for f in bound_findings(outcomes[f"docker-tar-lab, {layout}"], image, layout)]
    notes = [f"{image.description} The run is a watched one, whose time is not told."]
    return Section("memory", 1, notes, [outcome_table(outcomes)], findings)


def tls(bench: Bench) -> Section:
    image, store = bench.shelf.image("one"), bench.shelf.store.root
    certificate = str(servers.authority(bench.folder))
    with servers.nginx(bench.folder, store, bench.port, tls=True) as port:
        url = bench.blob_url(image, port=port, scheme="https")
        tool = ours(
            bench, image, "docker", ("-connections", "1"), port=port, environment={"SSL_CERT_FILE": certificate}
        )
        curl = Contestant(
            "curl of the blob",
            lambda folder: ["curl", "-sSf", "--cacert", certificate, "-o", f"{folder}/output/blob", url],
        )
        outcomes = bench.contest([tool, curl])
    rates = {label: image.compressed / 1e6 / outcome.wall for label, outcome in outcomes.items()}
    findings = [Finding(f"rate, {label}", rate, None, "MB/s") for label, rate in rates.items()]
    findings.append(Finding("rate, share of curl's", rates[tool.label] / rates[curl.label], 0.8, at_least=True))
    findings += bound_findings(outcomes[tool.label], image, "docker")
    notes = [
        f"{image.description} nginx with TLS, one connection. The tool verifies the digest as well, and"
        " asks for the manifest first; curl fetches the blob alone."
    ]
    return Section("tls", bench.rounds, notes, [outcome_table(outcomes)], findings)


#: All works, in the order of RESULTS.md.
WORKS: dict[str, Work] = {
    "docker-five": docker_five,
    "docker-one": docker_one,
    "docker-eighty": docker_eighty,
    "docker-28-five": docker28_five,
    "docker-28-one": docker28_one,
    "zstd": zstd,
    "throttled": throttled,
    "memory": memory,
    "tls": tls,
    "startup": startup,
}


def _pull(bench: Bench, name: str, image_name: str, layout: str, rivals: list[Rival]) -> Section:
    """The usual work: one image, one layout, the tool and some rivals."""
    image = bench.shelf.image(image_name)
    tool = ours(bench, image, layout)
    outcomes = bench.contest([tool, *theirs(bench, image, rivals)])
    findings = rival_findings(outcomes[tool.label], outcomes, rivals)
    findings += bound_findings(outcomes[tool.label], image, layout)
    return Section(name, bench.rounds, [image.description], [outcome_table(outcomes)], findings)


def _curl_and_digest(bench: Bench, image: Image, label: str) -> Contestant:
    """What the tool does with one layer, by two ordinary programs at the same time."""
    script = 'curl -sSf -o "$1" "$2" & curl=$!; openssl dgst -sha256 "$3" && wait $curl'
    blob = str(bench.shelf.store.blob(image.layers[0].digest))

    def command(folder: Path) -> list[str]:
        return ["sh", "-c", script, "pair", str(folder / "output/blob"), bench.blob_url(image), blob]

    return Contestant(label, command)
