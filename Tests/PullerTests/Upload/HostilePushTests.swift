import LabNet
import NIOHTTP1
import Synchronization
import Testing

@testable import Puller

/// Registries that break their rules, networks that break, and sources that lie.
@Suite(.timeLimit(.minutes(1))) struct HostilePushTests {
    private static let repository = "mirror/team/app"
    private static let mebibyte = 1 << 20

    private func isThere(_ bench: PushBench, in registry: PushRegistry) -> Bool {
        registry.manifest("1", in: Self.repository) == bench.image.manifest.bytes
            && bench.image.manifest.layers.allSatisfy {
                registry.blob($0.digest, in: Self.repository) == bench.source.blobs[$0.digest]
            }
    }

    /// The layer is spoiled in its last bit: what is over there must never have been whole.
    @Test(arguments: [1000, 66 << 20]) func spoiledLayerDoesNotBecomeWhole(size: Int) async throws {
        let bench = try PushBench(layers: [size])
        let layer = bench.image.manifest.layers[0].digest
        let registry = PushRegistry()
        let error = await bench.failure {
            try await bench.push(from: bench.source.spoiling(layer), into: registry)
        }
        guard case .digestMismatch(expected: layer, _)? = error?.cause else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(registry.manifest("1", in: Self.repository) == nil)
        #expect(registry.requests.allSatisfy { $0.method != .PUT || $0.bytes < size })
        #expect(registry.count(.DELETE, "/blobs/uploads/") == 1)
    }

    @Test func breakInOneRequestIsGoneOnWithInChunks() async throws {
        let bench = try PushBench(layers: [3 * Self.mebibyte])
        let cuts = Mutex(1)
        let registry = PushRegistry { request, _ in
            guard request.method == .PUT, request.target.contains("digest=\(bench.image.manifest.layers[0].digest)"),
                cuts.withLock({ left in
                    defer { left = 0 }
                    return left == 1
                })
            else { return nil }
            return .cut(after: 500_000)
        }
        try await bench.push(into: registry)
        #expect(isThere(bench, in: registry))
        #expect(registry.count(.PATCH, "/uploads/") == 1)
    }

    /// Two chunks in all; the connection breaks in each of the first two requests, and the registry keeps what it got or not.
    @Test(arguments: [true, false]) func chunkThatBreaksIsGoneOnWithWhereTheRegistryStands(keeps: Bool) async throws {
        let bench = try PushBench(layers: [66 << 20])
        let patches = Mutex(0)
        let registry = PushRegistry { request, _ in
            guard request.method == .PATCH else { return nil }
            let number = patches.withLock { count in
                count += 1
                return count
            }
            guard number <= 2 else { return nil }
            return keeps ? .cut(after: 3_000_000) : .answer(500)
        }
        try await bench.push(into: registry)
        #expect(isThere(bench, in: registry))
        #expect(bench.source.asked.withLock { $0.count } == 1, "the source is read once")
        let starts = registry.requests.filter { $0.method == .PATCH }.map {
            $0.headers.first(name: "Content-Range")?.split(separator: "-").first.map(String.init)
        }
        #expect(starts.prefix(3) == (keeps ? ["0", "3000000", "6000000"] : ["0", "0", "0"]))
        #expect(!bench.bench.waits.withLock { $0.isEmpty })
    }

    @Test func uploadThatIsForgottenBeginsAnew() async throws {
        let bench = try PushBench(layers: [66 << 20])
        let hasForgotten = Mutex(false)
        let registry = PushRegistry { request, _ in
            let isSecond =
                request.method == .PATCH && request.headers.first(name: "Content-Range")?.hasPrefix("0-") != true
            let isNow = hasForgotten.withLock { done in
                defer { if isSecond { done = true } }
                return isSecond && !done
            }
            return isNow ? .answer(404) : nil
        }
        // It has forgotten for good: asking how far it came says so too.
        let forgetful = Forgetful(registry)
        try await bench.push(into: forgetful)
        #expect(isThere(bench, in: registry))
        #expect(bench.source.asked.withLock { $0.count } == 2)
    }

    /// Drops an upload as soon as a request for it was answered with 404.
    private final class Forgetful: HTTPExchanging {
        let registry: PushRegistry
        init(_ registry: PushRegistry) { self.registry = registry }

        func exchange<Value: Sendable>(
            _ request: HTTPRequest, _ receive: @Sendable (HTTPResponse) async throws -> Value
        ) async throws -> Value {
            try await registry.exchange(request) { response in
                if response.status == 404, request.method == .PATCH {
                    self.registry.state.withLock { $0.uploads = [:] }
                }
                return try await receive(response)
            }
        }
    }

    @Test func registryWithoutChunksGetsOneRequest() async throws {
        let bench = try PushBench(layers: [66 << 20])
        let registry = PushRegistry { request, _ in request.method == .PATCH ? .answer(405) : nil }
        try await bench.push(into: registry)
        #expect(isThere(bench, in: registry))
        #expect(registry.requests.contains { $0.method == .PUT && $0.bytes == 66 << 20 })
    }

    /// What a proxy in between with the usual limit of 1 MiB does.
    @Test func requestsThatAreTooLargeAreMadeSmaller() async throws {
        let bench = try PushBench(layers: [3 * Self.mebibyte + 5])
        let registry = PushRegistry(bodyLimit: Self.mebibyte)
        try await bench.push(into: registry)
        #expect(isThere(bench, in: registry))
        let sizes = registry.requests.filter { $0.method == .PATCH }.map(\.bytes)
        #expect(sizes.suffix(4) == [Self.mebibyte, Self.mebibyte, Self.mebibyte, 5])
    }

    @Test func registryThatWantsLargerChunksGetsThem() async throws {
        let bench = try PushBench(layers: [66 << 20])
        let registry = PushRegistry { request, _ in
            request.method == .POST ? .adorn(["OCI-Chunk-Min-Length": "\(20 << 20)"]) : nil
        }
        try await bench.push(into: registry)
        #expect(registry.requests.filter { $0.method == .PATCH }.map(\.bytes) == [20, 20, 20, 6].map { $0 << 20 })
        #expect(isThere(bench, in: registry))
    }

    @Test func tokenThatExpiresBetweenChunksIsReplaced() async throws {
        let bench = try PushBench(layers: [66 << 20])
        let patches = Mutex(0)
        let registry = PushRegistry(wantsToken: true) { request, _ in
            guard request.method == .PATCH else { return nil }
            let number = patches.withLock { count in
                count += 1
                return count
            }
            return number == 2 ? .expire : nil
        }
        try await bench.push(into: registry)
        #expect(isThere(bench, in: registry))
        #expect(registry.state.withLock(\.tokens) == 2)
        #expect(bench.source.asked.withLock { $0.count } == 1)
    }

    @Test func otherDigestThanOursIsAnError() async throws {
        let bench = try PushBench(layers: [10])
        let other = try Digester.digest(of: [1])
        for part in ["/blobs/uploads/", "/manifests/"] {
            let registry = PushRegistry { request, _ in
                request.method == .PUT && request.target.contains(part)
                    ? .adorn(["Docker-Content-Digest": "\(other)"]) : nil
            }
            let error = await bench.failure { try await bench.push(into: registry, jobs: 1) }
            guard case .digestMismatch(_, actual: other)? = error?.cause else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test(arguments: [
        "http://169.254.169.254/latest", "http://10.0.0.1/v2/upload", "ftp://127.0.0.1/", "http://user@127.0.0.1/",
    ]) func uploadIsNotLedIntoAnotherNetwork(location: String) async throws {
        let bench = try PushBench(layers: [10])
        let registry = PushRegistry { request, _ in
            request.method == .POST ? .adorn(["Location": location]) : nil
        }
        let error = await bench.failure { try await bench.push(into: registry) }
        guard case .malformed(let rule)? = error?.cause, rule.contains("Location") else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(registry.requests.allSatisfy { $0.origin.port == 5055 })
    }

    /// The bytes go where the registry says, its credential does not.
    @Test func otherHostSeesNoCredential() async throws {
        let bench = try PushBench(layers: [10])
        let registry = PushRegistry(wantsToken: true) { request, _ in
            request.method == .POST ? .adorn(["Location": "http://localhost:7777\(request.path)u1"]) : nil
        }
        let elsewhere = FakeHost { request in
            (request.authorization == nil ? 201 : 418, [:], "")
        }
        let both = Crossroads(registry, elsewhere)
        try await bench.push(into: both)
        let seen = both.seen.withLock(\.self)
        #expect(seen.count == 2)
        #expect(seen.allSatisfy { $0.authorization == nil && $0.target.contains("digest=sha256:") })
    }

    /// Sends what is for port 7777 to another host.
    private final class Crossroads: HTTPExchanging {
        let registry: PushRegistry
        let elsewhere: FakeHost
        let seen = Mutex<[(target: String, authorization: String?)]>([])

        init(_ registry: PushRegistry, _ elsewhere: FakeHost) {
            (self.registry, self.elsewhere) = (registry, elsewhere)
        }

        func exchange<Value: Sendable>(
            _ request: HTTPRequest, _ receive: @Sendable (HTTPResponse) async throws -> Value
        ) async throws -> Value {
            guard request.url.origin.port == 7777 else { return try await registry.exchange(request, receive) }
            seen.withLock { $0.append((request.url.target, request.authorization?.reveal())) }
            return try await elsewhere.exchange(request, receive)
        }
    }

    @Test func failuresThatPassAreWaitedOutAndOthersAreNot() async throws {
        let bench = try PushBench(layers: [10])
        let left = Mutex(2)
        let registry = PushRegistry { request, _ in
            guard request.method == .PUT, left.withLock({ $0 > 0 }) else { return nil }
            left.withLock { $0 -= 1 }
            return .answer(503)
        }
        try await bench.push(into: registry, jobs: 1)
        #expect(isThere(bench, in: registry))
        #expect(bench.bench.waits.withLock { $0.count } == 2)
        let refusing = PushRegistry { request, _ in request.method == .POST ? .answer(403) : nil }
        let error = await bench.failure { try await bench.push(into: refusing, jobs: 1) }
        #expect(error?.cause == .unauthorised(status: 403, "no"))
        #expect(refusing.count(.POST, "") == 1)
    }

    @Test func registryThatAlwaysBreaksIsGivenUp() async throws {
        let bench = try PushBench(layers: [2 * Self.mebibyte])
        let registry = PushRegistry { request, _ in
            request.method == .PUT || request.method == .PATCH ? .cut(after: 0) : nil
        }
        let error = await bench.failure { try await bench.push(into: registry, jobs: 1) }
        guard case .network? = error?.cause else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(registry.manifest("1", in: Self.repository) == nil)
    }

    /// More blobs at a time than there are threads to block.
    @Test func manyLargeBlobsAtATimeDoNotWaitForEachOther() async throws {
        let bench = try PushBench(layers: Array(repeating: 2 * Self.mebibyte, count: 12))
        let registry = PushRegistry(bodyLimit: Self.mebibyte)
        try await bench.push(into: registry, jobs: 12)
        #expect(isThere(bench, in: registry))
    }
}
