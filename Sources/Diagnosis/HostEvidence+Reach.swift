import Glibc
import LabNet

extension HostEvidence {
    /// What became of one address of the host.
    enum Standing: Hashable, Sendable {
        /// Somebody is there.
        case alive
        /// Nothing comes back: no answer to any SYN, an ICMP error, or none to any hello.
        case silent(NetworkError.Cause)
        /// The connection is refused.
        case refused
        /// This machine has no way to the family.
        case noRoute
    }

    /// What became of each.
    var standings: [(reach: HostFindings.Reach, standing: Standing)] { own.map { ($0, standing(of: $0)) } }

    private func standing(of reach: HostFindings.Reach) -> Standing {
        guard reach.isReached else {
            let causes = reach.trials.compactMap(\.failure)
            if isWithoutRoute(reach.endpoint.address.family, causes) { return .noRoute }
            if causes.contains(.refused) { return .refused }
            return .silent(causes.first ?? .noAnswer)
        }
        let asked = hellos.filter { $0.endpoint == reach.endpoint && !$0.outcome.isLeftAlone }
        guard host.origin.scheme == .https, let first = asked.first, asked.allSatisfy(\.outcome.isKilled) else {
            return .alive
        }
        return .silent(first.cause ?? .noAnswer)
    }

    /// A family without a route fails at once, for every host alike; and where the control cannot be reached by it either,
    /// nobody has singled this host out.
    private func isWithoutRoute(_ family: IPAddress.Family, _ causes: [NetworkError.Cause]) -> Bool {
        let isLocal = causes.allSatisfy { cause in
            if case .unreachable(let errno) = cause {
                [ENETUNREACH, EADDRNOTAVAIL, EAFNOSUPPORT].contains(errno)
            } else {
                false
            }
        }
        if isLocal, !line.families.contains(family) { return true }
        let control = line.control?.reached.filter { $0.endpoint.address.family == family } ?? []
        return !control.isEmpty && !control.contains(where: \.isReached)
            && line.control?.reached.contains(where: \.isReached) == true
    }

    /// The addresses from which nothing comes back.
    var silent: [(endpoint: Endpoint, cause: NetworkError.Cause)] {
        standings.compactMap { reach, standing in
            if case .silent(let cause) = standing { (reach.endpoint, cause) } else { nil }
        }
    }

    /// Whether the control was reached, so that silence means something.
    var isControlReached: Bool { line.control?.reached.contains(where: \.isReached) ?? line.isUp }

    /// Whether silence is somebody's doing and not the server's: other addresses of the host answer, or several of one family
    /// are silent at once, or a router says that it may not be. One server that is switched off looks like one blocked
    /// address, in each family.
    var isSilenced: Bool {
        guard isControlReached, !silent.isEmpty else { return false }
        let standings = standings.map(\.standing)
        if standings.contains(.alive) { return true }
        if standings.contains(.refused) { return false }
        let families = Dictionary(grouping: silent) { $0.endpoint.address.family }
        return families.values.contains { $0.count > 1 } || silent.contains { $0.cause.isProhibition }
    }

    /// The families of which no address of the host answers, where one of the other family does.
    var blockedFamilies: [IPAddress.Family] {
        IPAddress.Family.allCases.filter { family in
            let these = standings.filter { $0.reach.endpoint.address.family == family }.map(\.standing)
            let others = standings.filter { $0.reach.endpoint.address.family != family }.map(\.standing)
            let areSilent = these.allSatisfy { if case .silent = $0 { true } else { false } }
            return !these.isEmpty && areSilent && others.contains(.alive)
        }
    }
}

extension NetworkError.Cause {
    /// A router says that this is forbidden (RFC 4443 3.1, code 1), not that nobody is there.
    fileprivate var isProhibition: Bool {
        if case .unreachable(let errno) = self { errno == EACCES || errno == EPERM } else { false }
    }
}
