import Foundation
import Testing

@testable import LabNet

/// Lookups through three injectors, in virtual time, judged arrival by arrival.
///
/// The case that matters most is run ten thousand times; each variant 500 times, or as often as `SIMULATED_LOOKUPS` says,
/// which also prints what came of them.
@Suite struct SimulatedLookupTests {
    private static let wanted = ProcessInfo.processInfo.environment["SIMULATED_LOOKUPS"].flatMap { Int($0) }
    private static let lookups = wanted ?? 500

    private func record(_ name: String, _ path: SimulatedPath, remembers: Bool = false) -> SimulatedRecord {
        let record = SimulatedRecord(path, lookups: Self.lookups, seed: 7, remembers: remembers)
        if Self.wanted != nil { print("\(name): \(record.summary)") }
        return record
    }

    private static func path(_ change: (inout SimulatedPath) -> Void) -> SimulatedPath {
        var path = SimulatedPath()
        change(&path)
        return path
    }

    @Test func tenThousandLookups() {
        let record = SimulatedRecord(SimulatedPath(), lookups: 10_000, seed: 2024)
        if Self.wanted != nil { print("three injectors: \(record.summary)") }
        #expect(record.fooled == 0)
        #expect(record.deceived + record.deceivedWithoutTruth == 0)
        #expect(record.unresolved == 0 && record.lost == 0)
        // Every true answer that could be judged was accepted, and most on the spot.
        #expect(record.waits.count > 8_900)
        #expect(record.waitAtP95 <= 20)
    }

    /// One thing taken from us or given to the censor.
    static let single: [(String, SimulatedPath)] = [
        ("hop limit mirrored", path { $0.skills = .hopLimit }),
        ("OPT forged", path { $0.skills = .opt }),
        ("OPT and cookie forged", path { $0.skills = [.opt, .cookie] }),
        ("round trip matched", path { $0.skills = .roundTrip }),
        ("letter case kept", path { $0.skills = .letterCase }),
        ("no cookie to be had", path { $0.hasCookies = false }),
        ("no hop limit to be seen", path { $0.tellsHopLimits = false }),
        ("no canary", path { $0.asksCanary = false }),
        ("several resolvers", path { $0.resolvers = 3 }),
        ("a bad line", path { ($0.loss, $0.duplication, $0.delay) = (0.2, 0.2, 0.1) }),
    ]

    @Test(arguments: single.indices) func withAnySingleSignalGone(_ index: Int) {
        let (name, path) = Self.single[index]
        let record = self.record(name, path)
        #expect(record.fooled == 0, "\(name)")
        #expect(record.deceived + record.deceivedWithoutTruth == 0, "\(name)")
        #expect(record.unresolved == 0 && record.lost == 0, "\(name)")
        #expect(record.waits.count > Self.lookups / 2, "\(name)")
        #expect(record.waitAtP95 <= 20, "\(name)")
    }

    /// A resolver without EDNS has no OPT and no cookie. Where its control answer was slow as well, nothing but the hop
    /// limit speaks for the truth, which is then doubtful.
    @Test func withoutEDNS() {
        let record = self.record("no EDNS", Self.path { $0.hasOPT = false })
        #expect(record.fooled + record.deceived + record.deceivedWithoutTruth + record.lost == 0)
        #expect(record.unresolved < Self.lookups / 50)
        let steady = self.record("no EDNS, steady line", Self.path { ($0.hasOPT, $0.delay) = (false, 0) })
        #expect(steady.unresolved == 0)
    }

    /// Three or more signals imitated at once, and the one that is left.
    static let combined: [(String, SimulatedPath, isTellable: Bool)] = [
        ("hop limit and OPT", path { $0.skills = [.hopLimit, .opt] }, true),
        ("all but the cookie", path { $0.skills = [.hopLimit, .opt, .roundTrip, .letterCase] }, true),
        ("all but the hop limit", path { $0.skills = [.opt, .cookie, .roundTrip, .letterCase] }, true),
        ("all but OPT and cookie", path { $0.skills = [.hopLimit, .roundTrip, .letterCase] }, true),
        // A forgery after 160 ms is all that the truth is.
        ("all but the round trip", path { $0.skills = [.hopLimit, .opt, .cookie, .letterCase] }, false),
        (
            "all", path { $0.skills = [.hopLimit, .opt, .cookie, .roundTrip, .letterCase] }, false
        ),
    ]

    @Test(arguments: combined.indices) func withSeveralSignalsImitated(_ index: Int) {
        let (name, path, isTellable) = Self.combined[index]
        let record = self.record(name, path)
        // Wherever the truth came, it is a candidate and nothing else is trusted.
        #expect(record.deceived == 0, "\(name)")
        #expect(record.lost == 0, "\(name)")
        if isTellable { #expect(record.fooled + record.unresolved + record.deceivedWithoutTruth == 0, "\(name)") }
    }

    /// Who imitates everything is caught by contradiction, and once he is known no answer like his is believed again, be it
    /// from a canary or from the contradiction that he is known.
    @Test(arguments: [true, false]) func whoImitatesEverythingIsRemembered(_ asksCanary: Bool) {
        let path = Self.path {
            ($0.skills, $0.asksCanary) = ([.hopLimit, .opt, .cookie, .roundTrip, .letterCase], asksCanary)
        }
        let record = self.record("all, remembered, canary \(asksCanary)", path, remembers: true)
        #expect(record.fooled <= 2)
        #expect(record.deceived + record.deceivedWithoutTruth + record.lost == 0)
    }

    @Test func nobodyForges() {
        let record = self.record("nobody forges", Self.path { $0.injectors = 0 })
        #expect(record.fooled + record.deceived + record.deceivedWithoutTruth + record.lost == 0)
        #expect(record.waits.count > Self.lookups * 17 / 20)
        #expect(record.waitAtP95 <= 5)
    }
}
