import LabNet

/// An IP packet in its Ethernet frame, as far as a censor looks at it.
struct Packet: Hashable, Sendable {
    var link: EthernetHeader
    var source: IPAddress
    var destination: IPAddress
    /// TTL (RFC 791) or Hop Limit (RFC 8200).
    var hopLimit: UInt8
    /// DF; IPv6, where routers never fragment, has no such bit and leaves it out.
    var forbidsFragments = true
    /// What IPv4 tells the fragments of one packet from those of another by; IPv6 leaves it out.
    var identification: UInt16 = 0
    var content: Content

    /// What a packet carries.
    enum Content: Hashable, Sendable {
        case tcp(TCPSegment)
        case udp(UDPDatagram)
    }

    /// The protocol numbers (RFC 9293, RFC 768).
    static let tcp: UInt8 = 6
    static let udp: UInt8 = 17

    /// Reads a frame; nil for all that is not a whole TCP segment or UDP datagram: fragments, ICMP, ARP, damaged lengths.
    init?(frame: [UInt8]) {
        var cursor = Cursor(frame[...])
        guard let destination = cursor.take(6), let source = cursor.take(6), let type = cursor.number(2) else {
            return nil
        }
        let link = EthernetHeader(destination: Array(destination), source: Array(source))
        switch type {
        case 0x0800: self.init(v4: &cursor, link: link)
        case 0x86DD: self.init(v6: &cursor, link: link)
        default: return nil
        }
    }

    /// A packet to be sent.
    init(
        link: EthernetHeader, from source: IPAddress, to destination: IPAddress, hopLimit: UInt8, content: Content
    ) {
        self.link = link
        self.source = source
        self.destination = destination
        self.hopLimit = hopLimit
        self.content = content
    }

    private init?(v4 cursor: inout Cursor, link: EthernetHeader) {
        guard let first = cursor.byte(), first >> 4 == 4, first & 15 >= 5, cursor.byte() != nil,
            let total = cursor.number(2), let identification = cursor.number(2), let fragment = cursor.number(2),
            let hopLimit = cursor.byte(), let proto = cursor.byte(), cursor.number(2) != nil,
            let source = cursor.take(4).flatMap({ IPAddress(bytes: $0) }),
            let destination = cursor.take(4).flatMap({ IPAddress(bytes: $0) }),
            // More fragments to come, or an offset: not the whole.
            fragment & 0x3FFF == 0
        else { return nil }
        let header = Int(first & 15) * 4
        guard cursor.take(header - 20) != nil, total >= header, let body = cursor.take(total - header),
            let content = Content(body, protocol: proto)
        else { return nil }
        self.init(link: link, from: source, to: destination, hopLimit: hopLimit, content: content)
        forbidsFragments = fragment & 0x4000 != 0
        self.identification = UInt16(identification)
    }

    private init?(v6 cursor: inout Cursor, link: EthernetHeader) {
        guard let first = cursor.number(4), first >> 28 == 6, let length = cursor.number(2),
            var next = cursor.byte(), let hopLimit = cursor.byte(),
            let source = cursor.take(16).flatMap({ IPAddress(bytes: $0) }),
            let destination = cursor.take(16).flatMap({ IPAddress(bytes: $0) }), let rest = cursor.take(length)
        else { return nil }
        var body = Cursor(rest)
        // Hop-by-hop options, routing and destination options have one shape (RFC 8200 4); a fragment is not the whole.
        while [0, 43, 60].contains(next) {
            guard let following = body.byte(), let size = body.byte(), body.take(Int(size) * 8 + 6) != nil
            else { return nil }
            next = following
        }
        guard let content = Content(body.rest, protocol: next) else { return nil }
        self.init(link: link, from: source, to: destination, hopLimit: hopLimit, content: content)
    }
}

extension Packet.Content {
    fileprivate init?(_ bytes: ArraySlice<UInt8>, protocol number: UInt8) {
        switch number {
        case Packet.tcp:
            guard let segment = TCPSegment(bytes) else { return nil }
            self = .tcp(segment)
        case Packet.udp:
            guard let datagram = UDPDatagram(bytes) else { return nil }
            self = .udp(datagram)
        default: return nil
        }
    }
}

extension Packet {
    /// The frame, with all checksums.
    var frame: [UInt8] {
        let (body, proto) =
            switch content {
            case .tcp(let segment): (segment.bytes(from: source, to: destination), Self.tcp)
            case .udp(let datagram): (datagram.bytes(from: source, to: destination), Self.udp)
            }
        let addresses = source.bytes + destination.bytes
        switch source.family {
        case .ip4:
            let fragment: UInt16 = forbidsFragments ? 0x4000 : 0
            var header: [UInt8] = [0x45, 0] + UInt16(truncatingIfNeeded: 20 + body.count).networkBytes
            header += identification.networkBytes + fragment.networkBytes + [hopLimit, proto, 0, 0] + addresses
            header.replaceSubrange(10..<12, with: InternetChecksum.of(header).networkBytes)
            return link.bytes(type: 0x0800) + header + body
        case .ip6:
            let length = UInt16(truncatingIfNeeded: body.count).networkBytes
            return link.bytes(type: 0x86DD) + [0x60, 0, 0, 0] + length + [proto, hopLimit] + addresses + body
        }
    }
}

/// Who hands a frame to whom on a link (IEEE 802.3).
struct EthernetHeader: Hashable, Sendable {
    /// Six bytes.
    var destination: [UInt8]
    /// Six bytes.
    var source: [UInt8]
    /// The count of bytes of a header, the type included.
    static let size = 14

    /// The way back.
    var reversed: EthernetHeader { EthernetHeader(destination: source, source: destination) }

    /// The frame's first 14 bytes.
    func bytes(type: UInt16) -> [UInt8] { destination + source + type.networkBytes }
}
