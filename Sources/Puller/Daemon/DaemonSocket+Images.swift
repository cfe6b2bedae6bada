internal import FoundationEssentials
public import LabNet
internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

/// Docker Engine's HTTP API as far as images go to and fro; podman speaks it too. No version is asked for, so that each
/// speaks its newest.
extension DaemonSocket {
    /// Who answers at the socket.
    ///
    /// - Throws: `PullError`; `CancellationError`.
    public func engine() async throws -> DaemonEngine {
        try await ask(HTTPRequest(url: url("/version"))) { response in
            try DaemonEngine(try await Self.text(of: response))
        }
    }

    /// Has the daemon load an archive that is made while it is sent, as a plain or compressed tar.
    ///
    /// - Parameter write: writes the archive, whole; `ArchiveStream(to:)` takes what it is given. What it throws comes
    ///   through, but for `HTTPSendingEnded`, which the daemon's answer explains.
    /// - Returns: the names that the daemon has given to what it has loaded, or IDs of what has no name.
    /// - Throws: `PullError`, `.daemon` with the daemon's own words; `CancellationError`.
    public func load(
        _ write: @escaping @Sendable (any HTTPBodyWriting) async throws -> Void
    ) async throws -> [String] {
        let isWhole = Whole()
        var request = HTTPRequest(
            method: .POST, url: url("/images/load?quiet=1"), headers: ["Content-Type": "application/x-tar"])
        request.body = .stream(
            HTTPBodyStream(length: nil) { body in
                try await write(body)
                isWhole.value.withLock { $0 = true }
            })
        let loaded = try await ask(request) { response in try DaemonReport(try await Self.text(of: response)).loaded() }
        guard isWhole.value.withLock(\.self) else { throw failure(.daemon("it has not read the whole archive")) }
        return loaded
    }

    /// Whether all has been written.
    private final class Whole: Sendable {
        let value = Mutex(false)
    }

    /// Has the daemon save images. An archive that it cannot finish it ends without a word, so that what has come must be
    /// read with care.
    ///
    /// - Parameters:
    ///   - names: of images, or their IDs.
    ///   - sink: gets the archive from its beginning on.
    /// - Returns: the size of the archive.
    /// - Throws: `PullError`: `.notFound` when there is no such image, `.daemon`, `.disk`; `CancellationError`.
    func save(_ names: [String], into sink: @escaping BlobSink) async throws -> Int64 {
        let query = names.map { "names=" + Self.encoded($0) }.joined(separator: "&")
        return try await withTaskExecutorPreference(.blocking) {
            try await ask(HTTPRequest(url: url("/images/get?" + query))) { response in
                var size: Int64 = 0
                for try await piece in response.body {
                    try piece.withUnsafeReadableBytes { try sink($0, size) }
                    size += Int64(piece.readableBytes)
                }
                return size
            }
        }
    }

    private func ask<Value: Sendable>(
        _ request: HTTPRequest, _ receive: @escaping @Sendable (HTTPResponse) async throws -> Value
    ) async throws -> Value {
        try await naming(.daemon, at: path) {
            try await transport.exchange(request) { response in
                guard response.status == 200 else {
                    let words = try await ServerWords.read(response)
                    if response.status == 404 { throw PullError.Cause.notFound(words) }
                    throw PullError.Cause.daemon(words.isEmpty ? "HTTP \(response.status)" : words)
                }
                return try await receive(response)
            }
        }
    }

    private func failure(_ cause: PullError.Cause) -> PullError {
        PullError(step: .daemon, place: path, cause: cause)
    }

    private func url(_ target: String) -> HTTPURL {
        HTTPURL(origin: Origin(scheme: .http, host: .name("localhost")), target: target)
    }

    private static func text(of response: HTTPResponse) async throws -> [UInt8] {
        Array(try await response.body.collect(upTo: 4 << 20).readableBytesView)
    }

    /// All but the unreserved characters (RFC 3986 2.3), and those of names that a query may hold.
    private static func encoded(_ name: String) -> String {
        name.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: "@"):
                String(UnicodeScalar(byte))
            default: "%" + [byte].hexadecimal.uppercased()
            }
        }.joined()
    }
}

/// A daemon, as it presents itself.
public struct DaemonEngine: Hashable, Sendable {
    /// `Docker`, `podman`.
    public var name: String
    /// Its release: `20.10.24`.
    public var version: String

    /// Reads the answer to `/version`.
    ///
    /// - Throws: `.malformed`.
    init(_ body: [UInt8]) throws(PullError.Cause) {
        guard let wire = try? JSONDecoder().decode(Wire.self, from: Data(body)) else {
            throw .malformed("the daemon's version is not JSON of the right shape")
        }
        let isPodman = wire.components?.contains { $0.name.lowercased().contains("podman") } == true
        (name, version) = (isPodman ? "podman" : "Docker", wire.version)
    }

    private struct Wire: Decodable {
        var version: String
        var components: [Component]?

        struct Component: Decodable {
            var name: String

            enum CodingKeys: String, CodingKey {
                case name = "Name"
            }
        }

        enum CodingKeys: String, CodingKey {
            case version = "Version"
            case components = "Components"
        }
    }
}

/// What a daemon says while it loads: JSON documents, one a line, under a status of 200 whatever happens.
struct DaemonReport: Hashable, Sendable {
    private var lines: [Line] = []

    private struct Line: Decodable, Hashable {
        var stream: String?
        var error: String?
        var errorDetail: Detail?

        struct Detail: Decodable, Hashable {
            var message: String?
        }
    }

    /// Reads all that it said; what is no JSON is left out.
    init(_ body: [UInt8]) {
        let decoder = JSONDecoder()
        lines = body.split(separator: UInt8(ascii: "\n")).compactMap {
            try? decoder.decode(Line.self, from: Data($0))
        }
    }

    /// The names and IDs of what it has loaded.
    ///
    /// - Throws: `.daemon` with its words when it failed.
    func loaded() throws(PullError.Cause) -> [String] {
        for line in lines {
            if let words = line.errorDetail?.message ?? line.error {
                throw .daemon(String(words.prefix(ServerWords.keptLimit)))
            }
        }
        // podman names all of them in one line.
        return lines.compactMap(\.stream).flatMap { $0.split(separator: "\n") }.flatMap { said -> [String] in
            for opening in ["Loaded image: ", "Loaded image ID: ", "Loaded image(s): "] where said.hasPrefix(opening) {
                return said.dropFirst(opening.count).split(separator: ",").map {
                    String($0.drop { $0 == " " }.prefix { $0 != " " && $0 != "\r" })
                }
            }
            return []
        }
    }
}
