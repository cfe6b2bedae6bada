internal import ArgumentParser

/// The flags as they were typed, spelled by `GoSpelling` and not yet understood; each property is one of `Flag`.
///
/// ArgumentParser only takes the words apart. Values are read by `Invocation`, which has words of its own for bad ones.
struct Flags: ParsableArguments {
    @Option(parsing: .unconditional) var action: String?
    @Option(parsing: .unconditional) var image: String?
    @Option(parsing: .unconditional) var arch: String?
    @Option(name: .customLong("from-file"), parsing: .unconditionalSingleValue) var fromFile: [String] = []

    @Option(parsing: .unconditional) var report: String?
    @Option(parsing: .unconditional) var control: String?
    @Option(parsing: .unconditional) var noRedact = false

    @Option(parsing: .unconditional) var output: String?
    @Option(parsing: .unconditional) var format: String?
    @Option(parsing: .unconditional) var jobs: String?
    @Option(parsing: .unconditional) var foreign: String?
    @Option(parsing: .unconditional) var saveTime: String?
    @Option(parsing: .unconditional) var noClobber = false
    @Option(name: .customLong("as"), parsing: .unconditional) var nameInArchive: String?
    @Option(parsing: .unconditional) var keepIndex = false
    @Option(parsing: .unconditional) var load = false

    @Option(parsing: .unconditional) var username: String?
    @Option(parsing: .unconditional) var password: String?
    @Option(parsing: .unconditional) var passwordStdin = false
    @Option(parsing: .unconditionalSingleValue) var login: [String] = []
    @Option(parsing: .unconditionalSingleValue) var mirror: [String] = []
    @Option(parsing: .unconditional) var mirrorFallback = false
    @Option(parsing: .unconditional) var requireOrigin = false
    @Option(name: .customLong("plain-http"), parsing: .unconditional) var plainHTTP = false

    @Option(parsing: .unconditional) var to: String?
    @Option(parsing: .unconditional) var toUsername: String?
    @Option(parsing: .unconditional) var toPasswordStdin = false
    @Option(name: .customLong("to-plain-http"), parsing: .unconditional) var toPlainHTTP = false

    @Option(parsing: .unconditional) var retries: String?
    @Option(parsing: .unconditional) var timeout: String?
    @Option(parsing: .unconditional) var connections: String?
    @Option(parsing: .unconditional) var limitRate: String?
    @Option(parsing: .unconditional) var cacheSize: String?
    @Option(parsing: .unconditional) var noCache = false

    @Option(parsing: .unconditional) var lab = false
    @Option(parsing: .unconditional) var network: String?
    @Option(parsing: .unconditional) var sni: String?
    @Option(parsing: .unconditional) var hello: String?
    @Option(parsing: .unconditional) var mss: String?
    @Option(parsing: .unconditional) var proxy: String?
    @Option(parsing: .unconditionalSingleValue) var resolve: [String] = []
    @Option(parsing: .unconditional) var dnsServers: String?
    @Option(parsing: .unconditional) var dnsTimeout: String?
    @Option(parsing: .unconditional) var canary: String?
    @Option(parsing: .unconditional) var noCanary = false
    @Option(parsing: .unconditional) var forget = false
    @Option(parsing: .unconditional) var noMemory = false

    @Option(parsing: .unconditionalSingleValue) var trust: [String] = []
    @Option(name: .customLong("ca-file"), parsing: .unconditional) var authorityFile: String?
    @Option(name: .customLong("ca-dir"), parsing: .unconditional) var authorityFolder: String?

    @Option(parsing: .unconditional) var quiet = false
    /// `true` or `false`, but a file's name to `diagnose`.
    @Option(parsing: .unconditional) var json: String?
    @Option(parsing: .unconditional) var debug = false
    @Option(parsing: .unconditional) var log: String?
    @Option(parsing: .unconditional) var lang: String?

    @Argument var words: [String] = []

    /// Takes a command line apart.
    ///
    /// - Throws: `UsageError`, never the parser's own error.
    static func reading(_ words: [String]) throws(UsageError) -> Flags {
        try reading(spelled: GoSpelling.normalise(words))
    }

    /// The same, of words that `GoSpelling` has spelled anew.
    static func reading(spelled: [String]) throws(UsageError) -> Flags {
        do {
            return try parse(spelled)
        } catch {
            throw .parser(message(for: error))
        }
    }
}
