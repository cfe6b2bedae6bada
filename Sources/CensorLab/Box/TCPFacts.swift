internal import Glibc
import NIOCore

/// What the kernel knows of a connection's packets, for boxes that see its stream only.
struct TCPFacts {
    /// How many segments with data have come.
    var segments: Int
    /// The payload of the largest segment that this side sends, as the peer's MSS and the path allow.
    var largestSegment: Int

    /// Asks the kernel; nil where it does not tell. To be called on the channel's event loop.
    init?(of channel: any Channel) {
        guard let socket = channel as? any SocketOptionProvider else { return nil }
        var counters: Counters?
        var largest: CInt?
        socket.unsafeGetSocketOption(level: .tcp, name: .init(rawValue: TCP_INFO), of: Counters.self)
            .assumeIsolated().whenSuccess { counters = $0 }
        socket.unsafeGetSocketOption(level: .tcp, name: .init(rawValue: TCP_MAXSEG), of: CInt.self)
            .assumeIsolated().whenSuccess { largest = $0 }
        guard let counters, let largest else { return nil }
        segments = Int(counters[Self.dataSegmentsIn])
        largestSegment = Int(largest)
    }

    /// The first 160 bytes of the kernel's tcp_info, of which glibc declares fewer (linux/tcp.h; fields are only appended).
    private typealias Counters = InlineArray<40, UInt32>
    /// The place of tcpi_data_segs_in among them: byte 152.
    private static let dataSegmentsIn = 38
}

extension SocketOptionProvider {
    /// The option's value, ready at once on the event loop of the socket.
    fileprivate func unsafeGetSocketOption<Value: Sendable>(
        level: NIOBSDSocket.OptionLevel, name: NIOBSDSocket.Option, of type: Value.Type
    ) -> EventLoopFuture<Value> {
        unsafeGetSocketOption(level: level, name: name)
    }
}
