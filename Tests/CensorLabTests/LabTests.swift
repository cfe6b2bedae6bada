import Foundation
import LabNet
import Testing

@testable import CensorLab

/// Every scenario of the table does to dig and openssl what its line says.
@Suite(.enabled(if: ["curl", "dig", "openssl"].allSatisfy(Program.exists), "curl, dig or openssl is not installed"))
struct LabTests {
    /// What an ordinary client, and one that knows the true address, meets.
    private struct Finding: Equatable {
        /// Whether the first answer over UDP holds a true address.
        var dns = true
        /// Which hellos are shown the registry's certificate: with its name, without one, with somebody else's.
        var plain = true
        var nameless = true
        var foreign = true
    }

    private static let expected: [String: Finding] = [
        "clear": Finding(),
        "demo": Finding(dns: false, plain: false),
        "needs-name": Finding(dns: false, plain: false, nameless: false, foreign: false),
        "no-way": Finding(dns: false, plain: false, nameless: false, foreign: false),
        "poisoned-dns": Finding(dns: false),
        "dns-silent-strangers": Finding(dns: false),
        "dns-rude-strangers": Finding(dns: false),
        // dig asks for the family that is not forged.
        "dns-aaaa": Finding(),
        "dns-a": Finding(dns: false),
        "dns-late": Finding(),
        "dns-mirrored": Finding(dns: false),
        "dns-near": Finding(dns: false),
        "dns-formerr": Finding(dns: false),
        "dns-servfail": Finding(dns: false),
        "dns-nxdomain": Finding(dns: false),
        "dns-refused": Finding(dns: false),
        "dns-nodata": Finding(dns: false),
        "dns-truncated": Finding(dns: false),
        "dns-alias": Finding(dns: false),
        // dig waits on for an answer with its own ID.
        "dns-wrong-id": Finding(),
        "dns-hijack": Finding(dns: false),
        "dns-canary": Finding(dns: false),
        "dns-polluted": Finding(dns: false),
        "dns-all-polluted": Finding(dns: false),
        "dns-all-hijacked": Finding(dns: false),
        // dig asks over UDP here; what is spoken behind TLS is SecureResolverTests' matter.
        "dns-polluted-tls": Finding(dns: false),
        "dns-tls": Finding(dns: false),
        "dns-dead": Finding(dns: false),
        "dns-loss": Finding(dns: false),
        "sni-reset": Finding(plain: false),
        "sni-blackhole": Finding(plain: false),
        "sni-alert": Finding(plain: false),
        "records-reset": Finding(plain: false),
        "records-blackhole": Finding(plain: false),
        "records-alert": Finding(plain: false),
        "packets-reset": Finding(plain: false),
        "nameless-only": Finding(nameless: false),
        "sni-forgetful": Finding(plain: false),
        "nameless-reset": Finding(plain: false, nameless: false),
        "nameless-blackhole": Finding(plain: false, nameless: false),
        // An ordinary hello is one segment.
        "two-segments": Finding(),
        "server-alert": Finding(plain: false, nameless: false, foreign: false),
        "server-close": Finding(plain: false, nameless: false, foreign: false),
        "server-default": Finding(plain: false, nameless: false, foreign: false),
        "server-strangers-alert": Finding(plain: false, foreign: false),
        "server-strangers-close": Finding(plain: false, foreign: false),
        "v6-only": Finding(),
        // The visits go to the last address with a name, and to the first without one.
        "v4-blocked": Finding(nameless: false, foreign: false),
        "v6-blocked": Finding(nameless: false, foreign: false),
        "v4-swallowed": Finding(nameless: false, foreign: false),
        "v6-swallowed": Finding(nameless: false, foreign: false),
        "address-swallowed": Finding(nameless: false, foreign: false),
        "intercepted": Finding(plain: false, nameless: false, foreign: false),
        "half-intercepted": Finding(nameless: false, foreign: false),
        "v4-named": Finding(),
        "far": Finding(),
        "mid-blob-resets": Finding(),
        "freeze-16k": Finding(),
        // Streams are longer than a handshake; PartsTests read them.
        "stream-resets": Finding(),
        "all-freeze-16k": Finding(),
        "throttled": Finding(),
        "small-mtu": Finding(plain: false, nameless: false, foreign: false),
        "needs-name-clear": Finding(nameless: false, foreign: false),
        "server-refused": Finding(plain: false, nameless: false, foreign: false),
        "server-gone": Finding(plain: false, nameless: false, foreign: false),
        "server-500": Finding(),
        "server-403": Finding(),
        "server-broken": Finding(plain: false, nameless: false, foreign: false),
        // s_client shows whatever certificate it is given.
        "server-expired": Finding(),
        "token-blocked": Finding(),
        "token-swallowed": Finding(),
        "storage-blocked": Finding(),
        "storage-frozen": Finding(),
        "mirror": Finding(plain: false, nameless: false, foreign: false),
        "mirror-stale": Finding(),
        "mirror-lying": Finding(),
        "mirror-refusing": Finding(),
        // Its resolvers lie, and these visits go where the truth would lead.
        "portal": Finding(dns: false),
        "offline": Finding(dns: false, plain: false, nameless: false, foreign: false),
        "clock-behind": Finding(),
        "clock-ahead": Finding(),
        "proxy-dead": Finding(),
        "proxy-silent": Finding(),
    ]

