import Foundation
import LabNet
import NIOCore
import NIOPosix
import Puller
import Synchronization
import Testing

@testable import CensorLab

/// A box before a TLS server, judged by `openssl s_client` and curl.
@Suite(.enabled(if: Program.exists("openssl"), "openssl is not installed"))
struct TLSBoxTests {
    private static let host = "registry.lab.example"
    private static let names: NameList = ["lab.example"]

    private static func rules(_ reader: Reading.Reader, _ action: TLSBox.Action = .reset) -> TLSBox.Rules {
        var rules = TLSBox.Rules(reader: reader, names: names)
        rules.action = action
        return rules
    }

    /// A TLS server behind a box.
    private struct Site {
        let server: LabRegistry
        let box: TLSBox
        let journal: Journal

        init(
            _ rules: TLSBox.Rules, journal: Journal = Journal(),
            now: @escaping @Sendable () -> NIODeadline = NIODeadline.now
        ) async throws {
            self.journal = journal
            let authority = try CertificateAuthority(named: "test")
            let identity = try ServerIdentity(authority.issue(CertificateRequest(names: [TLSBoxTests.host])))
            let any = Endpoint(address: .v4(0x7F00_0001), port: 0)
            server = try await LabRegistry.start(.init(tls: TLSDoor(identity: identity)), images: [], at: any)
            box = try await TLSBox.start(rules, at: any, before: server.endpoint, journal: journal, now: now)
        }

        /// Whether s_client was shown a certificate when it came with these arguments.
        func visit(_ arguments: String...) async throws -> Bool {
            let result = try await Program.run(
                "openssl", ["s_client", "-connect", "\(box.endpoint)"] + arguments)
            return result.output.contains("BEGIN CERTIFICATE")
        }

        func stop() async {
            await box.stop()
            await server.stop()
        }

        private var judged: [(Reading, TLSBox.Verdict)] {
            journal.events.compactMap {
                if case .judged(let reading, _, let verdict) = $0 { (reading, verdict) } else { nil }
            }
        }
        var readings: [Reading] { judged.map(\.0) }
        var verdicts: [TLSBox.Verdict] { judged.map(\.1) }
    }

    @Test(arguments: [Reading.Reader.segments, .records]) func resetsByName(reader: Reading.Reader) async throws {
        let site = try await Site(Self.rules(reader))
        #expect(try await !site.visit("-servername", Self.host))
        #expect(try await site.visit("-servername", "free.example"))
        #expect(try await site.visit("-noservername"))
        await site.stop()
        #expect(site.verdicts == [.killed(.reset), .forwarded, .forwarded])
        #expect(site.readings == [.name(Self.host), .name("free.example"), .nameless])
    }

    @Test func onlyTheReaderOfRecordsFollowsAHelloThroughThem() async throws {
        let segments = try await Site(Self.rules(.segments))
        #expect(try await segments.visit("-servername", Self.host, "-split_send_frag", "100"))
        await segments.stop()
        #expect(segments.readings == [.unreadable])
        let records = try await Site(Self.rules(.records))
        #expect(try await !records.visit("-servername", Self.host, "-split_send_frag", "100"))
        await records.stop()
        #expect(records.readings == [.name(Self.host)])
    }

    @Test func namelessHellosCanBeKilled() async throws {
        var rules = Self.rules(.segments)
        rules.nameless = .reset
        let site = try await Site(rules)
        #expect(try await !site.visit("-noservername"))
        #expect(try await site.visit("-servername", "free.example"))
        await site.stop()
        #expect(site.verdicts == [.killed(.reset), .forwarded])
    }

    @Test func hellosOfSeveralSegmentsCanBeKilled() async throws {
        let site = try await Site(.clear().with { $0.fragmented = .reset })
        #expect(try await site.visit("-servername", Self.host))
        // In records of 100 bytes, openssl still sends one segment.
        #expect(try await site.visit("-servername", Self.host, "-split_send_frag", "100"))
        try await Self.send(Hello.bytes(name: "free.example"), in: 1, to: site.box.endpoint)
        try await Self.send(Hello.bytes(name: "free.example"), in: 2, to: site.box.endpoint)
        await site.stop()
        #expect(site.verdicts == [.forwarded, .forwarded, .forwarded, .killed(.reset)])
    }

