import Foundation
import Testing

/// Real proxies: squid for CONNECT with a password, dante for SOCKS5.
@Suite(.serialized)
struct ProxyTests {
    @Test func squidWithAPasswordCarriesAPull() async throws {
        let port = try Loopback.freePort()
        let scratch = try Scratch()
        let hash = try await Program.must("openssl", ["passwd", "-apr1", "se:cret"])
        let users = try scratch.write("users", "bob:\(hash)")
        let helper = "/usr/lib/squid/basic_ncsa_auth"
        // Of two addresses of a name squid tries one; the registry listens on this one.
        let hosts = try scratch.write("hosts", "127.0.0.1 localhost\n")
        let configuration = try scratch.write(
            "squid.conf",
            """
            http_port 127.0.0.1:\(port)
            hosts_file \(hosts)
            auth_param basic program \(helper) \(users)
            acl known proxy_auth REQUIRED
            http_access allow known
            http_access deny all
            cache deny all
            access_log stdio:\(scratch.path("access"))
            cache_log \(scratch.path("cache"))
            pid_filename \(scratch.path("pid"))
            coredump_dir \(scratch.path)
            shutdown_lifetime 0 seconds
            """)
        try await Program.must("chmod", ["-R", "a+rwX", scratch.path])
        let squid = try await Server("squid", ["-N", "-f", configuration], scratch: scratch) {
            Loopback.accepts("127.0.0.1", port)
        }
        try await pull(through: "http://bob:se%3Acret@127.0.0.1:\(port)", expecting: 0)
        try await pull(through: "http://bob:wrong@127.0.0.1:\(port)", expecting: 5)
        #expect(scratch.text("access").contains("CONNECT"))
        withExtendedLifetime(squid) {}
    }

    @Test(arguments: ["socks5", "socks5h"])
    func danteCarriesAPull(scheme: String) async throws {
        let port = try Loopback.freePort()
        let scratch = try Scratch()
        let configuration = try scratch.write(
            "danted.conf",
            """
            logoutput: stdout
            internal: 127.0.0.1 port = \(port)
            external: lo
            clientmethod: none
            socksmethod: none
            user.unprivileged: nobody
            client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
            socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 log: connect }
            """)
        let dante = try await Server("danted", ["-f", configuration, "-N", "1"], scratch: scratch) {
            Loopback.accepts("127.0.0.1", port)
        }
        try await pull(through: "\(scheme)://127.0.0.1:\(port)", expecting: 0)
        #expect(dante.log.contains("pass(1): tcp/connect"))
    }

    /// Pulls a small image from a registry on this machine.
    private func pull(through proxy: String, expecting status: Int32) async throws {
        let registry = try await SecureRegistry(name: "localhost", repositories: ["demo/small"])
        let folder = try Scratch()
        defer { folder.remove() }
        try await Program.must("\(TestImage.fixtures)/make-image", [folder.path("image"), "2", "1"])
        try await registry.push(folder.path("image"), to: "demo/small")
        let outcome = try await Tool.run(
            [
                "pull", "\(registry.host)/demo/small", "-proxy", proxy, "-ca-file", registry.certificates.authority,
                "-username", SecureRegistry.user, "-output", folder.path("a.tar"), "-debug",
            ], environment: ["DOCKER_TAR_LAB_PASSWORD": SecureRegistry.password])
        #expect(outcome.status == status, "\(outcome.output)\(outcome.error)")
        for secret in ["se:cret", "se%3Acret", SecureRegistry.password] {
            #expect(!outcome.error.contains(secret) && !outcome.output.contains(secret))
        }
        #expect(folder.listing.contains("a.tar") == (status == 0))
    }
}
