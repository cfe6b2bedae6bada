import NIOCore
import Synchronization
import Testing

@testable import CensorLab
@testable import LabNet

/// The lab has one of its own.
private typealias DNSQuery = LabNet.DNSQuery

/// Resolvers over streams, whose other end does as it is told.
@Suite(.timeLimit(.minutes(1))) struct ResolverStreamsTests {
    private let world: SecureWorld

    init() throws { world = try SecureWorld() }

    private func streams(clock: any Clock<Duration> = ContinuousClock()) throws -> ResolverStreams {
        ResolverStreams(
            tls: try TLSContext(trust: world.configuration().trust, environment: [:]),
            clock: clock)
    }

    // MARK: One connection

    @Test func manyQuestionsShareOneConnectionAndAnswersComeInAnyOrder() async throws {
        let streams = try streams()
        // Waits for all eight and then answers the last first.
        try await Middleman.run({ StreamScript.collecting(8) { $0.reversed().map(StreamScript.answer) } }) { server in
            let resolver = ResolverAddress(server.endpoint, over: .stream)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        // All of them under the same ID.
                        let query = try DNSQuery.sample("host\(number).example")
                        let answer = try await streams.ask(resolver, query.bytes, within: .seconds(20))
                        #expect(try claim(answer, query) == truth)
                    }
                }
                try await group.waitForAll()
            }
            #expect(server.connections == 1)
            #expect(try openSockets(to: server.endpoint) == 1)
            await streams.close()
            #expect(try openSockets(to: server.endpoint) == 0)
        }
    }

    @Test func aResolverOfDatagramsIsAskedOverTCP() async throws {
        let streams = try streams()
        try await Middleman.run({ StreamScript.answering() }) { server in
            let query = try DNSQuery.sample()
            for carrier in [ResolverAddress.Carrier.datagrams, .stream] {
                let answer = try await streams.ask(
                    ResolverAddress(server.endpoint, over: carrier), query.bytes, within: .seconds(20))
                #expect(try claim(answer, query) == truth)
            }
            #expect(server.connections == 1)
            await streams.close()
        }
    }

    /// A server may close whenever it likes (RFC 7766 6.2.3); what it left unanswered is asked once more.
    @Test(arguments: [false, true]) func aConnectionThatEndsBetweenQuestionsIsReplaced(byReset: Bool) async throws {
        let streams = try streams()
        let count = Mutex(0)
        try await Middleman.run({
            let number = count.withLock { count in
                count += 1
                return count
            }
            return StreamScript.answering(number == 1 ? 1 : .max, then: byReset ? .reset : .refuse([]))
        }) { server in
            let resolver = ResolverAddress(server.endpoint, over: .stream)
            for name in ["one.example", "two.example", "three.example"] {
                let query = try DNSQuery.sample(name)
                #expect(
                    try claim(try await streams.ask(resolver, query.bytes, within: .seconds(20)), query) == truth)
            }
            #expect(server.connections == 2)
            await streams.close()
            #expect(try openSockets(to: server.endpoint) == 0)
        }
    }

    @Test func aServerThatNeverAnswersIsNotAskedForEver() async throws {
        let streams = try streams()
        // Half an answer, and the end.
        try await Middleman.run({ { _ in .refuse([0, 90, 1, 2, 3]) } }) { server in
            let resolver = ResolverAddress(server.endpoint, over: .stream)
            let query = try DNSQuery.sample()
            #expect(await cause { try await streams.ask(resolver, query.bytes, within: .seconds(20)) } == .closedEarly)
            #expect(server.connections == 1)
            #expect(try openSockets(to: server.endpoint) == 0)
            await streams.close()
        }
    }

    /// What answers no question under way is dropped, however much of it there is.
    @Test func strangersAnswersAreDropped() async throws {
        let streams = try streams()
        let stray = (0..<200).flatMap { _ in StreamScript.framed([9, 9] + [UInt8](repeating: 7, count: 400)) }
        try await Middleman.run({
            { buffer in
                guard let question = StreamScript.questions(in: &buffer).first else { return .wait }
                return .reply(
                    StreamScript.framed([]) + StreamScript.framed([1]) + stray + StreamScript.answer(question))
            }
        }) { server in
            let query = try DNSQuery.sample()
            let answer = try await streams.ask(
                ResolverAddress(server.endpoint, over: .stream), query.bytes, within: .seconds(20))
            #expect(try claim(answer, query) == truth)
            await streams.close()
        }
    }

    // MARK: Ends

    @Test func silenceEndsAtTheLimitAndTheConnectionStays() async throws {
        let clock = ManualClock()
        let streams = try streams(clock: clock)
        let query = try DNSQuery.sample()
        // The first question is swallowed, the second answered.
        try await Middleman.run({
            var isFirst = true
            return { buffer in
                let questions = StreamScript.questions(in: &buffer)
                defer { isFirst = false }
                return isFirst ? .wait : .reply(questions.flatMap(StreamScript.answer))
            }
        }) { server in
            let resolver = ResolverAddress(server.endpoint, over: .stream)
            async let unanswered = cause { try await streams.ask(resolver, query.bytes, within: .seconds(2)) }
            await server.heard(query.bytes.count + 2)
            clock.advance(by: .seconds(2))
            #expect(await unanswered == .timedOut(.seconds(2)))
            let answer = try await streams.ask(resolver, query.bytes, within: .seconds(2))
            #expect(try claim(answer, query) == truth)
            #expect(server.connections == 1)
            await streams.close()
        }
    }

    /// Somebody on the way has forgotten the connection, or swallows it, and nobody says so: the next question gets a new one.
    @Test func aConnectionThatHasDiedInSilenceIsReplaced() async throws {
        let streams = try streams()
        let query = try DNSQuery.sample()
        let count = Mutex(0)
        try await Middleman.run({
            let isFirst = count.withLock { count in
                count += 1
                return count == 1
            }
            return { buffer in
                let questions = StreamScript.questions(in: &buffer)
                return isFirst ? .wait : .reply(questions.flatMap(StreamScript.answer))
            }
        }) { server in
            let resolver = ResolverAddress(server.endpoint, over: .stream)
            let limit = Duration.milliseconds(1200)
            #expect(await cause { try await streams.ask(resolver, query.bytes, within: limit) } == .timedOut(limit))
            let answer = try await streams.ask(resolver, query.bytes, within: .seconds(20))
            #expect(try claim(answer, query) == truth)
            #expect(server.connections == 2)
            await streams.close()
        }
    }

    /// The name of a resolver can be blocked like any other, and what a box has killed it kills again for a while.
    @Test func aResolverWhoseNameWasKilledIsLeftAlone() async throws {
        let clock = ManualClock()
        let streams = try streams(clock: clock)
        let query = try DNSQuery.sample()
        try await Middleman.run({ { _ in .reset } }) { server in
            let name = try #require(Host("dns.registry.example"))
            let resolver = ResolverAddress(server.endpoint, over: .tls(name))
            func ask() async -> NetworkError.Cause? {
                await cause { try await streams.ask(resolver, query.bytes, within: .seconds(20)) }
            }
            #expect(await ask() == .resetAfterHello)
            #expect(await ask() == .leftAlone(RouteMemory.residual))
            #expect(server.connections == 1)
            clock.advance(by: RouteMemory.residual)
            #expect(await ask() == .resetAfterHello)
            #expect(server.connections == 2)
            await streams.close()
        }
    }

    @Test(arguments: [false, true]) func cancellationLeavesNothing(overTLS: Bool) async throws {
        let streams = try streams()
        let tls = overTLS ? try world.server([], addresses: [.v4(0x7f00_0001)]) : nil
        try await Middleman.run(tls: tls, { { _ in .wait } }) { server in
            let carrier = overTLS ? ResolverAddress.Carrier.tls(.address(.v4(0x7f00_0001))) : .stream
            let resolver = ResolverAddress(server.endpoint, over: carrier)
            let query = try DNSQuery.sample()
            let asking = Task { try await streams.ask(resolver, query.bytes, within: .seconds(20)) }
            await server.heard(query.bytes.count + 2)
            asking.cancel()
            await #expect(throws: CancellationError.self) { try await asking.value }
            await streams.close()
            #expect(try openSockets(to: server.endpoint) == 0)
            // Closed is closed.
            #expect(await cause { try await streams.ask(resolver, query.bytes, within: .seconds(20)) } == .closedEarly)
            #expect(server.connections == 1)
        }
    }

    /// Who waits for another's handshake takes it over when that one is cancelled.
    @Test func aCancelledOpenerHandsTheOpeningOn() async throws {
        let streams = try streams()
        let server = try world.server([], addresses: [.v4(0x7f00_0001)])
        try await Middleman.run(tls: server, { StreamScript.answering() }) { real in
            let count = Mutex(0)
            // The first hello is swallowed.
            try await Middleman.run({
                let isFirst = count.withLock { count in
                    count += 1
                    return count == 1
                }
                return { buffer in
                    ClientHello.message(in: buffer.readableBytesView) == nil
                        ? .wait : isFirst ? .swallow : .forward(to: real.endpoint, after: [])
                }
            }) { box in
                let resolver = ResolverAddress(box.endpoint, over: .tls(.address(.v4(0x7f00_0001))))
                let query = try DNSQuery.sample()
                let first = Task { try await streams.ask(resolver, query.bytes, within: .seconds(20)) }
                await box.heard(100)
                async let second = streams.ask(resolver, query.bytes, within: .seconds(20))
                first.cancel()
                #expect(try claim(try await second, query) == truth)
                await #expect(throws: CancellationError.self) { try await first.value }
                #expect(box.connections == 2)
                await streams.close()
                #expect(try openSockets(to: box.endpoint) == 0)
            }
        }
    }

    @Test func nobodyThereIsToldAsThat() async throws {
        let streams = try streams()
        let nobody = Endpoint(address: .v4(0x7f00_0001), port: try Daemon.freePort())
        let query = try DNSQuery.sample()
        for carrier in [
            ResolverAddress.Carrier.stream, .tls(.name("a.example")), .https(.name("a.example"), path: "/"),
        ] {
            let resolver = ResolverAddress(nobody, over: carrier)
            #expect(await cause { try await streams.ask(resolver, query.bytes, within: .seconds(20)) } == .refused)
        }
    }

    // MARK: Whom to believe

    @Test(arguments: [Subject.stranger, .otherAddress, .otherName, .expired], [false, true])
    func amanInTheMiddleHearsNothing(_ subject: Subject, overHTTPS: Bool) async throws {
        let streams = try streams()
        let issued = try subject.issue(world.authority)
        try await Middleman.run(tls: try TestServer(issued), { StreamScript.answering() }) { server in
            let host = subject.expected
            let carrier = overHTTPS ? ResolverAddress.Carrier.https(host, path: "/dns-query") : .tls(host)
            let resolver = ResolverAddress(server.endpoint, over: carrier)
            let query = try DNSQuery.sample()
            let cause = await cause { try await streams.ask(resolver, query.bytes, within: .seconds(20)) }
            guard case .certificate? = cause else {
                Issue.record("\(String(describing: cause))")
                return
            }
            #expect(server.heard.allSatisfy { $0.isEmpty })
            #expect(try openSockets(to: server.endpoint) == 0)
            await streams.close()
        }
    }

    /// Whose certificate a man in the middle has.
    enum Subject: String, CaseIterable {
        case stranger, otherAddress, otherName, expired

        var expected: LabNet.Host { self == .otherName ? .name("dns.example") : .address(.v4(0x7f00_0001)) }

        func issue(_ authority: CertificateAuthority) throws -> IssuedCertificate {
            let good = CertificateRequest(names: ["dns.example"], addresses: [.v4(0x7f00_0001)])
            switch self {
            case .stranger: return try CertificateAuthority(named: "Stranger").issue(good)
            case .otherAddress: return try authority.issue(CertificateRequest(addresses: [.v4(0x7f00_0002)]))
            case .otherName: return try authority.issue(CertificateRequest(names: ["other.example"]))
            case .expired:
                var old = good
                old.validity = -7200 ..< -3600
                return try authority.issue(old)
            }
        }
    }

    /// Where there is a name, it is cut; where there is none, none is shown. Only HTTPS speaks of HTTP.
    @Test(arguments: [
        (ResolverAddress.Carrier.tls(.address(.v4(0x7f00_0001))), false),
        (.tls(.name("dns.example")), false),
        (.https(.address(.v4(0x7f00_0001)), path: "/"), true),
        (.https(.name("dns.example"), path: "/"), true),
    ])
    func theHelloGivesNothingAway(_ carrier: ResolverAddress.Carrier, _ speaksOfHTTP: Bool) async throws {
        let streams = try streams()
        try await Middleman.run({
            { ClientHello.message(in: $0.readableBytesView) == nil ? .wait : .refuse([]) }
        }) { server in
            let query = try DNSQuery.sample()
            let cause = await cause {
                try await streams.ask(
                    ResolverAddress(server.endpoint, over: carrier), query.bytes, within: .seconds(20))
            }
            #expect(cause == .closedAfterHello)
            let hello = try #require(server.heard.first)
            #expect(!Middleman.contains(hello, "dns.example"))
            #expect(Middleman.contains(hello, "http/1.1") == speaksOfHTTP)
            await streams.close()
        }
    }
}

