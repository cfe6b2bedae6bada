import LabNet

/// What every part of one examination has in common.
struct Surroundings: Sendable {
    let setting: Setting
    let transport: any Examining
    let clock: any Clock<Duration>
    let wallClock: @Sendable () -> Int64
    let since: Stopwatch
    let progress: @Sendable (Progress) -> Void
}

/// Every host of one examination, each once, however many targets need it, and what serves them.
actor HostBook {
    private let surroundings: Surroundings
    private var hosts: [Origin: HostExamination] = [:]
    /// Endpoints that have answered requests: a pull will want them, so no plain name is put to them.
    private(set) var serving: Set<Endpoint> = []

    init(_ surroundings: Surroundings) { self.surroundings = surroundings }

    /// The host's examination; a new one where nobody has met it yet.
    func host(_ origin: Origin, _ role: HostFindings.Role) -> HostExamination {
        if let known = hosts[origin] { return known }
        let host = HostExamination(origin, role, in: surroundings)
        hosts[origin] = host
        return host
    }

    /// Notes what has answered requests. Hosts of one owner share addresses, also over several targets.
    func note(serving endpoints: some Sequence<Endpoint>) { serving.formUnion(endpoints) }
}

/// Endpoints beyond the border that have nothing to do with any target: the control host's, and encrypted resolvers.
///
/// Each is lent to one host at a time, and is gone once a name was killed there: whatever is said to it next would be
/// killed as well.
actor ControlEndpoints {
    private let control: HostExamination
    private var others: [Endpoint]
    private var own: [Endpoint]?

    init(_ control: HostExamination, and others: [Endpoint], family: AddressFamilyPolicy) {
        self.control = control
        // Lookups go to them as well: half of them stay untouched.
        let usable = others.filter { family.allows($0.address.family) }
        self.others = Array(usable.prefix(usable.count / 2))
    }

    /// One that nobody has; nil when there is none left.
    ///
    /// - Throws: `CancellationError`.
    func take() async throws(CancellationError) -> Endpoint? {
        if own == nil {
            try await control.asControl()
            let proven = await control.provenEndpoints
            if own == nil { own = proven }
        }
        if var list = own, !list.isEmpty {
            let first = list.removeFirst()
            own = list
            return first
        }
        return others.isEmpty ? nil : others.removeFirst()
    }

    /// Gives one back where nothing was killed.
    func putBack(_ endpoint: Endpoint) { own = (own ?? []) + [endpoint] }
}
