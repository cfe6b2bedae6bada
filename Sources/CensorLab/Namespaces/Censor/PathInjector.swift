import LabNet

/// An injector beside a path: it sees the queries that pass, and answers with packets of its own.
package struct PathInjector: Hashable, Sendable {
    /// What it answers, when, and with which hop limit its packets set out (64 where none is said).
    package var injector: Injector
    /// Whether the hop limit is the one that the query had when it passed, as one of the measured devices does.
    package var mirrorsHopLimit = false
    /// Whether its packets have DF set; of two answers to one query one had it (FOCI 2020, "Triplet Censors").
    package var forbidsFragments = false

    /// Puts an injector beside a path.
    package init(_ injector: Injector) { self.injector = injector }
}

/// All injectors on one path, and where each stands in the cycle of its addresses.
struct InjectorRow: Sendable {
    let injectors: [PathInjector]
    private var turns: [Turn: Int] = [:]

    private struct Turn: Hashable {
        var injector: Int
        var family: IPAddress.Family?
    }

    init(_ injectors: [PathInjector]) { self.injectors = injectors }

    /// What comes of a datagram from a client to anybody's port 53, resolver or not.
    mutating func see(_ packet: Packet, _ datagram: UDPDatagram) -> Ruling {
        guard datagram.destinationPort == 53, let query = DNSQuery(datagram.payload) else { return .pass }
        var ruling = Ruling.pass
        for (index, device) in injectors.enumerated() where device.injector.names.contains(query.name) {
            for number in 0..<device.injector.count {
                let turn = Turn(injector: index, family: query.family)
                guard let forgery = device.injector.forgery(for: query, turn: turns[turn, default: 0]) else { continue }
                turns[turn, default: 0] &+= 1
                let answer = device.packet(forgery, answering: packet, datagram)
                let delay = device.injector.delay + device.injector.spacing * number
                ruling.emissions.append(Emission(frame: answer.frame, toward: .inside, delay: delay))
                let resolver = Endpoint(address: packet.destination, port: datagram.destinationPort)
                ruling.events.append(
                    .forged(query, addresses: forgery.addresses, resolver: resolver, hopLimit: answer.hopLimit))
            }
        }
        return ruling
    }
}

extension PathInjector {
    /// The forged answer as a packet that seems to come from where the query went.
    fileprivate func packet(_ forgery: Forgery, answering query: Packet, _ datagram: UDPDatagram) -> Packet {
        let answer = UDPDatagram(from: datagram.destinationPort, to: datagram.sourcePort, payload: forgery.message)
        let limit = mirrorsHopLimit ? query.hopLimit : injector.hopLimit ?? 64
        var packet = Packet(
            link: query.link.reversed, from: query.destination, to: query.source, hopLimit: limit,
            content: .udp(answer))
        packet.forbidsFragments = forbidsFragments
        return packet
    }
}
