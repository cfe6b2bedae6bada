import LabNet
import Testing

@testable import Diagnosis

/// How injectors are told apart, which addresses are examined, and what a certificate is made out to.
struct EvidenceTests {
    private func forged(_ milliseconds: Int, hopLimit: UInt8 = 60, flags: UInt16 = 0x8180) -> LookupRecord.Arrival {
        Sample.arrival(
            [Sample.stranger], .rejected, elapsed: .milliseconds(milliseconds), hopLimit: hopLimit, flags: flags)
    }

    @Test func oneInjectorAnswersTwice() { #expect(Injectors.count(in: [forged(12), forged(12)]) == 1) }

    @Test func distancesTellThemApart() {
        #expect(
            Injectors.count(in: [forged(12, hopLimit: 60), forged(12, hopLimit: 61), forged(12, hopLimit: 119)]) == 2)
    }

    @Test func shapesTellThemApart() {
        #expect(Injectors.count(in: [forged(12, flags: 0x8180), forged(12, flags: 0x8580)]) == 2)
    }

    @Test func timesTellThemApart() {
        #expect(Injectors.count(in: [forged(12), forged(13), forged(27), forged(28)]) == 2)
    }

    @Test func aMadeUpHopLimitTellsNothing() {
        let arrivals = (0..<20).map { forged(10, hopLimit: UInt8(40 + $0 * 7)) }
        #expect(Injectors.count(in: arrivals) == 1)
    }

    @Test func aStragglerIsNoInjector() {
        let arrivals = (0..<20).map { _ in forged(10) } + [forged(300)]
        #expect(Injectors.count(in: arrivals) == 1)
    }

    @Test func nobody() { #expect(Injectors.count(in: []) == 0) }

    @Test(arguments: [
        (["registry.example"], true), (["*.example"], true), (["REGISTRY.example"], true),
        (["a.registry.example"], false),
        (["*.registry.example"], false), (["example"], false), ([], false),
    ])
    func certificateNames(names: [String], isMatch: Bool) {
        #expect(Sample.problem(20, names, print: "x").names(Sample.name) == isMatch)
    }

    @Test func addressesThatAreExamined() {
        let many = (1...5).map { Sample.endpoint("203.0.113.\($0)") }
        var lookup = Sample.lookup(
            many + [Sample.six],
            Sample.query(Sample.arrival([Sample.stranger, Sample.endpoint("192.0.2.67")], .rejected)))
        lookup.candidates.append(Candidate(address: Sample.b.address, trust: .doubtful))
        let other = Sample.endpoint("192.0.2.99")
        let system = SystemAnswer(
            addresses: [Sample.stranger.address, other.address, many[0].address], elapsed: .zero)
        let chosen = Address.choice(of: lookup, system, given: nil, port: 443, family: .ip)
        #expect(
            chosen == many.prefix(3).map { Address(endpoint: $0, source: .trusted) } + [
                Address(endpoint: Sample.six, source: .trusted), Address(endpoint: Sample.b, source: .doubtful),
                Address(endpoint: Sample.stranger, source: .forged),
                Address(endpoint: Sample.endpoint("192.0.2.67"), source: .forged),
                Address(endpoint: other, source: .system),
            ])
        let only = Address.choice(of: lookup, system, given: nil, port: 443, family: .ip6)
        #expect(only == [Address(endpoint: Sample.six, source: .trusted)])
        let given = Address.choice(of: lookup, system, given: [Sample.a.address], port: 443, family: .ip)
        #expect(given == [Address(endpoint: Sample.a, source: .given)])
    }

    @Test func aNameOfTheOwnNetworkIsTheSystemsMatter() {
        let lookup = LookupRecord(name: "nas.local", window: .seconds(2), queries: [])
        let system = SystemAnswer(addresses: [Sample.a.address], elapsed: .zero)
        let chosen = Address.choice(of: lookup, system, given: nil, port: 443, family: .ip)
        #expect(chosen == [Address(endpoint: Sample.a, source: .trusted)])
    }
}
