import Foundation
import Glibc
import Synchronization
import Testing

@testable import LabNet

/// What the connections of one run, and of several on one folder, know of each other.
@Suite struct DialMemoryTests {
    private let host = RouteMemoryTests.host
    private let route = RouteMemoryTests.route(1)
    private let other = RouteMemoryTests.route(2)
    private let failure = NetworkError(
        step: .secure, host: "a.example", endpoint: RouteMemoryTests.route(1).endpoint, strategy: .plain,
        cause: .silenceAfterHello(.seconds(10)))
    private let scratch: ScratchFolder
    private let file: MemoryFile
    private let clock = Hands()
    private let log = ObservationLog()

    /// A wall clock that tests set.
    private final class Hands: Sendable {
        private let time = Mutex(RouteMemoryTests.start)
        var now: Duration { time.withLock(\.self) }
        func move(by duration: Duration) { time.withLock { $0 += duration } }
    }

    init() throws {
        scratch = try ScratchFolder()
        file = MemoryFile(folder: scratch.path + "/docker-tar-lab")
    }

    /// The memory of a run.
    private func run(in file: MemoryFile? = nil) -> DialMemory {
        DialMemory(file: file ?? self.file, observer: Observer { [log] in log.add($0) }, now: { [clock] in clock.now })
    }

    private func known(to memory: DialMemory) async -> [Route: ServerNameStrategy] {
        let ways = await memory.whatWorked(for: host, port: 443)
        return Dictionary(uniqueKeysWithValues: ways.map { ($0.route, $0.strategy) })
    }

    @Test func nextRunBeginsWithWhatWorked() async {
        let first = run()
        await first.worked(.recordsAndSegments, for: host, on: route, proof: .whole)
        clock.move(by: .seconds(3600))
        let next = run()
        #expect(await known(to: next) == [route: .recordsAndSegments])
        #expect(await next.record(of: route, for: host).worked == .recordsAndSegments)
        #expect(await next.record(of: other, for: host) == RouteRecord())
        // What another run has proved, this one has yet to prove.
        #expect(await !next.isProven(.recordsAndSegments, for: host, on: route))
    }

    @Test func handshakesAloneAreNotKept() async {
        let first = run()
        await first.worked(.omit, for: host, on: route)
        #expect(await known(to: first) == [route: .omit])
        #expect(await known(to: run()) == [:])
    }

    @Test func whatBreaksOffIsNotKeptAnyLonger() async {
        let first = run()
        await first.worked(.omit, for: host, on: route, proof: .whole)
        let second = run()
        #expect(await known(to: second) == [route: .omit])
        clock.move(by: .seconds(1))
        await second.demoted(.omit, for: host, on: route)
        #expect(await known(to: second) == [:])
        #expect(await second.record(of: route, for: host).brokeOff == [.omit])
        #expect(await known(to: run()) == [:])
    }

    @Test func penaltySurvivesARestartAndForgetting() async throws {
        let first = run()
        await first.worked(.omit, for: host, on: other, proof: .whole)
        await first.burn(route, after: failure)
        clock.move(by: .seconds(100))
        #expect(await run().penalty(on: route) == failure)
        #expect(await run().penaltyLeft(on: route) == .seconds(80))
        clock.move(by: .seconds(80))
        #expect(await run().penalty(on: route) == nil)
    }

    @Test func forgettingIsForWhatWorked() async throws {
        let first = DialMemory(file: file)
        await first.worked(.omit, for: host, on: other, proof: .whole)
        await first.burn(route, after: failure)
        try await file.forget()
        let next = DialMemory(file: file)
        #expect(await known(to: next) == [:])
        #expect(await next.penalty(on: route) == failure)
        let left = try #require(await next.penaltyLeft(on: route))
        #expect(left <= RouteMemory.residual && left > RouteMemory.residual - .seconds(60))
    }

    @Test func penaltyOfAnotherProcessCountsAtOnce() async {
        let (one, two) = (run(), run())
        #expect(await two.penalty(on: route) == nil)
        await one.burn(route, after: failure)
        #expect(await two.penalty(on: route) == failure)
        await two.burn(other, after: failure)
        #expect(await one.penalty(on: other)?.cause == failure.cause)
    }

    /// The next run's clock against the first one's, in seconds.
    @Test(
        arguments: [
            (0, 180, true), (60, 120, true), (3600, nil, true), (40 * 24 * 3600, nil, false), (-5, 185, true),
            (-6, nil, false), (-3600, nil, false), (-100_000_000, nil, false),
        ] as [(Int, Int?, Bool)])
    func clockThatJumpsMakesNothingLastForEver(_ jump: Int, _ left: Int?, _ isKnown: Bool) async {
        let first = run()
        await first.burn(route, after: failure)
        await first.worked(.omit, for: host, on: other, proof: .whole)
        clock.move(by: .seconds(jump))
        let next = run()
        #expect(await next.penaltyLeft(on: route) == left.map { .seconds($0) })
        #expect(await known(to: next) == (isKnown ? [other: .omit] : [:]))
    }

    @Test func oneEventOnManyConnectionsCountsOnce() async {
        let memory = run()
        await memory.worked(.omit, for: host, on: route, proof: .stream)
        clock.move(by: .seconds(10))
        // Four connections of the last ten seconds break off together: one setback.
        for _ in 0..<4 { await memory.demoted(.omit, for: host, on: route, age: .seconds(10)) }
        #expect(await known(to: memory) == [:])
        #expect(await memory.record(of: route, for: host).worked == .omit)
        #expect(await !memory.isProven(.omit, for: host, on: route))
        clock.move(by: .seconds(2))
        await memory.demoted(.omit, for: host, on: route, age: .seconds(1))
        #expect(await memory.record(of: route, for: host).brokeOff == [.omit])
    }

    @Test func burntRouteIsKnownAsSuch() async {
        let (one, two) = (run(), run())
        await one.burn(route, after: failure)
        #expect(await two.record(of: route, for: host).isBurnt)
        #expect(await !two.record(of: other, for: host).isBurnt)
    }

    @Test func worksWithoutAPlaceToKeepAnything() async {
        let nowhere = run(in: MemoryFile(folder: "/nonexistent/.cache/docker-tar-lab"))
        for number in 1...3 as ClosedRange<UInt32> {
            await nowhere.worked(.omit, for: host, on: RouteMemoryTests.route(number), proof: .whole)
        }
        #expect(await known(to: nowhere).count == 3)
        let notices = log.all.compactMap { observation -> Observation.Notice? in
            if case .notice(let notice) = observation.event { notice } else { nil }
        }
        #expect(notices == [.memoryNotKept(errno: ENOENT)])
        let none = DialMemory()
        await none.worked(.omit, for: host, on: route, proof: .whole)
        #expect(await known(to: none) == [route: .omit])
    }

    @Test func runsThatWriteAtOnceLoseNothing() async {
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<20 as Range<UInt32> {
                let memory = run()
                group.addTask { [host, failure] in
                    await memory.worked(.omit, for: host, on: RouteMemoryTests.route(number), proof: .whole)
                    await memory.burn(RouteMemoryTests.route(number + 100), after: failure)
                }
            }
        }
        let next = run()
        #expect(await known(to: next).count == 20)
        for number in 0..<20 as Range<UInt32> {
            #expect(await next.penalty(on: RouteMemoryTests.route(number + 100)) != nil)
        }
    }
}
