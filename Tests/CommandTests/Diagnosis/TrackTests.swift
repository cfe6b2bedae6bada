import Diagnosis
import Testing

@testable import LabNet
@testable import docker_tar_lab

/// Lines of a timeline, and the axis that they stand on.
@Suite struct TrackTests {
    private static let resolver = ResolverAddress(
        Endpoint(address: SampleFindings.address("192.0.2.53"), port: 53))

    private func arrival(_ milliseconds: Int, _ outcome: Verdict.Outcome?) -> LookupRecord.Arrival {
        let answer = LookupRecord.Answer(
            flags: 0x8180, records: 1, claim: .noData, hasOPT: false, cookie: .absent, keepsCase: true)
        return .init(
            elapsed: .milliseconds(milliseconds), hopLimit: 60, content: .answer(answer),
            judgement: outcome.map { .init(outcome: $0, signs: [], isContradicted: false, basis: .signs) })
    }

    private func track(
        _ arrivals: [LookupRecord.Arrival], purpose: LookupRecord.Query.Purpose = .answer,
        failure: NetworkError.Cause? = nil
    ) throws -> Track {
        let query = LookupRecord.Query(
            resolver: Self.resolver, purpose: purpose, name: "a.example", type: .a, sent: .milliseconds(250),
            arrivals: arrivals, failure: failure)
        let record = LookupRecord(
            name: "a.example", window: .seconds(2), queries: [query],
            baselines: [Self.resolver: Baseline(roundTrip: .milliseconds(150), hopLimit: 50, hasOPT: true)])
        return try #require(record.tracks.first)
    }

    @Test func aLineComesToWhatItsMarksSay() throws {
        let forged = arrival(8, .rejected)
        let genuine = arrival(150, .accepted)
        #expect(try track([forged, genuine]).state == .raced)
        #expect(try track([genuine]).state == .genuine)
        #expect(try track([forged]).state == .forged)
        #expect(try track([forged, arrival(150, .doubtful)]).state == .doubtful)
        #expect(try track([arrival(150, .held)]).state == .doubtful)
        #expect(try track([]).state == .silent)
        #expect(try track([], failure: .refused).state == .failed)
        #expect(try track([], purpose: .canary).state == .quiet)
        #expect(try track([arrival(9, nil)], purpose: .canary).state == .forger)
        let disturbed = LookupRecord.Arrival(elapsed: .zero, hopLimit: nil, content: .disturbed(errno: 111))
        #expect(try track([disturbed]).state == .silent)
        #expect(try track([disturbed], purpose: .canary).state == .quiet)
    }

    @Test func marksAreInTheOrderOfTimeAndTheWindowCountsFromTheQuestion() throws {
        let track = try track([arrival(150, .accepted), arrival(8, .rejected)])
        #expect(track.marks.map(\.elapsed) == [.milliseconds(8), .milliseconds(150)])
        #expect(track.window == .milliseconds(1750))
        #expect(track.roundTrip == .milliseconds(150))
    }

    @Test func aResolverHasOneLineAndControlQuestionsHaveNone() {
        let record = SampleFindings.lookup("a.example", forging: true)
        #expect(record.tracks.count == Set(record.queries.map(\.resolver)).count)
        let control = LookupRecord.Query(
            resolver: Self.resolver, purpose: .baseline, name: ".", type: .ns, sent: .zero,
            arrivals: [arrival(150, nil)])
        #expect(LookupRecord(name: "a.example", window: .seconds(2), queries: [control]).tracks.isEmpty)
    }

    @Test func theAxisIsLogarithmicAndHasAPlaceForEverything() {
        let axis = TimeAxis(covering: [.seconds(10)])
        #expect(axis.position(of: .zero) == 0 && axis.position(of: .milliseconds(1)) == 0)
        #expect(abs(axis.position(of: .milliseconds(10)) - 0.25) < 0.001)
        #expect(abs(axis.position(of: .seconds(1)) - 0.75) < 0.001)
        #expect(axis.position(of: .seconds(10)) == 1 && axis.position(of: .seconds(99)) == 1)
        #expect(TimeAxis(covering: []).ticks == [1, 10, 100, 1000])
        #expect(axis.ticks.last == 10_000)
    }

    @Test(arguments: [
        (Duration.microseconds(820), "0.8 ms"), (.milliseconds(8), "8 ms"), (.microseconds(9949), "9.9 ms"),
        (.microseconds(9950), "10 ms"), (.milliseconds(148), "148 ms"), (.milliseconds(999), "999 ms"),
        (.milliseconds(1000), "1 s"), (.milliseconds(1540), "1.5 s"), (.seconds(143), "143 s"), (.zero, "0 ms"),
    ])
    func durationsHaveTwoOrThreeDigits(duration: Duration, expected: String) {
        #expect(brief(duration) == expected)
    }

    @Test func aLineOfLettersKeepsItsWidthAndEveryMark() throws {
        let track = try track([arrival(8, .rejected), arrival(8, .accepted), arrival(160, .accepted)])
        for width in 8...60 {
            let line = TrackLine(axis: TimeAxis(covering: [.seconds(2)]), width: width)
            let text = line.line(track).plain
            #expect(text.count == width)
            #expect(text.contains("x") && text.contains("o"))
            #expect(DisplayWidth.of(line.scale) <= width)
        }
        let line = TrackLine(axis: TimeAxis(covering: [.seconds(2)]), width: 40).line(track).plain
        // Nothing was awaited after the window.
        #expect(line.hasSuffix(" ") && line.hasPrefix("·"))
    }

    @Test func answersAreCountedWhereSomebodyListensAndWhereNobodyDoes() {
        let count = AnswerCount(of: SampleFindings.lookup("a.example", forging: true))
        #expect(count.resolvers == 55)
        #expect(count.answering < count.resolvers && count.answering > 20)
        #expect(count.forged > 50 && count.genuine > 30 && count.doubtful > 0 && count.atCanaries == 1)
        let clear = AnswerCount(of: SampleFindings.lookup("a.example", forging: false))
        #expect(clear.forged == 0 && clear.atCanaries == 0)
    }
}