    /// What can be run here: a tunnel takes a range of addresses that is this machine's in a namespace only.
    private static let scenarios = Scenario.all.filter { !$0.isTunnel }

    @Test(arguments: scenarios.map(\.name)) func doesWhatItsLineSays(name: String) async throws {
        let scenario = try #require(Scenario.named(name))
        let lab = try await Lab.start(scenario, image: .small())
        let dns = try #require(lab.resolvers.first)
        let entrances = Set(lab.registry.map(\.address.description))
        // The last entrance for the name, and the first one for no name: a killed name burns its entrance.
        let (one, other) = (try #require(lab.registry.first), try #require(lab.registry.last))
        let answer = try await Program.run(
            "dig",
            [
                "@\(dns.address)", "-p", "\(dns.port)", "+short", "+tries=1", "+timeout=2", Lab.registryHost,
                one.address.family == .ip4 ? "A" : "AAAA",
            ])
        let first = answer.output.split(separator: "\n").first { !$0.hasPrefix(";") }.map(String.init) ?? ""
        async let nameless = isShown(at: one, "-noservername")
        async let foreign = isShown(at: one, "-servername", "foreign.example")
        async let plain = isShown(at: other, "-servername", Lab.registryHost)
        let found = Finding(
            dns: entrances.contains(first), plain: try await plain, nameless: try await nameless,
            foreign: try await foreign)
        await lab.stop()
        // Which datagrams are lost is chance, though always the same chance for the same sequence of queries.
        if name == "dns-loss" { return #expect(found.plain && found.nameless && found.foreign) }
        #expect(found == Self.expected[name], "\(answer.output)")
    }

    /// Whether s_client was shown the registry's certificate. Silence is cut short: it would last for ever.
    private func isShown(at endpoint: Endpoint, _ arguments: String...) async throws -> Bool {
        let result = try await Program.run(
            "openssl", ["s_client", "-connect", "\(endpoint)"] + arguments, patience: 3)
        return result.output.contains("CN = CensorLab")
    }

    @Test func everyScenarioHasANameOfItsOwnAndALine() {
        #expect(Set(Scenario.all.map(\.name)).count == Scenario.all.count)
        #expect(Scenario.all.allSatisfy { !$0.explanation.isEmpty && !$0.explanation.contains("\n") })
        #expect(Scenario.all.allSatisfy { !$0.resolvers.isEmpty && !$0.ways.isEmpty })
        #expect(Set(Self.scenarios.map(\.name)) == Set(Self.expected.keys))
    }

    @Test func canariesAnswerWhatTheirScenarioSays() async throws {
        // Before injectors a canary answers for names on their list alone; where port 53 is hijacked, for everything.
        for (name, knowsTheRoot) in [("dns-canary", false), ("dns-hijack", true)] {
            let lab = try await Lab.start(try #require(Scenario.named(name)), image: .small())
            let canary = try #require(lab.canaries.first)
            let common = ["@\(canary.address)", "-p", "\(canary.port)", "+short", "+tries=1", "+timeout=1"]
            let answer = try await Program.run("dig", common + [Lab.registryHost, "A"]).output
            let root = try await Program.run("dig", common + [".", "NS"]).output
            await lab.stop()
            let forged = lab.strangers.map(\.endpoint.address.description)
            #expect(forged.contains { answer.contains($0) }, "\(answer)")
            #expect(root.contains("root-servers.net") == knowsTheRoot, "\(root)")
        }
    }

    @Test func whoeverFollowsTheForgedAnswerMeetsAStranger() async throws {
        let lab = try await Lab.start(try #require(Scenario.named("poisoned-dns")), image: .small())
        try await withFolder { folder in
            let ca = folder.appending(path: "ca.pem").path
            try lab.authority.write(toFile: ca, atomically: true, encoding: .utf8)
            let stranger = try #require(lab.strangers.first).endpoint
            let result = try await Program.run(
                "curl",
                [
                    "-sS", "--cacert", ca, "--resolve", "\(Lab.registryHost):\(stranger.port):\(stranger.address)",
                    "https://\(Lab.registryHost):\(stranger.port)/v2/",
                ])
            #expect(result.status == 60, "\(result.output)")
        }
        await lab.stop()
        #expect(lab.strangers.flatMap(\.shown).count == 1)
    }

    @Test func aStoppedLabHoldsNoSocket() async throws {
        let lab = try await Lab.start(try #require(Scenario.named("demo")), image: .small())
        await lab.stop()
        // Its ports can be taken again at once, which they could not while anything listened there.
        for endpoint in lab.registry + lab.strangers.map(\.endpoint) {
            let again = try await Stranger.start(.silent, at: endpoint)
            await again.stop()
        }
        for endpoint in lab.resolvers {
            let again = try await ForgingDNS.start(.init(truth: .nobody), at: endpoint)
            await again.stop()
        }
    }
}

/// The command, as a user runs it.
struct CensorLabCommandTests {
    private static let binary = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appending(path: "censor-lab").path

    @Test func listsEveryScenario() async throws {
        let result = try await Program.run(Self.binary, ["list"])
        #expect(result.status == 0)
        for scenario in Scenario.all {
            #expect(result.output.contains(scenario.name))
            #expect(result.output.contains(scenario.explanation))
        }
    }

    @Test func refusesWhatItDoesNotKnow() async throws {
        let result = try await Program.run(Self.binary, ["nowhere"])
        #expect(result.status != 0)
        #expect(result.output.contains("nowhere"))
        for resolver in ["127.0.0.1", "localhost:53", "127.0.0.1:0", "::1:53:"] {
            let result = try await Program.run(Self.binary, ["clear", "-resolver", resolver])
            #expect(result.status != 0)
            #expect(result.output.contains(resolver))
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: [SIGINT, SIGTERM]) func runsUntilItIsAskedToStop(signal: Int32)
        async throws
    {
        try await withFolder { folder in
            let process = Process()
            process.executableURL = URL(filePath: Self.binary)
            process.arguments = ["clear", "-directory", folder.path]
            let output = Pipe()
            // A copy of the writing end in another test's server would hide the end of this one.
            _ = fcntl(output.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
            process.standardOutput = output
            let (pieces, continuation) = AsyncStream.makeStream(of: Data.self)
            output.fileHandleForReading.readabilityHandler = { handle in
                let piece = handle.availableData
                if piece.isEmpty { continuation.finish() } else { continuation.yield(piece) }
            }
            let (ends, end) = AsyncStream.makeStream(of: Int32.self)
            process.terminationHandler = { end.yield($0.terminationStatus) }
            try process.run()
            var said = ""
            for await piece in pieces {
                let wasReady = said.contains("\nready\n")
                said += String(decoding: piece, as: UTF8.self)
                guard !wasReady, said.contains("\nready\n") else { continue }
                let environment = try String(contentsOf: folder.appending(path: "environment"), encoding: .utf8)
                #expect(environment.contains("IMAGE='registry.lab.example:"))
                #expect(environment.contains("CA='\(folder.path)/ca.pem'"))
                let certificate = try String(contentsOf: folder.appending(path: "ca.pem"), encoding: .utf8)
                #expect(certificate.hasPrefix("-----BEGIN CERTIFICATE-----"))
                kill(process.processIdentifier, signal)
            }
            output.fileHandleForReading.readabilityHandler = nil
            #expect(said.hasSuffix("stopped\n"))
            #expect(await ends.first { _ in true } == 0)
        }
    }
}
