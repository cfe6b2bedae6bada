import LabNet

/// A box on a path: it reads the server names in the TCP segments that pass, and kills what is on its list by forged
/// resets, or by swallowing. A value: frames go in, rulings come out.
package struct PacketBox: Sendable {
    private let rules: Rules
    private var connections: [Flow: Connection] = [:]
    /// Until when whatever a client sends to an endpoint is killed.
    private var penalties: [Penalty: Duration] = [:]

    /// What a box does.
    package struct Rules: Sendable {
        /// How it puts segments together.
        package var assembly: Assembly
        /// What it does about what it reads; its reader says whether TLS records are put together too.
        package var tls: TLSBox.Rules
        /// What its resets look like.
        package var reset: ForgedReset

        /// Joins the three.
        package init(_ assembly: Assembly, tls: TLSBox.Rules, reset: ForgedReset = .second) {
            self.assembly = assembly
            self.tls = tls
            self.reset = reset
        }
    }

    /// How a box puts together what a client sends.
    package enum Assembly: Hashable, Sendable {
        /// Not at all: it looks at each packet alone, and keeps no state.
        case packets
        /// In the order in which segments arrive, whatever their numbers say.
        case arrival
        /// By sequence numbers, as the server does.
        case sequence
    }

    private struct Flow: Hashable {
        var client: Endpoint
        var server: Endpoint
    }

    private struct Penalty: Hashable {
        var client: IPAddress
        var server: Endpoint
    }

    private struct Connection {
        var stream: ClientStream
        var isJudged = false
        var isSwallowed = false
        /// The number of the server's first byte.
        var serverOrigin: UInt32?
    }

    /// A box that holds more connections forgets them all, as a full table does.
    private static let capacity = 4_096

    /// A box that has seen nothing yet.
    init(_ rules: Rules) { self.rules = rules }

    /// What comes of a segment.
    ///
    /// - Parameter now: on any clock that only goes forward.
    mutating func see(_ packet: Packet, _ segment: TCPSegment, from side: Side, at now: Duration) -> Ruling {
        let source = Endpoint(address: packet.source, port: segment.sourcePort)
        let destination = Endpoint(address: packet.destination, port: segment.destinationPort)
        switch side {
        case .inside:
            return seeClient(Flow(client: source, server: destination), packet, segment, at: now)
        case .outside:
            return seeServer(Flow(client: destination, server: source), packet, segment, at: now)
        }
    }
}

// MARK: - From the client

extension PacketBox {
    private mutating func seeClient(_ flow: Flow, _ packet: Packet, _ segment: TCPSegment, at now: Duration) -> Ruling {
        if let ruling = remember(flow, packet, segment, at: now) { return ruling }
        if segment.flags.contains(.synchronise) {
            if connections.count >= Self.capacity { connections.removeAll() }
            connections[flow] = Connection(stream: ClientStream(rules.assembly, synchronised: segment.sequence))
            guard let action = rules.tls.blocked else { return .pass }
            return kill(.unreadable, .killed(action), flow, packet, segment, at: now)
        }
        if connections[flow]?.isSwallowed == true { return .swallow }
        guard let (reading, segments) = read(segment, of: flow) else { return .pass }
        let verdict = rules.tls.verdict(on: reading, segments: segments)
        if case .forwarded = verdict {
            return Ruling(events: [.judged(reading, client: flow.client, server: flow.server, verdict)])
        }
        return kill(reading, verdict, flow, packet, segment, at: now)
    }

    /// What an earlier name brings upon a client; nil when there is none, or nothing yet to strike at.
    private mutating func remember(
        _ flow: Flow, _ packet: Packet, _ segment: TCPSegment, at now: Duration
    ) -> Ruling? {
        guard isPenalised(flow, at: now) else { return nil }
        if rules.tls.action == .blackhole {
            let note = PathEvent.judged(.unreadable, client: flow.client, server: flow.server, .penalised(.blackhole))
            return Ruling(passes: false, events: segment.flags.contains(.synchronise) ? [note] : [])
        }
        if segment.payload.isEmpty { return nil }
        return kill(.unreadable, .penalised(rules.tls.action), flow, packet, segment, at: now)
    }

    /// What is read in a segment, with those before it where this box keeps them, and in how many segments it came; nil
    /// for nothing yet.
    private mutating func read(_ segment: TCPSegment, of flow: Flow) -> (Reading, segments: Int)? {
        guard rules.assembly != .packets else { return readAlone(segment.payload) }
        // A connection whose SYN it has not seen is none of its business.
        guard var connection = connections[flow], !connection.isJudged else { return nil }
        connection.stream.take(segment)
        let reading = HelloReader(reader: rules.tls.reader).read(connection.stream.readable)
        connection.isJudged = reading != nil
        connections[flow] = connection
        return reading.map { ($0, connection.stream.segments) }
    }

