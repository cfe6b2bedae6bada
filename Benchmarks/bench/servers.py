"""The servers that are pulled from, all on loopback: docker-registry, and nginx in front of its storage."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Iterator

from .errors import BenchError
from .measure import tail

_REGISTRY = """\
version: 0.1
log: {{level: error}}
storage: {{filesystem: {{rootdirectory: {store}}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""

# Blobs come from the files themselves, so that nginx costs as little as a server can; the rest is the registry's.
_NGINX = """\
daemon off;
worker_processes 1;
error_log {folder}/error.log;
pid {folder}/pid;
{user}
events {{ worker_connections 256; }}
http {{
  access_log off;
  sendfile on;
  client_body_temp_path {folder}/client;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  default_type application/octet-stream;
  server {{
    listen 127.0.0.1:{port}{ssl};
    {settings}
    location ~ ^/v2/.*/blobs/(sha256:(..)(.*))$ {{
      alias {store}/docker/registry/v2/blobs/sha256/$2/$2$3/data;
      add_header Docker-Content-Digest $1;
    }}
    location / {{ proxy_pass http://127.0.0.1:{registry}; proxy_set_header Host $http_host; }}
  }}
}}
"""


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def registry(folder: Path, store: Path) -> Iterator[int]:
    """Debian's docker-registry over a storage folder; its port."""
    port, configuration = free_port(), folder / "registry.yml"
    configuration.write_text(_REGISTRY.format(store=store, port=port))
    with _serving(["docker-registry", "serve", str(configuration)], folder / "registry.log", port):
        yield port


@contextlib.contextmanager
def nginx(folder: Path, store: Path, registry_port: int, settings: str = "", tls: bool = False) -> Iterator[int]:
    """nginx in front of the registry; its port. `settings` are of its server block, `tls` wants `authority` first."""
    port, place = free_port(), folder / "nginx"
    place.mkdir(exist_ok=True)
    if tls:
        settings += f" ssl_certificate {folder}/tls/server.pem; ssl_certificate_key {folder}/tls/server.key;"
    configuration = place / "nginx.conf"
    configuration.write_text(
        _NGINX.format(
            folder=place,
            # A worker of root's would be nobody, who may not read the storage.
            user="user root;" if os.geteuid() == 0 else "",
            port=port,
            ssl=" ssl" if tls else "",
            settings=settings,
            store=store,
            registry=registry_port,
        )
    )
    with _serving([find("nginx"), "-c", str(configuration)], place / "log", port):
        yield port


def authority(folder: Path) -> Path:
    """Makes an authority and a certificate for 127.0.0.1 in `folder`/tls; the authority's certificate."""
    place = folder / "tls"
    place.mkdir(exist_ok=True)
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30"]
    commands = [
        ["req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=benchmark authority"],
        ["req", "-x509", *key, "-keyout", "server.key", "-out", "server.pem", "-subj", "/CN=127.0.0.1"]
        + ["-CA", "ca.pem", "-CAkey", "ca.key", "-addext", "subjectAltName=IP:127.0.0.1"]
        + ["-addext", "basicConstraints=critical,CA:FALSE"],
    ]
    for command in commands:
        made = subprocess.run(["openssl", *command], cwd=place, capture_output=True, text=True, check=False)
        if made.returncode != 0:
            raise BenchError(f"openssl {' '.join(command)}\n{made.stderr}")
    return place / "ca.pem"


def find(program: str) -> str:
    """Where a program stands, /usr/sbin included.

    - Throws: `BenchError` where it is missing.
    """
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
    if found is None:
        raise BenchError(f"{program} is missing; see the top of Benchmarks/compare for what is needed")
    return found


@contextlib.contextmanager
def _serving(command: list[str], log: Path, port: int) -> Iterator[None]:
    with open(log, "wb") as output:
        # In a session of its own, so that Ctrl-C ends the program under test first and this afterwards.
        server = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    try:
        deadline = time.monotonic() + 10
        while not _listens(port):
            if server.poll() is not None or time.monotonic() > deadline:
                raise BenchError(f"{command[0]} does not serve:\n{tail(log)}")
            time.sleep(0.02)
        yield
    finally:
        server.terminate()
        try:
            server.wait(5)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _listens(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0