/// What a message that answers this question says.
private func claim(_ message: [UInt8], _ query: DNSQuery) throws -> DNSClaim? {
    try DNSMessage(message, answering: query).claim
}

private let truth = DNSClaim.addresses([.v4(0x7f07_0001)])

/// What a resolver does that speaks DNS over a stream.
enum StreamScript {
    /// Answers so many questions, and then does this.
    static func answering(_ count: Int = .max, then end: Middleman.Decision = .wait) -> Middleman.Decide {
        var left = count
        return { buffer in
            let questions = questions(in: &buffer)
            if questions.isEmpty { return .wait }
            guard left > 0 else { return end }
            left -= questions.count
            return .reply(questions.flatMap(answer))
        }
    }

    /// Waits for so many questions before it says anything.
    static func collecting(_ count: Int, _ reply: @escaping ([[UInt8]]) -> [[UInt8]]) -> Middleman.Decide {
        var all: [[UInt8]] = []
        return { buffer in
            all += questions(in: &buffer)
            return all.count < count ? .wait : .reply(reply(all).flatMap(\.self))
        }
    }

    /// The whole messages that lie in the buffer, taken out of it.
    static func questions(in buffer: inout ByteBuffer) -> [[UInt8]] {
        var all: [[UInt8]] = []
        while let message = buffer.readLengthPrefixedSlice(as: UInt16.self) {
            all.append(Array(message.readableBytesView))
        }
        return all
    }

    /// 127.7.0.1, behind its length.
    static func answer(_ message: [UInt8]) -> [UInt8] {
        framed(ScriptedQuestion(message, isOverTCP: true)?.answer(["127.7.0.1"]).bytes ?? [])
    }

    static func framed(_ message: [UInt8]) -> [UInt8] { DNSPacket.number(UInt16(message.count)) + message }
}
