// The form in which a memory is kept: lines of words, under a line that holds their checksum.
//
//     docker-tar-lab memory 1 f0e1d2c3b4a59687
//     worked 1763737394123 registry.example 192.0.2.1 443 records+segments
//     burnt 1763737394123 registry.example 192.0.2.1 443 plain silence-after-hello 10000
//
// Times are milliseconds since 1970. No general format is needed for two kinds of line, so no general parser has to be
// trusted with what lies on a disk; and one wrong byte anywhere makes all of it void, where JSON would still be JSON.

extension RouteMemory {
    private static let title = "docker-tar-lab memory 1"

    /// The memory as it is kept. What has no word in this form is left out.
    func text() -> String {
        let lines =
            successes.sorted { $0.value.time > $1.value.time }.compactMap(Self.line)
            + penalties.sorted { $0.value.time > $1.value.time }.compactMap(Self.line)
        return Self.sealed(lines.map { $0 + "\n" }.joined())
    }

    /// Lines under their checksum.
    static func sealed(_ body: String) -> String { "\(title) \(checksum(of: body.utf8))\n\(body)" }

    /// Reads a memory that was kept; nil when anything is wrong with it.
    init?(text: some Collection<UInt8>) {
        guard let end = text.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let body = text[text.index(after: end)...]
        guard text[..<end].elementsEqual("\(Self.title) \(Self.checksum(of: body))".utf8) else { return nil }
        self.init()
        // The last line ends like all others, so that nothing stands behind the last cut.
        var lines = body.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.popLast()?.isEmpty == true else { return nil }
        for line in lines {
            guard read(String(decoding: line, as: UTF8.self)) else { return nil }
        }
    }

    private mutating func read(_ line: String) -> Bool {
        let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard words.count >= 6, let time = Duration(word: words[1]), let host = Host(words[2]),
            let address = IPAddress(words[3]), let port = UInt16(words[4])
        else { return false }
        let route = Route(endpoint: Endpoint(address: address, port: port))
        let strategy = ServerNameStrategy(word: words[5])
        switch words[0] {
        case "worked":
            guard let strategy, words.count == 6 else { return false }
            successes[Way(host: host, route: route)] = Success(strategy: strategy, proof: .whole, time: time)
        case "burnt":
            guard let strategy, let cause = NetworkError.Cause(words: words[6...]) else { return false }
            let failure = NetworkError(
                step: .secure, host: host.description, endpoint: route.endpoint, strategy: strategy, cause: cause)
            penalties[route] = Penalty(failure: failure, time: time)
        default: return false
        }
        return true
    }

    private static func line(_ way: Way, _ success: Success) -> String? {
        guard let strategy = success.strategy.word else { return nil }
        return "worked \(success.time.word) \(way.host) \(way.route.endpoint.words) \(strategy)"
    }

    private static func line(_ route: Route, _ penalty: Penalty) -> String? {
        let failure = penalty.failure
        // Where nobody said which hello it was, it was one with the name: nothing else is burnt.
        guard let host = Host(failure.host), let cause = failure.cause.words,
            let strategy = (failure.strategy ?? .plain).word
        else { return nil }
        return "burnt \(penalty.time.word) \(host) \(route.endpoint.words) \(strategy) \(cause)"
    }

    /// FNV-1a of 64 bits: two texts that differ in one byte never have the same. It is no defence against a forger, who
    /// would have to be this user.
    private static func checksum(of bytes: some Sequence<UInt8>) -> String {
        bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }.hexadecimal
    }
}

// MARK: Words

extension Duration {
    /// Whole milliseconds.
    fileprivate var word: String { String(components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000) }

    /// At most fifteen digits, which is thirty thousand years.
    fileprivate init?(word: String) {
        guard (1...15).contains(word.utf8.count), word.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int64(word)
        else { return nil }
        self = .milliseconds(number)
    }
}

extension Endpoint {
    fileprivate var words: String { "\(address) \(port)" }
}

extension ServerNameStrategy {
    private static let words: [(word: String, strategy: ServerNameStrategy)] = [
        ("plain", .plain), ("records", .records), ("segments", .segments),
        ("records+segments", .recordsAndSegments), ("disorder", .disorder), ("omit", .omit),
    ]

    fileprivate var word: String? { Self.words.first { $0.strategy == self }?.word }

    fileprivate init?(word: String) {
        guard let found = Self.words.first(where: { $0.word == word }) else { return nil }
        self = found.strategy
    }
}

extension NetworkError.Cause {
    /// The ways in which a connection is killed.
    fileprivate var words: String? {
        switch self {
        case .resetAfterHello: "reset-after-hello"
        case .silenceAfterHello(let limit): "silence-after-hello \(limit.word)"
        case .reset: "reset"
        case .timedOut(let limit): "timed-out \(limit.word)"
        default: nil
        }
    }

    fileprivate init?(words: ArraySlice<String>) {
        let limit = words.count == 2 ? words.last.flatMap { Duration(word: $0) } : nil
        switch (words.first, words.count, limit) {
        case ("reset-after-hello", 1, _): self = .resetAfterHello
        case ("silence-after-hello", 2, let limit?): self = .silenceAfterHello(limit)
        case ("reset", 1, _): self = .reset
        case ("timed-out", 2, let limit?): self = .timedOut(limit)
        default: return nil
        }
    }
}
