import Foundation
import Glibc
import LabNet
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import CensorLab

struct ForgingDNSTests {
    static let name = "registry.lab.example"
    private static let truth = IPAddress.v4(0x7F58_0A01)
    private static let forged: [IPAddress] = [.v4(0x7F58_4201), .v4(0x7F58_4202)]

    private static func place(_ last: UInt32 = 1) -> Endpoint {
        Endpoint(address: .v4(127 << 24 | 53 << 8 | last), port: 0)
    }

    private static var zone: Zone { Zone([name: .addresses([truth])]) }

    /// Three injectors, four answers, before a resolver that takes 150 ms.
    private static var rules: ForgingDNS.Rules {
        var first = Injector(names: ["lab.example"], delay: .milliseconds(4), addresses: forged)
        first.count = 2
        var second = Injector(names: ["lab.example"], delay: .milliseconds(9), addresses: forged.reversed())
        second.flags = 0x8580
        let third = Injector(
            names: ["registry.lab.example"], delay: .milliseconds(20), addresses: forged)
        return ForgingDNS.Rules(truth: .zone(zone), delay: .milliseconds(150), injectors: [first, second, third])
    }

    @Test func theForgedAnswersComeFirstAndTheTrueOneLast() async throws {
        let journal = Journal()
        let dns = try await ForgingDNS.start(Self.rules, at: Self.place(), journal: journal)
        let answers = try await ask(dns.endpoint, Query.bytes(Self.name), until: 5)
        await dns.stop()
        #expect(answers.count == 5)
        #expect(answers.map(\.address) == [Self.forged[0], Self.forged[1], Self.forged[1], Self.forged[0], Self.truth])
        #expect(answers.map(\.hasOPT) == [false, false, false, false, true])
        #expect(answers.map(\.flags) == [0x8180, 0x8180, 0x8580, 0x8180, 0x8180])
        #expect((answers.last?.arrival ?? .zero) >= .milliseconds(150))
        let asked = journal.events.compactMap { if case .asked(let query, _, .udp) = $0 { query } else { nil } }
        #expect(asked.map(\.description) == ["\(Self.name) A"])
        #expect(asked.map(\.hasOPT) == [true])
    }

    @Test func otherNamesAreLeftAlone() async throws {
        let dns = try await ForgingDNS.start(Self.rules, at: Self.place(2))
        let answers = try await ask(dns.endpoint, Query.bytes("free.example"), until: 1)
        await dns.stop()
        #expect(answers.map(\.flags) == [0x8183])
    }

    @Test func aCanaryIsAnsweredByInjectorsAlone() async throws {
        var rules = Self.rules
        (rules.truth, rules.delay) = (.nobody, .zero)
        let dns = try await ForgingDNS.start(rules, at: Self.place(3))
        let answers = try await ask(dns.endpoint, Query.bytes(Self.name), until: 4)
        await dns.stop()
        #expect(answers.compactMap(\.address).allSatisfy(Self.forged.contains))
    }

    @Test(.enabled(if: Program.exists("dig"), "dig (bind9-dnsutils) is not installed"))
    func digTakesTheForgedAnswerOverUDPAndTheTrueOneOverTCP() async throws {
        let dns = try await ForgingDNS.start(Self.rules, at: Self.place(4))
        let common = ["@\(dns.endpoint.address)", "-p", "\(dns.endpoint.port)", "+short", "+tries=1", Self.name]
        let fast = try await Program.run("dig", common)
        let slow = try await Program.run("dig", ["+tcp"] + common)
        await dns.stop()
        #expect(fast.output == "\(Self.forged[0])\n")
        #expect(slow.output == "\(Self.truth)\n")
    }

    @Test(.enabled(if: Program.exists("dig"), "dig (bind9-dnsutils) is not installed"))
    func tcpCanBeReset() async throws {
        var rules = Self.rules
        rules.resetsTCP = true
        let dns = try await ForgingDNS.start(rules, at: Self.place(5))
        let arguments = ["@\(dns.endpoint.address)", "-p", "\(dns.endpoint.port)", "+tcp", "+tries=1", Self.name]
        let result = try await Program.run("dig", arguments)
        await dns.stop()
        #expect(result.status == 9)
    }

