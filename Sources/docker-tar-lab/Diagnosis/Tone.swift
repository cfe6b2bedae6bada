internal import Diagnosis
internal import LabNet

/// How good a thing is, for colours; words always say it as well.
enum Tone: String, Hashable, Sendable {
    /// As it should be.
    case good
    /// Somebody interferes.
    case bad
    /// Neither: in doubt, declined, slow, or a failure without a culprit.
    case fair
    /// Nothing to tell.
    case faint
}

extension Condition {
    /// Green, red or amber.
    var tone: Tone {
        switch self {
        case .clear, .tunnel: .good
        case .dns, .sni, .ip, .tls, .frozen, .throttled, .mtu, .denied: .bad
        case .portal, .clock, .mirror, .proxy, .down, .offline: .fair
        }
    }
}

extension Track.Kind {
    /// The colour of a mark.
    var tone: Tone {
        switch self {
        case .forged: .bad
        case .doubtful: .fair
        case .genuine: .good
        case .disturbed: .faint
        }
    }
}

extension Track.State {
    /// The colour of a resolver's line.
    var tone: Tone {
        switch self {
        case .raced, .forged, .forger: .bad
        case .doubtful: .fair
        case .genuine: .good
        case .silent, .failed, .quiet: .faint
        }
    }
}

extension HostFindings.Source {
    /// The colour of an address.
    var tone: Tone {
        switch self {
        case .trusted, .given: .good
        case .doubtful, .system: .fair
        case .forged: .bad
        }
    }
}

extension Greeted.Outcome {
    /// The colour of a handshake's end. A control that shows its own certificate has been reached: the name passed.
    func tone(at place: HostFindings.Trials.Place) -> Tone {
        switch self {
        case .verified: .good
        case .failed(_, .certificate) where place == .control: .good
        case .failed(_, let cause): cause.tone
        }
    }
}

extension NetworkError.Cause {
    /// Red for what a box on the way does, amber for what a server may do as well.
    var tone: Tone {
        switch self {
        case .resetAfterHello, .silenceAfterHello, .certificate, .onlyForgedAnswers: .bad
        case .leftAlone: .faint
        default: .fair
        }
    }
}
