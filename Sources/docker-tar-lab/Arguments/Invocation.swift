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
        case diagnose(DiagnosisRequest)

        /// The one image that it is about; nil for a diagnosis.
        fileprivate var image: ImageReference? {
            switch self {
            case .pull(let request): request.references.first
            case .list(let reference, _), .tags(let reference, _): reference
            case .inspect(let request): request.reference
            case .diagnose: nil
            }
        }
    }

    /// What is to be done.
    var task: Task
    /// Which registry is asked, and by whom.
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
        let transport = try flags.transport(in: surroundings)
        let text = words.joined(separator: " ")
        switch action {
        case .pull: task = .pull(try flags.request(for: try Self.reference(text), in: surroundings))
        case .list: task = .list(try Self.reference(text), asJSON: flags.printsJSON)
        case .inspect: task = .inspect(try flags.inspection(of: Self.reference(text)))
        case .tags: task = .tags(try Self.reference(text), asJSON: flags.printsJSON)
        case .diagnose: task = .diagnose(try flags.diagnosis(of: words, over: transport, in: surroundings))
        }
        self.transport = transport
        access = try flags.access(to: task.image, in: surroundings)
        transfer = try flags.transfer(in: surroundings)
        circumstances = Circumstances(
            action: action, image: text, isLab: flags.lab, hasChosenStrategy: flags.sni.map { $0 != "auto" } ?? false,
            hasCredential: access.accounts.isTyped,
            hasMirror: !access.mirrors.isEmpty, hasProxy: flags.mayUseProxy(in: surroundings.environment),
            refusesToReplace: flags.noClobber)
        isQuiet = flags.quiet
        showsSteps = flags.debug
        logPath = flags.log
        forgets = flags.forget
        if flags.password != nil { notices.append(.passwordIsVisible) }
        if case .pull(let request) = task {
            circumstances.writesToOutput = request.archive.output == .standardOutput
            circumstances.keepsContent = transfer.cache != nil && !circumstances.writesToOutput
            if (request.name ?? request.references.first)?.tag == nil { notices.append(.loadsWithoutName) }
        }
    }

    private static func reference(_ text: String) throws(UsageError) -> ImageReference {
        do { return try ImageReference(parsing: text) } catch { throw .invalidImage(text, .reason(error)) }
    }
}

extension Invocation {
    /// Where progress is shown: on standard error where standard output is for something else.
    var progressDescriptor: Int32 {
        if case .diagnose = task { return STDERR_FILENO }
        return circumstances.writesToOutput ? STDERR_FILENO : STDOUT_FILENO
    }

    /// Where the report of a diagnosis is printed.
    var reportDescriptor: Int32 {
        guard case .diagnose(let request) = task, request.json == .standardOutput else { return STDOUT_FILENO }
        return STDERR_FILENO
    }
}
