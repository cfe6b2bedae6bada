internal import LabNet
internal import Puller

/// A command line, understood: what is to be done, on which way, and what is said of it.
struct Invocation: Sendable {
    /// What is to be done.
    enum Task: Sendable {
        case pull(PullRequest)
        case list(ImageReference, asJSON: Bool)
    }

    /// What is to be done.
    var task: Task
    /// Which registry is asked, and by whom.
    var access: RegistryAccess
    /// The way there.
    var transport: TransportConfiguration
    /// What an error's words depend on.
    var circumstances: Circumstances
    /// Whether only the path is printed.
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
        try self.init(Flags.reading(words), in: surroundings)
    }

    private init(_ flags: Flags, in surroundings: Surroundings) throws(UsageError) {
        try flags.refuseUnknownLanguage()
        let (action, image) = try flags.actionAndImage()
        try flags.refuseForeign(to: action)
        let reference: ImageReference
        do { reference = try ImageReference(parsing: image) } catch { throw .invalidImage(image, .reason(error)) }
        transport = try flags.transport(in: surroundings)
        access = try flags.access(in: surroundings)
        switch action {
        case .pull: task = .pull(try flags.request(for: reference, in: surroundings))
        case .list: task = .list(reference, asJSON: flags.json)
        }
        circumstances = Circumstances(
            action: action, image: image, isLab: flags.lab, hasChosenStrategy: flags.sni.map { $0 != "auto" } ?? false,
            hasCredential: access.credential != nil,
            hasMirror: access.mirror != nil, hasProxy: flags.mayUseProxy(in: surroundings.environment),
            refusesToReplace: flags.noClobber)
        isQuiet = flags.quiet
        showsSteps = flags.debug
        logPath = flags.log
        forgets = flags.forget
        if flags.password != nil { notices.append(.passwordIsVisible) }
        if case .pull(let request) = task {
            circumstances.writesToOutput = request.output == .standardOutput
            if (request.name ?? request.reference).tag == nil { notices.append(.loadsWithoutName) }
        }
    }
}
