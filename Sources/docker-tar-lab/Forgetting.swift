internal import LabNet

/// `-forget`: what lab mode remembers is cleared. Endpoints in their penalty are left alone nevertheless.
struct Forgetting: Sendable {
    /// Where the memory is; nil where this user has no place for it.
    private let folder: String?

    /// Looks where the memory is by custom.
    init(environment: [String: String]) { folder = MemoryFile.customaryFolder(in: environment) }

    /// Whether a command line asks for this and for nothing else.
    ///
    /// - Throws: `UsageError`.
    static func isAll(_ words: [String]) throws(UsageError) -> Bool {
        let spelled = try GoSpelling.normalise(words)
        let isBare = spelled.last == "--" && Set(GoSpelling.flags(in: spelled)).isSubset(of: [.forget, .quiet, .lang])
        guard isBare, case let flags = try Flags.reading(words), flags.forget else { return false }
        try flags.refuseUnknownLanguage()
        return true
    }

    /// Clears it, before anything else is done.
    ///
    /// - Returns: the report of a failure; nil when all is well.
    func failure(in language: Language) async -> [String]? {
        do throws(MemoryFailure) {
            if let folder { try await MemoryFile(folder: folder).forget() }
            return nil
        } catch {
            return [ErrorReport.opening(.memoryFolder(folder ?? "", .errno(error.errno)), in: language)]
        }
    }

    /// What is said when it was all that was asked for.
    var sentence: Sentence { folder.map(Sentence.forgotten) ?? .nothingRemembered }
}
