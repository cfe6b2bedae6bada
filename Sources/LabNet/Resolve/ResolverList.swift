/// Reads lists of resolvers: the format of `resolvers.default.txt`, and the value of `-dns-servers`.
///
/// An entry is an IPv4 or IPv6 literal, with a port where it is not 53: `1.1.1.1`, `1.1.1.1:5353`, `2001:db8::1`,
/// `[2001:db8::1]`, `[2001:db8::1]:5353`. An entry with a scheme (`tls://…`) is a resolver of a kind that is not spoken yet.
public struct ResolverList: Hashable, Sendable {
    /// Whom to ask, in the order of asking.
    public var resolvers: [ResolverAddress]
    /// Addresses where no resolver listens: whatever answers there is forged. At most one of each family is asked.
    public var canaries: [Endpoint]

    /// Joins the two.
    public init(resolvers: [ResolverAddress], canaries: [Endpoint] = []) {
        self.resolvers = resolvers
        self.canaries = canaries
    }

    /// Asks these over UDP, and no canary.
    package init(asking endpoints: [Endpoint]) {
        self.init(resolvers: endpoints.map { ResolverAddress($0) })
    }

    /// DNS over UDP and TCP (RFC 1035 4.2).
    package static let defaultPort: UInt16 = 53
    /// More than this many are not asked at once: each costs three sockets.
    package static let maximumCount = 100

    /// Reads a file's text: one entry a line, `#` begins a comment, empty lines are skipped, repeated entries count once.
    package static func parse(file text: String) throws(ResolverListError) -> ResolverList {
        let lines = text.drop { $0 == "\u{FEFF}" }.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        var entries: [(place: ResolverListError.Place, text: Substring)] = []
        for (index, line) in lines.enumerated() {
            let entry = trim(line.prefix { $0 != "#" })
            if !entry.isEmpty { entries.append((.line(index + 1), entry)) }
        }
        return try parse(entries)
    }

    /// Reads entries separated by commas, with or without blanks around them; an empty entry is an error.
    package static func parse(list text: String) throws(ResolverListError) -> ResolverList {
        let items = text.split(separator: ",", omittingEmptySubsequences: false)
        return try parse(items.enumerated().map { (place: .item($0.offset + 1), text: trim($0.element)) })
    }

    private static func parse(
        _ entries: [(place: ResolverListError.Place, text: Substring)]
    ) throws(ResolverListError) -> ResolverList {
        var resolvers: [Endpoint] = []
        var seen: Set<Endpoint> = []
        for (place, text) in entries {
            do {
                let resolver = try parse(entry: text)
                if seen.insert(resolver).inserted { resolvers.append(resolver) }
            } catch {
                throw ResolverListError(place: place, text: String(text), problem: error)
            }
            guard resolvers.count <= maximumCount else {
                throw ResolverListError(place: place, text: String(text), problem: .tooMany(limit: maximumCount))
            }
        }
        guard !resolvers.isEmpty else { throw ResolverListError(place: .whole, text: "", problem: .empty) }
        return ResolverList(resolvers: resolvers.map { ResolverAddress($0) })
    }

    private static func parse(entry text: Substring) throws(ResolverListError.Problem) -> Endpoint {
        guard !text.isEmpty else { throw .empty }
        let schemeAndRest = text.split(separator: ":", maxSplits: 1)
        if schemeAndRest.count == 2, schemeAndRest[1].hasPrefix("//") {
            throw .unknownScheme(String(schemeAndRest[0]))
        }
        if let address = IPAddress(text) { return try endpoint(address, port: nil) }
        if text.hasPrefix("["), let end = text.lastIndex(of: "]") {
            guard let address = IPAddress(text[..<end].dropFirst()), address.family == .ip6 else {
                throw .notAnAddress
            }
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { throw .badPort }
            return try endpoint(address, port: rest.isEmpty ? nil : rest.dropFirst())
        }
        guard let colon = text.lastIndex(of: ":"), let address = IPAddress(text[..<colon]), address.family == .ip4
        else {
            throw .notAnAddress
        }
        return try endpoint(address, port: text[text.index(after: colon)...])
    }

    private static func endpoint(
        _ address: IPAddress, port: Substring?
    ) throws(ResolverListError.Problem) -> Endpoint {
        guard address.canBeAsked else { throw .notUnicast }
        guard let port else { return Endpoint(address: address, port: defaultPort) }
        guard port.allSatisfy(\.isNumber), let number = UInt16(port), number > 0 else { throw .badPort }
        return Endpoint(address: address, port: number)
    }

    private static func trim(_ text: Substring) -> Substring {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}

/// Why a list of resolvers cannot be used, and where in it.
package struct ResolverListError: Error, Hashable, Sendable {
    /// The line or item at fault.
    package var place: Place
    /// What stands there, as it was given.
    package var text: String
    /// What is wrong with it.
    package var problem: Problem

    /// Where in a list something stands; both count from 1.
    package enum Place: Hashable, Sendable {
        /// A line of a file.
        case line(Int)
        /// An item between commas.
        case item(Int)
        /// No single entry.
        case whole
    }

    /// What can be wrong with an entry.
    package enum Problem: Error, Hashable, Sendable {
        /// There is nothing.
        case empty
        /// Neither an IPv4 nor an IPv6 literal; names are not allowed, for who should resolve them?
        case notAnAddress
        /// The unspecified address, a multicast one or a broadcast: nobody can be asked there.
        case notUnicast
        /// The port is not a number from 1 to 65535.
        case badPort
        /// A scheme that is not spoken.
        case unknownScheme(String)
        /// More resolvers than can be asked at once.
        case tooMany(limit: Int)
    }
}
