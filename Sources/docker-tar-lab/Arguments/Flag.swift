/// The flags of the command line: the one table that spelling, parsing and help are held to.
enum Flag: String, CaseIterable, Sendable {
    // what to do, and with which images
    case action, image, arch
    case fromFile = "from-file"
    // a diagnosis
    case report, control
    case noRedact = "no-redact"
    // the archive
    case output, format, jobs, foreign
    case saveTime = "save-time"
    case noClobber = "no-clobber"
    case nameInArchive = "as"
    case keepIndex = "keep-index"
    case load
    // who asks, and whom
    case username, password, login, mirror
    case mirrorFallback = "mirror-fallback"
    case requireOrigin = "require-origin"
    case passwordStdin = "password-stdin"
    case plainHTTP = "plain-http"
    // where images are pushed
    case to
    case toUsername = "to-username"
    case toPasswordStdin = "to-password-stdin"
    case toPlainHTTP = "to-plain-http"
    // patience, and what is kept of an interrupted pull
    case retries, timeout, connections
    case limitRate = "limit-rate"
    case cacheSize = "cache-size"
    case noCache = "no-cache"
    // the way there
    case lab, network, sni, hello, mss, proxy, resolve
    case dnsServers = "dns-servers"
    case dnsTimeout = "dns-timeout"
    case canary
    case noCanary = "no-canary"
    // what is remembered of it
    case forget
    case noMemory = "no-memory"
    // whom to trust
    case trust
    case authorityFile = "ca-file"
    case authorityFolder = "ca-dir"
    // what is said, and how
    case quiet, json, debug, log, lang, version, help

    /// The flag as it is typed and as messages name it.
    var spelling: String { "-" + rawValue }

    /// Whether it is given with a value; the others are switches. What differs by action is told by `takesValue(for:)`.
    var takesValue: Bool {
        switch self {
        case .noClobber, .keepIndex, .passwordStdin, .plainHTTP, .lab, .noCanary, .forget, .noMemory, .noCache, .quiet,
            .json, .load, .noRedact, .debug, .toPasswordStdin, .toPlainHTTP, .mirrorFallback, .requireOrigin, .version,
            .help:
            false
        default: true
        }
    }

    /// Whether it is given with a value where this is to be done: `-json` is a switch to `list`, and names a file to
    /// `diagnose`.
    func takesValue(for action: Action?) -> Bool { takesValue || self == .json && action == .diagnose }

    /// The actions that know it.
    var actions: Set<Action> {
        switch self {
        case .action, .debug, .log, .lang, .version, .help: Set(Action.allCases)
        case .arch: [.pull, .inspect, .sync, .convert]
        case .image: Set(Action.allCases).subtracting([.verify, .push, .convert])
        case .fromFile: [.pull, .sync]
        case .output, .format, .noClobber, .keepIndex, .foreign, .saveTime: [.pull, .sync, .convert]
        case .load: [.pull, .convert]
        case .jobs: [.pull, .sync, .push, .convert]
        case .nameInArchive: [.pull, .push, .convert]
        case .to, .toUsername, .toPasswordStdin, .toPlainHTTP: [.pull, .sync, .push]
        case .connections, .limitRate, .cacheSize, .noCache: [.pull, .sync]
        case .quiet: Set(Action.allCases).subtracting([.list, .inspect, .tags])
        case .json: Set(Action.allCases).subtracting([.push, .convert])
        case .report, .control, .noRedact: [.diagnose]
        // A diagnosis tries the strategies itself, knows plain HTTP by its targets' URLs, and sends no credential.
        // It asks everything once, and has its own times.
        case .username, .password, .passwordStdin, .login, .mirrorFallback, .requireOrigin, .plainHTTP: Action.asking
        case .sni, .retries, .timeout: Action.asking.union([.push])
        case .mirror: Action.asking.union([.diagnose])
        default: Action.asking.union([.push, .diagnose])
        }
    }

    /// The flag that a word names without its dashes: the flag's own name, or `h`.
    init?(name: some StringProtocol) {
        self.init(rawValue: name == "h" ? "help" : String(name))
    }

    /// The flag that somebody probably meant by a name that is none: one or two letters away, the nearest first.
    static func nearest(to name: String) -> Flag? {
        let distances = allCases.map { (flag: $0, distance: editDistance(name.lowercased(), $0.rawValue)) }
        guard let nearest = distances.min(by: { $0.distance < $1.distance }) else { return nil }
        return nearest.distance <= min(2, name.count / 2) ? nearest.flag : nil
    }
}

/// What the command is asked to do.
enum Action: String, CaseIterable, Sendable {
    /// Write an archive of an image.
    case pull
    /// Print the platforms of an image.
    case list
    /// Print what an image is.
    case inspect
    /// Print the tags of a repository.
    case tags
    /// Bring many images into a folder, an OCI layout or a registry.
    case sync
    /// Say whether archives are what they say, and who loads them.
    case verify
    /// Bring archives into a registry.
    case push
    /// Write an archive in another layout.
    case convert
    /// Say what the network does to images' hosts.
    case diagnose
}

extension Action {
    /// Those that ask registries for images.
    static let asking: Set<Action> = [.pull, .list, .inspect, .tags, .sync]

    /// All of them, as a sentence names them.
    static func names(joinedBy last: String) -> String {
        let names = allCases.map(\.rawValue)
        return names.dropLast().joined(separator: ", ") + last + (names.last ?? "")
    }
}

/// How many letters must be put in, left out or changed to make one word of the other (Levenshtein).
func editDistance(_ one: String, _ other: String) -> Int {
    let other = Array(other)
    var row = Array(0...other.count)
    for (index, letter) in one.enumerated() {
        var diagonal = row[0]
        row[0] = index + 1
        for column in other.indices {
            let changed = diagonal + (letter == other[column] ? 0 : 1)
            diagonal = row[column + 1]
            row[column + 1] = min(changed, row[column] + 1, diagonal + 1)
        }
    }
    return row[other.count]
}
