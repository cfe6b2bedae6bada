import Foundation
import LabNet
import Testing

@testable import CensorLab

/// Every scenario of the table does to dig and openssl what its line says.
@Suite(.enabled(if: ["curl", "dig", "openssl"].allSatisfy(Program.exists), "curl, dig or openssl is not installed"))
struct LabTests {
    /// What an ordinary client, and one that knows the true address, meets.
    private struct Finding: Equatable {
        var dnsIsTrue: Bool
        var plain: Bool
        var nameless: Bool
    }

    private static let expected: [String: Finding] = [
        "clear": Finding(dnsIsTrue: true, plain: true, nameless: true),
        "poisoned-dns": Finding(dnsIsTrue: false, plain: true, nameless: true),
        "sni-reset": Finding(dnsIsTrue: true, plain: false, nameless: true),
        "demo": Finding(dnsIsTrue: false, plain: false, nameless: true),
        "needs-name": Finding(dnsIsTrue: false, plain: false, nameless: false),
    ]

    @Test(arguments: Scenario.all.map(\.name)) func doesWhatItsLineSays(name: String) async throws {
        let scenario = try #require(Scenario.named(name))
        let lab = try await Lab.start(scenario, image: .small())
        let dns = try #require(lab.resolvers.first)
        let entrances = Set(lab.registry.map(\.address.description))
        let answer = try await Program.run(
            "dig", ["@\(dns.address)", "-p", "\(dns.port)", "+short", "+tries=1", Lab.registryHost])
        let first = answer.output.split(separator: "\n").first.map(String.init) ?? ""
        // The last entrance for the name, and the first one for no name: a killed name burns its entrance.
        let (one, other) = (try #require(lab.registry.first), try #require(lab.registry.last))
        let nameless = try await Program.run("openssl", ["s_client", "-noservername", "-connect", "\(one)"])
        let plain = try await Program.run(
            "openssl", ["s_client", "-servername", Lab.registryHost, "-connect", "\(other)"])
        await lab.stop()
        let found = Finding(
            dnsIsTrue: entrances.contains(first), plain: plain.output.contains("BEGIN CERTIFICATE"),
            nameless: nameless.output.contains("BEGIN CERTIFICATE"))
        #expect(found == Self.expected[name])
    }

    @Test func everyScenarioHasANameOfItsOwnAndALine() {
        #expect(Set(Scenario.all.map(\.name)).count == Scenario.all.count)
        #expect(Scenario.all.allSatisfy { !$0.explanation.isEmpty && !$0.explanation.contains("\n") })
        #expect(Scenario.all.allSatisfy { !$0.resolvers.isEmpty })
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
