"""Writes images straight into the folder of a registry with filesystem storage (github.com/distribution/distribution)."""

import hashlib
import json
import shutil
from pathlib import Path

from .layers import Layer

MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"


class RegistryStore:
    """The storage folder of one registry."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.incoming = root / "incoming"
        self._registry = root / "docker/registry/v2"
        # What an interrupted run has left there is not whole.
        shutil.rmtree(self.incoming, ignore_errors=True)
        self.incoming.mkdir(parents=True)

    def blob(self, digest: str) -> Path:
        """Where a blob's bytes stand."""
        hexadecimal = digest.removeprefix("sha256:")
        return self._registry / "blobs/sha256" / hexadecimal[:2] / hexadecimal / "data"

    def adopt(self, path: Path, digest: str) -> None:
        """Moves a file that was written into `incoming` to its place among the blobs."""
        place = self.blob(digest)
        place.parent.mkdir(parents=True, exist_ok=True)
        path.rename(place)

    def forget(self, digest: str) -> None:
        """Removes a blob, where it stands."""
        self.blob(digest).unlink(missing_ok=True)

    def publish(self, repository: str, layers: list[Layer]) -> str:
        """Writes configuration, manifest and tag `latest`; the manifest's digest."""
        config = {
            "created": "2024-03-05T06:07:08Z",
            "architecture": "amd64",
            "os": "linux",
            "config": {"Env": ["PATH=/usr/bin:/bin"], "Cmd": ["/bin/sh"]},
            "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
            "history": [{"created": "2024-03-05T06:07:08Z", "created_by": "COPY / /"} for _ in layers],
        }
        configuration = self._write(config)
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": {"mediaType": CONFIG_TYPE} | configuration,
            "layers": [{"mediaType": l.media_type, "digest": l.digest, "size": l.size} for l in layers],
        }
        for digest in [configuration["digest"], *(layer.digest for layer in layers)]:
            self._link(repository, "_layers/sha256", digest)
        digest = self._write(manifest)["digest"]
        self._link(repository, "_manifests/revisions/sha256", digest)
        self._link(repository, "_manifests/tags/latest/index/sha256", digest)
        (self._repository(repository) / "_manifests/tags/latest/current").mkdir(exist_ok=True)
        (self._repository(repository) / "_manifests/tags/latest/current/link").write_text(digest)
        return digest

    def _repository(self, name: str) -> Path:
        return self._registry / "repositories" / name

    def _link(self, repository: str, folder: str, digest: str) -> None:
        link = self._repository(repository) / folder / digest.removeprefix("sha256:") / "link"
        link.parent.mkdir(parents=True, exist_ok=True)
        link.write_text(digest)

    def _write(self, document: dict) -> dict:
        """Stores a document as a blob; the digest and size that a descriptor names it by."""
        data = json.dumps(document, separators=(",", ":")).encode()
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        place = self.blob(digest)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        return {"digest": digest, "size": len(data)}
