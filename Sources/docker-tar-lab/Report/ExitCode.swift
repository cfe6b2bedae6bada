internal import Diagnosis
internal import Glibc
internal import LabNet
internal import Puller

/// How the command ends; documented in its help.
enum ExitCode: Int32, CaseIterable, Sendable {
    /// All is well.
    case done = 0
    /// A defect of ours.
    case `internal` = 1
    /// The command line cannot be read.
    case usage = 2
    /// No such image, tag or platform, or nothing that could be saved.
    case notFound = 3
    /// Not authorised.
    case notAuthorised = 4
    /// The network, or a server that does not do its work.
    case network = 5
    /// Forged DNS or killed TLS, and nothing got through.
    case interference = 6
    /// Content that is not what its digest or size says.
    case verification = 7
    /// The disk, or something in the way there.
    case disk = 8
    /// The registry allows no more pulls for now.
    case rateLimited = 9
    /// A diagnosis has found something in the way, and a way around it.
    case obstructed = 10
    /// SIGINT or SIGTERM.
    case interrupted = 130

    /// The code for an error; in lab mode a stranger's certificate counts as interference.
    init(_ error: any Error, isLab: Bool) {
        switch error {
        case is UsageError, is TrustError: self = .usage
        case is ReportFile.Unwritable: self = .disk
        case is CancellationError: self = .interrupted
        case let error as PullError: self.init(error.cause, isLab: isLab)
        case let error as NetworkError: self.init(error, isLab: isLab)
        default: self = .internal
        }
    }

    /// The code over several targets of a diagnosis: the worst counts, in the order 6, 10, 5, 0.
    init(worstOf assessments: [Assessment]) { self = ExitCode(rawValue: assessments.exitCode) ?? .internal }

    private init(_ cause: PullError.Cause, isLab: Bool) {
        switch cause {
        case .notFound, .noSuchPlatform, .unsupported, .foreignRefused: self = .notFound
        case .onePlatformLayout, .folderLayout, .severalImages, .nameless, .sameName, .daemonAddress: self = .usage
        case .unauthorised, .realmRefused, .credential: self = .notAuthorised
        case .rateLimited: self = .rateLimited
        case .status, .malformed, .daemon, .noDaemon: self = .network
        case .digestMismatch, .sizeMismatch, .diffIDMismatch, .undecodable, .unreadableArchive, .stale, .notVouched:
            self = .verification
        case .disk, .exists, .noRoom: self = .disk
        case .network(let error): self.init(error, isLab: isLab)
        case .allFailed(let errors): self = Self.common(errors.map { ExitCode($0.cause, isLab: isLab) })
        }
    }

    /// What several failures come to: what all have in common, else that something false was served, else the network.
    private static func common(_ codes: [ExitCode]) -> ExitCode {
        if let first = codes.first, codes.allSatisfy({ $0 == first }) { return first }
        if codes.isEmpty || codes.contains(.verification) { return .verification }
        return codes.contains(.interference) ? .interference : .network
    }

    private init(_ error: NetworkError, isLab: Bool) {
        self = error.showsInterference(isLab: isLab) ? .interference : .network
    }
}

extension NetworkError {
    /// Whether this failure or one of its attempts is a censor's work. A certificate that was refused is that only in lab
    /// mode, where the way to an address is searched for; elsewhere it is a registry with a certificate of its own.
    /// One that is merely out of date has the right name and issuer, and so is no stranger's (X509_V_ERR 9 and 10).
    func showsInterference(isLab: Bool) -> Bool {
        switch cause {
        case .onlyForgedAnswers, .leftAlone, .resetAfterHello, .silenceAfterHello: true
        case .certificate(let problem): isLab && !problem.isOnlyOutOfDate
        default: isLab && declinesEveryDisguise || attempts.contains { $0.showsInterference(isLab: isLab) }
        }
    }
}

extension NetworkError.CertificateProblem {
    /// Whether nothing is wrong but the time: not yet valid, or expired.
    var isOnlyOutOfDate: Bool { code == 9 || code == 10 }
}
