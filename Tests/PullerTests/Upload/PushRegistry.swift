import LabNet
import NIOCore
import NIOHTTP1
import Synchronization

@testable import Puller

/// A registry in memory that takes pushes, as the OCI distribution-spec has it, and breaks its rules on demand.
final class PushRegistry: HTTPExchanging {
    /// What it does in place of what it should.
    enum Act: Sendable {
        /// Answers so, and changes nothing.
        case answer(Int, HTTPHeaders = [:])
        /// Takes so many bytes of the body, and cuts the connection.
        case cut(after: Int)
        /// Does what it should, and answers with these fields besides, in place of its own.
        case adorn(HTTPHeaders)
        /// Takes the token for expired.
        case expire
    }

    struct Request: Sendable {
        var method: HTTPMethod
        var origin: Origin
        var target: String
        var headers: HTTPHeaders
        var authorization: String?
        var bytes: Int

        /// `PUT /v2/a/blobs/uploads/1?…`, without the host.
        var line: String { "\(method.rawValue) \(target)" }
        var path: String { String(target.prefix { $0 != "?" }) }
    }

    struct State {
        /// By `repository@digest`.
        var blobs: [String: [UInt8]] = [:]
        /// By `repository/name`.
        var manifests: [String: (bytes: [UInt8], type: String)] = [:]
        var uploads: [String: [UInt8]] = [:]
        var requests: [Request] = []
        var tokens = 0
        var scopes: [String] = []
    }

    let state = Mutex(State())
    /// Whether a Bearer token is wanted.
    let wantsToken: Bool
    /// No request may carry more; 413.
    let bodyLimit: Int
    private let conduct: @Sendable (Request, _ number: Int) -> Act?

    /// - Parameter conduct: is asked about each request; nil for what a registry does.
    init(
        wantsToken: Bool = false, bodyLimit: Int = .max,
        _ conduct: @escaping @Sendable (Request, _ number: Int) -> Act? = { _, _ in nil }
    ) {
        (self.wantsToken, self.bodyLimit, self.conduct) = (wantsToken, bodyLimit, conduct)
    }

    var requests: [Request] { state.withLock(\.requests) }

    /// The requests by a method, of those for blobs or manifests.
    func count(_ method: HTTPMethod, _ part: String) -> Int {
        requests.count { $0.method == method && $0.target.contains(part) }
    }

    func blob(_ digest: Digest, in repository: String) -> [UInt8]? {
        state.withLock { $0.blobs["\(repository)@\(digest)"] }
    }

    func manifest(_ name: String, in repository: String) -> [UInt8]? {
        state.withLock { $0.manifests["\(repository)/\(name)"]?.bytes }
    }

    func exchange<Value: Sendable>(
        _ request: HTTPRequest, _ receive: @Sendable (HTTPResponse) async throws -> Value
    ) async throws -> Value {
        if request.url.origin.scheme == .https {
            throw NetworkError(step: .secure, host: "fake", cause: .tls("wrong version number"))
        }
        var seen = Request(
            method: request.method, origin: request.url.origin, target: request.url.target, headers: request.headers,
            authorization: request.authorization?.reveal(), bytes: 0)
        let act = conduct(seen, state.withLock { $0.requests.count })
        let decision = early(seen, act)
        var body: [UInt8] = []
        var isCut = false
        if decision == nil {
            (body, isCut) = try await Self.read(request, act, limit: bodyLimit)
            seen.bytes = body.count
        }
        let (status, headers, content) = state.withLock { state -> (Int, HTTPHeaders, [UInt8]) in
            state.requests.append(seen)
            return decision ?? answer(seen, body, isWhole: !isCut, &state)
        }
        if isCut { throw NetworkError(step: .exchange, host: "fake", cause: .reset) }
        var all = headers
        if case .adorn(let fields)? = act {
            for field in fields { all.replaceOrAdd(name: field.name, value: field.value) }
        }
        let response = HTTPResponse(
            status: status, headers: all, url: request.url,
            body: HTTPBody(ByteBuffer(bytes: request.method == .HEAD ? [] : content)))
        return try await receive(response)
    }

