internal import Diagnosis
internal import LabNet

/// The handshakes of a host as a matrix: a row for each endpoint, a column for each way of showing the name.
struct Handshakes: Sendable {
    /// The ways that were tried, those that give nothing away first.
    let strategies: [ServerNameStrategy]
    /// The endpoints, the host's own first, in the order in which they were tried.
    let rows: [Row]

    /// One endpoint.
    struct Row: Sendable {
        /// Where.
        let endpoint: Endpoint
        /// Where the address comes from.
        let source: HostFindings.Source
        /// Whether it is the host's own, or a control's that was shown the host's name.
        let place: HostFindings.Trials.Place
        /// TCP connections to it.
        let reached: [Reached]
        /// What came of each way that was tried there.
        let cells: [ServerNameStrategy: Cell]
    }

    /// What came of one way at one endpoint.
    struct Cell: Sendable {
        /// Each handshake.
        let results: [Greeted]
        /// The largest segment, where it was not the usual one.
        let segmentSize: Int?
        /// Whether it went to the host itself.
        let place: HostFindings.Trials.Place

        /// Those that were sent.
        var sent: [Greeted] { results.filter { !$0.outcome.isLeftAlone } }

        /// How many of these ended well.
        var passed: Int { sent.count { $0.outcome.tone(at: place) == .good } }

        /// The end that says most: a failure before a success, the worst before others.
        var telling: Greeted? {
            sent.first { $0.outcome.tone(at: place) == .bad } ?? sent.first { $0.outcome.tone(at: place) != .good }
                ?? results.first
        }

        /// Green where all ended well, amber where some did.
        var tone: Tone {
            if !sent.isEmpty, passed == sent.count { return .good }
            return passed > 0 ? .fair : telling?.outcome.tone(at: place) ?? .faint
        }
    }

    /// Puts a host's connections and handshakes together.
    init(of host: HostFindings) {
        strategies = Set(host.greetings.map(\.greeting.strategy)).sorted { Self.rank($0) < Self.rank($1) }
        var order: [Endpoint] = []
        for endpoint in host.reached.map(\.endpoint) + host.greetings.map(\.greeting.endpoint)
        where !order.contains(endpoint) { order.append(endpoint) }
        rows = order.map { Self.row($0, of: host) }
    }

    private static func row(_ endpoint: Endpoint, of host: HostFindings) -> Row {
        let reach = host.reached.first { $0.endpoint == endpoint }
        let trials = host.greetings.filter { $0.greeting.endpoint == endpoint }
        let cells = Dictionary(grouping: trials, by: \.greeting.strategy).mapValues { trials in
            Cell(
                results: trials.flatMap(\.results), segmentSize: trials.lazy.compactMap(\.greeting.segmentSize).first,
                place: trials.first?.place ?? .own)
        }
        return Row(
            endpoint: endpoint, source: reach?.source ?? trials.first?.source ?? .given,
            place: trials.first?.place ?? .own, reached: reach?.trials ?? [], cells: cells)
    }

    /// The order of columns: what shows nothing, what hides the name, what shows it.
    private static func rank(_ strategy: ServerNameStrategy) -> Int {
        switch strategy {
        case .omit: 0
        case .alter: 1
        case .recordsAndSegments: 2
        case .records: 3
        case .segments: 4
        case .disorder: 5
        case .plain: 6
        }
    }
}
