import Foundation
import LabNet
import NIOCore
import NIOHTTP1
import Synchronization

@testable import Puller

/// A registry in memory that stands where the transport would, and breaks its rules on demand.
final class FakeRegistry: HTTPExchanging {
    /// What it does to one response.
    enum Fault: Sendable {
        /// Another status, with a body and header fields.
        case status(Int, String = "", HTTPHeaders = [:])
        /// A reset after so many bytes of the body.
        case cut(after: Int)
        /// A clean end after so many bytes.
        case truncated(to: Int)
        /// The byte at this place with a bit turned over.
        case flipped(Int)
        /// More bytes than there should be.
        case longer
        /// Range is not honoured: 200 and the whole, or so much of it and a reset.
        case ignoresRange(cutAfter: Int? = nil)
        /// 206 with this Content-Range; none when nil.
        case claims(String?)
        /// 416.
        case unsatisfiable
        /// Another Content-Type; none when nil.
        case typed(String?)
        /// Another header field.
        case field(String, String)
        /// HEAD does not say how long the body would be.
        case unmeasured
        /// No response at all.
        case network(NetworkError.Cause, Step)
        /// The token is taken for expired.
        case expired
        /// Never answers, until it is cancelled.
        case silent
        /// After so many bytes it waits until this holds.
        case holds(after: Int, until: @Sendable () -> Bool)
        /// Sends one byte after another, and calls this before each.
        case drips(@Sendable () -> Void)
        /// This, and only where a part is asked for.
        indirect case ranged(Fault)
    }

    struct Request: Sendable {
        var method: HTTPMethod
        var origin: Origin
        var path: String
        var range: String?
        var authorization: String?
    }

    struct State {
        var contents: [String: Content] = [:]
        /// Faults by path: the first is for the next request, the last stays when `lasting`.
        var faults: [String: [Fault]] = [:]
        var lasting: Set<String> = []
        var requests: [Request] = []
        var tokens = 0
        /// By path, how the body stops for whoever asks for no part.
        var holds: [String: (count: Int, until: @Sendable () -> Bool)] = [:]
        /// Answers with 429 whoever comes while so many requests for the path are being answered.
        var crowds: [String: Int] = [:]
        var active: [String: Int] = [:]
        /// The most blobs that were being sent at a time.
        var peak = 0

        /// A request for this path is being answered from now on.
        ///
        /// - Returns: whether there are too many of them.
        mutating func begin(_ path: String) -> Bool {
            active[path, default: 0] += 1
            if path.contains("/blobs/") {
                peak = max(peak, active.filter { $0.key.contains("/blobs/") }.values.reduce(0, +))
            }
            return active[path, default: 0] > crowds[path] ?? .max
        }
    }

    /// What stands under a path, and its Content-Type.
    typealias Content = (bytes: [UInt8], type: String)

    let state = Mutex(State())
    let repository: String
    /// The WWW-Authenticate field that stands before everything; nil for an open registry.
    let challenge: String?
    /// The Authorization that is let in besides the newest token.
    let basic: String?
    let speaksTLS: Bool

    init(_ repository: String, challenge: String? = nil, basic: String? = nil, speaksTLS: Bool = true) {
        self.repository = repository
        self.challenge = challenge
        self.basic = basic
        self.speaksTLS = speaksTLS
    }

    func serve(_ bytes: [UInt8], as name: String, type: String) {
        state.withLock { $0.contents["/v2/\(repository)/\(name)"] = (bytes, type) }
    }

    func fail(_ name: String, method: HTTPMethod = .GET, with faults: Fault..., lasting: Bool = false) {
        let place = name.hasPrefix("/") ? name : "/v2/\(repository)/\(name)"
        let path = method == .HEAD ? "HEAD \(place)" : place
        state.withLock { state in
            state.faults[path] = faults
            if lasting { state.lasting.insert(path) } else { state.lasting.remove(path) }
        }
    }

    /// Whoever asks for no part waits after so many bytes until this holds.
    func plain(_ name: String, holdsAfter count: Int, until condition: @escaping @Sendable () -> Bool) {
        state.withLock { $0.holds["/v2/\(repository)/\(name)"] = (count, condition) }
    }

    var requests: [Request] { state.withLock { $0.requests } }

    func count(_ name: String) -> Int { requests.count { $0.path.hasSuffix(name) } }

