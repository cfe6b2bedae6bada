// Dispatch objects may be used from any thread; on Linux the module does not say so to the compiler.
@preconcurrency internal import Dispatch
internal import Glibc

/// Carries one DNS message over a stream and brings the answer back.
package protocol StreamAsking: Sendable {
    /// Sends a message and returns the first one that comes back; closes the stream either way.
    ///
    /// - Throws: `SocketFailure`; `DeadlinePassed`; `DNSError.overrun` when the stream ends early; `CancellationError`.
    func ask(_ endpoint: Endpoint, _ message: [UInt8], within limit: Duration) async throws -> [UInt8]
}

/// DNS over TCP: each message behind its length in two bytes (RFC 7766 8).
package struct TCPStreams: StreamAsking {
    private let clock: any Clock<Duration>

    /// - Parameter clock: measures the limit.
    package init(clock: any Clock<Duration>) { self.clock = clock }

    /// See ``StreamAsking``.
    package func ask(_ endpoint: Endpoint, _ message: [UInt8], within limit: Duration) async throws -> [UInt8] {
        let framed = [UInt8(message.count >> 8 & 0xff), UInt8(message.count & 0xff)] + message
        return try await withDeadline(limit, clock: clock) { [clock] in
            let socket = try await TCPSocket.connect(to: endpoint, within: limit, clock: clock)
            // Length and message in one segment, as RFC 7766 8 asks.
            try await socket.send([framed])
            let descriptor = Descriptor(owning: socket.release())
            let length = try await Self.receive(2, from: descriptor).reduce(0) { $0 << 8 | Int($1) }
            return try await Self.receive(length, from: descriptor)
        }
    }

    private static func receive(_ count: Int, from descriptor: borrowing Descriptor) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: count)
        while bytes.count < count {
            let received = recv(descriptor.number, &chunk, count - bytes.count, 0)
            if received > 0 {
                bytes += chunk.prefix(received)
            } else if received == 0 {
                throw DNSError.overrun
            } else if errno == EAGAIN {
                await waitUntilReadable(descriptor.number)
                try Task.checkCancellation()
            } else if errno != EINTR {
                throw SocketFailure(errno: errno)
            }
        }
        return bytes
    }
}

/// Waits until a descriptor can be read from or the task is cancelled; the counterpart of `waitUntilWritable`.
private func waitUntilReadable(_ descriptor: Int32) async {
    let source = DispatchSource.makeReadSource(fileDescriptor: descriptor)
    await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
            source.setEventHandler { source.cancel() }
            source.setCancelHandler { continuation.resume() }
            source.activate()
        }
    } onCancel: {
        source.cancel()
    }
}
