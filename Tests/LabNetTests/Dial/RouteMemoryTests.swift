import Testing

@testable import LabNet

@Suite struct RouteMemoryTests {
    private let route = Route(endpoint: Endpoint(address: .v4(0xC000_0201), port: 443))
    private let failure = NetworkError(step: .secure, host: "a.example", cause: .resetAfterHello)

    @Test func penaltyLastsAsLongAsTheResidual() {
        var memory = RouteMemory()
        memory.burn(route, after: failure, now: .seconds(5))
        #expect(memory.penalty(on: route, now: .seconds(5)) == failure)
        #expect(memory.penalty(on: route, now: .seconds(184)) == failure)
        #expect(memory.penalty(on: route, now: .seconds(185)) == nil)
        let otherPort = Route(endpoint: Endpoint(address: .v4(0xC000_0201), port: 8443))
        #expect(memory.penalty(on: otherPort, now: .seconds(5)) == nil)
    }

    @Test func whatWorkedIsKeptByHostAndRoute() {
        var memory = RouteMemory()
        _ = memory.worked(.records, for: .name("a.example"), on: route, proof: .handshake, now: .zero)
        #expect(memory.whatWorked(for: .name("a.example"), on: [route]) == [route: .records])
        #expect(memory.whatWorked(for: .name("b.example"), on: [route]) == [:])
    }
}
