@testable import LabNet

/// Malformed and hostile answers to one query: some made by hand, each for a rule that it breaks, and any number made
/// from those by mutation, the same in every run.
struct DNSCorpus {
    let query: DNSQuery

    /// One packet for each rule of RFC 1035, 6891 and 7873 that a reader may trip over, and the honest ones beside them.
    var handmade: [[UInt8]] {
        headers + names + records + options
    }

    /// Packets made from those made by hand; each of them by one to four changes.
    func mutants(_ count: Int, seed: UInt64) -> [[UInt8]] {
        var generator = SeededGenerator(state: seed)
        let parents = handmade.filter { !$0.isEmpty }
        return (0..<count).map { _ in
            var packet = parents.randomElement(using: &generator) ?? []
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                mutate(&packet, parents, &generator)
            }
            return packet
        }
    }

    private func packet(_ change: (inout DNSPacket) -> Void = { _ in }) -> [UInt8] {
        var packet = DNSPacket(answering: query)
        packet.answers = [DNSPacket.address("192.0.2.1")]
        change(&packet)
        return packet.bytes
    }

    // MARK: By hand

    private var headers: [[UInt8]] {
        let honest = packet()
        return [honest, [], [0], Array(honest.prefix(11)), Array(honest.prefix(12)), Array(honest.dropLast())]
            + [0x0000, 0x0180, 0x8380, 0x8780, 0x8f80, 0xffff, 0x8181, 0x8182, 0x8183, 0x8185, 0x858f].map { flags in
                packet { $0.flags = flags }
            }
            + [(0, 0, 0, 0), (1, 0xffff, 0, 0), (1, 0, 0xffff, 0), (1, 0, 0, 0xffff), (0xffff, 1, 0, 1), (2, 1, 0, 1)]
            .map { counts in packet { $0.counts = counts } }
            + [packet { $0.id = ~query.id }, packet { $0.tail = [0] }]
            + [packet { $0.tail = [UInt8](repeating: 0xff, count: 4000) }]
    }

    private var names: [[UInt8]] {
        let own: [UInt8] = [0xc0, UInt8(12 + query.questionSection.count)]
        let long = [UInt8](repeating: 63, count: 256)
        let owners: [[UInt8]] = [
            own, [0xc0], [0xc0, 0xff], [0xff, 0xff], [0xc0, 0], [0x40, 0x61, 0], [0x80, 0], [63], long,
            [1, 0x61] + own, [0], [1, 0, 0], [1, 0x2e, 0],
            (0..<130).flatMap { _ in [1, 0x61] as [UInt8] } + [0],
        ]
        let aliases = owners.map { target in packet { $0.answers = [DNSPacket.alias(to: target)] } }
        let loop = ["a.example", "b.example"].map { DNSPacket.name($0) }
        let circle = packet {
            $0.answers =
                [DNSPacket.alias(to: loop[0])]
                + [DNSPacket.alias(loop[0], to: loop[1]), DNSPacket.alias(loop[1], to: loop[0])]
        }
        let self_ = packet { $0.answers = [DNSPacket.alias(to: DNSPacket.questionName)] }
        return owners.map { owner in packet { $0.answers = [DNSPacket.address("192.0.2.1", of: owner)] } }
            + aliases + [circle, self_]
    }

    private var records: [[UInt8]] {
        let lengths = [0, 1, 3, 5, 15, 17, 255, 0x7fff, 0xffff].flatMap { length in
            [1, 28, 5, 2, 41, 16].map { type in
                packet { $0.answers = [DNSPacket.record(type: type, data: [1, 2, 3, 4], length: length)] }
            }
        }
        let classes = [0, 3, 4, 254, 255, 0xffff].map { number in
            packet { $0.answers = [DNSPacket.record(type: 1, class: number, data: [192, 0, 2, 1])] }
        }
        let many = packet { $0.answers = Array(repeating: DNSPacket.address("192.0.2.1"), count: 600) }
        let both = packet { $0.answers = [DNSPacket.address("192.0.2.1"), DNSPacket.alias(to: DNSPacket.name("c.d"))] }
        return lengths + classes + [many, both]
    }

    private var options: [[UInt8]] {
        func opt(_ data: [UInt8], length: Int? = nil) -> [UInt8] {
            [0] + DNSPacket.number(41) + [4, 0xd0, 0, 0, 0, 0] + DNSPacket.number(UInt16(length ?? data.count)) + data
        }
        let ours = query.cookie?.bytes ?? [UInt8](1...8)
        let cookie: [UInt8] = [0, 10, 0, 24] + ours + [UInt8](1...16)
        let options: [[UInt8]] = [
            opt(cookie), opt(Array(cookie.dropLast())), opt([0, 10, 0, 0]), opt([0, 10]), opt([0, 10, 0xff, 0xff]),
            opt([0, 10, 0, 41] + [UInt8](repeating: 7, count: 41)), opt(cookie + cookie), opt(cookie, length: 3),
            opt([], length: 500), [1, 0x61] + opt(cookie), opt([UInt8](repeating: 0, count: 1000)),
        ]
        return options.map { option in packet { $0.additional = [option] } }
            + [packet { $0.additional = [DNSPacket.opt, DNSPacket.opt] }, packet { $0.authority = [DNSPacket.opt] }]
            + [packet { $0.answers = [DNSPacket.opt] }, packet { $0.additional = [] }]
    }

    // MARK: Mutation

    private func mutate(_ packet: inout [UInt8], _ parents: [[UInt8]], _ generator: inout SeededGenerator) {
        guard !packet.isEmpty else { return }
        // Half of the changes leave the header alone, or hardly any packet would be read beyond its ID.
        let first = Bool.random(using: &generator) && packet.count > 12 ? 12 : 0
        let place = Int.random(in: first..<packet.count, using: &generator)
        let edges: [UInt8] = [0, 1, 0x3f, 0x40, 0x7f, 0x80, 0xbf, 0xc0, 0xff]
        switch Int.random(in: 0..<7, using: &generator) {
        case 0: packet[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1: packet[place] = edges.randomElement(using: &generator) ?? 0
        case 2: packet[place] = .random(in: .min ... .max, using: &generator)
        case 3: packet.removeLast(packet.count - place)
        case 4: packet.insert(contentsOf: [0xc0, .random(in: .min ... .max, using: &generator)], at: place)
        case 5: packet.remove(at: place)
        default:
            let other = parents.randomElement(using: &generator) ?? []
            packet.replaceSubrange(place..., with: other.dropFirst(place))
        }
    }
}
