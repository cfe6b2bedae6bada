import CensorLab
import Foundation
import LabNet
import Testing

/// The built command, in a lab: what it says, what it writes, and whether what it tells one to type works.
@Suite(.serialized, .enabled(if: getuid() == 0, "a resolv.conf of its own needs root"))
struct DiagnoseTests {
    /// A lab, a folder, and the flags that lead into the lab.
    private struct Setting {
        let lab: Lab
        let scratch: Scratch

        var flags: [String] {
            [
                "-dns-servers", lab.resolverAddresses.map(\.description).joined(separator: ","), "-ca-file",
                scratch.path("ca.pem"),
            ] + (lab.canaries.isEmpty ? [] : ["-canary", lab.canaries.map(\.description).joined(separator: ",")])
        }

        var control: [String] {
            ["-control", "\(Lab.controlHost):\(lab.control.secure.port),\(lab.control.page.port)"]
        }

        /// Runs the command where the resolver of this machine is one of the lab's: in a mount namespace of its own.
        func run(
            _ words: [String], environment: [String: String] = [:],
            whileRunning: (Process) async throws -> Void = { _ in }
        ) async throws -> Outcome {
            let script = "mount --bind '\(scratch.path("resolv.conf"))' /etc/resolv.conf && exec \"$@\""
            return try await Program.run(
                "unshare", ["--mount", "sh", "-c", script, "sh", Tool.path] + words,
                environment: environment.merging(["XDG_CACHE_HOME": scratch.path("cache")]) { $1 },
                whileRunning: whileRunning)
        }
    }

    private func inLab(_ name: String, _ body: (Setting) async throws -> Void) async throws {
        let scenario = try #require(Scenario.named(name))
        let scratch = try Scratch()
        defer { scratch.remove() }
        let lab = try await Lab.start(scenario, image: .compact())
        _ = try scratch.write("ca.pem", lab.authority)
        do {
            // resolv.conf knows no ports.
            let address = "127.53.\(Int.random(in: 1...254)).53"
            let dnsmasq = try await Self.forwarder(at: address, to: try #require(lab.resolvers.first))
            _ = try scratch.write("resolv.conf", "nameserver \(address)\noptions timeout:1 attempts:1\n")
            try await body(Setting(lab: lab, scratch: scratch))
            withExtendedLifetime(dnsmasq) {}
        } catch {
            await lab.stop()
            throw error
        }
        await lab.stop()
    }

    /// What an ordinary program of this machine asks: dnsmasq, which asks one of the lab's resolvers and believes it.
    private static func forwarder(at address: String, to resolver: Endpoint) async throws -> Server {
        try await Server(
            "dnsmasq",
            [
                "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--bind-interfaces",
                "--listen-address=\(address)", "--port=53", "--user=root", "--log-facility=-", "--pid-file=",
                "--server=\(resolver.address)#\(resolver.port)",
            ], scratch: try Scratch()
        ) { Loopback.accepts(address, 53) }
    }

    @Test(.timeLimit(.minutes(2)))
    func aCensoredRegistryIsNamedAndTheCommandToTypeWorks() async throws {
        try await inLab("demo") { setting in
            let scratch = setting.scratch
            let outcome = try await setting.run(
                [
                    "diagnose", setting.lab.imageName, "-report", scratch.path("r.html"), "-json",
                    scratch.path("m.json"),
                ] + setting.flags + setting.control)
            let story = "\(outcome.output)\n\(outcome.error)"
            #expect(outcome.status == 10, "\(story)")
            #expect(outcome.output.hasPrefix("sni  \(setting.lab.imageName): "), "\(story)")
            #expect(outcome.output.contains("x forged") && outcome.output.contains("forged answers came"), "\(story)")
            #expect(!outcome.output.contains("\u{1B}"), "no colour in a file")
            #expect(
                outcome.output.split(separator: "\n").filter { !$0.contains("docker-tar-lab pull") }.allSatisfy {
                    $0.count <= 100
                })
            #expect(outcome.error.contains("Examining: "), "progress is shown: \(outcome.error)")

            let page = scratch.text("r.html")
            #expect(page.hasPrefix("<!DOCTYPE HTML>") && page.contains("href=\"#f\""))
            let measurement = try JSONSerialization.jsonObject(with: Data(scratch.text("m.json").utf8))
            #expect((measurement as? [String: Any])?["test_keys"] != nil)
            for name in ["r.html", "m.json"] {
                let mode = try FileManager.default.attributesOfItem(atPath: scratch.path(name))[.posixPermissions]
                #expect(mode as? Int == 0o600)
            }

            let command = try #require(
                outcome.output.split(separator: "\n").map { $0.trimmingPrefix { $0 == " " } }
                    .first { $0.hasPrefix("docker-tar-lab pull ") }, "\(story)")
            let folder = URL(fileURLWithPath: Tool.path).deletingLastPathComponent().path
            let pull = try await Program.run(
                "sh", ["-c", "\(command) -output '\(scratch.path("a.tar"))'"],
                environment: [
                    "PATH": "\(folder):/usr/bin:/bin", "XDG_CACHE_HOME": scratch.path("cache"),
                ])
            #expect(pull.status == 0, "\(command)\n\(pull.output)\(pull.error)")
        }
    }

    @Test(.timeLimit(.minutes(2))) func withNobodyInTheWayItEndsInZeroAndSpeaksChinese() async throws {
        try await inLab("clear") { setting in
            let outcome = try await setting.run(
                ["diagnose", setting.lab.imageName, "-lang", "zh", "-json", "-"] + setting.flags + setting.control)
            #expect(outcome.status == 0, "\(outcome.error)")
            // Standard output is the measurement and nothing else; people read standard error.
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) }
            #expect(outcome.error.contains("clear  \(setting.lab.imageName)：") || outcome.error.contains("一切正常"))
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: [SIGINT, SIGTERM])
    func aSignalEndsItIn130AndNoFileIsLeft(signal: Int32) async throws {
        try await inLab("clear") { setting in
            let scratch = setting.scratch
            let before = scratch.listing
            let outcome = try await setting.run(
                ["diagnose", setting.lab.imageName, "-report", scratch.path("r.html"), "-no-memory", "-debug"]
                    + setting.flags + setting.control,
                whileRunning: { process in
                    // The first query in the lab shows that it is at work.
                    while setting.lab.journal.events.isEmpty && process.isRunning {
                        try await Task.sleep(for: .milliseconds(20))
                    }
                    kill(process.processIdentifier, signal)
                })
            #expect(outcome.status == 130, "\(outcome.output)\(outcome.error)")
            #expect(scratch.listing == before)
        }
    }

    @Test(.timeLimit(.minutes(2))) func noPasswordIsInAnythingThatItSaysOrWrites() async throws {
        try await inLab("clear") { setting in
            let scratch = setting.scratch
            let outcome = try await setting.run(
                [
                    "diagnose", setting.lab.imageName, "-report", scratch.path("r.html"), "-json",
                    scratch.path("m.json"), "-log", scratch.path("log"), "-debug", "-no-redact",
                ] + setting.flags + setting.control, environment: ["HTTPS_PROXY": "http://me:hunter2@127.0.0.1:9"])
            for text in [outcome.output, outcome.error] + ["r.html", "m.json", "log"].map(scratch.text) {
                #expect(!text.isEmpty)
                #expect(!text.contains("hunter2"))
            }
        }
    }
}
