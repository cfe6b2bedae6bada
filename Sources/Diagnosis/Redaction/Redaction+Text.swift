internal import LabNet

// MARK: - Words from the network

extension Redaction {
    /// What the redaction leaves out without a pseudonym.
    static let gap = "…"

    /// Words from the network or the user, with everything hidden that looks as if it had to be.
    mutating func text(_ text: String) -> String {
        // The expressions below take their time with what is made to be long.
        let text = text.count > Self.longestText ? text.prefix(Self.longestText) + Self.gap : text
        var words = text.replacing(/[A-Za-z][A-Za-z0-9+.\-]*:\/\/[^\s"'<>\\^`{|}]+/) { url(String($0.output)) }
        words = Self.withoutSecrets(words)
        guard hidesIdentity else { return words }
        words = words.replacing(/(?:[A-Za-z0-9_\-]+\.)+[A-Za-z0-9_\-]+/) { match in
            let name = match.output.lowercased()
            return hides(name) ? self.name(name) : String(match.output)
        }
        for path in hiddenRepositories.sorted() {
            words = words.replacing(path, with: repository(path))
            for part in path.split(separator: "/") where part.count > 3 {
                words = Self.replacing(String(part), in: words, with: Self.gap)
            }
        }
        for word in hiddenWords { words = Self.replacing(word, in: words, with: name(word)) }
        return AddressText.replacing(in: words) { word(forForeign: $0) }
    }

    /// Words from the network are no longer than a few lines.
    private static let longestText = 2000

    /// Takes out what looks like a secret, a credential before a host, or somebody's home folder.
    private static func withoutSecrets(_ text: String) -> String {
        text
            .replacing(/(?i)\b(bearer|basic|digest|negotiate)(\s+)[A-Za-z0-9+\/=_.~\-]{6,}/) { match in
                "\(match.output.1)\(match.output.2)\(gap)"
            }
            .replacing(
                /(?i)\b([a-z0-9_\-]*(?:pass|passwd|password|pwd|token|secret|signature|sig|credential|apikey|api_key|authorization|cookie|session)[a-z0-9_\-]*"?\s*[=:]\s*"?)[^\s"'&;,<>]+/
            ) { match in "\(match.output.1)\(gap)" }
            .replacing(/[^\s:@\/"'=]+:[^\s@\/"']+@/) { _ in "\(gap)@" }
            .replacing(/\/(?:home|Users)\/[^\/\s"':]+/) { _ in "/home/\(gap)" }
            .replacing(/[A-Za-z0-9+=_\-]{24,}/) { match in
                match.output.contains(where: \.isNumber) ? gap[...] : match.output
            }
    }

    /// Replaces a word that stands by itself, in whatever case.
    private static func replacing(_ word: String, in text: String, with other: String) -> String {
        var result = ""
        var rest = text[...]
        while !rest.isEmpty {
            let gap = rest.prefix { !isPart($0) }
            let found = rest[gap.endIndex...].prefix(while: isPart)
            result += gap
            result += found.lowercased() == word ? other[...] : found
            rest = rest[found.endIndex...]
        }
        return result
    }

    private static func isPart(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || character == "-" || character == "_")
    }
}

// MARK: - URLs

extension Redaction {
    /// A URL without its user, query and fragment, its host and the telling parts of its path hidden.
    mutating func url(_ text: String) -> String {
        let text = text.prefix(Self.longestText)
        guard let mark = text.firstRange(of: "://") else { return self.text(String(text)) }
        let scheme = text[..<mark.upperBound]
        let authority = text[mark.upperBound...].prefix { !"/?#".contains($0) }
        let path = text[authority.endIndex...].prefix { !"?#".contains($0) }
        let place = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        let (name, port) = Self.parts(of: place)
        guard let known = Host(name) else { return scheme + Self.gap }
        let host = host(ofURL: known)
        return scheme + host.bracketed + port + self.path(path, isHidden: host != known)
    }

    /// Where a proxy is, by its URL or its bare place.
    mutating func proxy(_ text: String) -> String {
        let mark = text.firstRange(of: "://")
        let scheme = mark.map { text[..<$0.upperBound] } ?? ""
        let authority = (mark.map { text[$0.upperBound...] } ?? text[...]).prefix { !"/?#".contains($0) }
        let place = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        let (name, port) = Self.parts(of: place)
        guard let known = Host(name) else { return scheme + Self.gap }
        return scheme + proxy(known).bracketed + port
    }

    /// The host of `HOST`, `HOST:PORT` or `[HOST]:PORT`, and the colon with the port.
    private static func parts(of place: Substring) -> (host: Substring, port: Substring) {
        if place.hasPrefix("["), let end = place.firstIndex(of: "]") {
            let behind = place.index(after: end)
            return (place[..<behind], place[behind...])
        }
        guard let colon = place.lastIndex(of: ":"), place.firstIndex(of: ":") == colon else { return (place, "") }
        return (place[..<colon], place[colon...])
    }

    /// A path: that of a registry keeps its form, with its repository hidden; others lose their long segments, or all
    /// of themselves where the host is hidden.
    private mutating func path(_ path: Substring, isHidden: Bool) -> String {
        if path.isEmpty || path == "/" || path == "/v2/" || path == "/v2" { return String(path) }
        let segments = path.split(separator: "/").map(String.init)
        // A signature or a token is nobody's business in any report; a digest is what was asked for.
        guard hidesIdentity else {
            let all = segments.map { $0.hasPrefix("sha256:") ? $0 : Self.shortened($0) }
            return "/" + all.joined(separator: "/") + (path.hasSuffix("/") ? "/" : "")
        }
        let end = segments.firstIndex { ["manifests", "blobs", "tags", "referrers"].contains($0) }
        if segments.first == "v2", let end, end > 1 {
            let name = repository(segments[1..<end].joined(separator: "/"))
            let isPublic = name == segments[1..<end].joined(separator: "/")
            let rest = isPublic ? segments[end...].map(Self.shortened) : [segments[end], Self.gap]
            return "/v2/\(name)/" + rest.joined(separator: "/")
        }
        return isHidden ? "/" + Self.gap : "/" + segments.map(Self.shortened).joined(separator: "/")
    }

    /// A digest by its beginning; of what is as long, nothing: signatures stand in paths too.
    private static func shortened(_ segment: String) -> String {
        if segment.hasPrefix("sha256:") { return segment.prefix(19) + gap }
        return segment.count < 24 ? segment : gap
    }
}