    /// Sends bytes in so many segments, and returns when the other end closes or answers.
    private static func send(_ bytes: [UInt8], in count: Int, to endpoint: Endpoint) async throws {
        let done = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: Void.self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(FirstSign(done))
                }
            }
            .connect(to: SocketAddress(endpoint)).get()
        let size = (bytes.count + count - 1) / count
        for start in stride(from: 0, to: bytes.count, by: size) {
            // The first piece may have sufficed for the other end to close.
            try? await channel.writeAndFlush(ByteBuffer(bytes: bytes[start...].prefix(size)))
        }
        try await done.futureResult.get()
        try? await channel.close()
    }

    /// Hears the first answer or the end.
    private final class FirstSign: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let done: EventLoopPromise<Void>

        init(_ done: EventLoopPromise<Void>) { self.done = done }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { done.succeed(()) }
        func channelInactive(context: ChannelHandlerContext) { done.succeed(()) }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { done.succeed(()) }
    }

    @Test func aBlockedAddressKillsWhateverComes() async throws {
        let site = try await Site(.clear().with { $0.blocked = .reset })
        #expect(try await !site.visit("-servername", "free.example"))
        #expect(try await !site.visit("-noservername"))
        await site.stop()
        #expect(site.verdicts == [.killed(.reset), .killed(.reset)])
    }

    @Test func aNarrowPathLosesWhatIsLargerUnlessTheClientsSegmentsAreSmall() async throws {
        let site = try await Site(.clear().with { $0.segmentLimit = 600 })
        let silent = try await Program.run(
            "openssl", ["s_client", "-connect", "\(site.box.endpoint)", "-servername", Self.host], patience: 1)
        #expect(!silent.output.contains("BEGIN CERTIFICATE"))
        #expect(site.journal.events.contains { if case .oversized(_, 600) = $0 { true } else { false } })
        // Python can set the maximum before it connects; openssl cannot.
        let script = """
            import socket, ssl
            s = socket.socket()
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 500)
            s.connect(("\(site.box.endpoint.address)", \(site.box.endpoint.port)))
            context = ssl._create_unverified_context()
            print(context.wrap_socket(s, server_hostname="\(Self.host)").version())
            """
        let heard = try await Program.run("python3", ["-c", script])
        await site.stop()
        #expect(heard.output.hasPrefix("TLSv1"), "\(heard.output)")
    }

    @Test func aLongPathTakesItsTime() async throws {
        let roundTrip = Duration.milliseconds(120)
        let site = try await Site(.clear(roundTrip: roundTrip))
        let script = """
            import socket, ssl, time
            start = time.monotonic()
            s = socket.create_connection(("\(site.box.endpoint.address)", \(site.box.endpoint.port)))
            s = ssl._create_unverified_context().wrap_socket(s, server_hostname="\(Self.host)")
            s.sendall(b"GET /v2/ HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n")
            while s.recv(4096): pass
            print(round((time.monotonic() - start) * 1000))
            """
        let heard = try await Program.run("python3", ["-c", script])
        await site.stop()
        // TCP, TLS 1.3, HTTP: three round trips. How much longer it takes is the machine's affair.
        let milliseconds = try #require(Int(heard.output.trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(milliseconds >= 360)
    }

    @Test func anAlertIsSeenAsOne() async throws {
        let any = Endpoint(address: .v4(0x7F00_0001), port: 0)
        let box = try await TLSBox.start(Self.rules(.records, .alert(40)), at: any, before: any)
        let result = try await Program.run(
            "openssl", ["s_client", "-connect", "\(box.endpoint)", "-servername", Self.host])
        await box.stop()
        #expect(result.output.contains("alert handshake failure"))
    }

    @Test func aBlackholeSaysNothing() async throws {
        let (entries, continuation) = AsyncStream.makeStream(of: Journal.Entry.self)
        let site = try await Site(Self.rules(.records, .blackhole), journal: Journal { continuation.yield($0) })
        async let isShown = site.visit("-servername", Self.host)
        // The visitor waits for as long as the box holds it: until it is stopped.
        for await _ in entries { break }
        #expect(site.verdicts == [.killed(.blackhole)])
        await site.stop()
        #expect(try await !isShown)
    }

    @Test func thePenaltyHoldsForItsTimeAndWhateverIsSaid() async throws {
        var rules = Self.rules(.segments)
        rules.residual = .seconds(180)
        let clock = Mutex(NIODeadline.uptimeNanoseconds(0))
        let site = try await Site(rules) { clock.withLock { $0 } }
        #expect(try await site.visit("-noservername"))
        #expect(try await !site.visit("-servername", Self.host))
        clock.withLock { $0 = $0 + .seconds(179) }
        #expect(try await !site.visit("-noservername"))
        clock.withLock { $0 = $0 + .seconds(1) }
        #expect(try await site.visit("-noservername"))
        await site.stop()
        #expect(site.verdicts == [.forwarded, .killed(.reset), .penalised(.reset), .forwarded])
    }

    @Test func thePenaltyIsTheClientsOwn() {
        let memory = ResidualMemory(lasting: .seconds(180)) { .uptimeNanoseconds(0) }
        memory.begin(for: .v4(1))
        #expect(memory.holds(.v4(1)))
        #expect(!memory.holds(.v4(2)))
        let forgetful = ResidualMemory(lasting: nil) { .uptimeNanoseconds(0) }
        forgetful.begin(for: .v4(1))
        #expect(!forgetful.holds(.v4(1)))
    }

    @Test(arguments: [TLSBox.Action.reset, .blackhole])
    func aStreamIsCutWhereItIsTold(action: TLSBox.Action) async throws {
        let journal = Journal()
        let any = Endpoint(address: .v4(0x7F00_0001), port: 0)
        var generator = SplitMix(state: 1)
        let bytes = (0..<200_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let file = LayerFile(path: "noise", content: .bytes(bytes, isExecutable: false))
        let image = try LabImage(
            repository: "a/b", tag: "c",
            variants: [.init(platform: .init(os: "linux", architecture: "amd64"), layers: [.init([file])])])
        let server = try await LabRegistry.start(.init(), images: [image], at: any)
        var rules = Self.rules(.segments)
        rules.cut = TLSBox.Cut(afterBytes: 16_384, action: action)
        let box = try await TLSBox.start(rules, at: any, before: server.endpoint, journal: journal)
        let layer = try #require(image.blobs.max { $0.value.readableBytes < $1.value.readableBytes })
        let result = try await Program.run(
            "curl",
            [
                "-sS", "-m", "2", "-o", "/dev/null", "-w", "%{size_download}",
                "http://\(box.endpoint)/v2/a/b/blobs/\(layer.key)",
            ])
        await box.stop()
        await server.stop()
        #expect(layer.value.readableBytes > 32_768)
        #expect(result.status == (action == .reset ? 56 : 28), "\(result.output)")
        #expect(journal.events.contains { if case .cut(16_384) = $0 { true } else { false } })
    }
}