    /// Reads one packet as if nothing came after it; nil where it does not begin with a hello.
    private func readAlone(_ payload: [UInt8]) -> (Reading, segments: Int)? {
        guard payload.count > 5, payload[0] == 22, payload[1] == 3, payload[5] == 1 else { return nil }
        if let reading = HelloReader(reader: rules.tls.reader).read(payload) { return (reading, 1) }
        let piece = payload.dropFirst(5)
        let record = payload.prefix(3) + UInt16(piece.count).networkBytes + piece
        return HelloReader(reader: .segments).read(record).map { ($0, 2) }
    }

    private func isPenalised(_ flow: Flow, at now: Duration) -> Bool {
        penalties[Penalty(client: flow.client.address, server: flow.server)].map { now < $0 } ?? false
    }

    private mutating func kill(
        _ reading: Reading, _ verdict: TLSBox.Verdict, _ flow: Flow, _ packet: Packet, _ segment: TCPSegment,
        at now: Duration
    ) -> Ruling {
        var ruling = Ruling(events: [.judged(reading, client: flow.client, server: flow.server, verdict)])
        if case .killed = verdict, rules.tls.punishes(reading), let residual = rules.tls.residual {
            penalties[Penalty(client: flow.client.address, server: flow.server)] = now + residual
        }
        let end = connections[flow]?.stream.end ?? segment.end
        let expected = Int32(bitPattern: segment.end &- end) > 0 ? segment.end : end
        switch verdict {
        case .forwarded: break
        case .killed(.blackhole), .penalised(.blackhole):
            connections[flow]?.isSwallowed = true
            ruling.passes = false
        case .killed(let action), .penalised(let action):
            let frames = answers(action, to: packet, segment, expected: expected)
            ruling.emissions = frames.map { Emission(frame: $0, toward: .inside, delay: rules.reset.delay) }
            if rules.reset.reachesServer {
                // Right behind the client's own packet.
                let frames = rules.reset.frames(following: packet, segment, expected: expected)
                ruling.emissions += frames.map { Emission(frame: $0, toward: .outside, delay: .zero) }
            }
        }
        return ruling
    }

    /// What the client gets in the server's name: resets, or a fatal TLS alert and a close.
    private func answers(
        _ action: TLSBox.Action, to packet: Packet, _ segment: TCPSegment, expected: UInt32
    ) -> [[UInt8]] {
        guard case .alert(let code) = action else {
            return rules.reset.frames(answering: packet, segment, expected: expected)
        }
        let alert = TCPSegment(
            from: segment.destinationPort, to: segment.sourcePort, sequence: segment.acknowledgement,
            acknowledgement: expected, flags: [.acknowledge, .push, .finish], window: .max,
            payload: [21, 3, 3, 0, 2, 2, code])
        return [rules.reset.forged(alert, answering: packet)]
    }
}

// MARK: - From the server

extension PacketBox {
    private mutating func seeServer(_ flow: Flow, _ packet: Packet, _ segment: TCPSegment, at now: Duration) -> Ruling {
        if rules.tls.action == .blackhole, isPenalised(flow, at: now) { return .swallow }
        guard let connection = connections[flow] else { return .pass }
        if connection.isSwallowed { return .swallow }
        if segment.flags.contains(.synchronise) {
            connections[flow]?.serverOrigin = segment.sequence &+ 1
            return .pass
        }
        guard let cut = rules.tls.cut, let origin = connection.serverOrigin,
            Int(Int32(bitPattern: segment.end &- origin)) > cut.afterBytes
        else { return .pass }
        let event = PathEvent.cut(client: flow.client, server: flow.server, afterBytes: cut.afterBytes)
        connections[flow]?.isSwallowed = true
        guard case .reset = cut.action else { return Ruling(passes: false, events: [event]) }
        // The server's segment has not arrived, and will not: its first byte is what the client expects next.
        let toClient = rules.reset.frames(following: packet, segment, expected: segment.sequence)
        let toServer = rules.reset.frames(answering: packet, segment, expected: segment.sequence)
        let emissions =
            toClient.map { Emission(frame: $0, toward: .inside, delay: .zero) }
            + (rules.reset.reachesServer ? toServer.map { Emission(frame: $0, toward: .outside, delay: .zero) } : [])
        return Ruling(passes: false, emissions: emissions, events: [event])
    }
}