    /// An answer that needs no body: the transport would end the sending.
    private func early(_ request: Request, _ act: Act?) -> (Int, HTTPHeaders, [UInt8])? {
        if case .answer(let status, let headers)? = act { return (status, headers, Array("no".utf8)) }
        if request.path == "/token" {
            return state.withLock { state in
                state.tokens += 1
                state.scopes.append(request.target)
                return (200, [:], Array(#"{"token":"t\#(state.tokens)"}"#.utf8))
            }
        }
        var isExpired = false
        if case .expire? = act { isExpired = true }
        guard wantsToken || isExpired else { return nil }
        let isLetIn = state.withLock { $0.tokens > 0 && request.authorization == "Bearer t\($0.tokens)" }
        guard !isLetIn || isExpired else { return nil }
        return (401, ["WWW-Authenticate": #"Bearer realm="http://127.0.0.1:5055/token",service="s""#], [])
    }

    /// The body, as far as it is taken.
    private static func read(
        _ request: HTTPRequest, _ act: Act?, limit: Int
    ) async throws -> (bytes: [UInt8], isCut: Bool) {
        var end = Int.max
        if case .cut(let count)? = act { end = count }
        switch request.body {
        case nil: return ([], end == 0)
        case .bytes(let bytes)?: return (Array(bytes.readableBytesView.prefix(end)), end < .max)
        case .stream(let stream)?:
            let sink = Sink(end: min(end, limit == .max ? .max : limit + 1))
            do {
                try await stream.produce(sink)
            } catch is HTTPSendingEnded {
                // As on a connection: whoever makes the body is not heard when it is not wanted.
            }
            let bytes = sink.bytes.withLock(\.self)
            if end == .max, bytes.count <= limit, let length = stream.length, length != bytes.count {
                throw HTTPBodyLengthMismatch(announced: length, actual: Int64(bytes.count))
            }
            return (bytes, end < .max)
        }
    }

    private final class Sink: HTTPBodyWriting {
        let bytes = Mutex<[UInt8]>([])
        let end: Int

        init(end: Int) { self.end = end }

        func write(_ piece: ByteBuffer) async throws { try take(Array(piece.readableBytesView)) }

        func write(_ piece: UnsafeRawBufferPointer) throws { try take(Array(piece)) }

        private func take(_ piece: [UInt8]) throws {
            try bytes.withLock { bytes in
                bytes += piece
                guard bytes.count >= end else { return }
                bytes = Array(bytes.prefix(end))
                throw HTTPSendingEnded()
            }
        }
    }
}

// MARK: What a registry does

extension PushRegistry {
    private func answer(
        _ request: Request, _ body: [UInt8], isWhole: Bool, _ state: inout State
    ) -> (Int, HTTPHeaders, [UInt8]) {
        guard request.path.hasPrefix("/v2/") else { return (404, [:], []) }
        if body.count > bodyLimit { return (413, [:], []) }
        let path = request.path.dropFirst("/v2/".count)
        if let range = path.firstRange(of: "/blobs/uploads/") {
            let id = String(path[range.upperBound...])
            return upload(request, String(path[..<range.lowerBound]), id, body, isWhole: isWhole, &state)
        }
        if let range = path.firstRange(of: "/blobs/") {
            let key = "\(path[..<range.lowerBound])@\(path[range.upperBound...])"
            return state.blobs[key].map { (200, [:], $0) } ?? (404, [:], [])
        }
        guard let range = path.firstRange(of: "/manifests/") else { return (200, [:], []) }
        let repository = String(path[..<range.lowerBound])
        let key = "\(repository)/\(path[range.upperBound...])"
        if request.method == .PUT { return put(body, as: key, in: repository, request, &state) }
        guard let found = state.manifests[key], let digest = try? Digester.digest(of: found.bytes) else {
            return (404, [:], [])
        }
        return (200, ["Docker-Content-Digest": "\(digest)", "Content-Type": found.type], found.bytes)
    }

    private func put(
        _ body: [UInt8], as key: String, in repository: String, _ request: Request, _ state: inout State
    ) -> (Int, HTTPHeaders, [UInt8]) {
        guard let digest = try? Digester.digest(of: body) else { return (400, [:], []) }
        let content = (bytes: body, type: request.headers.first(name: "Content-Type") ?? "")
        state.manifests[key] = content
        state.manifests["\(repository)/\(digest)"] = content
        return (201, ["Docker-Content-Digest": "\(digest)"], [])
    }

    private func upload(
        _ request: Request, _ repository: String, _ id: String, _ body: [UInt8], isWhole: Bool, _ state: inout State
    ) -> (Int, HTTPHeaders, [UInt8]) {
        let query = Self.query(request.target)
        func location(_ id: String) -> HTTPHeaders {
            let end = max(0, (state.uploads[id]?.count ?? 0) - 1)
            return ["Location": "/v2/\(repository)/blobs/uploads/\(id)?state=x", "Range": "0-\(end)"]
        }
        if request.method == .POST {
            if let digest = query["mount"], let bytes = state.blobs["\(query["from"] ?? "")@\(digest)"] {
                state.blobs["\(repository)@\(digest)"] = bytes
                return (201, ["Location": "/v2/\(repository)/blobs/\(digest)"], [])
            }
            let id = "u\(state.requests.count)"
            state.uploads[id] = []
            return (202, location(id), [])
        }
        guard var bytes = state.uploads[id] else { return (404, [:], []) }
        switch request.method {
        case .GET: return (204, location(id), [])
        case .DELETE:
            state.uploads[id] = nil
            return (204, [:], [])
        case .PATCH:
            let ends = request.headers.first(name: "Content-Range")?.split(separator: "-").compactMap { Int($0) } ?? []
            guard ends.first == bytes.count else { return (416, location(id), []) }
            bytes += body
            state.uploads[id] = bytes
            return (202, location(id), [])
        default:
            bytes += body
            guard isWhole, let said = query["digest"], let digest = try? Digester.digest(of: bytes),
                said == digest.description
            else { return (400, [:], Array(#"{"errors":[{"code":"DIGEST_INVALID"}]}"#.utf8)) }
            state.uploads[id] = nil
            state.blobs["\(repository)@\(digest)"] = bytes
            return (201, ["Docker-Content-Digest": "\(digest)"], [])
        }
    }

    private static func query(_ target: String) -> [String: String] {
        let pairs = target.drop { $0 != "?" }.dropFirst().split(separator: "&").map {
            $0.split(separator: "=", maxSplits: 1).map(String.init)
        }
        return Dictionary(pairs.filter { $0.count == 2 }.map { ($0[0], $0[1]) }) { $1 }
    }
}
