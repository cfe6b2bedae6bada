internal import LabNet
internal import Logging
internal import Puller

/// Writes down what happens: for `-log` everything, for `-debug` everything but the final error, which is said anyway.
struct Journal: Sendable {
    private let logger: Logger
    private let console: Console
    private let language: Language
    private let isQuiet: Bool

    init(console: Console, language: Language, toError: Bool, toFile: Bool, isQuiet: Bool) {
        self.console = console
        self.language = language
        self.isQuiet = isQuiet
        logger = Logger(label: "docker-tar-lab") { _ in
            JournalHandler(console: console, toError: toError, toFile: toFile)
        }
    }

    /// A step of the transport. Called from any thread.
    func observed(_ observation: Observation) {
        if case .notice(let notice) = observation.event {
            tell(.notice(notice))
        } else {
            write(.observation(observation), observation.failed ? .warning : .debug)
        }
    }

    /// An event of the pull. Called from any thread.
    func happened(_ event: PullEvent) {
        switch event {
        case .planned(let layers):
            write(.planned(layers.count, ByteCount.text(layers.map(\.size).sizeSum)))
        case .received, .assembling: break
        case .resumed(let layer, let bytes): write(.resumed(layer + 1, ByteCount.text(bytes)))
        case .cacheUnusable(let errno): tell(.cacheUnusable(.errno(errno)))
        case .verified(let layer): write(.verified(layer + 1), .debug)
        case .retrying(let layer, let attempt, let reason):
            write(.retrying(layer + 1, attempt: attempt, .cause(reason.cause)), .warning)
        case .rateLimit(let remaining):
            if remaining <= 10 { tell(.pullsLeft(remaining)) } else { write(.pullsLeft(remaining)) }
        case .passedOver(let error): tell(.passedOver(.attempted(error), error.deepest))
        case .vouchedByMirrorOnly(let error): tell(.vouchedByMirrorOnly(error.deepest))
        case .slow(let mirror, let rate): tell(.slow(mirror, ByteCount.text(Int64(rate))))
        }
    }

    /// An event of a push. Called from any thread.
    func happened(_ event: PushEvent) {
        switch event {
        case .planned(let name, let blobs):
            write(.planned(blobs.count, ByteCount.text(blobs.map(\.size).sizeSum)))
            write(.begins(.push, name.description), .debug)
        case .sent, .pushed: break
        case .settled(let blob, let arrival): write(.settled(blob + 1, arrival), .debug)
        case .retrying(let blob, let attempt, let reason):
            write(.sendingAgain(blob + 1, attempt: attempt, .cause(reason.cause)), .warning)
        }
    }

    /// What the user should know, unless he wants to hear nothing.
    func tell(_ notice: Sentence) {
        if !isQuiet { console.say([Sentence.notice(notice).text(in: language)], on: .error) }
        logger.log(
            level: .notice, "\(notice.text(in: language))", metadata: [JournalHandler.saidAlready: "\(!isQuiet)"])
    }

    /// A line of the log.
    func write(_ sentence: Sentence, _ level: Logger.Level = .info) {
        logger.log(level: level, "\(sentence.text(in: language))")
    }

    /// An error's report, which was said already.
    func failed(_ report: [String]) {
        for line in report { logger.error("\(line)") }
    }
}

extension Observation {
    /// Whether the step that it tells of failed.
    var failed: Bool {
        switch event {
        case .resolved(_, let failure?), .connected(let failure?), .proxied(_, let failure?),
            .handshake(_, _, let failure?), .exchanged(_, _, _, _, let failure?):
            failure != .allAttemptsFailed
        default: false
        }
    }
}

/// swift-log's end: one line an event, with its time in the file.
struct JournalHandler: LogHandler {
    /// Metadata of what stands on standard error already.
    static let saidAlready = "said"

    let console: Console
    let toError: Bool
    let toFile: Bool
    var logLevel: Logger.Level = .debug
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let line = "[\(Self.name(event.level))] \(event.message)"
        let wasSaid = event.level >= .error || event.metadata?[Self.saidAlready] == "true"
        if toError, !wasSaid { console.say([line], on: .error) }
        if toFile { console.say(["\(Timestamp.now) \(line)"], on: .log) }
    }

    /// The four levels that the log file knows.
    private static func name(_ level: Logger.Level) -> String {
        switch level {
        case .trace, .debug: "DEBUG"
        case .info, .notice: "INFO"
        case .warning: "WARNING"
        case .error, .critical: "ERROR"
        }
    }
}
