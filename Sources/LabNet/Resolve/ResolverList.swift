/// Whom lab mode asks, and where it asks although nobody listens. ``ResolverAddress`` says how one entry is written.
public struct ResolverList: Hashable, Sendable {
    /// Whom to ask, in the order of asking.
    public var resolvers: [ResolverAddress]
    /// Addresses where no resolver listens: whatever answers there is forged. At most one of each family.
    public var canaries: [Endpoint]
    /// Whether this machine's own resolver is asked as well where no answer of these can be believed. Who names resolvers
    /// for one run wants nobody else asked.
    public var fallsBackOnSystem: Bool

    /// Joins the parts.
    public init(resolvers: [ResolverAddress], canaries: [Endpoint] = [], fallsBackOnSystem: Bool = true) {
        self.resolvers = resolvers
        self.canaries = canaries
        self.fallsBackOnSystem = fallsBackOnSystem
    }

    /// Asks these over UDP, and no canary.
    package init(asking endpoints: [Endpoint]) {
        self.init(resolvers: endpoints.map { ResolverAddress($0) })
    }

    /// More than this many are refused: each costs sockets.
    package static let maximumCount = 100
}

// MARK: Reading

extension ResolverList {
    /// A place in a list, and what stands there.
    private typealias Entry = (place: ResolverListError.Place, text: Substring)

    /// Reads a file's text: one resolver a line, or `canary` and an address; `#` begins a comment, empty lines are
    /// skipped, repeated resolvers count once.
    package static func parse(file text: String) throws(ResolverListError) -> ResolverList {
        let lines = text.drop { $0 == "\u{FEFF}" }.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        let entries = lines.enumerated().map { index, line -> Entry in
            (.line(index + 1), trimmed(line.prefix { $0 != "#" }))
        }
        var resolvers: [Entry] = []
        var canaries: [Entry] = []
        for entry in entries where !entry.text.isEmpty {
            if let address = canary(in: entry.text) {
                canaries.append((entry.place, address))
            } else {
                resolvers.append(entry)
            }
        }
        let addresses = try parse(resolvers)
        return ResolverList(resolvers: addresses, canaries: try parse(canaries: canaries, beside: addresses))
    }

    /// Reads resolvers separated by commas, with or without blanks around them; an empty entry is an error.
    package static func parse(list text: String) throws(ResolverListError) -> ResolverList {
        ResolverList(resolvers: try parse(items(of: text)), fallsBackOnSystem: false)
    }

    /// Reads canaries separated by commas: addresses, one of each family, with a port where it is not 53.
    ///
    /// - Parameter resolvers: who is asked besides; none of them can be a canary.
    package static func parse(
        canaries text: String, beside resolvers: [ResolverAddress]
    ) throws(ResolverListError) -> [Endpoint] {
        try parse(canaries: items(of: text), beside: resolvers)
    }

    private static func parse(_ entries: [Entry]) throws(ResolverListError) -> [ResolverAddress] {
        var resolvers: [ResolverAddress] = []
        var seen: Set<ResolverAddress> = []
        for entry in entries {
            let resolver = try reading(entry) { text throws(ResolverListError.Problem) in
                try ResolverAddress(parsing: text)
            }
            if seen.insert(resolver).inserted { resolvers.append(resolver) }
            guard resolvers.count <= maximumCount else { throw error(.tooMany(limit: maximumCount), entry) }
        }
        guard !resolvers.isEmpty else { throw ResolverListError(place: .whole, text: "", problem: .empty) }
        return resolvers
    }

    private static func parse(
        canaries entries: [Entry], beside resolvers: [ResolverAddress]
    ) throws(ResolverListError) -> [Endpoint] {
        var canaries: [Endpoint] = []
        for entry in entries {
            let canary = try reading(entry) { text throws(ResolverListError.Problem) in
                let (address, port) = try Endpoint.parts(of: text)
                return Endpoint(address: address, port: port ?? ResolverAddress.defaultPort(of: .datagrams))
            }
            guard !canaries.contains(where: { $0.address.family == canary.address.family }) else {
                throw error(.secondCanary, entry)
            }
            guard !resolvers.contains(where: { $0.answersDatagrams(at: canary) }) else {
                throw error(.canaryIsResolver, entry)
            }
            canaries.append(canary)
        }
        return canaries
    }

    /// The rest of a line that begins with the word `canary`.
    private static func canary(in line: Substring) -> Substring? {
        let words = line.split(maxSplits: 1, whereSeparator: \.isWhitespace)
        return words.first == "canary" ? trimmed(words.dropFirst().first ?? "") : nil
    }

    private static func items(of text: String) -> [Entry] {
        text.split(separator: ",", omittingEmptySubsequences: false).enumerated().map { index, item in
            (.item(index + 1), trimmed(item))
        }
    }

    private static func reading<Value>(
        _ entry: Entry, _ read: (Substring) throws(ResolverListError.Problem) -> Value
    ) throws(ResolverListError) -> Value {
        do { return try read(entry.text) } catch { throw self.error(error, entry) }
    }

    private static func error(_ problem: ResolverListError.Problem, _ entry: Entry) -> ResolverListError {
        ResolverListError(place: entry.place, text: String(entry.text), problem: problem)
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}

extension ResolverAddress {
    /// Whether a resolver that is asked in whatever way probably listens there over UDP as well.
    fileprivate func answersDatagrams(at canary: Endpoint) -> Bool {
        endpoint == canary
            || isEncrypted && endpoint.address == canary.address && canary.port == Self.defaultPort(of: .datagrams)
    }
}
