internal import LabNet
internal import Puller

// MARK: - Findings

extension Redaction {
    /// The findings, with everything hidden.
    mutating func findings(_ findings: Findings) -> Findings {
        var findings = findings
        findings.line = line(findings.line)
        findings.targets = findings.targets.map { target($0) }
        return findings
    }

    private mutating func line(_ line: Line) -> Line {
        var line = line
        line.control = line.control.map { host($0) }
        line.portal = line.portal.map { url($0) }
        if let found = line.proxy {
            line.proxy?.place = proxy(found.place)
            line.proxy?.failure = found.failure.map { cause($0) }
        }
        return line
    }

    private mutating func target(_ found: TargetFindings) -> TargetFindings {
        let before = found.target
        var found = found
        found.target = target(found.target)
        found.hosts = found.hosts.map { host($0) }
        if let realm = found.registry?.realm { found.registry?.realm = text(realm) }
        // A digest leads to whoever has the same image.
        if hidesImage(of: before) {
            found.registry?.digest = nil
            found.registry?.originDigest = nil
        }
        return found
    }

    /// Whether the image behind a target is one that the user chose.
    func hidesImage(of target: Target) -> Bool {
        switch target.kind {
        case .registry(_, let image?), .mirror(_, let image, _):
            hidesIdentity && hiddenRepositories.contains(image.path)
        case .registry(_, nil), .host: false
        }
    }

    /// What was asked for, as the user typed it where that says nothing about him.
    mutating func target(_ target: Target) -> Target {
        var target = target
        let (typed, trueOrigin) = (target.text, target.origin)
        let origin = origin(trueOrigin)
        let isHidden = origin != trueOrigin
        let plain = isHidden ? origin.authority : typed.contains("://") ? url(typed) : typed
        switch target.kind {
        case .host: target = Target(text: plain, kind: .host(origin))
        case .registry(_, nil): target = Target(text: plain, kind: .registry(origin, image: nil))
        case .registry(_, let named?):
            let image = image(named, in: isHidden ? origin.authority : named.domain)
            let isTyped = image.path != named.path || isHidden && typed.contains(named.path)
            target = Target(text: isTyped ? image.familiar : plain, kind: .registry(origin, image: image))
        case .mirror(_, let named, let prefix):
            let hiddenPrefix = prefix.isEmpty || !hidesIdentity ? prefix : Self.gap
            target = Target(
                text: hidesIdentity ? origin.authority + (prefix.isEmpty ? "" : "/" + hiddenPrefix) : plain,
                kind: .mirror(origin, image: image(named, in: named.domain), prefix: hiddenPrefix))
        }
        return target
    }

    private mutating func image(_ image: ImageReference, in domain: String) -> ImageReference {
        let path = repository(image.path)
        guard path != image.path else {
            return ImageReference(domain: domain, path: path, tag: image.tag, digest: image.digest)
        }
        return ImageReference(domain: domain, path: path, tag: "latest", digest: nil)
    }

    private mutating func origin(_ origin: Origin) -> Origin {
        Origin(scheme: origin.scheme, host: host(origin.host), port: origin.port)
    }

    private mutating func host(_ found: HostFindings) -> HostFindings {
        var found = found
        found.origin = origin(found.origin)
        found.lookup = found.lookup.map { lookup($0) }
        if let system = found.system {
            found.system?.addresses = system.addresses.map { address($0) }
            found.system?.failure = system.failure.map { cause($0) }
        }
        found.reached = found.reached.map { reach($0) }
        found.greetings = found.greetings.map { trials($0) }
        found.burnt = found.burnt.map { HostFindings.Burnt(endpoint: endpoint($0.endpoint), left: $0.left) }
        found.passage = found.passage.map { passage($0) }
        return found
    }

    private mutating func reach(_ reach: HostFindings.Reach) -> HostFindings.Reach {
        var reach = reach
        reach.endpoint = endpoint(reach.endpoint)
        for index in reach.trials.indices {
            reach.trials[index].failure = reach.trials[index].failure.map { cause($0) }
        }
        return reach
    }

    private mutating func trials(_ trials: HostFindings.Trials) -> HostFindings.Trials {
        var trials = trials
        trials.greeting.host = host(trials.greeting.host)
        trials.greeting.endpoint = endpoint(trials.greeting.endpoint)
        trials.greeting.strategy = strategy(trials.greeting.strategy)
        for index in trials.results.indices {
            if case .failed(let step, let cause) = trials.results[index].outcome {
                trials.results[index].outcome = .failed(step, self.cause(cause))
            }
        }
        return trials
    }

    private mutating func passage(_ passage: HostFindings.Passage) -> HostFindings.Passage {
        var passage = passage
        passage.endpoint = passage.endpoint.map { endpoint($0) }
        passage.strategy = passage.strategy.map { strategy($0) }
        for index in passage.requests.indices {
            passage.requests[index].url = url(passage.requests[index].url)
            passage.requests[index].failure = passage.requests[index].failure.map { error($0) }
            passage.requests[index].words = passage.requests[index].words.map { text($0) }
        }
        return passage
    }

    /// A strategy: the other name in it can be one that is hidden.
    mutating func strategy(_ strategy: ServerNameStrategy) -> ServerNameStrategy {
        if case .alter(let other) = strategy { return .alter(name(other)) }
        return strategy
    }
}

// MARK: - Failures

extension Redaction {
    /// A failure with all that led to it.
    mutating func error(_ error: NetworkError) -> NetworkError {
        NetworkError(
            step: error.step, host: name(error.host), endpoint: error.endpoint.map { endpoint($0) },
            strategy: error.strategy.map { strategy($0) }, cause: cause(error.cause),
            attempts: error.attempts.map { self.error($0) })
    }

    /// A cause; what somebody else has worded is read as words from the network.
    mutating func cause(_ cause: NetworkError.Cause) -> NetworkError.Cause {
        switch cause {
        case .proxyProtocol(let words): .proxyProtocol(text(words))
        case .certificate(let problem): .certificate(certificate(problem))
        case .tls(let words): .tls(text(words))
        case .protocolViolation(let words): .protocolViolation(text(words))
        case .redirect(let words): .redirect(text(words))
        case .outOfReach(let address): .outOfReach(address.map { self.address($0) })
        case .noSuchName, .noAnswer, .onlyForgedAnswers, .noAddressInFamily, .refused, .unreachable, .timedOut,
            .proxyRefused, .leftAlone, .resetAfterHello, .silenceAfterHello, .closedAfterHello, .alert, .reset,
            .closedEarly, .system, .allAttemptsFailed:
            cause
        }
    }

    /// A certificate's names. Where one of them is hidden its fingerprint is too, for public logs lead from it to the names.
    mutating func certificate(_ problem: NetworkError.CertificateProblem) -> NetworkError.CertificateProblem {
        var problem = problem
        let names = problem.names.map { name($0) }
        if names != problem.names { problem.fingerprint = nil }
        problem.names = names
        problem.reason = text(problem.reason)
        return problem
    }
}
