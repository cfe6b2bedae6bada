import Foundation
import Testing

@testable import CensorLab
@testable import LabNet

/// Other people's servers and proxies as the judges of ours.
@Suite(.timeLimit(.minutes(2)), .serialized) struct RealServersTests {
    private let world: SecureWorld
    private let folder: ScratchFolder
    private let log = ObservationLog()

    init() throws {
        world = try SecureWorld()
        folder = try ScratchFolder()
        // Daemons that drop their privileges must still get in.
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.path)
    }

    /// Runs nginx with the test's certificate; without the right name it declines the handshake.
    private func nginx(_ body: (_ port: UInt16) async throws -> Void) async throws {
        let port = try Daemon.freePort()
        let issued = try world.authority.issue(CertificateRequest(names: [SecureWorld.name]))
        let certificate = try folder.write(issued.certificates, to: "cert.pem")
        let key = try folder.write(issued.key, to: "key.pem")
        _ = try folder.write(String(repeating: "0123456789abcdef", count: 1 << 18), to: "www/blob")
        let configuration = try folder.write(
            """
            daemon off; pid \(folder.path)/nginx.pid; error_log \(folder.path)/error.log; worker_processes 1; user root;
            events { worker_connections 64; }
            http {
                access_log off; keepalive_timeout 60s; root \(folder.path)/www;
                server { listen 127.0.0.1:\(port) ssl default_server; ssl_reject_handshake on; }
                server {
                    listen 127.0.0.1:\(port) ssl; server_name \(SecureWorld.name);
                    ssl_certificate \(certificate); ssl_certificate_key \(key);
                    location /old { return 307 /blob; }
                    location /slow { limit_rate 8m; alias \(folder.path)/www/blob; }
                }
            }
            """, to: "nginx.conf")
        let daemon = try await Daemon("/usr/sbin/nginx", ["-c", configuration, "-p", folder.path], port: port)
        try await body(port)
        _ = daemon
    }

    private func transport(lab: Bool, proxy: ProxyPolicy = .none) throws -> Transport {
        var configuration = world.configuration(lab: lab)
        configuration.proxy = proxy
        let candidates = [SecureWorld.name: [try SecureWorld.address("127.0.0.1")]]
        return try Transport.testing(configuration, resolver: TableResolver(candidates), log: log)
    }

    @Test(.enabled(if: Daemon.exists("/usr/sbin/nginx"), "nginx is not installed"), arguments: [false, true])
    func nginxThatRefusesStrangers(lab: Bool) async throws {
        try await nginx { port in
            let transport = try transport(lab: lab)
            for path in ["blob", "old", "blob", "slow", "missing"] {
                let answer = try await transport.get("https://\(SecureWorld.name):\(port)/\(path)", limit: 1 << 23)
                #expect(answer.status == (path == "missing" ? 404 : 200))
                if answer.status == 200 { #expect(answer.text.utf8.count == 1 << 22) }
            }
            let handshakes = log.handshakes
            #expect(handshakes.map(\.strategy) == (lab ? [.omit, .disorder] : [.plain]))
            if lab { #expect(handshakes.first?.failure == .alert(112)) }
            await transport.close()
            #expect(try openSockets(to: port) == 0)
        }
    }

    @Test(.enabled(if: Daemon.exists("/usr/sbin/squid"), "squid is not installed"))
    func squid() async throws {
        let port = try Daemon.freePort()
        _ = try folder.write("me:{PLAIN}hunter2\n", to: "passwords")
        let helper = try folder.write(
            """
            #!/bin/sh
            while read user password; do
                [ "$user $password" = "me hunter2" ] && echo OK || echo ERR
            done
            """, to: "helper")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: helper)
        let hosts = try folder.write("127.0.0.1 \(SecureWorld.name)\n", to: "hosts")
        let configuration = try folder.write(
            """
            http_port 127.0.0.1:\(port)
            auth_param basic program \(helper)
            acl known proxy_auth REQUIRED
            http_access allow known
            http_access deny all
            hosts_file \(hosts)
            pid_filename none
            cache deny all
            access_log none
            cache_log \(folder.path)/cache.log
            coredump_dir \(folder.path)
            shutdown_lifetime 0 seconds
            """, to: "squid.conf")
        let daemon = try await Daemon("/usr/sbin/squid", ["-N", "-f", configuration], port: port)
        try await judge(.http, at: port, refusal: .proxyRefused(code: 407))
        _ = daemon
    }

    @Test(
        .enabled(if: Daemon.exists("/usr/sbin/danted") && getuid() == 0, "danted is not installed, or we are not root"))
    func danted() async throws {
        let port = try Daemon.freePort()
        let configuration = try folder.write(
            """
            logoutput: \(folder.path)/danted.log
            internal: 127.0.0.1 port = \(port)
            external: 127.0.0.1
            clientmethod: none
            socksmethod: none
            user.privileged: root
            user.unprivileged: nobody
            client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
            socks pass { from: 0.0.0.0/0 to: 127.0.0.0/8 }
            """, to: "danted.conf")
        let daemon = try await Daemon(
            "/usr/sbin/danted", ["-f", configuration, "-p", "\(folder.path)/danted.pid"], port: port)
        try await judge(.socks5, at: port, refusal: nil)
        _ = daemon
    }

    /// A download through the proxy, and the refusal of a wrong password where it wants one.
    private func judge(_ kind: ProxyServer.Kind, at port: UInt16, refusal: NetworkError.Cause?) async throws {
        try await nginx { origin in
            for password in ["hunter2", "wrong"] {
                let proxy = ProxyServer(
                    kind: kind, host: .address(.v4(0x7F00_0001)), port: port, user: refusal == nil ? nil : "me",
                    password: refusal == nil ? nil : Secret(password))
                let transport = try transport(lab: true, proxy: .always(proxy))
                let url = "https://\(SecureWorld.name):\(origin)/blob"
                if password == "hunter2" || refusal == nil {
                    #expect(try await transport.get(url, limit: 1 << 23).text.utf8.count == 1 << 22)
                } else {
                    #expect(await cause { try await transport.get(url) } == refusal)
                }
                await transport.close()
            }
        }
        #expect(!"\(log.all)".contains("hunter2"))
    }
}
