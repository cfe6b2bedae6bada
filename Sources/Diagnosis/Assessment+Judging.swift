import LabNet
import Puller

extension Assessment {
    /// What every target's findings come to, in the order of the targets. A mirror that works is a way for the others.
    package static func all(of findings: Findings) -> [Assessment] {
        var assessments = findings.targets.map { Assessment($0, line: findings.line) }
        let mirrors = zip(findings.targets, assessments).compactMap { target, assessment -> String? in
            guard case .mirror = target.target.kind, assessment.condition.isFree, target.isWhole else { return nil }
            return target.target.text
        }
        for index in assessments.indices where findings.targets[index].target.isOfDockerHub {
            guard !assessments[index].condition.isFree else { continue }
            assessments[index].ways += mirrors.map { Way.mirror($0) }
        }
        return assessments
    }

    /// What one target's findings come to: its worst host's condition, unless a proxy that is dead stands before all of it, or
    /// what is served there is the trouble. Pure.
    package init(_ findings: TargetFindings, line: Line) {
        let verdicts = findings.hosts.map { HostVerdict($0, line: line) }
        let worst = verdicts.indices.min { one, other in
            (verdicts[one].rank, one) < (verdicts[other].rank, other)
        }
        var condition = worst.map { verdicts[$0].condition } ?? .offline
        var reasons = worst.map { verdicts[$0].reasons } ?? [.nothingAnswers]
        var host: Host?
        if let worst, worst > 0, !condition.isFree {
            let findings = findings.hosts[worst]
            host = findings.origin.host
            reasons.append(.partOf(findings.origin.host, findings.role))
        }
        if let trouble = findings.mirrorTrouble, [.clear, .tunnel, .dns, .denied, .down].contains(condition) {
            (condition, host) = (.mirror, nil)
            reasons = trouble + reasons.filter { if case .partOf = $0 { false } else { true } }
        }
        if let proxy = line.proxy, let failure = proxy.failure, condition != .offline {
            let reason = Reason.proxyDead(proxy.place, failure)
            if condition.isFree || proxy.isUsed {
                (condition, host) = (.proxy, nil)
                reasons = [reason] + reasons
            } else {
                reasons.append(reason)
            }
        }
        self.init(target: findings.target, condition: condition, host: host, reasons: reasons, ways: [])
        ways = Self.ways(to: findings, condition, verdicts, line: line)
    }

    /// What was seen to work, the best first.
    private static func ways(
        to findings: TargetFindings, _ condition: Condition, _ verdicts: [HostVerdict], line: Line
    ) -> [Way] {
        let isPassable = !verdicts.isEmpty && verdicts.allSatisfy(\.isPassable)
        if condition == .proxy {
            let isFree = verdicts.allSatisfy(\.condition.isFree) && isPassable
            return isFree ? [.withoutProxy] : []
        }
        if condition == .mtu {
            let areReached = verdicts.allSatisfy { $0.condition == .mtu || $0.isPassable }
            return areReached && findings.hosts.allSatisfy(\.isVerified) ? [.segmentSize(HelloPlan.smallSegment)] : []
        }
        guard isPassable, findings.isWhole, condition != .mirror else { return [] }
        if condition.isFree { return [.ordinary] }
        let blocked = Set(verdicts.flatMap(\.blockedFamilies))
        let open = IPAddress.Family.allCases.filter { !blocked.contains($0) }
        let only = blocked.count == 1 ? open.first { findings.isServed(over: $0) } : nil
        var ways: [Way] = []
        let isBlockedAlone = verdicts.allSatisfy { $0.condition.isFree || ($0.condition == .ip && $0.isClearOfForgery) }
        if condition == .ip, let only, isBlockedAlone { ways.append(.family(only)) }
        ways.append(.lab(findings.hosts.first?.passage?.strategy, family: only))
        return ways
    }
}

extension HostVerdict {
    /// How bad it is, the worst lowest: first what leaves no way, and of those what is no censor's doing; then what a way
    /// leads around, from what is done to connections to what is done to names.
    fileprivate var rank: Int {
        let order: [Condition] = [
            .offline, .proxy, .portal, .clock, .denied, .frozen, .mtu, .tls, .sni, .ip, .dns, .down, .throttled,
            .mirror,
            .tunnel, .clear,
        ]
        let place = order.firstIndex(of: condition) ?? order.count
        return isPassable ? place + order.count : place
    }

    fileprivate var isClearOfForgery: Bool {
        !reasons.contains { reason in
            switch reason {
            case .forgedAnswers, .systemMisled, .systemFails, .portHijacked, .polluted: true
            default: false
            }
        }
    }
}

extension Condition {
    /// Whether nothing is in the way.
    fileprivate var isFree: Bool { self == .clear || self == .tunnel }
}

extension TargetFindings {
    /// Whether all that was asked of it came: the image's manifest and the beginning of a blob, or, where no image is known,
    /// a registry's or a server's own answer.
    fileprivate var isWhole: Bool {
        let requests = hosts.flatMap { $0.passage?.requests ?? [] }
        switch target.kind {
        case .registry(_, image: nil): return registry?.isRegistry == true || isAnswered
        case .registry, .mirror:
            guard registry?.digest != nil, let last = requests.last else { return false }
            return last.failure == nil || last.isAdvancing
        case .host: return isAnswered
        }
    }

    /// Whether the target's own host has answered a request.
    fileprivate var isAnswered: Bool { hosts.first?.passage?.requests.contains { $0.status != nil } ?? false }

    /// Whether one family alone is enough: each host is reached by it, and so are the resolvers, which `-network` is for as
    /// well.
    fileprivate func isServed(over family: IPAddress.Family) -> Bool {
        hosts.allSatisfy { host in
            let isNamed = host.lookup.map { lookup in
                lookup.queries.contains { $0.resolver.endpoint.address.family == family && !$0.arrivals.isEmpty }
            }
            return isNamed ?? true
                && host.reached.contains { $0.endpoint.address.family == family && $0.isReached }
        }
    }

    /// What is wrong with what a mirror serves; nil where nothing is, or where it was not heard.
    fileprivate var mirrorTrouble: [Reason]? {
        guard case .mirror = target.kind, let registry, isAnswered else { return nil }
        if registry.isFalse { return [.mirrorFails(nil)] }
        if let digest = registry.digest, let origin = registry.originDigest, digest != origin {
            return [.otherDigest(mirror: digest, origin: origin)]
        }
        guard registry.digest == nil else { return nil }
        let refusal = hosts.first?.passage?.requests.last { ($0.status ?? 0) >= 400 }
        return refusal.map { [.status($0.status ?? 0, url: $0.url, words: $0.words)] } ?? [.mirrorFails(nil)]
    }
}

extension HostFindings {
    /// Whether its own certificate came, by whatever hello.
    fileprivate var isVerified: Bool {
        greetings.contains { $0.place == .own && $0.results.contains(where: \.outcome.isVerified) }
    }
}

extension Target {
    fileprivate var isOfDockerHub: Bool {
        guard case .registry(_, let image?) = kind else { return false }
        return image.domain == ImageReference.dockerHub
    }
}

extension [Assessment] {
    /// What the command ends with: over several targets the worst counts, in the order 6, 10, 5, 0.
    package var exitCode: Int32 {
        let codes = map { $0.condition.exitCode(hasWay: !$0.ways.isEmpty) }
        return [6, 10, 5].first(where: codes.contains) ?? 0
    }
}
