import Foundation
import LabNet
import NIOCore
import Puller
import Testing

@testable import CensorLab

/// What stands beside the registry: the control, its page, a portal, a mirror, addresses where nobody is. curl judges.
@Suite(.serialized, .timeLimit(.minutes(2)), .enabled(if: Program.exists("curl"), "curl is not installed"))
struct PartsTests {
    /// A running lab, and curl in it.
    private struct Site {
        let lab: Lab
        let authority: String

        /// The status line's number, the fields and the body; and curl's own verdict.
        struct Answer {
            var exit: Int32
            var text: String
            var status: Int { text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0 }
            func field(_ name: String) -> String? {
                text.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ": ") }
                    .map { String($0.dropFirst(name.count + 2)) }
            }
            var body: String { text.components(separatedBy: "\r\n\r\n").dropFirst().joined(separator: "\r\n\r\n") }
        }

        /// - Parameter endpoint: where the host of the URL is taken to be.
        func curl(_ host: String, _ path: String, at endpoint: Endpoint, _ more: String...) async throws -> Answer {
            let result = try await Program.run(
                "curl",
                [
                    "-sSi", "--max-time", "4", "--cacert", authority,
                    "--resolve", "\(host):\(endpoint.port):\(endpoint.address)",
                ] + more + ["https://\(host):\(endpoint.port)\(path)"])
            return Answer(exit: result.status, text: result.output)
        }

        func page() async throws -> Answer {
            let result = try await Program.run("curl", ["-sSi", "--max-time", "4", "http://\(lab.control.page)/"])
            return Answer(exit: result.status, text: result.output)
        }
    }

    private func inside(_ name: String, _ body: (Site) async throws -> Swift.Void) async throws {
        let lab = try await Lab.start(try #require(Scenario.named(name)), image: .small())
        do {
            try await withFolder { folder in
                let file = folder.appending(path: "ca.pem").path
                try lab.authority.write(toFile: file, atomically: true, encoding: .utf8)
                try await body(Site(lab: lab, authority: file))
            }
        } catch {
            Issue.record(error)
        }
        await lab.stop()
    }

    @Test func theControlServesItsPageAndTheTime() async throws {
        try await inside("sni-reset") { site in
            let page = try await site.page()
            #expect(page.status == 200)
            let secure = try await site.curl(Lab.controlHost, "/", at: site.lab.control.secure)
            #expect(secure.status == 200)
            for answer in [page, secure] {
                let date = try #require(answer.field("date").flatMap(Self.date))
                #expect(abs(date.timeIntervalSinceNow) < 60)
            }
            // A box before it kills the same names as before the registry.
            let named = try await site.curl(Lab.registryHost, "/", at: site.lab.control.secure)
            #expect(named.exit == 35, "\(named.text)")
        }
    }

    @Test(arguments: [("clock-behind", 400.0), ("clock-ahead", -400.0)])
    func wrongClocksAreWrongInDatesAndCertificates(name: String, days: Double) async throws {
        try await inside(name) { site in
            let date = try #require(try await site.page().field("date").flatMap(Self.date))
            #expect(abs(date.timeIntervalSinceNow - days * 86_400) < 60)
            let registry = try #require(site.lab.registry.first)
            let answer = try await site.curl(Lab.registryHost, "/v2/", at: registry)
            #expect(answer.exit == 60)
            #expect(answer.text.contains(days > 0 ? "not yet valid" : "expired"), "\(answer.text)")
        }
    }

    private static func date(_ text: String) -> Date? {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        format.timeZone = TimeZone(identifier: "GMT")
        return format.date(from: text)
    }

    @Test func datesAreWrittenAsHTTPWantsThem() {
        // RFC 9110 5.6.7's own example, and a leap day.
        #expect(WorldClock.httpDate(secondsSince1970: 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(WorldClock.httpDate(secondsSince1970: 1_709_164_800) == "Thu, 29 Feb 2024 00:00:00 GMT")
    }

    @Test(.enabled(if: Program.exists("dig"), "dig is not installed"))
    func thePortalAnswersForEverybody() async throws {
        try await inside("portal") { site in
            let resolver = try #require(site.lab.resolvers.first)
            for name in [Lab.registryHost, Lab.controlHost, "anything.at.all"] {
                let answer = try await Program.run(
                    "dig", ["@\(resolver.address)", "-p", "\(resolver.port)", "+short", name, "A"])
                #expect(answer.output == "\(site.lab.control.page.address)\n")
            }
            let page = try await site.page()
            #expect(page.status == 302)
            #expect(page.field("location")?.hasPrefix("http://login.portal.example/") == true)
            let answer = try await site.curl(Lab.registryHost, "/v2/", at: site.lab.control.secure)
            #expect(answer.exit == 60, "\(answer.text)")
        }
    }

    @Test func nobodyIsWhereNobodyShouldBe() async throws {
        for (name, exit) in [("server-gone", Int32(28)), ("server-refused", 7)] {
            try await inside(name) { site in
                for endpoint in site.lab.registry {
                    // Twice: what fills the queue of the one that swallows stays there.
                    for _ in 0..<2 {
                        let answer = try await site.curl(
                            Lab.registryHost, "/v2/", at: endpoint, "--connect-timeout", "1")
                        #expect(answer.exit == exit, "\(answer.text)")
                    }
                }
            }
        }
    }

    @Test func partsAreBlockedAlone() async throws {
        try await inside("token-blocked") { site in
            let (registry, token) = (try #require(site.lab.registry.first), try #require(site.lab.tokenServer.first))
            #expect(registry.address != token.address)
            #expect(site.lab.storage == site.lab.registry)
            #expect(try await site.curl(Lab.registryHost, "/v2/", at: registry).status == 401)
            #expect(try await site.curl(Lab.tokenHost, "/token", at: token).exit == 35)
        }
        try await inside("storage-blocked") { site in
            let (registry, storage) = (try #require(site.lab.registry.first), try #require(site.lab.storage.first))
            #expect(try await site.curl(Lab.tokenHost, "/token", at: registry).status == 200)
            #expect(try await site.curl(Lab.storageHost, "/blobs/x", at: storage).exit == 35)
        }
    }

    @Test(arguments: [("server-500", 500), ("server-403", 403), ("clear", 401)])
    func theRegistryFailsAsItsLineSays(name: String, status: Int) async throws {
        try await inside(name) { site in
            let answer = try await site.curl(Lab.registryHost, "/v2/", at: try #require(site.lab.registry.first))
            #expect(answer.status == status)
        }
    }

    @Test func certificatesThatCurlRefuses() async throws {
        for (name, words) in [("server-expired", "expired"), ("intercepted", "issuer")] {
            try await inside(name) { site in
                let answer = try await site.curl(Lab.registryHost, "/v2/", at: try #require(site.lab.registry.first))
                #expect(answer.exit == 60 && answer.text.contains(words), "\(answer.text)")
            }
        }
    }

    @Test func mirrorsServeWhatTheirLineSays() async throws {
        let image = try LabImage.small()
        for name in ["mirror", "mirror-stale", "mirror-lying", "mirror-refusing"] {
            try await inside(name) { site in
                let mirror = try #require(site.lab.mirror)
                let answer = try await site.curl(Lab.mirrorHost, "/v2/a/b/manifests/c", at: mirror)
                let claimed = answer.field("docker-content-digest")
                let real = try Digest(of: Array(answer.body.utf8)).description
                switch name {
                case "mirror": #expect(claimed == image.root.digest.description && real == claimed)
                case "mirror-stale": #expect(claimed != image.root.digest.description && real == claimed)
                case "mirror-lying": #expect(claimed == image.root.digest.description && real != claimed)
                default: #expect(answer.status == 403)
                }
            }
        }
    }

    @Test func aSlowPathTakesItsTimeAndLosesNothing() async throws {
        let image = try LabImage.compact()
        let (digest, blob) = try #require(image.blobs.max { $0.value.readableBytes < $1.value.readableBytes })
        let any = Endpoint(address: .v4(0x7F00_0001), port: 0)
        let server = try await LabRegistry.start(.init(), images: [image], at: any)
        var rules = TLSBox.Rules.clear()
        rules.bytesPerSecond = 200_000
        let box = try await TLSBox.start(rules, at: any, before: server.endpoint)
        try await withFolder { folder in
            let file = folder.appending(path: "blob")
            let result = try await Program.run(
                "curl",
                [
                    "-sS", "-o", file.path, "-w", "%{time_total}",
                    "http://\(box.endpoint)/v2/\(image.repository)/blobs/\(digest)",
                ])
            #expect(try Data(contentsOf: file) == Data(blob.readableBytesView))
            // No machine is so fast that 300 kB come sooner at this rate.
            #expect(Double(result.output) ?? 0 > Double(blob.readableBytes) / 200_000 - 0.1)
        }
        await box.stop()
        await server.stop()
    }
}
