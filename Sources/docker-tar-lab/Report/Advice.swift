internal import Glibc
internal import LabNet
internal import Puller

/// What to do next: a pure function of the error and its circumstances, the most promising first.
enum Advice {
    /// After a pull that failed above the transport.
    static func `for`(_ error: PullError, _ circumstances: Circumstances) -> [Sentence] {
        switch error.cause {
        case .notFound: [.checkName(circumstances.image)] + (circumstances.hasMirror ? [.leaveMirror] : [])
        case .noSuchPlatform(_, let available): [.takePlatform(available.first?.platform.listName)]
        case .unauthorised: [circumstances.hasCredential ? .checkPassword : .logIn, .checkName(circumstances.image)]
        case .rateLimited(_, let wait): [.comeAgain(wait)] + (circumstances.hasCredential ? [] : [.logInForMore])
        case .status(let status, _): status >= 500 ? [.comeAgain(nil)] : [.otherWay(circumstances)]
        case .malformed: [.isItARegistry] + (circumstances.hasMirror ? [.leaveMirror] : [])
        case .realmRefused: [.otherRegistry]
        case .digestMismatch, .sizeMismatch, .diffIDMismatch, .undecodable:
            [.nothingWasKept] + (circumstances.hasMirror ? [.leaveMirror] : [])
        case .unsupported: [circumstances.action == .pull ? .listFirst(circumstances.image) : .otherTag]
        case .disk(let errno): disk(errno)
        case .exists: [circumstances.refusesToReplace ? .allowReplacing : .otherOutput]
        case .network(let cause): Self.for(cause, circumstances)
        }
    }

    /// After a failure of the transport: judged by the causes of all attempts, not by the last alone.
    static func `for`(_ error: NetworkError, _ circumstances: Circumstances) -> [Sentence] {
        var advice: [Sentence] = []
        let leaves = error.leaves
        if error.showsInterference {
            advice += circumstances.isLab ? exhausted(error) : [.lab(circumstances)]
        }
        for leaf in leaves { advice += self.advice(leaf, circumstances) }
        if advice.isEmpty { advice = circumstances.isLab ? [.seeDebug] : [.checkLine, .lab(circumstances)] }
        var told: Set<Sentence> = []
        return advice.filter { told.insert($0).inserted }
    }

    /// After a certificate file that cannot be used.
    static func `for`(_ error: TrustError) -> [Sentence] {
        switch error {
        case .unreadable, .notCertificates: [.givePEM]
        case .clientKey: [.checkClientKey]
        case .library: [.seeDebug]
        }
    }

    /// In lab mode, where every strategy has been tried.
    private static func exhausted(_ error: NetworkError) -> [Sentence] {
        let isForgedDNS = error.leaves.contains { if case .onlyForgedAnswers = $0.cause { true } else { false } }
        return isForgedDNS ? [.otherResolvers, .giveAddress(error.host)] : [.otherNetwork]
    }

    private static func advice(_ leaf: NetworkError, _ circumstances: Circumstances) -> [Sentence] {
        switch leaf.cause {
        case .certificate(let problem): certificate(problem, leaf, circumstances)
        case .noSuchName: [.checkHost(leaf.host)] + (circumstances.isLab ? [] : [.lab(circumstances)])
        case .noAnswer: [circumstances.isLab ? .otherResolvers : .checkLine, .giveAddress(leaf.host)]
        case .noAddressInFamily: [.anyFamily]
        case .proxyRefused(407): [.proxyLogIn]
        case .proxyRefused, .proxyProtocol: [.checkProxy]
        case .tls(let words) where isPlainHTTP(words): [.plainHTTP(leaf.host)]
        case .alert, .closedAfterHello: circumstances.isLab ? [.showName] : []
        default: []
        }
    }

    private static func certificate(
        _ problem: NetworkError.CertificateProblem, _ leaf: NetworkError, _ circumstances: Circumstances
    ) -> [Sentence] {
        if problem.isOnlyOutOfDate { return [.checkClock] }
        var advice: [Sentence] = circumstances.isLab ? [] : [.lab(circumstances)]
        if let fingerprint = problem.fingerprint { advice.append(.pin(leaf.host, fingerprint)) }
        return advice + [.giveAuthority]
    }

    /// OpenSSL's words when the other side answers the ClientHello in plain HTTP.
    private static func isPlainHTTP(_ words: String) -> Bool {
        let words = words.lowercased()
        return ["wrong version number", "http request", "packet length too long"].contains { words.contains($0) }
    }

    private static func disk(_ errno: Int32) -> [Sentence] {
        switch errno {
        case ENOSPC, EDQUOT, EFBIG: [.makeRoom]
        case EACCES, EPERM, EROFS: [.writableFolder]
        case ENOENT, ENOTDIR: [.existingFolder]
        case ENAMETOOLONG: [.shorterName]
        default: [.otherOutput]
        }
    }
}
