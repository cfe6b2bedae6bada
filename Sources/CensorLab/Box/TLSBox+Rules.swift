internal import NIOCore

extension TLSBox {
    /// What a box does.
    package struct Rules: Hashable, Sendable {
        /// How much it puts together before it looks for a name.
        package var reader: Reading.Reader
        /// The names that it kills.
        package var names: NameList
        /// How it kills.
        package var action: Action = .reset
        /// How long it kills whatever the same client sends to the same endpoint afterwards; nil for not at all.
        package var residual: Duration?
        /// What it does to a hello without a name; nil lets it pass.
        package var nameless: Action?
        /// What it does to a hello that comes in more than one TCP segment, whatever is in it; nil lets it pass.
        package var fragmented: Action?
        /// What it does to every connection, whatever is said there: a block by address. The kernel shakes TCP's hands
        /// before the box is asked, so silence begins after that. Nil for no such block.
        package var blocked: Action?
        /// What it does in the middle of the server's answers; nil lets them pass.
        package var cut: Cut?
        /// The payload of the largest TCP segment that the path lets through without a word about the others; nil for no limit.
        ///
        /// A box sees no segments, but it sees the client's maximum: where that is larger, whatever comes in one piece of
        /// more bytes than this is lost, with all that would follow it in that direction.
        package var segmentLimit: Int?
        /// How many bytes of the server's answers get through in a second; nil for as many as there are.
        package var bytesPerSecond: Int?
        /// How long bytes take to the server and back. The kernel shakes TCP's hands at once; that round trip is added
        /// before the first bytes, in either direction.
        package var roundTrip: Duration = .zero
        /// From the reading of a hello to what is done about it (measured: 11 to 23 ms).
        package var reaction: Duration = .zero

        /// A box that resets connections to these names.
        package init(reader: Reading.Reader, names: NameList) {
            self.reader = reader
            self.names = names
        }

        /// Nobody: a path to the server that is as long as it is.
        package static func clear(roundTrip: Duration = .zero) -> Rules {
            var rules = Rules(reader: .records, names: [])
            rules.roundTrip = roundTrip
            return rules
        }

        /// What a hello of so many segments brings upon itself.
        func verdict(on reading: Reading, segments: Int) -> Verdict {
            if reader == .packets, segments > 1 { return .forwarded }
            if case .name(let name) = reading, names.contains(name) { return .killed(action) }
            if let fragmented, segments > 1 { return .killed(fragmented) }
            if reading == .nameless, let nameless { return .killed(nameless) }
            return .forwarded
        }

        /// Whether it matters to this box in how many segments a hello comes.
        var countsSegments: Bool { fragmented != nil || reader == .packets }

        /// Whether this reading puts the client into its penalty.
        func punishes(_ reading: Reading) -> Bool {
            if case .name(let name) = reading { names.contains(name) } else { false }
        }
    }
}

extension TLSBox.Action: CustomStringConvertible {
    /// A word or two of English.
    package var description: String {
        switch self {
        case .reset: "reset"
        case .blackhole: "swallowed"
        case .alert(let code): "answered with alert \(code)"
        }
    }
}
