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
        case .credential(let problem): credential(problem, error.place)
        case .foreignRefused: [.withoutForeignLayers]
        case .onePlatformLayout: [.layoutOfAll]
        case .nameless: [.nameIt]
        case .sameName: [.otherPrefix]
        case .daemonAddress: [.unixSocket]
        case .noDaemon: [.startDaemon, .unixSocket]
        case .daemon: [.seeDaemonLog]
        case .folderLayout: [.folderFormat]
        case .severalImages: [.withoutName]
        case .noRoom: [.makeRoom]
        case .digestMismatch, .sizeMismatch, .diffIDMismatch, .undecodable:
            [.nothingWasKept] + (circumstances.hasMirror ? [.leaveMirror] : [])
        case .unreadableArchive: [.getArchiveAgain]
        case .unsupported: [circumstances.action == .pull ? .listFirst(circumstances.image) : .otherTag]
        case .disk where error.step == .stored: [.checkPath]
        case .disk(let errno): disk(errno)
        case .exists: [circumstances.refusesToReplace ? .allowReplacing : .otherOutput]
        case .network where error.step == .daemon: [.startDaemon, .unixSocket]
        case .network(let cause): Self.for(cause, circumstances)
        case .stale: [.leaveMirror]
        case .notVouched(let error): Self.for(error, circumstances) + [.withoutOrigin]
        case .allFailed(let errors): unique(errors.flatMap { Self.for($0, circumstances) })
        }
    }

    /// After a failure of the transport: judged by the causes of all attempts, not by the last alone.
    static func `for`(_ error: NetworkError, _ circumstances: Circumstances) -> [Sentence] {
        var advice: [Sentence] = []
        if circumstances.isLab, error.showsInterference(isLab: true) { advice += exhausted(error, circumstances) }
        let hasShownName = error.all.contains { $0.strategy?.carriesTrueName ?? false }
        for failure in error.all where !(hasShownName && failure.wantsName) {
            advice += self.advice(failure, circumstances)
        }
        // What a censor can have done, lab mode may undo; a host of one's own network no censor stands before.
        if !circumstances.isLab, error.all.contains(where: \.mayBeCensored) {
            advice.insert(.lab(circumstances), at: error.showsInterference ? 0 : advice.endIndex)
        }
        return unique(advice.isEmpty ? [.seeDebug] : advice)
    }

    private static func unique(_ advice: [Sentence]) -> [Sentence] {
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

    /// In lab mode, where every strategy that may be used has been tried.
    private static func exhausted(_ error: NetworkError, _ circumstances: Circumstances) -> [Sentence] {
        let causes = error.leaves.map(\.cause)
        if causes.contains(where: { if case .onlyForgedAnswers = $0 { true } else { false } }) {
            return [.otherResolvers, .giveAddress(error.host)]
        }
        let waits = causes.compactMap { if case .leftAlone(let wait) = $0 { wait } else { nil } }
        let isSilent = causes.contains { if case .silenceAfterHello = $0 { true } else { false } }
        // What is in its penalty is left alone whatever the strategy.
        let wait = waits.min().map { [Sentence.comeAgain($0)] } ?? []
        if circumstances.hasChosenStrategy { return wait + [.letItChoose] }
        return wait + (isSilent ? [.smallerHello] : []) + [.otherNetwork]
    }

    private static func advice(_ failure: NetworkError, _ circumstances: Circumstances) -> [Sentence] {
        switch failure.cause {
        // Whoever answers in a resolver's place is nobody to be trusted by hand.
        case .certificate where failure.step == .resolve: [.otherResolvers]
        case .certificate(let problem): certificate(problem, failure, circumstances)
        case .noSuchName: [.checkHost(failure.host)]
        case .noAnswer: circumstances.isLab ? [.otherResolvers, .giveAddress(failure.host)] : [.checkLine]
        case .noAddressInFamily: [.anyFamily]
        case .outOfReach(let address?) where Host(failure.host) != .address(address): [.allowAddress(failure.host)]
        case .outOfReach: [.otherRegistry]
        case .proxyRefused(407): [.proxyLogIn]
        case .proxyRefused, .proxyProtocol: [.checkProxy]
        case .refused where failure.step == .dial, .timedOut where failure.step == .dial:
            circumstances.hasProxy ? [.checkProxy] : [.checkServer(failure.host)]
        case .unreachable: [.checkLine]
        case .tls(let words) where isPlainHTTP(words): [.plainHTTP(failure.host)]
        case .alert, .closedAfterHello:
            circumstances.isLab && circumstances.hasChosenStrategy ? [.showName] : []
        case .leftAlone(let wait) where !circumstances.isLab: [.comeAgain(wait)]
        default: []
        }
    }

    private static func certificate(
        _ problem: NetworkError.CertificateProblem, _ failure: NetworkError, _ circumstances: Circumstances
    ) -> [Sentence] {
        if problem.isOnlyOutOfDate { return [.checkClock] }
        return (problem.fingerprint.map { [.pin(failure.host, $0)] } ?? []) + [.giveAuthority]
    }

    /// OpenSSL's words when the other side answers the ClientHello in plain HTTP.
    private static func isPlainHTTP(_ words: String) -> Bool {
        let words = words.lowercased()
        return ["wrong version number", "http request", "packet length too long"].contains { words.contains($0) }
    }

    private static func credential(_ problem: CredentialProblem, _ place: String) -> [Sentence] {
        switch problem {
        case .unreadable, .tooLarge, .malformed, .helperName: [.repairCredentials(place), .logIn]
        case .helperMissing: [.installHelper(place), .logIn]
        case .helperTimedOut, .helperFailed, .helperAnswer: [.tryHelper(place), .logIn]
        }
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

extension NetworkError {
    /// This failure and all that led to it.
    fileprivate var all: [NetworkError] { [self] + attempts.flatMap(\.all) }

    /// Whether the server declined, as those do who want their name; no news where it has been shown.
    fileprivate var wantsName: Bool {
        switch cause {
        case .alert, .closedAfterHello: true
        default: false
        }
    }

    /// Whether a censor can have caused it: a public host, and a cause that forged DNS or a box on the way brings about.
    fileprivate var mayBeCensored: Bool {
        guard case .name(let name)? = Host(host), !LocalName.matches(name) else { return false }
        return switch cause {
        case .noSuchName, .noAnswer, .refused, .timedOut, .unreachable, .reset, .closedEarly, .closedAfterHello, .tls,
            .outOfReach:
            true
        case .certificate(let problem): !problem.isOnlyOutOfDate
        default: showsInterference
        }
    }
}
