import Synchronization
import Testing

@testable import LabNet

@Suite struct LookupCacheTests {
    private let found = [Candidate(address: .v4(1), trust: .trusted)]

    private final class Counter: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
        @discardableResult func increment() -> Int {
            count.withLock { count in
                count += 1
                return count
            }
        }
    }

    /// A gate that opens once.
    private final class Gate: Sendable {
        private let (stream, opening) = AsyncStream.makeStream(of: Never.self)
        func open() { opening.finish() }
        func pass() async throws {
            for await _ in stream {}
            try Task.checkCancellation()
        }
    }

    @Test func asksOnceForEverybodyWhoComesMeanwhileAndLater() async throws {
        let (cache, gate, lookups, found) = (LookupCache(), Gate(), Counter(), found)
        try await withThrowingTaskGroup(of: [Candidate].self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await cache.candidates(for: "a") {
                        lookups.increment()
                        try await gate.pass()
                        return found
                    }
                }
            }
            while lookups.value == 0 { await Task.yield() }
            gate.open()
            for try await candidates in group { #expect(candidates == found) }
        }
        #expect(try await cache.candidates(for: "a") { [] } == found)
        #expect(lookups.value == 1)
        let other = try await cache.candidates(for: "b") { [Candidate(address: .v4(2), trust: .trusted)] }
        #expect(other != found)
    }

    @Test func aFailureReachesThoseWhoWaitAndIsNotKept() async throws {
        let (cache, gate, lookups) = (LookupCache(), Gate(), Counter())
        let failure = NetworkError(step: .resolve, host: "a", cause: .noAnswer)
        let look: @Sendable () async throws -> [Candidate] = {
            lookups.increment()
            try await gate.pass()
            throw failure
        }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    await #expect(throws: failure) { try await cache.candidates(for: "a", look: look) }
                }
            }
            while lookups.value == 0 { await Task.yield() }
            gate.open()
        }
        #expect(try await cache.candidates(for: "a") { found } == found)
    }

    @Test func whenTheOneWhoLooksIsCancelledAnotherTakesOver() async throws {
        let (cache, gate, lookups, found) = (LookupCache(), Gate(), Counter(), found)
        let look: @Sendable () async throws -> [Candidate] = {
            let number = lookups.increment()
            if number == 1 { try await gate.pass() }
            return found
        }
        let first = Task { try await cache.candidates(for: "a", look: look) }
        while lookups.value == 0 { await Task.yield() }
        let second = Task { try await cache.candidates(for: "a", look: look) }
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        #expect(try await second.value == found)
        #expect(lookups.value == 2)
    }

    @Test func whoWaitsCanBeCancelledAlone() async throws {
        let (cache, gate, lookups, found) = (LookupCache(), Gate(), Counter(), found)
        let first = Task {
            try await cache.candidates(for: "a") {
                lookups.increment()
                try await gate.pass()
                return found
            }
        }
        while lookups.value == 0 { await Task.yield() }
        let second = Task { try await cache.candidates(for: "a") { [] } }
        second.cancel()
        await #expect(throws: CancellationError.self) { try await second.value }
        gate.open()
        #expect(try await first.value == found)
    }
}
