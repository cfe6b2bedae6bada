import CAres
import Glibc
import Testing

@testable import LabNet

@Suite(.timeLimit(.minutes(1))) struct TCPSocketTests {
    /// A listening socket that accepts nothing; with its queue full, the kernel drops every further SYN.
    private final class DeafListener {
        private static let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let endpoint: Endpoint
        private var sockets: [Int32] = []

        init(queue: Int32 = 0, fillers: Int = 2) throws {
            let listener = socket(AF_INET, Self.kind, 0)
            sockets.append(listener)
            let loopback = Endpoint(address: .v4(0x7F00_0001), port: 0)
            try #require(loopback.withSocketAddress { bind(listener, $0, $1) } == 0)
            try #require(listen(listener, queue) == 0)
            var address = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let bound = withUnsafeMutablePointer(to: &address) { storage in
                storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                    getsockname(listener, pointer, &length) == 0 ? Endpoint(pointer) : nil
                }
            }
            endpoint = try #require(bound)
            // A queue of length 0 holds one connection.
            for _ in 0..<fillers {
                let filler = socket(AF_INET, Self.kind | Int32(SOCK_NONBLOCK.rawValue), 0)
                sockets.append(filler)
                _ = endpoint.withSocketAddress { connect(filler, $0, $1) }
            }
        }

        deinit { for socket in sockets { close(socket) } }
    }

    @Test func refusalIsNamed() async throws {
        let clock = ContinuousClock()
        // A port that was free a moment ago.
        let endpoint = try DeafListener().endpoint
        await #expect(throws: SocketFailure(errno: ECONNREFUSED)) {
            let socket = try await TCPSocket.connect(to: endpoint, within: .seconds(10), clock: clock)
            _ = consume socket
        }
        #expect(SocketFailure(errno: ECONNREFUSED).causeWhileConnecting == .refused)
        #expect(try openSockets(to: endpoint) == 0)
    }

    @Test func silenceEndsAtTheLimit() async throws {
        let listener = try DeafListener()
        let fillers = try openSockets(to: listener.endpoint)
        let clock = ManualClock()
        let task = Task { [endpoint = listener.endpoint] in
            let socket = try await TCPSocket.connect(to: endpoint, within: .seconds(10), clock: clock)
            _ = consume socket
        }
        await clock.sleepers(1)
        let trying = try openSockets(to: listener.endpoint)
        #expect(trying == fillers + 1)
        clock.advance(by: .seconds(10))
        await #expect(throws: DeadlinePassed(limit: .seconds(10))) { try await task.value }
        #expect(try openSockets(to: listener.endpoint) == fillers)
        _ = listener
    }

    @Test func cancellingClosesTheSocketAndIsNoTimeout() async throws {
        let listener = try DeafListener()
        let fillers = try openSockets(to: listener.endpoint)
        let clock = ManualClock()
        let task = Task { [endpoint = listener.endpoint] in
            let socket = try await TCPSocket.connect(to: endpoint, within: .seconds(10), clock: clock)
            _ = consume socket
        }
        await clock.sleepers(1)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try openSockets(to: listener.endpoint) == fillers)
        _ = listener
    }

    @Test func bytesArriveWholeAndInOrder() async throws {
        // More than a socket's buffer holds, so that the writer has to wait.
        let segments = [[], [1], [2, 3]] + (0..<64).map { [UInt8](repeating: UInt8($0), count: 1 << 17) }
        try await Middleman.run {
            { _ in .wait }
        } _: { (middleman) async throws in
            let socket = try await TCPSocket.connect(
                to: middleman.endpoint, within: .seconds(10), clock: ContinuousClock())
            try await socket.send(segments)
            let expected = segments.flatMap(\.self)
            await middleman.heard(expected.count)
            #expect(middleman.heard.first == expected)
            _ = consume socket
        }
    }

    // MARK: Disorder

    @Test(arguments: ["127.0.0.1", "::1"])
    func hopLimitIsTheOldOneAfterADisorderedHello(_ address: String) async throws {
        let segments: [[UInt8]] = [Array("first".utf8), Array("second".utf8), Array("third".utf8)]
        try await Middleman.run(on: address) {
            { _ in .wait }
        } _: { (middleman) async throws in
            let socket = try await TCPSocket.connect(
                to: middleman.endpoint, within: .seconds(10), clock: ContinuousClock())
            let before = try socket.hopLimit()
            #expect(before > 1)
            try await socket.sendInDisorder(segments, clock: ContinuousClock())
            let after = try socket.hopLimit()
            #expect(after == before)
            let expected = segments.flatMap(\.self)
            await middleman.heard(expected.count)
            #expect(middleman.heard.first == expected)
            _ = consume socket
        }
    }

    @Test func hopLimitIsOneWhileTheFirstSegmentHasNotLeft() async throws {
        let listener = try DeafListener(queue: 8, fillers: 0)
        let clock = ManualClock()
        let socket = try await TCPSocket.connect(to: listener.endpoint, within: .seconds(10), clock: ContinuousClock())
        let before = try socket.hopLimit()
        // The window is full: what is sent now stays in the queue.
        try fill(socket)
        let isSent = Watched(false)
        let task = Task { [number = socket.number] in
            var seen: Set<Int32> = []
            while !isSent.value {
                seen.insert(hopLimit(of: number))
                clock.advance(by: .milliseconds(1))
                await Task.yield()
            }
            return seen
        }
        do {
            try await socket.sendInDisorder([[1], [2]], clock: clock)
            Issue.record("a hello that would arrive in order was sent")
        } catch let failure as SocketFailure {
            #expect(failure == SocketFailure(errno: ETIMEDOUT))
        }
        isSent.update { $0 = true }
        #expect(await task.value.contains(1))
        let after = try socket.hopLimit()
        #expect(after == before, "after its patience the ordinary limit is back")
        _ = consume socket
        _ = listener
    }

    @Test func hopLimitIsTheOldOneAfterCancellation() async throws {
        let listener = try DeafListener(queue: 8, fillers: 0)
        let clock = ManualClock()
        let socket = try await TCPSocket.connect(to: listener.endpoint, within: .seconds(10), clock: ContinuousClock())
        let before = try socket.hopLimit()
        try fill(socket)
        let number = socket.number
        let task = Task { [socket = consume socket] in
            do {
                try await socket.sendInDisorder([[1], [2]], clock: clock)
                return Int32(0)
            } catch {
                return error is CancellationError ? hopLimit(of: number) : -1
            }
        }
        await clock.sleepers(1)
        task.cancel()
        #expect(await task.value == before)
        _ = listener
    }

    // MARK: Segment size

    @Test func segmentSizeIsToldToTheOtherEnd() async throws {
        try await Middleman.run {
            { _ in .wait }
        } _: { (middleman) async throws in
            let socket = try await TCPSocket.connect(
                to: middleman.endpoint, within: .seconds(10), clock: ContinuousClock(), segmentSize: 536)
            let size = option(IPPROTO_TCP, TCP_MAXSEG, of: socket.number)
            // Timestamps take twelve bytes of it.
            #expect((500...536).contains(size))
            _ = consume socket
        }
    }

    @Test func segmentSizeThatTheSystemRefusesIsAnError() async throws {
        await #expect(throws: SocketFailure(errno: EINVAL)) {
            let socket = try await TCPSocket.connect(
                to: Endpoint(address: .v4(0x7F00_0001), port: 9), within: .seconds(10), clock: ContinuousClock(),
                segmentSize: 1 << 20)
            _ = consume socket
        }
    }

    /// Sends so much to a peer that reads nothing that its window can never take what is left, while the socket's own queue
    /// has room.
    private func fill(_ socket: borrowing TCPSocket) throws {
        let bytes = [UInt8](repeating: 0, count: 1 << 16)
        while labnet_unsent_bytes(socket.number) < 1 << 19 {
            let sent = Glibc.send(socket.number, bytes, bytes.count, Int32(MSG_NOSIGNAL))
            try #require(sent > 0, "the queue is full before the window is")
        }
    }
}

private func option(_ level: some BinaryInteger, _ name: Int32, of number: Int32) -> Int32 {
    var value: Int32 = -1
    var length = socklen_t(MemoryLayout<Int32>.size)
    _ = getsockopt(number, Int32(level), name, &value, &length)
    return value
}

private func hopLimit(of number: Int32) -> Int32 { option(IPPROTO_IP, IP_TTL, of: number) }
