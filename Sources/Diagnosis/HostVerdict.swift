import LabNet

/// What one host's findings come to. Pure.
struct HostVerdict: Sendable {
    /// What the network does to it.
    var condition: Condition
    /// What that rests on, the strongest first.
    var reasons: [Reason]
    /// Families that do not reach it, where the other one does.
    var blockedFamilies: [IPAddress.Family]
    /// Whether a pull can get through to it, as far as has been seen.
    var isPassable: Bool

    /// Judges by the first question that has an answer. What would spoil every other observation comes first (no line, a
    /// portal, a wrong clock), then what the server itself says, then what is done to connections, then DNS: the lab's
    /// lookup gets past that, so it is the trouble only where nothing else is.
    init(_ host: HostFindings, line: Line) {
        let evidence = HostEvidence(host, line: line)
        let found =
            Self.questions.lazy.compactMap { $0(evidence) }.first
            ?? (condition: .clear, reasons: evidence.namelessReasons)
        let names = evidence.nameReasons
        condition = found.condition
        reasons = found.reasons + (found.condition == .dns || found.condition == .offline ? [] : names)
        blockedFamilies = evidence.blockedFamilies
        isPassable =
            evidence.works
            && (evidence.hasNoPassage || evidence.hasRecovered || evidence.isAdvancing || evidence.isAnsweredInWords)
    }

    typealias Finding = (condition: Condition, reasons: [Reason])

    private static let questions: [@Sendable (HostEvidence) -> Finding?] = [
        { $0.offline }, { $0.portal }, { $0.clock }, { $0.tunnel }, { $0.denied }, { $0.broken }, { $0.frozenForGood },
        { $0.mtu }, { $0.named }, { $0.stranger }, { $0.frozen }, { $0.throttled }, { $0.silenced }, { $0.forgedNames },
        { $0.down },
    ]
}

// MARK: What would spoil everything else

extension HostEvidence {
    fileprivate var offline: HostVerdict.Finding? {
        line.isUp || works ? nil : (.offline, [.nothingAnswers])
    }

    fileprivate var portal: HostVerdict.Finding? {
        guard !works, let place = line.portal else { return nil }
        return (.portal, [.portalAt(place)])
    }

    /// A certificate out of date is this machine's clock's fault where that is known to be wrong, or where the control's
    /// certificate is out of date as well; else the server's.
    fileprivate var clock: HostVerdict.Finding? {
        guard !works, let first = outOfDate.first else { return nil }
        let offset = line.clockOffset ?? .zero
        if abs(offset / .seconds(1)) >= 3600 { return (.clock, [.clockOff(offset)]) }
        let control = line.control.map { HostEvidence($0, line: line) }
        if line.clockOffset == nil, let control, !control.works, !control.outOfDate.isEmpty {
            return (.clock, [.certificateOutOfDate(first.problem)])
        }
        return first.problem.names(host.origin.host) ? (.down, [.certificateOutOfDate(first.problem)]) : nil
    }

    fileprivate var tunnel: HostVerdict.Finding? {
        guard works, let address = localProxy else { return nil }
        return (.tunnel, [.localProxy(address)])
    }
}

// MARK: What the server says

extension HostEvidence {
    fileprivate var hasNoPassage: Bool { host.passage == nil }

    /// Whether the last word was a refusal of what was asked for, and not of who asks: no such image, a login.
    fileprivate var isAnsweredInWords: Bool {
        guard let status = host.passage?.requests.last?.status, host.passage?.requests.last?.failure == nil else {
            return false
        }
        return (400...499).contains(status) && denials.isEmpty
    }

    fileprivate var denied: HostVerdict.Finding? {
        denials.isEmpty ? nil : (.denied, denials.map(\.asReason))
    }

    fileprivate var broken: HostVerdict.Finding? {
        breakdowns.isEmpty ? nil : (.down, breakdowns.map(\.asReason))
    }

    fileprivate var frozenForGood: HostVerdict.Finding? { hasRecovered ? nil : frozen }

    fileprivate var frozen: HostVerdict.Finding? {
        let reasons = cuts.compactMap { request in
            request.failure.map { Reason.streamStopped($0.endpoint, bytes: request.bytes, $0.cause) }
        }
        return reasons.isEmpty ? nil : (.frozen, reasons)
    }

    fileprivate var throttled: HostVerdict.Finding? {
        crawl.map { (.throttled, [.streamSlow(bytes: $0.bytes, elapsed: $0.elapsed)]) }
    }
}

// MARK: What is done to connections

extension HostEvidence {
    fileprivate var mtu: HostVerdict.Finding? {
        let reasons = smallPasses.map { Reason.smallSegmentsPass($0.endpoint, size: HelloPlan.smallSegment) }
        return reasons.isEmpty ? nil : (.mtu, reasons.withoutRepetition)
    }

