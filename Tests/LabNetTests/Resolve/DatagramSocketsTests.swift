import CAres
import Glibc
import Testing

@testable import LabNet

/// What the kernel tells about a datagram, over real sockets.
@Suite struct DatagramSocketsTests {
    /// Asks once and hears so many events.
    private func ask(_ endpoint: Endpoint, _ message: [UInt8], events: Int) async throws -> [DatagramEvent] {
        let (stream, heard) = AsyncStream.makeStream(of: DatagramEvent.self)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await DatagramSockets().ask(endpoint, message) { heard.yield($0) } }
            var all: [DatagramEvent] = []
            for await event in stream {
                all.append(event)
                if all.count == events { break }
            }
            group.cancelAll()
            try await group.waitForAll()
            return all
        }
    }

    @Test(arguments: ["127.0.0.1", "::1"]) func tellsHopLimitAndTime(_ address: String) async throws {
        let query = try DNSQuery.sample()
        let delays: [Duration] = [.milliseconds(60), .milliseconds(20)]
        let started = ContinuousClock.now
        let events = try await ScriptedResolver.serve(on: address) { question in
            delays.map { question.answer(["192.0.2.1"], after: $0) }
        } _: {
            try await ask($0.endpoint, query.bytes, events: 2)
        }
        let passed = ContinuousClock.now - started
        let datagrams = events.compactMap { if case .arrived(let datagram) = $0 { datagram } else { nil } }
        #expect(datagrams.count == 2)
        #expect(datagrams.allSatisfy { $0.hopLimit == 64 })
        #expect(datagrams.first.map { $0.elapsed >= .milliseconds(20) } == true)
        #expect(datagrams.last.map { $0.elapsed >= .milliseconds(60) && $0.elapsed <= passed } == true)
        #expect(try datagrams.allSatisfy { try DNSMessage($0.bytes, answering: query).keepsCase })
    }

    @Test func cutsWhatIsTooLong() async throws {
        let query = try DNSQuery.sample()
        let events = try await ScriptedResolver.serve { question in
            [question.answer { $0.tail = [UInt8](repeating: 0, count: 9000) }]
        } _: {
            try await ask($0.endpoint, query.bytes, events: 1)
        }
        guard case .arrived(let datagram)? = events.first else {
            Issue.record("nothing arrived")
            return
        }
        #expect(datagram.bytes.count == Datagram.maximumSize)
    }

    /// The kernel drops what comes from another address or port than the one that was asked.
    @Test func hearsNobodyElse() async throws {
        let query = try DNSQuery.sample()
        try await ScriptedResolver.serve {
            [$0.answer(["192.0.2.1"], after: .milliseconds(50))]
        } _: { resolver in
            let socket = try DatagramSocket(connectedTo: resolver.endpoint)
            let departure = try socket.send(query.bytes)
            let stranger = try DatagramSocket(connectedTo: try localEndpoint(of: socket.number))
            _ = try stranger.send([1, 2, 3])
            var heard: [DatagramEvent] = []
            let number = socket.number
            while heard.isEmpty {
                while let event = DatagramSocket.receive(from: number, since: departure) { heard.append(event) }
                await Task.yield()
            }
            guard case .arrived(let datagram)? = heard.first else {
                Issue.record("\(heard)")
                return
            }
            #expect(datagram.bytes.count > 3)
        }
    }

    /// An error alone has to wake whoever listens, and is told once: it must not be asked for again and again.
    @Test(.timeLimit(.minutes(1))) func anICMPErrorIsHeardAtOnceAndEndsNothing() async throws {
        let closed = try await ScriptedResolver.serve { _ in
            []
        } _: {
            $0.endpoint
        }
        let events = try await ask(closed, try DNSQuery.sample().bytes, events: 1)
        #expect(events == [.failed(errno: ECONNREFUSED)])
    }

    @Test func saysWhatTheSystemRefuses() async {
        // Broadcast is not allowed without SO_BROADCAST.
        let broadcast = Endpoint(address: .v4(0xffff_ffff), port: 53)
        await #expect(throws: SocketFailure.self) {
            try await DatagramSockets().ask(broadcast, [0]) { _ in }
        }
    }

    private func localEndpoint(of number: Int32) throws -> Endpoint {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let endpoint = withUnsafeMutablePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                getsockname(number, address, &length) == 0 ? Endpoint(address) : nil
            }
        }
        return try #require(endpoint)
    }
}
