import Glibc
import Testing

@testable import LabNet

@Suite(.timeLimit(.minutes(1))) struct TCPSocketTests {
    /// A listening socket that accepts nothing, with its queue full: the kernel drops every further SYN.
    private final class DeafListener {
        private static let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let endpoint: Endpoint
        private var sockets: [Int32] = []

        init() throws {
            let listener = socket(AF_INET, Self.kind, 0)
            sockets.append(listener)
            let loopback = Endpoint(address: .v4(0x7F00_0001), port: 0)
            try #require(loopback.withSocketAddress { bind(listener, $0, $1) } == 0)
            try #require(listen(listener, 0) == 0)
            var address = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let bound = withUnsafeMutablePointer(to: &address) { storage in
                storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                    getsockname(listener, pointer, &length) == 0 ? Endpoint(pointer) : nil
                }
            }
            endpoint = try #require(bound)
            // A queue of length 0 holds one connection.
            for _ in 0..<2 {
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
}