    @Test(arguments: [IPAddress.v4(127 << 24 | 53 << 8 | 8), .v6(high: 0, low: 1)])
    func everyoneAnswersFromHisOwnDistance(place: IPAddress) async throws {
        var near = Injector(names: ["lab.example"], delay: .milliseconds(4), addresses: Self.forged)
        near.answer = .alias("elsewhere.example")
        near.hopLimit = 244
        var far = near
        (far.hopLimit, far.delay) = (55, .milliseconds(30))
        var rules = ForgingDNS.Rules(truth: .zone(Self.zone), delay: .milliseconds(60), injectors: [near, far])
        rules.hopLimit = 47
        let dns = try await ForgingDNS.start(rules, at: Endpoint(address: place, port: 0))
        let limits = try await Self.hopLimits(of: 3, from: dns.endpoint, Query.bytes(Self.name))
        rules.hopLimit = nil
        let plain = try await ForgingDNS.start(rules, at: Endpoint(address: place, port: 0))
        let usual = try await Self.hopLimits(of: 3, from: plain.endpoint, Query.bytes(Self.name))
        await dns.stop()
        await plain.stop()
        #expect(limits == [244, 55, 47])
        #expect(usual == [244, 55, 64], "what an injector sets is gone with its answer")
    }

    @Test func whatIsLostIsLostAlikeInEveryRun() async throws {
        func answers(_ loss: Loss?) async throws -> [Bool] {
            let journal = Journal()
            var rules = ForgingDNS.Rules(truth: .zone(Self.zone))
            rules.loss = loss
            let dns = try await ForgingDNS.start(rules, at: Self.place(9), journal: journal)
            // Those that the path loses are asked for in vain; the last one is asked for until it is heard.
            for _ in 0..<40 { try Self.sendAndForget(dns.endpoint, Query.bytes(Self.name)) }
            while journal.events.count(where: { if case .lost(_, isAnswer: false) = $0 { true } else { false } })
                + journal.events.count(where: { if case .asked = $0 { true } else { false } }) < 40
            {
                await Task.yield()
            }
            await dns.stop()
            return journal.events.compactMap { event in
                switch event {
                case .lost(_, isAnswer: false): true
                case .asked: false
                default: nil
                }
            }
        }
        let none = try await answers(nil)
        let some = try await answers(Loss(probability: 0.5, seed: 7))
        let again = try await answers(Loss(probability: 0.5, seed: 7))
        #expect(none == Array(repeating: false, count: 40))
        #expect(some == again)
        #expect((8...32).contains(some.count { $0 }))
        #expect(try await answers(Loss(probability: 1, seed: 1)) == Array(repeating: true, count: 40))
    }

    @Test(.enabled(if: Program.exists("dig"), "dig (bind9-dnsutils) is not installed"))
    func digFindsTheCookieGood() async throws {
        var rules = ForgingDNS.Rules(truth: .zone(Self.zone))
        rules.answersCookies = true
        let dns = try await ForgingDNS.start(rules, at: Self.place(10))
        let result = try await Program.run(
            "dig", ["@\(dns.endpoint.address)", "-p", "\(dns.endpoint.port)", "+cookie", "+tries=1", Self.name])
        await dns.stop()
        #expect(result.output.contains("(good)"), "\(result.output)")
    }

    @Test(.enabled(if: Program.exists("dnsmasq") && Program.exists("dig"), "dnsmasq or dig is not installed"))
    func aRealResolverTellsTheTruthBehindIt() async throws {
        try await withFolder { folder in
            let reserved = try await ForgingDNS.start(.init(truth: .nobody), at: Self.place(7))
            let upstream = reserved.endpoint
            await reserved.stop()
            let pid = folder.appending(path: "pid").path
            let started = try await Program.run(
                "dnsmasq",
                [
                    "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--bind-interfaces", "--user=root",
                    "--listen-address=\(upstream.address)", "--port=\(upstream.port)", "--pid-file=\(pid)",
                    "--address=/\(Self.name)/\(Self.truth)",
                ])
            try #require(started.status == 0, "\(started.output)")
            defer {
                let number = (try? String(contentsOfFile: pid, encoding: .utf8))?.trimmingCharacters(
                    in: .whitespacesAndNewlines)
                // It was started with SIGTERM blocked, as the thread was that started it.
                if let process = number.flatMap({ pid_t($0) }) { kill(process, SIGKILL) }
            }
            var rules = Self.rules
            rules.truth = .upstream(upstream)
            let dns = try await ForgingDNS.start(rules, at: Self.place(6))
            let answers = try await ask(dns.endpoint, Query.bytes(Self.name), until: 5)
            let arguments = ["@\(dns.endpoint.address)", "-p", "\(dns.endpoint.port)", "+tcp", "+short", Self.name]
            let slow = try await Program.run("dig", arguments)
            await dns.stop()
            #expect(answers.last?.address == Self.truth)
            #expect(answers.dropLast().compactMap(\.address).allSatisfy(Self.forged.contains))
            #expect((answers.last?.arrival ?? .zero) >= .milliseconds(150))
            #expect(slow.output == "\(Self.truth)\n")
        }
    }

