/// The strategies that may be tried on a route, safest first. Pure.
///
/// What gives nothing away comes first: a hello that carries the true name can burn its endpoint for 180 s, whatever is
/// said to it afterwards, so the strongest disguise is the first that shows it, and `plain` the last resort.
package enum Ladder: Hashable, Sendable {
    /// Plain HTTP: there is no hello, and the Host field shows the name.
    case noHello
    /// What `-sni` asks for, or what is usual.
    case hello(ServerNamePolicy, host: Host)

    /// The ladder for an origin.
    package init(origin: Origin, policy: ServerNamePolicy) {
        self = origin.scheme == .http ? .noHello : .hello(policy, host: origin.host)
    }

    /// The rungs for a route of this trust, in order; an element that is nil stands for plain HTTP.
    ///
    /// A route in doubt may lead to the censor himself: it gets no rung that carries the true name, whatever the policy
    /// says, and in plain HTTP, where the request itself carries it, none at all.
    package func rungs(_ trust: Candidate.Trust) -> [ServerNameStrategy?] {
        switch self {
        case .noHello: trust == .trusted ? [nil] : []
        // An address literal is never named in TLS (RFC 6066 3): every strategy would send the same hello.
        case .hello(_, host: .address): [.omit]
        case .hello(.always(let strategy), _):
            [trust == .trusted || !strategy.carriesTrueName ? strategy : .omit]
        case .hello(.auto, _):
            trust == .trusted ? [.omit] + Self.disguises + [.plain] : [.omit]
        }
    }

    /// The rungs that show the true name in disguise, in the order in which they are spent.
    ///
    /// Each address takes one, so the first two have to cover what the others can do: `disorder` passes every reader that
    /// either cut deceives and those who read in order of arrival besides; `records` alone fits one segment, for boxes
    /// that choke on a hello in several.
    private static let disguises: [ServerNameStrategy] = [.disorder, .records, .recordsAndSegments, .segments]

    /// Whether there is more than one rung to try, so that climbing is worth doing once.
    package var isLong: Bool { lastResort != nil }

    /// The rung that waits until nothing else is left: it shows the name to whoever looks.
    package var lastResort: ServerNameStrategy? {
        if case .hello(.auto, host: .name) = self { .plain } else { nil }
    }
}