    func exchange<Value: Sendable>(
        _ request: HTTPRequest, _ receive: @Sendable (HTTPResponse) async throws -> Value
    ) async throws -> Value {
        if request.url.origin.scheme == .https, !speaksTLS {
            throw NetworkError(step: .secure, host: "fake", cause: .tls("wrong version number"))
        }
        let path = String(request.url.target.prefix { $0 != "?" })
        let (content, planned) = state.withLock { take(request, for: path, &$0) }
        var fault = planned
        if case .silent? = fault { try await Task.sleep(for: .seconds(3600)) }
        let isCrowded = state.withLock { $0.begin(path) }
        defer { state.withLock { $0.active[path, default: 1] -= 1 } }
        if isCrowded { fault = .status(429) }
        if case .network(let cause, let step)? = fault {
            throw NetworkError(step: step, host: "fake", cause: cause)
        }
        return try await receive(Self.response(to: request, content: content, fault: fault))
    }

    /// Notes a request, and says what is asked for by it and what goes wrong with it.
    private func take(_ request: HTTPRequest, for path: String, _ state: inout State) -> (Content?, Fault?) {
        state.requests.append(
            Request(
                method: request.method, origin: request.url.origin, path: path,
                range: request.headers.first(name: "Range"), authorization: request.authorization?.reveal()))
        // HEAD has faults of its own, so that those of the content are not used up.
        let name = request.method == .HEAD ? "HEAD \(path)" : path
        var content = state.contents[path]
        var fault = state.faults[name]?.first
        if !state.lasting.contains(name), fault != nil { state.faults[name]?.removeFirst() }
        if path == "/token" {
            state.tokens += 1
            content = (Array(#"{"token":"t\#(state.tokens)"}"#.utf8), "application/json")
        } else if let challenge, path.hasPrefix("/v2/") {
            let welcome = [basic ?? "", "Bearer t\(state.tokens)"]
            let isExpired: Bool = if case .expired? = fault { true } else { false }
            if isExpired || !welcome.contains(request.authorization?.reveal() ?? "none") {
                // The fault was for a response that is not given yet.
                if let pending = fault, !isExpired, !state.lasting.contains(name) {
                    state.faults[name]?.insert(pending, at: 0)
                }
                fault = .status(401, #"{"errors":[{"message":"log in first"}]}"#, ["WWW-Authenticate": challenge])
            }
        }
        let asksForPart = request.headers.contains(name: "Range")
        if case .ranged(let inner)? = fault { fault = asksForPart ? inner : nil }
        if case .none = fault, !asksForPart, let hold = state.holds[path] {
            fault = .holds(after: hold.count, until: hold.until)
        }
        return (content, fault)
    }

    private static func response(
        to request: HTTPRequest, content: Content?, fault: Fault?
    ) -> HTTPResponse {
        func answer(_ status: Int, _ headers: HTTPHeaders, _ bytes: ArraySlice<UInt8>, cut: Bool = false)
            -> HTTPResponse
        {
            let body = request.method == .HEAD ? [] : bytes
            return HTTPResponse(
                status: status, headers: headers, url: request.url, body: HTTPBody(pieces(of: body, cut: cut)))
        }
        if case .status(let status, let words, let headers)? = fault {
            return answer(status, headers, Array(words.utf8)[...])
        }
        guard let content else {
            return answer(
                404, [:], Array(#"{"errors":[{"code":"UNKNOWN","message":"unknown to the fake"}]}"#.utf8)[...])
        }
        guard var asked = Asked(of: content, by: request) else { return answer(416, [:], []) }
        switch fault {
        case .cut(let count): return answer(asked.status, asked.headers, asked.part.prefix(count), cut: true)
        case .truncated(let count): return answer(asked.status, asked.headers, asked.part.prefix(count))
        case .holds(let count, let condition):
            return HTTPResponse(
                status: asked.status, headers: asked.headers, url: request.url,
                body: HTTPBody(HeldBody(bytes: asked.part, count: count, condition: condition)))
        case .drips(let act):
            return HTTPResponse(
                status: asked.status, headers: asked.headers, url: request.url,
                body: HTTPBody(
                    HeldBody(bytes: asked.part, count: 0, step: 1) {
                        act()
                        return true
                    }))
        case .ignoresRange(let count):
            return answer(
                200, ["Content-Type": content.type], asked.bytes.prefix(count ?? asked.bytes.count), cut: count != nil)
        case .unsatisfiable: return answer(416, [:], [])
        default: asked.suffer(fault)
        }
        if request.method == .HEAD { asked.sayLength(unless: fault) }
        return answer(asked.status, asked.headers, asked.part)
    }

    /// What was asked for of a content, before it goes out.
    private struct Asked {
        var status = 200
        var headers: HTTPHeaders
        var bytes: [UInt8]
        var place: Range<Int>

        var part: ArraySlice<UInt8> { bytes[place] }

        /// Nil for a Range that begins behind the end.
        init?(of content: Content, by request: HTTPRequest) {
            (bytes, headers, place) = (content.bytes, ["Content-Type": content.type], 0..<content.bytes.count)
            let ends =
                request.headers.first(name: "Range")?.dropFirst(6).split(separator: "-").map { Int($0) ?? 0 } ?? []
            guard let start = ends.first else { return }
            guard start < bytes.count else { return nil }
            place = start..<(ends.count > 1 ? min(bytes.count, ends[1] + 1) : bytes.count)
            headers.add(name: "Content-Range", value: "bytes \(start)-\(place.upperBound - 1)/\(bytes.count)")
            status = 206
        }

        mutating func suffer(_ fault: Fault?) {
            switch fault {
            case .flipped(let place): bytes[place] ^= 0x10
            case .longer:
                if place.upperBound == bytes.count { place = place.lowerBound..<bytes.count + 1 }
                bytes += [0]
            case .claims(let field):
                headers.remove(name: "Content-Range")
                if let field { headers.add(name: "Content-Range", value: field) }
                status = 206
            case .typed(let type):
                headers.remove(name: "Content-Type")
                if let type { headers.add(name: "Content-Type", value: type) }
            case .field(let name, let value): headers.replaceOrAdd(name: name, value: value)
            default: break
            }
        }

        mutating func sayLength(unless fault: Fault?) {
            if case .unmeasured? = fault { return }
            guard !headers.contains(name: "Content-Length") else { return }
            headers.add(name: "Content-Length", value: "\(bytes.count)")
        }
    }

    /// Pieces of odd sizes, as a network makes them.
    private static func pieces(of bytes: ArraySlice<UInt8>, cut: Bool) -> AsyncThrowingStream<ByteBuffer, any Error> {
        AsyncThrowingStream { continuation in
            var rest = bytes
            while !rest.isEmpty {
                continuation.yield(ByteBuffer(bytes: rest.prefix(16_001)))
                rest = rest.dropFirst(16_001)
            }
            continuation.finish(
                throwing: cut ? NetworkError(step: .exchange, host: "fake", cause: .reset) : nil)
        }
    }
}

extension FakeRegistry {
    /// The golden image, as 127.0.0.1:5055/lab/img1 with its two tags.
    static func golden(challenge: String? = nil, basic: String? = nil, speaksTLS: Bool = false) throws -> FakeRegistry {
        let registry = FakeRegistry("lab/img1", challenge: challenge, basic: basic, speaksTLS: speaksTLS)
        let folder = goldenFolder.appending(path: "image/blobs/sha256")
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            let bytes = try [UInt8](Data(contentsOf: folder.appending(path: name)))
            registry.serve(bytes, as: "blobs/sha256:\(name)", type: "application/octet-stream")
            for (digest, tag, type) in [
                (manifest, "single", MediaType.ociManifest), (index, "multi", MediaType.ociIndex),
                (armManifest, "arm", MediaType.ociManifest),
            ] where digest == name {
                registry.serve(bytes, as: "manifests/\(tag)", type: type)
                registry.serve(bytes, as: "manifests/sha256:\(digest)", type: type)
            }
        }
        return registry
    }

    static let goldenFolder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures/golden")
    static let manifest = "3b6dd43d4bcf33f342d679894ec1f8df46451bfb020e39fefcbdef1df27ebf62"
    static let armManifest = "ab0222ffe309cfac1c302e187e7f9982b18b6a386670323f64a1154950348645"
    static let index = "850d5e9f7c2836e933337fff285957c897bf3d9aa4ebb1ff44ecf2a24d41dbd0"
    static let config = "8967568ce43d05e662a18209cf861213de2b99d4b4f871225dd28e44246255d8"
    /// The layers of linux/amd64: the first, the empty one that occurs twice, and the one with odd bytes at its end.
    static let layers = [
        "92ccf165ec045f1b5877107e60b920a98fe7329a6cd84ca4a9ea3442fc36351f",
        "8564620f1ca97e2d67cda7086a6271585fd2eef5a44e617537e7c36ee7da3ead",
        "5659abb4123091f19e2406ddcb8a427d6241f9e6328b7a5a9414c7d2da81795d",
    ]
}

/// A body that stops for a while, or comes in pieces of a given size.
private struct HeldBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    let bytes: ArraySlice<UInt8>
    let count: Int
    var step = 16_001
    let condition: @Sendable () -> Bool

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(body: self, rest: bytes) }

    struct AsyncIterator: AsyncIteratorProtocol {
        let body: HeldBody
        var rest: ArraySlice<UInt8>

        mutating func next() async throws -> ByteBuffer? {
            guard !rest.isEmpty else { return nil }
            if body.bytes.count - rest.count >= body.count {
                while !body.condition() { try await Task.sleep(for: .milliseconds(1)) }
            }
            defer { rest = rest.dropFirst(body.step) }
            return ByteBuffer(bytes: rest.prefix(body.step))
        }
    }
}
