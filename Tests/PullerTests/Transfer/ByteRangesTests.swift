import Testing

@testable import Puller

@Suite struct ByteRangesTests {
    @Test(
        arguments: [
            ([0..<5, 5..<9], [0..<9]), ([5..<9, 0..<5], [0..<9]), ([0..<2, 4..<6], [0..<2, 4..<6]),
            ([4..<6, 0..<2, 1..<5], [0..<6]), ([0..<9, 2..<3], [0..<9]), ([2..<3, 0..<9], [0..<9]), ([3..<3], []),
            ([0..<1, 2..<3, 4..<5, 1..<4], [0..<5]),
        ] as [([Range<Int64>], [Range<Int64>])])
    func partsBecomeOneWhereTheyTouch(_ added: [Range<Int64>], _ parts: [Range<Int64>]) {
        var ranges = ByteRanges()
        for part in added { ranges.insert(part) }
        #expect(ranges.parts == parts)
        #expect(ranges.count == parts.reduce(0) { $0 + Int64($1.count) })
    }

    /// Held against a plain set of numbers, through a thousand steps.
    @Test func agreesWithASetOfNumbers() {
        var (state, ranges, set) = (UInt64(1), ByteRanges(), Set<Int64>())
        func next(_ limit: UInt64) -> Int64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int64((state >> 33) % limit)
        }
        for step in 0..<1000 {
            if step % 50 == 0 { (ranges, set) = (ByteRanges(), []) }
            let start = next(60)
            let part = start..<start + next(9)
            ranges.insert(part)
            set.formUnion(part)
            let (lower, place) = (next(60), next(60))
            let whole = lower..<lower + next(20)
            #expect(Set(ranges.missing(in: whole).flatMap { Array($0) }) == Set(whole).subtracting(set))
            #expect(ranges.count == Int64(set.count))
            #expect(ranges.end(from: place) == (place...100).first { !set.contains($0) })
        }
    }
}

@Suite struct TokenBucketTests {
    /// A thousand bytes a second: 250 may pass at once.
    @Test func whatPassesBeyondTheRateIsPaidForByWaiting() {
        var bucket = TokenBucket(rate: 1000, now: .zero)
        #expect(bucket.take(250, now: .zero) == .zero)
        #expect(bucket.take(1000, now: .zero) == .seconds(1))
        #expect(bucket.take(500, now: .seconds(1)) == .milliseconds(500))
        #expect(bucket.take(0, now: .seconds(1.5)) == .zero)
        // No more is saved up than a quarter of a second's worth.
        #expect(bucket.take(1250, now: .seconds(60)) == .seconds(1))
    }

    @Test func aClockThatStandsStillOrGoesBackGivesNothing() {
        var bucket = TokenBucket(rate: 1000, now: .seconds(5))
        #expect(bucket.take(350, now: .seconds(5)) == .milliseconds(100))
        #expect(bucket.take(0, now: .seconds(4)) == .milliseconds(100))
    }

    /// What several connections bring together takes as long as the rate says.
    @Test func holdsForAllConnectionsTogether() async throws {
        let bench = try PullBench()
        let (patience, _) = bench.movingClock()
        let limit = RateLimit(bytesPerSecond: 1_000_000, clock: patience.clock)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask { for _ in 0..<100 { try await limit.pass(16_384) } }
            }
            try await group.waitForAll()
        }
        // 400 pieces less what may pass at once.
        let least = Duration.seconds((400.0 * 16_384 - 250_000) / 1_000_000)
        #expect(patience.clock.now() > least - .milliseconds(1))
    }
}

@Suite struct PaceTests {
    @Test(
        arguments: [
            ([(1, 59)], false), ([(1, 60)], true), ([(4096, 600)], false), ([(4095, 30), (0, 30)], true),
            ([(2048, 50), (2048, 50), (4095, 59)], false), ([(1, 20), (1, 20), (1, 20)], true),
        ] as [([(Int, Int)], Bool)])
    func tellsCrawlingFromSlow(_ pieces: [(Int, Int)], _ isCrawling: Bool) {
        var pace = Pace()
        var verdict = false
        for (count, seconds) in pieces { verdict = pace.isCrawling(count, after: .seconds(seconds)) }
        #expect(verdict == isCrawling)
    }
}