    fileprivate var named: HostVerdict.Finding? {
        let killed = killedByName.map { hello in
            Reason.killedByName(
                hello.endpoint, hello.strategy, hello.cause ?? .resetAfterHello, elapsed: hello.elapsed,
                roundTrip: hello.roundTrip)
        }
        let elsewhere = killedElsewhere.map { Reason.killedByNameElsewhere($0.endpoint, $0.cause ?? .resetAfterHello) }
        let earlier = leftAlone.map { hello in
            Reason.killedByName(
                hello.endpoint, hello.strategy, hello.cause ?? .resetAfterHello, elapsed: .zero, roundTrip: nil)
        }
        let reasons = killed + elsewhere
        if !reasons.isEmpty { return (.sni, reasons.withoutRepetition + namelessReasons) }
        return earlier.isEmpty ? nil : (.sni, Array(earlier.withoutRepetition.prefix(1)))
    }

    fileprivate var namelessReasons: [Reason] {
        namelessDropped.map { Reason.namelessDropped($0.endpoint, $0.cause ?? .resetAfterHello) }.withoutRepetition
    }

    /// Somebody else's certificate in answer to the true name: an interceptor has one made out to the host, or shows his own
    /// to that name alone. Whoever shows the same to every name stands at a wrong address, and DNS has led there.
    fileprivate var stranger: HostVerdict.Finding? {
        guard let first = strangers.first else { return nil }
        let reasons = strangers.map { Reason.otherCertificate($0.hello.endpoint, $0.problem) }.withoutRepetition
        let isWrongAddress =
            !works
            && strangers.allSatisfy { !$0.problem.names(host.origin.host) && isShownToAll($0.problem) }
        if works, !first.problem.names(host.origin.host), isShownToAll(first.problem) { return nil }
        return isWrongAddress ? (.dns, nameReasons + reasons) : (.tls, reasons)
    }

    private func isShownToAll(_ problem: NetworkError.CertificateProblem) -> Bool {
        hellos.contains { hello in
            guard !hello.strategy.carriesTrueName, case .certificate(let other) = hello.cause else { return false }
            return other.fingerprint == problem.fingerprint
        }
    }

    fileprivate var silenced: HostVerdict.Finding? {
        guard isSilenced else { return nil }
        let families = blockedFamilies.map { Reason.familyBlocked($0) }
        return (.ip, families + silent.map { Reason.unreachable($0.endpoint, $0.cause) })
    }
}

// MARK: DNS, and what is left

extension HostEvidence {
    fileprivate var nameReasons: [Reason] {
        var reasons: [Reason] = []
        if isHijacked { reasons.append(.portHijacked) }
        let forged = forged
        let polluted = polluted
        if !forged.isEmpty {
            reasons.append(.forgedAnswers(count: forged.count, injectors: Injectors.count(in: forged)))
        }
        if !misleading.isEmpty { reasons.append(.systemMisled(misleading)) }
        if let failure = systemFailure { reasons.append(.systemFails(failure)) }
        if !polluted.isEmpty { reasons.append(.polluted(polluted)) }
        let encrypted = encrypted
        if encrypted.asked > 1, encrypted.failed * 2 > encrypted.asked {
            reasons.append(.encryptedBlocked(encrypted.failed, of: encrypted.asked))
        }
        return reasons
    }

    private var wasAsked: Bool { host.lookup?.queries.isEmpty == false }

    fileprivate var forgedNames: HostVerdict.Finding? {
        let reasons = nameReasons
        let isInterference = reasons.contains { if case .encryptedBlocked = $0 { false } else { true } }
        if isInterference { return (.dns, reasons) }
        switch host.lookup?.failure {
        case .onlyForgedAnswers: return (.dns, reasons)
        // The control questions were answered and this one by nobody; or none was, while the rest of the line works.
        case .noAnswer where host.lookup?.baselines.isEmpty == false || (wasAsked && isControlReached):
            return (.dns, reasons + [.nothingAnswers])
        default: return nil
        }
    }

    /// The server itself fails, seen without interference: it refuses, it declines every hello, or there is no such name.
    fileprivate var down: HostVerdict.Finding? {
        guard !works else { return nil }
        if host.lookup?.failure == .noSuchName { return (.down, [.noSuchName]) }
        var reasons = standings.compactMap { reach, standing -> Reason? in
            switch standing {
            case .refused: .serverFails(reach.endpoint, .refused)
            case .silent(let cause): .unreachable(reach.endpoint, cause)
            case .alive, .noRoute: nil
            }
        }
        for hello in hellos where hello.isDeclined || hello.outcome.isKilled {
            reasons.append(.serverFails(hello.endpoint, hello.cause ?? .closedAfterHello))
        }
        for hello in hellos {
            if case .tls = hello.cause {
                reasons.append(.serverFails(hello.endpoint, hello.cause ?? .closedAfterHello))
            }
        }
        return (.down, reasons.withoutRepetition)
    }
}

extension HostFindings.Request {
    fileprivate var asReason: Reason { .status(status ?? 0, url: url, words: words) }
}

extension Array where Element: Hashable {
    /// Each element once, in the order of its first coming.
    var withoutRepetition: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
