import Foundation
import Testing

@testable import CensorLab
@testable import LabNet

/// The lab has one of its own.
private typealias DNSQuery = LabNet.DNSQuery

/// Other people's encrypted resolvers: unbound over TLS, and Python's HTTP server in front of a fixed answer.
@Suite(.timeLimit(.minutes(2)), .serialized) struct EncryptedResolverTests {
    private let world: SecureWorld
    private let folder: ScratchFolder

    init() throws {
        world = try SecureWorld()
        folder = try ScratchFolder()
    }

    private func streams() throws -> ResolverStreams {
        ResolverStreams(
            tls: try TLSContext(trust: world.configuration().trust, environment: [:]))
    }

    private func identity() throws -> (certificate: String, key: String) {
        let issued = try world.authority.issue(
            CertificateRequest(names: ["dns.example"], addresses: [.v4(0x7f00_0001)]))
        return (
            try folder.write(issued.certificates, to: "cert.pem"), try folder.write(issued.key, to: "key.pem")
        )
    }

    /// Asks for the address of a few names at once.
    private func ask(_ streams: ResolverStreams, _ resolver: ResolverAddress, _ count: Int) async throws -> [DNSClaim?]
    {
        try await withThrowingTaskGroup(of: DNSClaim?.self) { group in
            for seed in 0..<count {
                group.addTask {
                    let query = try DNSQuery.sample("registry.example", seed: UInt64(seed))
                    let answer = try await streams.ask(resolver, query.bytes, within: .seconds(20))
                    return try DNSMessage(answer, answering: query).claim
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    private let truth = DNSClaim.addresses([.v4(0x7f07_0001)])

    // MARK: TLS

    @Test(.enabled(if: Daemon.exists("/usr/sbin/unbound"), "unbound is not installed")) func unboundOverTLS()
        async throws
    {
        let port = try Daemon.freePort()
        let (certificate, key) = try identity()
        let configuration = try folder.write(
            """
            server:
              interface: 127.0.0.1@\(port)
              tls-port: \(port)
              tls-service-pem: "\(certificate)"
              tls-service-key: "\(key)"
              do-daemonize: no
              username: ""
              chroot: ""
              pidfile: ""
              use-syslog: no
              directory: "\(folder.path)"
              local-zone: "." static
              local-data: ". NS a.root-servers.net."
              local-data: "registry.example. A 127.7.0.1"
              local-data: "registry.example. AAAA fd00::7"
            remote-control:
              control-enable: no
            """, to: "unbound.conf")
        let daemon = try await Daemon("/usr/sbin/unbound", ["-d", "-c", configuration], port: port)
        let endpoint = Endpoint(address: .v4(0x7f00_0001), port: port)
        for host in [LabNet.Host.address(endpoint.address), .name("dns.example")] {
            let streams = try streams()
            let resolver = ResolverAddress(endpoint, over: .tls(host))
            // Several at once, and on the same connection again.
            #expect(try await ask(streams, resolver, 5) == Array(repeating: truth, count: 5))
            #expect(try await ask(streams, resolver, 2) == [truth, truth])
            #expect(try openSockets(to: endpoint) == 1)
            await streams.close()
            #expect(try openSockets(to: endpoint) == 0)
        }
        let streams = try streams()
        let stranger = ResolverAddress(endpoint, over: .tls(.name("other.example")))
        guard case .certificate? = await cause({ try await ask(streams, stranger, 1) }) else {
            Issue.record("a certificate without the name was believed")
            return
        }
        #expect(try openSockets(to: endpoint) == 0)
        await streams.close()
        _ = daemon
    }

    // MARK: HTTPS

    /// A server over HTTP/1.1 that writes down what it is asked; what it does is up to the path.
    private func serveHTTPS(_ body: (Endpoint, _ heard: () throws -> [String]) async throws -> Void) async throws {
        let port = try Daemon.freePort()
        let (certificate, key) = try identity()
        let log = try folder.write("", to: "heard")
        let script = try folder.write(Self.server, to: "server.py")
        let daemon = try await Daemon(
            "/usr/bin/python3", [script, String(port), certificate, key, log], port: port)
        try await body(Endpoint(address: .v4(0x7f00_0001), port: port)) {
            try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").map(String.init)
        }
        _ = daemon
    }

    /// One line for each request: its connection, its path, and whether it is what RFC 8484 wants.
    private static let server = """
        import http.server, ssl, sys

        port, certificate, key, log = int(sys.argv[1]), *sys.argv[2:5]
        connections = 0

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                super().setup()
                self.number = None

            def do_POST(self):
                global connections
                if self.number is None:
                    connections += 1
                    self.number = connections
                body = self.rfile.read(int(self.headers["Content-Length"]))
                fine = (self.headers["Content-Type"] == "application/dns-message"
                        and self.headers["Accept"] == "application/dns-message"
                        and self.headers["User-Agent"] is None and body[:2] == bytes(2))
                with open(log, "a") as out:
                    print(self.number, self.path, self.headers["Host"], fine, file=out)
                end = body.index(0, 12) + 5
                answer = (body[:2] + bytes.fromhex("81800001000100000000") + body[12:end]
                          + bytes.fromhex("c00c000100010000003c00047f070001"))
                kind, status = "application/dns-message", 200
                if self.path == "/missing":
                    status = 404
                if self.path == "/html":
                    kind = "text/html"
                if self.path == "/huge":
                    answer += bytes(70000)
                if self.path == "/other-id":
                    answer = bytes([1, 2]) + answer[2:]
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(answer) + (9 if self.path == "/cut" else 0)))
                self.end_headers()
                self.wfile.write(answer)
                if self.path in ("/cut", "/once"):
                    self.close_connection = True

            def log_message(self, *words):
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        context.set_alpn_protocols(["http/1.1"])

        class Server(http.server.ThreadingHTTPServer):
            def finish_request(self, request, address):
                super().finish_request(context.wrap_socket(request, server_side=True), address)

            def handle_error(self, request, address):
                pass

        Server(("127.0.0.1", port), Handler).serve_forever()
        """

    private static let python = Daemon.exists("/usr/bin/python3")

    @Test(.enabled(if: python, "python3 is not installed")) func httpsByAddressAndByName() async throws {
        try await serveHTTPS { endpoint, heard in
            for (host, authority) in [
                (LabNet.Host.address(endpoint.address), "127.0.0.1"), (.name("dns.example"), "dns.example"),
            ] {
                let streams = try streams()
                let resolver = ResolverAddress(endpoint, over: .https(host, path: "/dns-query"))
                let before = try heard().count
                #expect(try await ask(streams, resolver, 5) == Array(repeating: truth, count: 5))
                #expect(try openSockets(to: endpoint) == 1)
                let lines = try heard().dropFirst(before)
                #expect(lines.count == 5)
                #expect(Set(lines).count == 1, "one connection: \(lines)")
                #expect(lines.first?.hasSuffix(" /dns-query \(authority):\(endpoint.port) True") == true, "\(lines)")
                await streams.close()
                #expect(try openSockets(to: endpoint) == 0)
            }
        }
    }

    @Test(.enabled(if: python, "python3 is not installed")) func whatIsNoAnswerIsNotBelieved() async throws {
        try await serveHTTPS { endpoint, _ in
            let streams = try streams()
            func cause(of path: String) async throws -> NetworkError.Cause? {
                let resolver = ResolverAddress(endpoint, over: .https(.name("dns.example"), path: path))
                return await LabNetTests.cause { try await ask(streams, resolver, 1) }
            }
            #expect(try await cause(of: "/missing") == .protocolViolation("status 404"))
            #expect(try await cause(of: "/html") == .protocolViolation("not application/dns-message"))
            #expect(try await cause(of: "/huge") == .protocolViolation("over 65535 bytes"))
            #expect(try await cause(of: "/cut") == .closedEarly)
            let other = ResolverAddress(endpoint, over: .https(.name("dns.example"), path: "/other-id"))
            await #expect(throws: DNSError.wrongID(0x0102)) { try await ask(streams, other, 1) }
            await streams.close()
            #expect(try openSockets(to: endpoint) == 0)
        }
    }

    /// The server ends each connection after one answer.
    @Test(.enabled(if: python, "python3 is not installed")) func aConnectionThatEndsIsReplaced() async throws {
        try await serveHTTPS { endpoint, heard in
            let streams = try streams()
            let resolver = ResolverAddress(endpoint, over: .https(.name("dns.example"), path: "/once"))
            for _ in 0..<3 { #expect(try await ask(streams, resolver, 1) == [truth]) }
            #expect(try Set(heard().compactMap { $0.split(separator: " ").first }) == ["1", "2", "3"])
            await streams.close()
            #expect(try openSockets(to: endpoint) == 0)
        }
    }
}
