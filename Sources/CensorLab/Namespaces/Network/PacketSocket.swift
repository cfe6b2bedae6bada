internal import CAres
internal import Glibc

/// A raw socket on one interface (packet(7)): every frame that arrives there, whoever it is for, and any frame out.
struct PacketSocket: ~Copyable {
    private let descriptor: OpenDescriptor

    /// The descriptor's number, lent.
    var number: Int32 { descriptor.number }

    /// Binds to an interface of this namespace; needs CAP_NET_RAW.
    ///
    /// - Throws: `LabFailure` with the system's words.
    init(interface: String) throws {
        let index = if_nametoindex(interface)
        guard index > 0 else { throw LabFailure("there is no interface \(interface)") }
        let everything = UInt16(ETH_P_ALL).bigEndian
        // With no protocol at first: frames of other interfaces would come in before it is bound.
        let number = socket(AF_PACKET, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw LabFailure(call: "socket") }
        let descriptor = OpenDescriptor(number: number)
        var membership = packet_mreq()
        membership.mr_ifindex = Int32(bitPattern: index)
        membership.mr_type = UInt16(PACKET_MR_PROMISC)
        try Self.set(SOL_PACKET, PACKET_ADD_MEMBERSHIP, membership, of: number)
        // A burst of a whole window must find room while the censor thinks.
        try Self.set(SOL_SOCKET, SO_RCVBUFFORCE, Int32(16 << 20), of: number)
        try Self.set(SOL_SOCKET, SO_SNDBUFFORCE, Int32(16 << 20), of: number)

        var address = sockaddr_ll()
        address.sll_family = UInt16(AF_PACKET)
        address.sll_protocol = everything
        address.sll_ifindex = Int32(bitPattern: index)
        let result = withUnsafePointer(to: &address) { pointer in
            // Every kind of sockaddr begins with its family, by which the kernel reads the rest.
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(number, $0, socklen_t(MemoryLayout<sockaddr_ll>.size))
            }
        }
        guard result == 0 else { throw LabFailure(call: "bind") }
        self.descriptor = descriptor
    }

    private static func set(_ level: Int32, _ option: Int32, _ value: some BitwiseCopyable, of number: Int32) throws {
        var value = value
        guard setsockopt(number, level, option, &value, socklen_t(MemoryLayout.size(ofValue: value))) == 0 else {
            throw LabFailure(call: "setsockopt")
        }
    }

    /// The next frame that has arrived; nil when there is none. What this host sends is not among them.
    ///
    /// - Parameter buffer: scratch room; a frame that is longer is cut, and 65,550 bytes hold any.
    borrowing func receive(into buffer: UnsafeMutableRawBufferPointer) -> [UInt8]? {
        while true {
            var address = sockaddr_ll()
            var length = socklen_t(MemoryLayout<sockaddr_ll>.size)
            let count = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    recvfrom(number, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT), $0, &length)
                }
            }
            // EAGAIN ends a round; an interface that has just gone down (ENETDOWN) is quiet too.
            guard count >= 0 else { return nil }
            if address.sll_pkttype != UInt8(PACKET_OUTGOING) { return Array(buffer.prefix(count)) }
        }
    }

    /// Sends a frame as it is. One that finds no room is lost, as on any full link.
    borrowing func send(_ frame: [UInt8]) {
        _ = Glibc.send(number, frame, frame.count, Int32(MSG_DONTWAIT))
    }
}

/// A descriptor that is closed at the end of its life. (Not private: a release build of another module, which owns a value
/// that holds one, would not find how to destroy it; Swift 6.3.)
struct OpenDescriptor: ~Copyable {
    let number: Int32

    init(number: Int32) { self.number = number }

    deinit { close(number) }
}

extension LabFailure {
    /// A system call has failed just now; its errno in the system's words.
    init(call: String) {
        let code = errno
        self.init("\(call): \(String(cString: strerror(code)))")
    }
}
