internal import Synchronization

/// Makes each lookup once: who asks for a name that is being looked up hears what that lookup finds, and what was found
/// is kept for its lifetime.
///
/// The first to ask looks in his own task; when he is cancelled, one of those who listen begins anew, and all know what
/// was found until then. When nobody is left, that much is kept: the next to ask is told at once, and looks again only
/// after ``patience``, for who has a good candidate usually cancels before. Failures are told and not kept.
final class LookupCache: Sendable {
    /// How long a lookup waits behind a trusted candidate that an interrupted one has left: time for one handshake abroad.
    static let patience = Duration.milliseconds(500)

    private let clock: any Clock<Duration>
    private let stopwatch: Stopwatch
    private let state = Mutex(State())

    /// - Parameter clock: measures lifetimes and patience.
    init(clock: any Clock<Duration>) {
        self.clock = clock
        stopwatch = Stopwatch(clock)
    }

    private struct State {
        var entries: [String: CacheEntry] = [:]
        var lastListener = 0
    }

    private enum Part {
        case told([Candidate])
        case looking([Candidate])
        case listening([Candidate], AsyncStream<CacheEntry.News>, id: Int)
    }

    /// Hands out what is known of a name, and what `look` finds where that is not enough; no candidate twice unless its
    /// trust has changed.
    ///
    /// - Throws: what `look` throws, a `NetworkError` only when there was no candidate; `CancellationError`.
    func resolve(
        _ name: String, found: @escaping @Sendable (Candidate) -> Void,
        look: (@escaping @Sendable (Finding) -> Void) async throws -> Void
    ) async throws {
        let told = Told(found)
        while true {
            try Task.checkCancellation()
            switch takePart(name) {
            case .told(let candidates):
                candidates.forEach(told.tell)
                return
            case .looking(let candidates):
                candidates.forEach(told.tell)
                return try await work(name, behind: candidates, told, look)
            case .listening(let candidates, let news, let id):
                candidates.forEach(told.tell)
                if try await isOver(news, told) { return }
                state.withLock { _ = $0.entries[name]?.listeners.removeValue(forKey: id) }
            }
        }
    }

    /// Keeps what somebody else's lookup has found.
    func keep(_ findings: [Finding], of name: String) {
        let now = stopwatch.elapsed
        state.withLock { state in
            state.entries[name, default: CacheEntry()].keep(findings.map { ($0.candidate, now + $0.lifetime) })
        }
    }

    private func takePart(_ name: String) -> Part {
        let now = stopwatch.elapsed
        return state.withLock { state in
            var entry = state.entries[name, default: CacheEntry()]
            defer { state.entries[name] = entry }
            entry.forget(expiredAt: now)
            let known = entry.known
            if entry.isRunning {
                state.lastListener += 1
                let (news, listener) = AsyncStream.makeStream(of: CacheEntry.News.self)
                entry.listeners[state.lastListener] = listener
                return .listening(known, news, id: state.lastListener)
            }
            if entry.isWhole { return .told(known) }
            entry.begin()
            return .looking(known)
        }
    }

    private func work(
        _ name: String, behind known: [Candidate], _ told: Told,
        _ look: (@escaping @Sendable (Finding) -> Void) async throws -> Void
    ) async throws {
        do {
            if known.contains(where: { $0.trust == .trusted }) { try await clock.sleep(for: Self.patience) }
            try await look { [self] finding in
                let expiry = stopwatch.elapsed + finding.lifetime
                state.withLock { $0.entries[name]?.add(finding.candidate, until: expiry) }
                told.tell(finding.candidate)
            }
            state.withLock { $0.entries[name]?.end(.found) }
        } catch let failure as NetworkError {
            state.withLock { $0.entries[name]?.end(.failed(failure)) }
            if told.isEmpty { throw failure }
        } catch {
            state.withLock { $0.entries[name]?.end(.abandoned) }
            throw error
        }
    }

    /// Passes on what another's lookup finds; false when that was abandoned, or this task is cancelled.
    private func isOver(_ news: AsyncStream<CacheEntry.News>, _ told: Told) async throws -> Bool {
        for await item in news {
            switch item {
            case .found(let candidate): told.tell(candidate)
            case .ended(.found): return true
            case .ended(.failed(let failure)):
                if told.isEmpty { throw failure }
                return true
            case .ended(.abandoned): return false
            }
        }
        return false
    }

    /// What one who asks has been told.
    private final class Told: Sendable {
        private let trust = Mutex<[IPAddress: Candidate.Trust]>([:])
        private let found: @Sendable (Candidate) -> Void

        init(_ found: @escaping @Sendable (Candidate) -> Void) { self.found = found }

        var isEmpty: Bool { trust.withLock(\.isEmpty) }

        func tell(_ candidate: Candidate) {
            let isNews =
                trust.withLock { $0.updateValue(candidate.trust, forKey: candidate.address) } != candidate.trust
            if isNews { found(candidate) }
        }
    }
}
