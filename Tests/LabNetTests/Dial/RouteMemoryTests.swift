import Testing

@testable import LabNet

@Suite struct RouteMemoryTests {
    static let host = Host.name("a.example")
    static let start = Duration.seconds(1_700_000_000)
    private let route = Self.route(1)
    private let failure = NetworkError(step: .secure, host: "a.example", strategy: .plain, cause: .resetAfterHello)

    static func route(_ number: UInt32, port: UInt16 = 443) -> Route {
        Route(endpoint: Endpoint(address: .v4(0xC000_0200 + number), port: port))
    }

    @Test func penaltyLastsAsLongAsTheResidual() {
        var memory = RouteMemory()
        memory.burn(route, after: failure, now: .seconds(5))
        #expect(memory.penalty(on: route, now: .seconds(5)) == failure)
        #expect(memory.penalty(on: route, now: .seconds(184)) == failure)
        #expect(memory.penaltyLeft(on: route, now: .seconds(184)) == .seconds(1))
        #expect(memory.penalty(on: route, now: .seconds(185)) == nil)
        #expect(memory.penaltyLeft(on: route, now: .seconds(185)) == nil)
        #expect(memory.penalty(on: Self.route(1, port: 8443), now: .seconds(5)) == nil)
    }

    @Test func whatWorkedIsKeptByHostAndRoute() {
        var memory = RouteMemory()
        _ = memory.worked(.records, for: Self.host, on: route, proof: .handshake, now: .zero)
        #expect(memory.record(of: route, for: Self.host, now: .zero).worked == .records)
        #expect(memory.record(of: route, for: .name("b.example"), now: .zero) == RouteRecord())
    }

    /// What happens to `omit` on one route, and what is then known: whether it is listed, proven, demoted.
    struct Story: CustomTestStringConvertible {
        enum Event { case worked(RouteMemory.Proof), demoted, troubled }
        var testDescription: String
        var events: [Event]
        var isListed: Bool
        var isProven: Bool
        var isDemoted: Bool
        var isTroubled: Bool

        init(
            _ name: String, _ events: [Event], listed: Bool = false, proven: Bool = false, demoted: Bool = false,
            troubled: Bool = false
        ) {
            (testDescription, self.events, isListed) = (name, events, listed)
            (isProven, isDemoted, isTroubled) = (proven, demoted, troubled)
        }
    }

    @Test(arguments: [
        Story("nothing", []),
        Story("a handshake", [.worked(.handshake)], listed: true),
        Story("a small body", [.worked(.handshake), .worked(.whole)], listed: true),
        Story("a stream", [.worked(.stream)], listed: true, proven: true),
        Story("a small body after a stream", [.worked(.stream), .worked(.whole)], listed: true, proven: true),
        Story("frozen at once", [.worked(.handshake), .demoted], demoted: true, troubled: true),
        Story("a small body, then frozen", [.worked(.whole), .demoted], demoted: true, troubled: true),
        Story(
            "small bodies pass where streams freeze", [.demoted, .worked(.handshake), .worked(.whole)], demoted: true,
            troubled: true),
        Story("a stream after all", [.demoted, .worked(.handshake), .worked(.stream)], listed: true, proven: true),
        Story("a stream, then cut", [.worked(.stream), .troubled], listed: true, proven: true, troubled: true),
        Story("a stream, then frozen", [.worked(.stream), .demoted], listed: true, troubled: true),
        Story("a stream, then frozen twice", [.worked(.stream), .demoted, .demoted], demoted: true, troubled: true),
        Story("cut, then a stream", [.troubled, .worked(.stream)], listed: true, proven: true),
        Story("cut, then a small body", [.troubled, .worked(.whole)], listed: true, troubled: true),
    ])
    func proofIsWeighed(_ story: Story) {
        var memory = RouteMemory()
        for (second, event) in story.events.enumerated() {
            let now = Self.start + .seconds(second)
            switch event {
            case .worked(let proof): _ = memory.worked(.omit, for: Self.host, on: route, proof: proof, now: now)
            case .demoted: _ = memory.demoted(.omit, for: Self.host, on: route, now: now)
            case .troubled: memory.troubled(route, now: now)
            }
        }
        let record = memory.record(of: route, for: Self.host, now: Self.start)
        #expect(record.worked == (story.isListed ? .omit : nil))
        #expect(memory.isProven(.omit, for: Self.host, on: route) == story.isProven)
        #expect(record.brokeOff == (story.isDemoted ? [.omit] : []))
        #expect((record.lastTrouble != nil) == story.isTroubled)
    }

    @Test func routesToBeginWithAreTheLatestAndNoneThatIsInTrouble() {
        var memory = RouteMemory()
        let relay = Route.Relay(
            proxy: ProxyServer(kind: .socks5h, host: .name("p.example"), port: 1080), host: Self.host, port: 443)
        let routes = (1...5).map { Self.route($0) } + [Self.route(6, port: 80)]
        for (second, route) in (routes + [Route(endpoint: Self.route(7).endpoint, relay: relay)]).enumerated() {
            _ = memory.worked(.omit, for: Self.host, on: route, proof: .whole, now: Self.start + .seconds(second))
        }
        _ = memory.worked(.records, for: Self.host, on: routes[0], proof: .whole, now: Self.start + .seconds(60))
        memory.burn(routes[1], after: failure, now: Self.start + .seconds(60))
        memory.troubled(routes[2], now: Self.start + .seconds(60))
        let soon = memory.whatWorked(for: Self.host, port: 443, now: Self.start + .seconds(61))
        #expect(soon.map(\.route) == [routes[0], routes[4], routes[3]])
        #expect(soon.map(\.strategy) == [.records, .omit, .omit])
        let later = memory.whatWorked(for: Self.host, port: 443, now: Self.start + .seconds(240))
        #expect(later.map(\.route) == [routes[0], routes[4], routes[3], routes[1]])
    }

