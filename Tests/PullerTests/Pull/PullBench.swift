import Foundation
import LabNet
import Synchronization
import Testing

@testable import Puller

/// A folder, a clock that nobody waits for, and what a pull has reported.
final class PullBench: Sendable {
    let folder: URL
    /// The waits that the pull would have made.
    let waits = Mutex<[Duration]>([])
    let events = Mutex<[PullEvent]>([])
    /// Those waits that are no watching of a connection's speed.
    var patienceSpent: [Duration] { waits.withLock { $0.filter { $0 != RegistryClient.watch } } }

    /// How content is fetched.
    let transfer: TransferOptions

    /// - Parameters:
    ///   - cacheRoot: the folder in which the cache's is made; nil for no cache.
    init(connections: Int? = nil, retries: Int = 5, cacheRoot: String? = nil, limit: Int64 = 1 << 30) throws {
        var transfer = TransferOptions()
        (transfer.connections, transfer.retries) = (connections, retries)
        transfer.cache = cacheRoot.map { .init(folder: $0 + "/docker-tar-lab/blobs", limit: limit) }
        self.transfer = transfer
        folder = FileManager.default.temporaryDirectory.appending(path: "pull-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    /// Everything in the folder, hidden files as well.
    func files() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }

    func bytes(_ name: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: folder.appending(path: name))) }

    var patience: Patience {
        let clock = BenchClock(elapsed: Elapsed(), waits: { wait in self.waits.withLock { $0.append(wait) } })
        return Patience(policy: RetryPolicy(), clock: clock.pullClock)
    }

    /// A clock that somebody else can move on.
    func movingClock() -> (patience: Patience, advance: @Sendable (Duration) -> Void) {
        let elapsed = Elapsed()
        let clock = BenchClock(elapsed: elapsed, waits: { wait in self.waits.withLock { $0.append(wait) } })
        return (Patience(clock: clock.pullClock), { elapsed.advance($0) })
    }

    /// What came of a layer from an earlier run, by the events.
    var resumed: Int64 {
        events.withLock { events in
            events.reduce(0) { if case .resumed(_, let bytes) = $1 { $0 + bytes } else { $0 } }
        }
    }

    func puller(
        _ registry: FakeRegistry, access: RegistryAccess = RegistryAccess(), standardOutput: Int32 = -1
    ) -> Puller {
        Puller(
            transport: registry, access: access, patience: patience, transfer: transfer, standardOutput: standardOutput)
    }

    func request(
        _ name: String = "127.0.0.1:5055/lab/img1:single", platform: String = "amd64", to file: String = "out.tar",
        replacing: ArchiveRequest.Replacing = .anything, layout: ArchiveLayout = .docker(keepIndex: false)
    ) throws -> PullRequest {
        var request = PullRequest(
            reference: try ImageReference(parsing: name), platform: try Platform(parsing: platform),
            output: .file(path: path(file), replacing: replacing))
        request.archive.layout = layout
        return request
    }

    @discardableResult
    func pull(
        _ registry: FakeRegistry, _ request: PullRequest, access: RegistryAccess = RegistryAccess()
    ) async throws -> ArchiveResult {
        try await puller(registry, access: access).pull(request) { event in self.events.withLock { $0.append(event) } }
    }

    /// The cause with which a pull fails; the folder must be as it was.
    func cause(
        _ registry: FakeRegistry, _ request: PullRequest, access: RegistryAccess = RegistryAccess()
    ) async throws -> PullError.Cause? {
        let before = try files()
        defer { #expect((try? files()) == before, "something was left behind") }
        do {
            try await pull(registry, request, access: access)
            return nil
        } catch let error as PullError {
            return error.cause
        }
    }

    func golden(_ name: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: FakeRegistry.goldenFolder.appending(path: name)))
    }
}

/// A time that can be moved on.
private final class Elapsed: Sendable {
    private let time = Mutex(Duration.zero)
    var now: Duration { time.withLock(\.self) }
    func advance(_ wait: Duration) { time.withLock { $0 += wait } }
}

/// Time that passes only when somebody waits.
private final class BenchClock: Sendable {
    let elapsed: Elapsed
    let waits: @Sendable (Duration) -> Void

    init(elapsed: Elapsed, waits: @escaping @Sendable (Duration) -> Void) {
        self.elapsed = elapsed
        self.waits = waits
    }

    var pullClock: PullClock {
        PullClock(
            now: { self.elapsed.now }, secondsSince1970: { 784_111_740 + self.elapsed.now.components.seconds },
            sleep: { wait in
                try Task.checkCancellation()
                self.waits(wait)
                self.elapsed.advance(wait)
            }, random: { 1 })
    }
}

extension ArchiveResult {
    /// The only image.
    var image: ArchivedImage { images[0] }
}
