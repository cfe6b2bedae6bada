import Dispatch
import Foundation
import Testing

@testable import LabNet
@testable import docker_tar_lab

/// A server on loopback that accepts connections and never says a word.
private final class SilentServer: Sendable {
    let port: UInt16
    private let listener: Int32

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 8) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        try #require(isBound)
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(listener) }

    /// Returns as soon as somebody has connected.
    func awaitConnection() async {
        let source = DispatchSource.makeReadSource(fileDescriptor: listener)
        let connected = AsyncStream<Void> { connection in source.setEventHandler { connection.finish() } }
        source.resume()
        for await _ in connected {}
        source.cancel()
    }
}

@Suite struct BinaryTests {
    @Test func versionAndHelpAnswerWhateverElseIsSaid() async throws {
        let version = try await Tool.run(["-version"])
        #expect(
            version.status == 0 && version.output == "docker-tar-lab \(docker_tar_lab.version)\n" && version.error == ""
        )
        for words in [["-h"], ["--help"], ["pull", "-nonsense", "-help"]] {
            let help = try await Tool.run(words)
            #expect(help.status == 0 && help.error == "")
            #expect(help.output == Help(language: .english).lines.joined(separator: "\n") + "\n")
        }
    }

    @Test func usageErrorsEndInTwoOnStandardError() async throws {
        for words in [[], ["-frobnicate"], ["pull"], ["pull", "Nginx"], ["-action", "pull", "-image"]] {
            let result = try await Tool.run(words)
            #expect(result.status == 2)
            #expect(result.output == "")
            #expect(result.error.hasPrefix("docker-tar-lab: ") && result.error.hasSuffix("See docker-tar-lab -help.\n"))
        }
    }

    @Test func theLocaleChoosesTheLanguage() async throws {
        let chinese = try await Tool.run(["pull"], environment: ["LC_ALL": "", "LANG": "zh_CN.UTF-8"])
        #expect(chinese.status == 2 && chinese.error.contains("没有指定镜像"))
        let english = try await Tool.run(["pull", "-lang", "en"], environment: ["LC_ALL": "zh_CN.UTF-8"])
        #expect(english.error.contains("no image is named"))
        let help = try await Tool.run(["-h", "-lang=zh"])
        #expect(help.output.contains("用法"))
    }

    @Test func nothingFromTheCommandLineReachesTheTerminalUnfiltered() async throws {
        let result = try await Tool.run(["pull", "\u{1B}[31mred\u{202E}"])
        #expect(result.status == 2)
        #expect(!result.error.contains("\u{1B}") && !result.error.contains("\u{202E}"))
    }

    @Test func aLogThatCannotBeWrittenIsAMatterOfTheDisk() async throws {
        let result = try await Tool.run(["list", "nginx", "-log", "/nonexistent/log"])
        #expect(result.status == 8 && result.error.contains("/nonexistent/log"))
    }

    @Test func whatIsRememberedIsForgotten() async throws {
        let caches = FileManager.default.temporaryDirectory.appending(path: "forget-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: caches, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: caches) }
        let memory = MemoryFile(folder: caches + "/docker-tar-lab")
        let route = Route(endpoint: Endpoint(address: .v4(0xC000_0201), port: 443))
        let now = DialMemory.timeSince1970()()
        _ = try memory.update(now: now) { kept in
            _ = kept.worked(.records, for: .name("a.example"), on: route, proof: .stream, now: now)
        }
        func remembered() throws -> [ServerNameStrategy] {
            try memory.read()?.memory.whatWorked(for: .name("a.example"), port: 443, now: now).map(\.strategy) ?? []
        }
        #expect(try remembered() == [.records])
        let forgetting = try await Tool.run(["-forget"], environment: ["XDG_CACHE_HOME": caches])
        #expect(forgetting.status == 0 && forgetting.error == "")
        #expect(forgetting.output == Forgetting(environment: ["XDG_CACHE_HOME": caches]).sentence.en + "\n")
        #expect(try remembered() == [])
        // There is nothing left, or never was: that is no error.
        for environment in [["XDG_CACHE_HOME": caches], ["XDG_CACHE_HOME": "/nonexistent"], ["HOME": ""]] {
            let again = try await Tool.run(["-forget", "-quiet"], environment: environment)
            #expect(again.status == 0 && again.output == "" && again.error == "")
        }
        // What stands in the lock's place keeps it from being written.
        try FileManager.default.removeItem(atPath: memory.folder + "/lock")
        try FileManager.default.createDirectory(atPath: memory.folder + "/lock", withIntermediateDirectories: false)
        for words in [["-forget"], ["list", "nginx", "-lab", "-forget"]] {
            let failed = try await Tool.run(words, environment: ["XDG_CACHE_HOME": caches])
            #expect(failed.status == 8 && failed.output == "" && failed.error.contains(memory.folder))
        }
    }

    @Test(arguments: [SIGINT, SIGTERM], Language.allCases)
    func aSignalEndsItInOrder(number: Int32, language: Language) async throws {
        let silent = try SilentServer()
        let folder = try Scratch()
        defer { folder.remove() }
        let words = ["pull", "127.0.0.1:\(silent.port)/x", "-plain-http", "-no-cache", "-lang", language.rawValue]
        let outcome = try await Tool.run(words, in: folder) { process in
            await silent.awaitConnection()
            kill(process.processIdentifier, number)
        }
        #expect(outcome.status == 130 && outcome.output == "")
        #expect(outcome.error == "docker-tar-lab: \(Sentence.interrupted.text(in: language))\n")
        #expect(folder.listing == [])
    }

    @Test func aClosedStandardOutputIsQuiet() async throws {
        let script = "\"$0\" -help | head -c 1 >/dev/null; echo ${PIPESTATUS[0]}"
        let outcome = try await Program.run("bash", ["-c", script, Tool.path])
        #expect(outcome.output == "0\n" && outcome.error == "")
    }

    /// `ulimit -f` sends a signal that ends whoever does not expect it.
    @Test(arguments: ["docker-28", "docker"]) func aFileThatMayNotGrowIsAMatterOfTheDisk(layout: String) async throws {
        let folder = try Scratch()
        defer { folder.remove() }
        let words = ["convert", TestImage.fixtures + "/golden/docker-20.10.tar", "-format", layout, "-output", "a.tar"]
        let script = ["--default-signal=XFSZ", "bash", "-c", "ulimit -f 8; exec \"$0\" \"$@\"", Tool.path] + words
        let outcome = try await Program.run("env", script, in: folder)
        #expect(outcome.status == 8 && outcome.error.contains("the file would be larger than allowed here"))
        #expect(folder.listing == [])
    }
}