    @Test func newsIsWhatAnotherRunWouldNotKnow() {
        var memory = RouteMemory()
        func worked(_ strategy: ServerNameStrategy, _ proof: RouteMemory.Proof, _ seconds: Int) -> Bool {
            memory.worked(strategy, for: Self.host, on: route, proof: proof, now: Self.start + .seconds(seconds))
        }
        #expect(!worked(.omit, .handshake, 0))
        #expect(worked(.omit, .whole, 1))
        #expect(!worked(.omit, .whole, 2))
        #expect(!worked(.omit, .stream, 3))
        #expect(!worked(.omit, .handshake, 3000))
        #expect(!worked(.omit, .whole, 6000))
        #expect(worked(.omit, .whole, 9600))
        #expect(worked(.records, .whole, 9601))
        let changes = (0..<2).map { _ in memory.demoted(.records, for: Self.host, on: route, now: Self.start) }
        #expect(changes == [true, false])
    }
}

/// What is kept of a memory, and what two runs make of each other's.
@Suite struct KeptMemoryTests {
    private let host = RouteMemoryTests.host
    private let now = RouteMemoryTests.start
    private let failure = NetworkError(step: .secure, host: "a.example", strategy: .plain, cause: .resetAfterHello)

    private func memory(
        _ strategy: ServerNameStrategy, proof: RouteMemory.Proof = .whole, at time: Duration, on number: UInt32 = 1
    ) -> RouteMemory {
        var memory = RouteMemory()
        _ = memory.worked(strategy, for: host, on: RouteMemoryTests.route(number), proof: proof, now: time)
        return memory
    }

    @Test(
        arguments: [
            (.omit, .whole, .zero, true), (.omit, .stream, .zero, true), (.disorder, .whole, .zero, true),
            (.omit, .handshake, .zero, false), (.plain, .stream, .zero, false),
            (.alter("b.example"), .stream, .zero, false), (.omit, .whole, .seconds(-2_591_999), true),
            (.omit, .whole, .seconds(-2_592_000), false), (.omit, .whole, .seconds(5), true),
            (.omit, .whole, .seconds(6), false),
        ] as [(ServerNameStrategy, RouteMemory.Proof, Duration, Bool)])
    func keepsSuccesses(
        _ strategy: ServerNameStrategy, _ proof: RouteMemory.Proof, _ age: Duration, _ isKept: Bool
    ) {
        let kept = memory(strategy, proof: proof, at: now + age).worthKeeping(now: now)
        #expect(kept.successes.count == (isKept ? 1 : 0))
    }

    @Test(arguments: [(0, true), (-179, true), (-180, false), (5, true), (6, false)])
    func keepsPenalties(_ seconds: Int, _ isKept: Bool) {
        var memory = RouteMemory()
        memory.burn(RouteMemoryTests.route(1), after: failure, now: now + .seconds(seconds))
        #expect(memory.worthKeeping(now: now).penalties.count == (isKept ? 1 : 0))
    }

    @Test func keepsTheLatest() {
        var memory = RouteMemory()
        for number in 0..<1500 as Range<UInt32> {
            let (route, time) = (RouteMemoryTests.route(number), now - .seconds(1500 - Int(number)))
            _ = memory.worked(.omit, for: host, on: route, proof: .whole, now: time)
            memory.burn(route, after: failure, now: now - .milliseconds(1500 - Int(number)))
        }
        let kept = memory.worthKeeping(now: now)
        #expect(kept.successes.count == RouteMemory.limit)
        #expect(kept.penalties.count == RouteMemory.limit)
        #expect(kept.penalties[RouteMemoryTests.route(1499)] != nil)
        #expect(kept.penalties[RouteMemoryTests.route(499)] == nil)
        #expect(kept.text().utf8.count < MemoryFile.limit)
        #expect(kept.record(of: RouteMemoryTests.route(500), for: host, now: now).worked == .omit)
        #expect(kept.record(of: RouteMemoryTests.route(499), for: host, now: now).worked == nil)
    }

    @Test func laterWordCounts() {
        let route = RouteMemoryTests.route(1)
        var one = memory(.omit, proof: .stream, at: now)
        one.merge(memory(.records, at: now - .seconds(1)))
        #expect(one.record(of: route, for: host, now: now).worked == .omit)
        one.merge(memory(.omit, at: now + .seconds(1)))
        #expect(one.isProven(.omit, for: host, on: route))
        one.merge(memory(.records, at: now + .seconds(2)))
        #expect(one.record(of: route, for: host, now: now).worked == .records)
        #expect(!one.isProven(.records, for: host, on: route))
        one.burn(route, after: failure, now: now)
        var other = RouteMemory()
        other.burn(route, after: failure, now: now + .seconds(60))
        one.merge(other)
        #expect(one.penaltyLeft(on: route, now: now + .seconds(60)) == .seconds(180))
        other.merge(one)
        #expect(other.penaltyLeft(on: route, now: now + .seconds(60)) == .seconds(180))
    }

    @Test func whatBrokeOffHereIsNotTakenBackFromTheDisk() {
        let route = RouteMemoryTests.route(1)
        var one = memory(.omit, at: now)
        let isNews = one.demoted(.omit, for: host, on: route, now: now + .seconds(1))
        #expect(isNews)
        one.merge(memory(.omit, at: now))
        #expect(one.record(of: route, for: host, now: now).worked == nil)
        one.merge(memory(.omit, at: now + .seconds(2)))
        #expect(one.record(of: route, for: host, now: now).worked == .omit)
    }
}
