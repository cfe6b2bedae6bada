internal import Glibc
internal import LabNet
internal import Puller

/// A command line, understood: what is to be done, on which way, and what is said of it.
struct Invocation: Sendable {
    /// What is to be done.
    enum Task: Sendable {
        case pull(PullRequest)
        case list(ImageReference, asJSON: Bool)
        case inspect(InspectRequest)
        case tags(ImageReference, asJSON: Bool)
        case sync(SyncRequest)
        case verify(VerifyRequest)
        case push(PushRequest)
        case convert(ConvertRequest)
        case diagnose(DiagnosisRequest)

        /// The images that registries are asked for.
        fileprivate var images: [ImageReference] {
            switch self {
            case .pull(let request): request.references
            case .list(let reference, _), .tags(let reference, _): [reference]
            case .inspect(let request): if case .image(let reference) = request.source { [reference] } else { [] }
            case .sync(let request): request.sync.images
            case .verify, .push, .convert, .diagnose: []
            }
        }
    }

    /// What is to be done.
    var task: Task
    /// Which registries are asked, and by whom.
    var access: RegistryAccess
    /// How content is fetched.
    var transfer: TransferOptions
    /// The way there.
    var transport: TransportConfiguration
    /// What an error's words depend on.
    var circumstances: Circumstances
    /// Whether only the path is printed, or the verdicts.
    var isQuiet: Bool
    /// Whether every step is printed.
    var showsSteps: Bool
    /// Where the log goes.
    var logPath: String?
    /// Whether what lab mode remembers is cleared first.
    var forgets: Bool
    /// What the user should know before it begins.
    var notices: [Sentence] = []

    /// Reads a command line.
    ///
    /// - Throws: `UsageError`.
    init(_ words: [String], in surroundings: Surroundings) throws(UsageError) {
        let spelled = try GoSpelling.normalise(words)
        try self.init(Flags.reading(spelled: spelled), GoSpelling.flags(in: spelled), in: surroundings)
    }

    private init(_ flags: Flags, _ given: [Flag], in surroundings: Surroundings) throws(UsageError) {
        try flags.refuseUnknownLanguage()
        let (action, words) = try flags.actionAndWords()
        try Flags.refuseForeign(given, to: action)
        var flags = flags
        // What a diagnosis looks at is what lab mode does.
        if action == .diagnose { flags.lab = true }
        transport = try flags.transport(in: surroundings)
        (task, notices) = try flags.task(action, words, over: transport, in: surroundings)
        access = try flags.access(to: task.images, in: surroundings)
        transfer = try flags.transfer(in: surroundings)
        circumstances = Circumstances(
            action: action, image: Self.subject(of: task, words), isLab: flags.lab,
            hasChosenStrategy: flags.sni.map { $0 != "auto" } ?? false, hasCredential: access.accounts.isTyped,
            hasMirror: access.hasMirrors, hasProxy: flags.mayUseProxy(in: surroundings.environment),
            refusesToReplace: flags.noClobber)
        isQuiet = flags.quiet
        showsSteps = flags.debug
        logPath = flags.log
        forgets = flags.forget
        if flags.password != nil { notices.append(.passwordIsVisible) }
        noteOutput()
    }

    /// What errors call it: as it was typed.
    private static func subject(of task: Task, _ words: [String]) -> String {
        switch task {
        case .pull, .sync:
            words.isEmpty ? task.images.map(\.familiar).joined(separator: " ") : words.joined(separator: " ")
        default: words.joined(separator: " ")
        }
    }

    /// Whether an image goes into a daemon.
    private var loads: Bool {
        switch task {
        case .pull(let request): if case .daemon = request.archive.output { true } else { false }
        case .convert(let request): if case .daemon = request.archive.output { true } else { false }
        default: false
        }
    }

    private mutating func noteOutput() {
        switch task {
        case .pull(let request):
            circumstances.writesToOutput = request.archive.output == .standardOutput
            let names = request.name.map { [$0] } ?? request.references
            if names.contains(where: { $0.tag == nil }) { notices.append(.loadsWithoutName) }
        case .convert(let request): circumstances.writesToOutput = request.archive.output == .standardOutput
        case .sync: break
        default: return
        }
        circumstances.keepsContent = transfer.cache != nil && !circumstances.writesToOutput && !loads
    }
}

extension Flags {
    /// What is to be done, and what should be known of it.
    fileprivate func task(
        _ action: Action, _ words: [String], over transport: TransportConfiguration, in surroundings: Surroundings
    ) throws(UsageError) -> (Invocation.Task, notices: [Sentence]) {
        let word = words.first ?? ""
        switch action {
        case .pull: return try pullTask(words, in: surroundings)
        case .sync:
            let (images, notices) = try images(words, in: surroundings)
            return (.sync(try sync(of: images, in: surroundings)), notices)
        case .list: return (.list(try Self.reference(word), asJSON: printsJSON), [])
        case .inspect: return (.inspect(try inspection(of: word)), [])
        case .tags: return (.tags(try Self.reference(word), asJSON: printsJSON), [])
        case .verify: return (.verify(VerifyRequest(paths: words, asJSON: printsJSON)), [])
        case .push: return (.push(try pushRequest(of: words, in: surroundings)), [])
        case .convert: return (.convert(try conversion(of: word, in: surroundings)), [])
        case .diagnose: return (.diagnose(try diagnosis(of: words, over: transport, in: surroundings)), [])
        }
    }
}

extension Invocation {
    /// Where progress is shown: on standard error where standard output is for something else.
    var progressDescriptor: Int32 {
        switch task {
        case .diagnose: STDERR_FILENO
        case .sync(let request) where request.asJSON: STDERR_FILENO
        case .verify(let request) where request.asJSON: STDERR_FILENO
        default: circumstances.writesToOutput ? STDERR_FILENO : STDOUT_FILENO
        }
    }

    /// Where the report of a diagnosis is printed.
    var reportDescriptor: Int32 {
        guard case .diagnose(let request) = task, request.json == .standardOutput else { return STDOUT_FILENO }
        return STDERR_FILENO
    }
}
