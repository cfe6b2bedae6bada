internal import CAres
internal import Glibc

/// A UDP socket, connected to one endpoint, that notes hop limit and time of arrival of what it receives.
struct DatagramSocket: ~Copyable {
    private let descriptor: Descriptor

    /// The descriptor's number, lent.
    var number: Int32 { descriptor.number }

    /// When a message left, on the two clocks that are needed.
    struct Departure: Sendable {
        /// The wall clock, which the kernel's stamps are in.
        let wall: Duration
        /// The steady clock, against which they are checked: somebody may set the wall clock meanwhile.
        let steady: ContinuousClock.Instant
    }

    /// Opens and connects; throws `SocketFailure` where the family or a route is missing.
    init(connectedTo endpoint: Endpoint) throws {
        let kind = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let number = socket(endpoint.address.family.socketFamily, kind, 0)
        guard number >= 0 else { throw SocketFailure(errno: errno) }
        let descriptor = Descriptor(owning: number)
        // Evidence, and not needed to ask: a system that refuses these options only tells less.
        switch endpoint.address.family {
        case .ip4: Self.turnOn(IP_RECVTTL, Int32(IPPROTO_IP), of: number)
        case .ip6: Self.turnOn(IPV6_RECVHOPLIMIT, Int32(IPPROTO_IPV6), of: number)
        }
        Self.turnOn(labnet_so_timestampns(), SOL_SOCKET, of: number)
        guard endpoint.withSocketAddress({ connect(number, $0, $1) }) == 0 else { throw SocketFailure(errno: errno) }
        self.descriptor = descriptor
    }

    private static func turnOn(_ option: Int32, _ level: Int32, of number: Int32) {
        var on: Int32 = 1
        setsockopt(number, level, option, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Sends one datagram and says when.
    borrowing func send(_ message: [UInt8]) throws -> Departure {
        let departure = Departure(wall: Self.wallClock(), steady: .now)
        while Glibc.send(number, message, message.count, Int32(MSG_NOSIGNAL)) < 0 {
            guard errno == EINTR else { throw SocketFailure(errno: errno) }
        }
        return departure
    }

    /// Ends the socket here and not earlier.
    consuming func close() {}

    private static func wallClock() -> Duration {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return now.duration
    }
}

// MARK: - Receiving

extension DatagramSocket {
    /// Takes one datagram or one pending error off a socket; nil when there is none.
    static func receive(from number: Int32, since departure: Departure) -> DatagramEvent? {
        withUnsafeTemporaryAllocation(byteCount: 256, alignment: MemoryLayout<cmsghdr>.alignment) { control in
            withUnsafeTemporaryAllocation(byteCount: Datagram.maximumSize, alignment: 1) { payload in
                var vector = iovec(iov_base: payload.baseAddress, iov_len: payload.count)
                return withUnsafeMutablePointer(to: &vector) { vector -> DatagramEvent? in
                    var message = msghdr()
                    (message.msg_iov, message.msg_iovlen) = (vector, 1)
                    (message.msg_control, message.msg_controllen) = (control.baseAddress, control.count)
                    var count = 0
                    repeat {
                        count = recvmsg(number, &message, Int32(MSG_DONTWAIT))
                    } while count < 0 && errno == EINTR
                    guard count >= 0 else { return errno == EAGAIN ? nil : .failed(errno: errno) }
                    let notes = KernelNotes(&message)
                    let steady = ContinuousClock.now - departure.steady
                    let stamped = notes.arrival.map { $0 - departure.wall } ?? steady
                    let elapsed = (.zero...steady).contains(stamped) ? stamped : steady
                    return .arrived(
                        Datagram(bytes: Array(payload.prefix(count)), elapsed: elapsed, hopLimit: notes.hopLimit))
                }
            }
        }
    }

    /// What the kernel wrote beside a datagram (ip(7), ipv6(7), socket(7)).
    private struct KernelNotes {
        var hopLimit: UInt8?
        var arrival: Duration?

        init(_ message: inout msghdr) {
            var header = labnet_cmsg_first(&message)
            while let note = header {
                let data = labnet_cmsg_data(note)
                let length = Int(note.pointee.cmsg_len) - MemoryLayout<cmsghdr>.size
                switch (note.pointee.cmsg_level, note.pointee.cmsg_type) {
                case (Int32(IPPROTO_IP), IP_TTL), (Int32(IPPROTO_IPV6), IPV6_HOPLIMIT):
                    guard length >= MemoryLayout<Int32>.size else { break }
                    hopLimit = data.flatMap { UInt8(exactly: $0.loadUnaligned(as: Int32.self)) }
                case (SOL_SOCKET, labnet_so_timestampns()):
                    guard length >= MemoryLayout<timespec>.size else { break }
                    arrival = data?.loadUnaligned(as: timespec.self).duration
                default: break
                }
                header = labnet_cmsg_next(&message, note)
            }
        }
    }
}

extension timespec {
    fileprivate var duration: Duration { .seconds(tv_sec) + .nanoseconds(tv_nsec) }
}