    /// A datagram that came back.
    private struct Answer {
        var arrival: Duration
        var message: [UInt8]

        var flags: UInt16 { UInt16(message[2]) << 8 | UInt16(message[3]) }
        var hasOPT: Bool { message[11] == 1 }
        /// The address in the only record of a reply to ``ForgingDNSTests/name``.
        var address: IPAddress? { message[7] == 1 ? IPAddress(bytes: message.dropFirst(12 + 26 + 12).prefix(4)) : nil }
    }

    /// Sends a query and waits for this many datagrams.
    private func ask(_ server: Endpoint, _ query: [UInt8], until count: Int) async throws -> [Answer] {
        let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<AddressedEnvelope<ByteBuffer>, AddressedEnvelope<ByteBuffer>>(
                        wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            let start = ContinuousClock.now
            try await outbound.write(
                AddressedEnvelope(remoteAddress: SocketAddress(server), data: ByteBuffer(bytes: query)))
            var answers: [Answer] = []
            for try await envelope in inbound {
                let message = Array(envelope.data.readableBytesView)
                answers.append(Answer(arrival: ContinuousClock.now - start, message: message))
                if answers.count == count { break }
            }
            return answers
        }
    }

    /// Sends a query and waits for nothing.
    private static func sendAndForget(_ server: Endpoint, _ query: [UInt8]) throws {
        let number = try socket(to: server)
        defer { close(number) }
        #expect(send(number, query, query.count, 0) == query.count)
    }

    /// The hop limits with which so many answers arrive.
    private static func hopLimits(of count: Int, from server: Endpoint, _ query: [UInt8]) async throws -> [Int32] {
        try await NIOThreadPool.singleton.runIfActive { try waitForHopLimits(of: count, from: server, query) }
    }

    private static func waitForHopLimits(of count: Int, from server: Endpoint, _ query: [UInt8]) throws -> [Int32] {
        let number = try socket(to: server)
        defer { close(number) }
        var (on, patience) = (Int32(1), timeval(tv_sec: 5, tv_usec: 0))
        let isSix = server.address.family == .ip6
        let level = Int32(isSix ? IPPROTO_IPV6 : IPPROTO_IP)
        setsockopt(number, level, isSix ? IPV6_RECVHOPLIMIT : IP_RECVTTL, &on, 4)
        setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        #expect(send(number, query, query.count, 0) == query.count)
        return try (0..<count).map { _ in
            var (payload, control) = ([UInt8](repeating: 0, count: 4096), [UInt64](repeating: 0, count: 8))
            let length = control.count * 8
            return try payload.withUnsafeMutableBytes { payload in
                try control.withUnsafeMutableBytes { control in
                    var vector = iovec(iov_base: payload.baseAddress, iov_len: payload.count)
                    return try withUnsafeMutablePointer(to: &vector) { vector in
                        var message = msghdr()
                        (message.msg_iov, message.msg_iovlen) = (vector, 1)
                        (message.msg_control, message.msg_controllen) = (control.baseAddress, length)
                        try #require(recvmsg(number, &message, 0) > 0)
                        // One header, and the number after it (cmsg(3)).
                        return control.load(fromByteOffset: MemoryLayout<cmsghdr>.size, as: Int32.self)
                    }
                }
            }
        }
    }

    private static func socket(to server: Endpoint) throws -> Int32 {
        let number = Glibc.socket(server.address.family.socketFamily, Int32(SOCK_DGRAM.rawValue), 0)
        try #require(number >= 0)
        try #require(server.withSocketAddress { connect(number, $0, $1) } == 0)
        return number
    }
}
