import Foundation

/// Debian's registry, nginx, dnsmasq and Docker daemon, each configured for what a test asks of it.
enum RealServer {
    /// docker-registry (distribution) on 127.0.0.1; what stands in `auth` and `tls` goes into its configuration.
    static func registry(
        port: Int, address: String = "127.0.0.1", certificate: (pem: String, key: String)? = nil, auth: String = ""
    ) async throws -> Server {
        let scratch = try Scratch()
        let tls = certificate.map { "  tls:\n    certificate: \($0.pem)\n    key: \($0.key)\n" } ?? ""
        let configuration = try scratch.write(
            "config.yml",
            """
            version: 0.1
            log: {level: info}
            storage:
              filesystem: {rootdirectory: \(scratch.path("data"))}
              delete: {enabled: true}
            http:
              addr: "\(address.contains(":") ? "[\(address)]" : address):\(port)"
            \(tls)\(auth)
            """)
        return try await Server("docker-registry", ["serve", configuration], scratch: scratch) {
            Loopback.accepts(address, port)
        }
    }

    /// Pushes an OCI layout's tag to a registry without TLS or log-in, by skopeo, all platforms, digests preserved.
    static func push(_ layout: String, to name: String) async throws {
        try await Program.must(
            "skopeo",
            ["copy", "--all", "--preserve-digests", "--dest-tls-verify=false", "oci:\(layout)", "docker://\(name)"])
    }

    /// nginx with these `server { … }` blocks; it is ready when `port` accepts.
    static func nginx(_ servers: String, files: [String: String] = [:], address: String = "127.0.0.1", port: Int)
        async throws -> Server
    {
        let scratch = try Scratch()
        for (name, text) in files { _ = try scratch.write(name, text) }
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map { "\($0)_temp_path \(scratch.path($0));" }.joined(separator: "\n    ")
        let configuration = try scratch.write(
            "nginx.conf",
            """
            daemon off; pid \(scratch.path("pid")); error_log stderr notice; worker_processes 1;
            events { worker_connections 512; }
            http {
                access_log \(scratch.path("access")); client_max_body_size 0; \(temporary)
                \(servers.replacingOccurrences(of: "@", with: scratch.path))
            }
            """)
        return try await Server(
            "nginx", ["-e", "stderr", "-p", scratch.path, "-c", configuration], scratch: scratch
        ) { Loopback.accepts(address, port) }
    }

    /// dnsmasq that knows these names and no other; the truth behind a forging resolver.
    static func dnsmasq(_ truth: [String: [String]], port: Int, address: String = "127.0.0.1") async throws -> Server {
        let scratch = try Scratch()
        let records = truth.flatMap { name, addresses in addresses.map { "--host-record=\(name),\($0)" } }
        return try await Server(
            "dnsmasq",
            [
                "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--bind-interfaces",
                "--listen-address=\(address)", "--port=\(port)", "--user=root", "--log-queries", "--log-facility=-",
                "--pid-file=",
            ] + records,
            scratch: scratch
        ) { Loopback.accepts(address, port) }
    }

    /// Docker 20.10's daemon without networks for containers: enough to load images. Root only.
    static func docker() async throws -> (server: Server, host: String) {
        let scratch = try Scratch()
        let host = "unix://\(scratch.path("docker.sock"))"
        let server = try await Server(
            "dockerd",
            [
                "--data-root", scratch.path("data"), "--exec-root", scratch.path("exec"), "-H", host, "--pidfile",
                scratch.path("pid"), "--iptables=false", "--ip6tables=false", "--bridge=none", "--storage-driver=vfs",
            ],
            scratch: scratch
        ) { try await Program.run("docker", ["-H", host, "version"]).status == 0 }
        return (server, host)
    }

    /// containerd on a socket of its own, for `ctr -a`. Root only.
    static func containerd() async throws -> (server: Server, socket: String) {
        let scratch = try Scratch()
        let socket = scratch.path("containerd.sock")
        let configuration = try scratch.write(
            "config.toml",
            """
            version = 2
            root = "\(scratch.path("root"))"
            state = "\(scratch.path("state"))"
            disabled_plugins = ["io.containerd.grpc.v1.cri"]
            [grpc]
              address = "\(socket)"
            """)
        let server = try await Server("containerd", ["--config", configuration], scratch: scratch) {
            try await Program.run("ctr", ["-a", socket, "version"]).status == 0
        }
        return (server, socket)
    }
}

extension Scratch {
    /// The words that let podman keep its images in this folder, on whatever file system.
    var podmanStore: [String] {
        ["--root", path("root"), "--runroot", path("run"), "--storage-driver", "vfs"]
    }
}
