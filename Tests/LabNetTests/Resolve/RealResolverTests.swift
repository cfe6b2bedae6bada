import Foundation
import Testing

@testable import LabNet

/// Other people's resolvers, behind an injector and in front of none.
@Suite(.serialized) struct RealResolverTests {
    /// A resolver's program, started on a free port and asked until it answers.
    private struct Server: Sendable {
        let program: String
        let arguments: @Sendable (_ port: UInt16, _ folder: URL) throws -> [String]

        static let dnsmasq = Server(program: "/usr/sbin/dnsmasq") { port, _ in
            [
                "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=", "--pid-file=",
                "--port=\(port)", "--listen-address=127.0.0.1", "--bind-interfaces", "--cache-size=0",
                "--host-record=registry.example,127.7.0.1,fd00::7", "--cname=alias.example,registry.example",
                "--address=/none.example/",
            ]
        }

        static let unbound = Server(program: "/usr/sbin/unbound") { port, folder in
            let file = folder.appending(path: "unbound.conf")
            let text = """
                server:
                  interface: 127.0.0.1
                  port: \(port)
                  do-daemonize: no
                  username: ""
                  chroot: ""
                  pidfile: ""
                  use-syslog: no
                  directory: "\(folder.path())"
                  local-zone: "." static
                  local-data: ". NS a.root-servers.net."
                  local-data: "registry.example. A 127.7.0.1"
                  local-data: "registry.example. AAAA fd00::7"
                remote-control:
                  control-enable: no
                """
            try Data(text.utf8).write(to: file)
            return ["-d", "-c", file.path()]
        }

        var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }
    }

    /// Runs the server while the body runs.
    private func serve(_ server: Server, _ body: (Endpoint) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "resolver-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        // A port that was free a moment ago.
        let placeholder = try await ScriptedResolver.start { _ in [] }
        let endpoint = placeholder.endpoint
        try await placeholder.stop()

        let process = Process()
        process.executableURL = URL(filePath: server.program)
        process.arguments = try server.arguments(endpoint.port, folder)
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        defer {
            // The child has inherited the signal mask of a pool thread, which blocks SIGTERM.
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        let query = try DNSQuery.sample("registry.example")
        let streams = ResolverStreams(tls: nil)
        var isUp = false
        for _ in 0..<100 where !isUp && process.isRunning {
            isUp =
                (try? await streams.ask(ResolverAddress(endpoint), query.bytes, within: .milliseconds(200)))
                != nil
            if !isUp { try await Task.sleep(for: .milliseconds(50)) }
        }
        await streams.close()
        try #require(isUp, "\(server.program) does not answer")
        try await body(endpoint)
    }

    private func look(up name: String, _ mode: TransportConfiguration.Mode, _ policy: AddressFamilyPolicy = .ip)
        async throws
        -> Set<Candidate>
    {
        var configuration = TransportConfiguration()
        configuration.mode = mode
        configuration.family = policy
        configuration.holdOnWindow = .milliseconds(500)
        var isLab: Bool { if case .lab = mode { true } else { false } }
        let system = isLab ? TableResolver([:]) : nil
        return Set(
            try await Resolver(configuration: configuration, hostsFile: "/dev/null", system: system)
                .candidates(for: name, observe: Observer()))
    }

    private var truth: Set<Candidate> {
        [
            Candidate(address: .v4(0x7f07_0001), trust: .trusted),
            Candidate(address: .v6(high: 0xfd00_0000_0000_0000, low: 7), trust: .trusted),
        ]
    }

    @Test(.enabled("dnsmasq is not installed") { Server.dnsmasq.isInstalled }) func dnsmasqIsBelieved() async throws {
        try await serve(.dnsmasq) { (endpoint) async throws in
            #expect(try await look(up: "registry.example", .lab(ResolverList(asking: [endpoint]))) == truth)
            #expect(try await look(up: "alias.example", .lab(ResolverList(asking: [endpoint]))) == truth)
            #expect(try await look(up: "registry.example", .ordinary(resolvers: [endpoint])) == truth)
            await #expect(throws: NetworkError(step: .resolve, host: "none.example", cause: .noSuchName)) {
                try await look(up: "none.example", .lab(ResolverList(asking: [endpoint])))
            }
        }
    }

    @Test(.enabled("unbound is not installed") { Server.unbound.isInstalled }) func unboundIsBelieved() async throws {
        try await serve(.unbound) { (endpoint) async throws in
            #expect(try await look(up: "registry.example", .lab(ResolverList(asking: [endpoint]))) == truth)
            #expect(try await look(up: "registry.example", .ordinary(resolvers: [endpoint])) == truth)
            await #expect(throws: NetworkError(step: .resolve, host: "none.example", cause: .noSuchName)) {
                try await look(up: "none.example", .lab(ResolverList(asking: [endpoint])))
            }
        }
    }

    /// The injector stands in front of the real resolver and lets its answers pass, 150 ms later.
    @Test(.enabled("dnsmasq is not installed") { Server.dnsmasq.isInstalled })
    func dnsmasqBehindAnInjectorIsBelieved() async throws {
        try await serve(.dnsmasq) { (endpoint) async throws in
            let script: ScriptedResolver.Script = { question in
                let forged = question.answer(["127.66.0.1", "fd00::66"]) { $0.additional = [] }
                let relayed = Relay.answer(of: endpoint, to: question).map {
                    ScriptedAnswer(delay: .milliseconds(150), bytes: $0)
                }
                return (question.isControl ? [] : [forged]) + [relayed].compactMap(\.self)
            }
            try await ScriptedResolver.serve(script) { injector in
                let found = try await look(up: "registry.example", .lab(ResolverList(asking: [injector.endpoint])))
                #expect(found == truth)
                let lies = try await look(up: "registry.example", .ordinary(resolvers: [injector.endpoint]), .ip4)
                #expect(lies.map(\.address.description) == ["127.66.0.1"])
            }
        }
    }
}

/// Asks a resolver on behalf of a scripted one; blocks, which a resolver on loopback ends at once.
private enum Relay {
    static func answer(of endpoint: Endpoint, to question: ScriptedQuestion) -> [UInt8]? {
        var query = question.packet
        query.flags = 0x0100
        do {
            let socket = try DatagramSocket(connectedTo: endpoint)
            let departure = try socket.send(query.bytes)
            var descriptor = pollfd(fd: socket.number, events: Int16(POLLIN), revents: 0)
            let ready = poll(&descriptor, 1, 1000)
            let event = ready > 0 ? DatagramSocket.receive(from: socket.number, since: departure) : nil
            socket.close()
            if case .arrived(let datagram)? = event { return datagram.bytes }
        } catch {}
        return nil
    }
}
