/// All that a censor does to the frames of one path: injectors, box and the path's own limit. A value: every frame goes
/// in, a ruling comes out, and nothing else happens here.
package struct PathCensor: Sendable {
    private var injectors: InjectorRow
    private var box: PacketBox?
    private let limit: Int?

    /// A censor that has seen nothing yet.
    ///
    /// - Parameter limit: the longest IP packet that the path carries, in bytes; nobody is told of longer ones.
    package init(injectors: [PathInjector], box: PacketBox.Rules?, limit: Int?) {
        self.injectors = InjectorRow(injectors)
        self.box = box.map(PacketBox.init)
        self.limit = limit
    }

    /// What comes of a frame. Whatever is neither TCP nor UDP passes: ARP, neighbour discovery, ICMP, fragments.
    ///
    /// - Parameter now: on any clock that only goes forward.
    mutating func see(_ frame: [UInt8], from side: Side, at now: Duration) -> Ruling {
        guard let packet = Packet(frame: frame) else { return .pass }
        let size = frame.count - EthernetHeader.size
        if let limit, size > limit { return Ruling(passes: false, events: [.lost(bytes: size, limit: limit)]) }
        switch packet.content {
        case .udp(let datagram): return side == .inside ? injectors.see(packet, datagram) : .pass
        case .tcp(let segment): return box?.see(packet, segment, from: side, at: now) ?? .pass
        }
    }
}
