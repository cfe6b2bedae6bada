import LabNet
import NIOCore
import Puller

/// Goes the way of a pull as far as a manifest and the beginning of one blob, over the transport's ordinary way.
struct RegistryExamination: Sendable {
    let target: Target
    let log: RequestLog
    let surroundings: Surroundings
    /// Is told of a token server that the registry names, where nothing is asked of it.
    let met: @Sendable (Origin, HostFindings.Role) -> Void

    /// Bytes of a blob after which there is nothing more to learn: boxes that freeze streams let 16 to 20 kB pass.
    static let sample = 256 << 10
    /// How long the sample takes at most when all is well.
    private static let usual = Duration.milliseconds(1500)
    /// How long a crawl is watched before it counts as one.
    private static let longest = Duration.seconds(6)
    /// How often a stream that stops is begun again: another address or hello may carry it.
    private static let streams = 3

    /// What came of it; nil where the target is no registry's, and its front page is all that is asked.
    ///
    /// - Throws: `CancellationError`.
    func run() async throws(CancellationError) -> RegistryFindings? {
        surroundings.progress(.host(target.origin, target.role, .registry))
        switch target.kind {
        case .host(let origin):
            try await frontPage(of: origin)
            return nil
        case .registry(let origin, let image): return try await registry(at: origin, image, mirror: nil)
        case .mirror(let origin, let image, let prefix):
            let place = "\(origin)" + (prefix.isEmpty ? "" : "/\(prefix)")
            var findings = try await registry(at: origin, image, mirror: try? RegistryMirror(parsing: place))
            findings.originDigest = try await attempt { try await originDigest(of: image) }.value
            return findings
        }
    }

    private func frontPage(of origin: Origin) async throws(CancellationError) {
        let isEnough = enough()
        _ = try await attempt {
            try await log.exchange(HTTPRequest(url: HTTPURL(origin: origin, target: "/"))) { response in
                var count = 0
                for try await piece in response.body {
                    count += piece.readableBytes
                    if isEnough(count) { return }
                }
            }
        }
    }

    private func registry(
        at origin: Origin, _ image: ImageReference?, mirror: RegistryMirror?
    ) async throws(CancellationError) -> RegistryFindings {
        var findings = RegistryFindings(isRegistry: false)
        let welcome = try await attempt { try await RegistryInquiry.knock(at: origin, over: log) }.value
        guard let welcome else { return findings }
        findings.isRegistry = welcome.status == 200 || welcome.status == 401
        findings.realm = welcome.realm
        if let server = welcome.tokenServer, server != origin { met(server, .tokenServer) }
        guard let image, findings.isRegistry else { return findings }
        let answer = try await attempt {
            let inquiry = try await RegistryInquiry(image, mirror: mirror, transport: log)
            return (inquiry, try await inquiry.image())
        }
        findings.isFalse = answer.isFalse
        guard let (inquiry, found) = answer.value else { return findings }
        (findings.digest, findings.pullsLeft) = ("\(found.digest)", found.pullsLeft)
        if mirror != nil, let config = found.config, config.size <= Int64(Self.sample) {
            findings.isFalse = try await attempt { try await inquiry.verify(config, upTo: Self.sample) }.isFalse
        }
        if let blob = found.blobs.first { try await sample(blob, by: inquiry) }
        return findings
    }

    private func sample(_ blob: Descriptor, by inquiry: RegistryInquiry) async throws(CancellationError) {
        for _ in 1...Self.streams {
            let isEnough = enough()
            if try await attempt({ try await inquiry.sample(blob, until: isEnough) }).value != nil { return }
            guard log.entries.last?.request.isCut == true else { return }
        }
    }

    private func originDigest(of image: ImageReference) async throws -> String {
        // Who the origin is says nothing of the mirror: its requests are nobody's passage.
        let inquiry = try await RegistryInquiry(image, mirror: nil, transport: surroundings.transport)
        return "\(try await inquiry.image().digest)"
    }

    /// Whether a sample that begins now has shown what it can.
    private func enough() -> @Sendable (Int) -> Bool {
        let since = surroundings.since
        let start = since.elapsed
        return { count in
            let elapsed = since.elapsed - start
            return count >= Self.sample || elapsed >= Self.longest
                || elapsed >= Self.usual && !StreamRate.isCrawl(bytes: count, in: elapsed)
        }
    }

    /// Keeps a failure: the log has it, with the server's words.
    private func attempt<Value: Sendable>(
        _ body: () async throws -> Value
    ) async throws(CancellationError) -> Result<Value, any Error> {
        do { return .success(try await body()) } catch {
            if error is CancellationError || Task.isCancelled { throw CancellationError() }
            return .failure(error)
        }
    }
}

extension Result where Failure == any Error {
    fileprivate var value: Success? { try? get() }

    /// Whether it failed by content that is not what it should be.
    fileprivate var isFalse: Bool {
        guard case .failure(let error as PullError) = self else { return false }
        return switch error.cause {
        case .digestMismatch, .sizeMismatch: true
        default: false
        }
    }
}

/// How fast a stream is.
enum StreamRate {
    /// Slower than this is a crawl, in bytes a second. Throttling by name has been measured at 130 to 150 kbit/s
    /// (Xue et al., "Throttling Twitter", IMC 2021).
    static let crawl = 24 << 10

    static func isCrawl(bytes: Int, in elapsed: Duration) -> Bool {
        Double(bytes) < Double(crawl) * (elapsed / .seconds(1))
    }
}

extension HostFindings.Request {
    /// Whether it broke off when the way to the server had been found: of a stream that freezes early not even the head may
    /// have come.
    var isCut: Bool { failure?.step == .exchange }
}

extension Target {
    /// What its own host is for.
    var role: HostFindings.Role {
        switch kind {
        case .registry: .registry
        case .mirror: .mirror
        case .host: .host
        }
    }
}
