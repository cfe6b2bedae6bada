internal import ArgumentParser

/// The flags as they were typed, spelled by `GoSpelling` and not yet understood; each property is one of `Flag`.
///
/// ArgumentParser only takes the words apart. Values are read by `Invocation`, which has words of its own for bad ones.
struct Flags: ParsableArguments {
    @Option var action: String?
    @Option var image: String?
    @Option var arch: String?

    @Option var output: String?
    @Option var format: String?
    @Option var jobs: String?
    @Option var noClobber = false
    @Option(name: .customLong("as")) var nameInArchive: String?
    @Option var keepIndex = false

    @Option var username: String?
    @Option var password: String?
    @Option var passwordStdin = false
    @Option var mirror: String?
    @Option(name: .customLong("plain-http")) var plainHTTP = false

    @Option var lab = false
    @Option var network: String?
    @Option var sni: String?
    @Option var proxy: String?
    @Option(parsing: .unconditionalSingleValue) var resolve: [String] = []
    @Option var dnsServers: String?
    @Option var dnsTimeout: String?

    @Option(parsing: .unconditionalSingleValue) var trust: [String] = []
    @Option(name: .customLong("ca-file")) var authorityFile: String?
    @Option(name: .customLong("ca-dir")) var authorityFolder: String?

    @Option var quiet = false
    @Option var json = false
    @Option var debug = false
    @Option var log: String?
    @Option var lang: String?

    @Argument var words: [String] = []

    /// Takes a command line apart.
    ///
    /// - Throws: `UsageError`, never the parser's own error.
    static func reading(_ words: [String]) throws(UsageError) -> Flags {
        let spelled = try GoSpelling.normalise(words)
        do {
            return try parse(spelled)
        } catch {
            throw .parser(message(for: error))
        }
    }
}
