"""The sections of RESULTS.md, in order, by their names."""

TITLES = {
    "docker-five": "Layout `docker`, five layers",
    "docker-one": "Layout `docker`, one layer",
    "docker-eighty": "Layout `docker`, eighty small layers",
    "docker-28-five": "Layout `docker-28`, five layers",
    "docker-28-one": "Layout `docker-28`, one layer",
    "zstd": "Layout `docker-28`, five zstd layers",
    "throttled": "Each connection held to 10 MiB/s",
    "memory": "A layer of 2 GB: memory and disk",
    "tls": "TLS, one connection",
    "startup": "Start-up and the binary",
    "limits-five": "Limits: five layers",
    "limits-one": "Limits: one layer",
    "limits-zstd": "Limits: five zstd layers",
}
