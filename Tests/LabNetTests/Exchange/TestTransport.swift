import Foundation
import Glibc
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import LabNet

/// Answers from a table, and keeps what it was asked.
final class TableResolver: NameResolving {
    private let table: [String: [Candidate]]
    private let log = Mutex<[String]>([])

    init(_ table: [String: [Candidate]]) { self.table = table }

    var asked: [String] { log.withLock(\.self) }

    func resolve(
        _ name: String, observe: Observer, found: @escaping @Sendable (Candidate) -> Void
    ) async throws {
        log.withLock { $0.append(name) }
        guard let all = table[name] else { throw NetworkError(step: .resolve, host: name, cause: .noSuchName) }
        for candidate in all { found(candidate) }
    }
}

/// The observations of one transport.
final class ObservationLog: Sendable {
    private let log = Mutex<[Observation]>([])
    var all: [Observation] { log.withLock(\.self) }
    func add(_ observation: Observation) { log.withLock { $0.append(observation) } }

    /// Every handshake: the endpoint, the strategy, and the failure.
    var handshakes: [(endpoint: Endpoint?, strategy: ServerNameStrategy, failure: NetworkError.Cause?)] {
        all.compactMap { observation in
            guard case .handshake(let strategy, _, let failure) = observation.event else { return nil }
            return (observation.endpoint, strategy, failure)
        }
    }

    /// The endpoints to which TCP connections were tried.
    var dialled: [Endpoint] {
        all.compactMap { observation in
            guard case .connected = observation.event else { return nil }
            return observation.endpoint
        }
    }
}

extension Transport {
    /// A transport for tests, closed to the machine's own environment.
    static func testing(
        _ configuration: TransportConfiguration = TransportConfiguration(),
        resolver: any NameResolving = TableResolver([:]), environment: [String: String] = [:],
        clock: any Clock<Duration> = ContinuousClock(), log: ObservationLog = ObservationLog()
    ) throws -> Transport {
        try Transport(
            configuration, resolver: resolver, environment: environment, clock: clock, observe: { log.add($0) })
    }

    /// The status and the text of a GET.
    func get(_ url: String, method: HTTPMethod = .GET, limit: Int = 1 << 20) async throws -> (status: Int, text: String)
    {
        let url = try #require(HTTPURL(url))
        return try await exchange(HTTPRequest(method: method, url: url)) { response in
            (response.status, String(buffer: try await response.body.collect(upTo: limit)))
        }
    }
}

/// How many TCP sockets of this process are connected, or connecting, to an endpoint. Other tests have endpoints of
/// their own.
func openSockets(to endpoint: Endpoint) throws -> Int {
    // As the kernel prints it: each word of four bytes in the machine's order.
    let bytes = endpoint.address.bytes
    let address = stride(from: 0, to: bytes.count, by: 4).map { index in
        let word = bytes[index..<index + 4].withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
        return String(word, radix: 16, uppercase: true).leftPadded(to: 8)
    }.joined()
    let remote = "\(address):\(String(endpoint.port, radix: 16, uppercase: true).leftPadded(to: 4))"
    var inodes: Set<String> = []
    for table in ["/proc/self/net/tcp", "/proc/self/net/tcp6"] {
        for line in try wholeFile(table).split(separator: "\n").dropFirst() {
            let fields = line.split(separator: " ")
            if fields[2] == remote { inodes.insert("socket:[\(fields[9])]") }
        }
    }
    let folder = "/proc/self/fd"
    return try FileManager.default.contentsOfDirectory(atPath: folder).count { name in
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)")).map(inodes.contains) ?? false
    }
}

/// How many are connected to a port of 127.0.0.1.
func openSockets(to port: UInt16) throws -> Int {
    try openSockets(to: Endpoint(address: .v4(0x7F00_0001), port: port))
}

extension String {
    fileprivate func leftPadded(to count: Int) -> String {
        String(repeating: "0", count: max(0, count - self.count)) + self
    }
}

/// A file of procfs, whose every read may be short; Foundation takes a short read for the end.
private func wholeFile(_ path: String) throws -> String {
    let file = try #require(fopen(path, "r"))
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk.prefix(count) }
    return String(decoding: bytes, as: UTF8.self)
}

/// The cause of a `NetworkError`.
func cause(_ body: () async throws -> some Any) async -> NetworkError.Cause? {
    do {
        _ = try await body()
        return nil
    } catch {
        return (error as? NetworkError)?.cause
    }
}
