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

    func candidates(for name: String, observe: Observer) async throws -> [Candidate] {
        log.withLock { $0.append(name) }
        guard let found = table[name] else { throw NetworkError(step: .resolve, host: name, cause: .noSuchName) }
        return found
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

/// How many sockets of this process are connected, or connecting, to a port. Other tests use other ports.
func openSockets(to port: UInt16) throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap(Int32.init).count { number in
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &address) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                getpeername(number, pointer, &length) == 0 && Endpoint(pointer)?.port == port
            }
        }
    }
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
