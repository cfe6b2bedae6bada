import Dispatch
import Foundation
import Testing

@testable import LabNet
@testable import docker_tar_lab

/// The built command, run as a process.
private struct Binary {
    var code: Int32
    var output: String
    var error: String

    /// It stands beside the test bundle, whose runner is this process.
    static var url: URL {
        let runner = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        let candidates = [runner.deletingLastPathComponent()] + bundleFolders
        let paths = candidates.map { $0.appending(path: "docker-tar-lab") }
        return paths.first { FileManager.default.isExecutableFile(atPath: $0.path) } ?? paths[0]
    }

    /// SwiftPM's own runner loads the bundle by a path among its arguments.
    private static var bundleFolders: [URL] {
        CommandLine.arguments.filter { $0.hasSuffix(".xctest") }.map { URL(filePath: $0).deletingLastPathComponent() }
    }

    static func run(_ words: [String], environment: [String: String] = [:]) async throws -> Binary {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/timeout")
        process.arguments = ["-k", "1", "100", url.path] + words
        process.environment = ["HOME": "/nonexistent", "PATH": "/usr/bin:/bin"].merging(environment) { $1 }
        let output = Pipe.kept()
        let error = Pipe.kept()
        process.standardOutput = output
        process.standardError = error
        process.standardInput = FileHandle.nullDevice
        try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in done.resume() }
            do { try process.run() } catch { done.resume(throwing: error) }
        }
        func text(_ pipe: Pipe) throws -> String {
            String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        }
        return Binary(code: process.terminationStatus, output: try text(output), error: try text(error))
    }
}

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
        let version = try await Binary.run(["-version"])
        #expect(
            version.code == 0 && version.output == "docker-tar-lab \(docker_tar_lab.version)\n" && version.error == "")
        for words in [["-h"], ["--help"], ["pull", "-nonsense", "-help"]] {
            let help = try await Binary.run(words)
            #expect(help.code == 0 && help.error == "")
            #expect(help.output == Help(language: .english).lines.joined(separator: "\n") + "\n")
        }
    }

    @Test func usageErrorsEndInTwoOnStandardError() async throws {
        for words in [[], ["-frobnicate"], ["pull"], ["pull", "Nginx"], ["-action", "pull", "-image"]] {
            let result = try await Binary.run(words)
            #expect(result.code == 2)
            #expect(result.output == "")
            #expect(result.error.hasPrefix("docker-tar-lab: ") && result.error.hasSuffix("See docker-tar-lab -help.\n"))
        }
    }

    @Test func theLocaleChoosesTheLanguage() async throws {
        let chinese = try await Binary.run(["pull"], environment: ["LANG": "zh_CN.UTF-8"])
        #expect(chinese.code == 2 && chinese.error.contains("没有指定镜像"))
        let english = try await Binary.run(["pull", "-lang", "en"], environment: ["LC_ALL": "zh_CN.UTF-8"])
        #expect(english.error.contains("no image is named"))
        let help = try await Binary.run(["-h", "-lang=zh"])
        #expect(help.output.contains("用法"))
    }

    @Test func nothingFromTheCommandLineReachesTheTerminalUnfiltered() async throws {
        let result = try await Binary.run(["pull", "\u{1B}[31mred\u{202E}"])
        #expect(result.code == 2)
        #expect(!result.error.contains("\u{1B}") && !result.error.contains("\u{202E}"))
    }

    @Test func aLogThatCannotBeWrittenIsAMatterOfTheDisk() async throws {
        let result = try await Binary.run(["list", "nginx", "-log", "/nonexistent/log"])
        #expect(result.code == 8 && result.error.contains("/nonexistent/log"))
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
        let forgetting = try await Binary.run(["-forget"], environment: ["XDG_CACHE_HOME": caches])
        #expect(forgetting.code == 0 && forgetting.error == "")
        #expect(forgetting.output == Forgetting(environment: ["XDG_CACHE_HOME": caches]).sentence.en + "\n")
        #expect(try remembered() == [])
        // There is nothing left, or never was: that is no error.
        for environment in [["XDG_CACHE_HOME": caches], ["XDG_CACHE_HOME": "/nonexistent"], ["HOME": ""]] {
            let again = try await Binary.run(["-forget", "-quiet"], environment: environment)
            #expect(again.code == 0 && again.output == "" && again.error == "")
        }
        // What stands in the lock's place keeps it from being written.
        try FileManager.default.removeItem(atPath: memory.folder + "/lock")
        try FileManager.default.createDirectory(atPath: memory.folder + "/lock", withIntermediateDirectories: false)
        for words in [["-forget"], ["list", "nginx", "-lab", "-forget"]] {
            let failed = try await Binary.run(words, environment: ["XDG_CACHE_HOME": caches])
            #expect(failed.code == 8 && failed.output == "" && failed.error.contains(memory.folder))
        }
    }

    @Test(arguments: [SIGINT, SIGTERM], Language.allCases)
    func aSignalEndsItInOrder(number: Int32, language: Language) async throws {
        let silent = try SilentServer()
        let process = Process()
        process.executableURL = Binary.url
        process.arguments = [
            "pull", "127.0.0.1:\(silent.port)/x", "-plain-http", "-no-cache", "-lang", language.rawValue,
        ]
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        process.currentDirectoryURL = folder
        process.environment = ["HOME": "/nonexistent"]
        let output = Pipe.kept()
        let error = Pipe.kept()
        process.standardOutput = output
        process.standardError = error
        let ended = AsyncStream<Void> { end in process.terminationHandler = { _ in end.finish() } }
        try process.run()
        await silent.awaitConnection()
        kill(process.processIdentifier, number)
        for await _ in ended {}
        #expect(process.terminationReason == .exit && process.terminationStatus == 130)
        #expect(try (output.fileHandleForReading.readToEnd() ?? Data()).isEmpty)
        let said = String(decoding: try error.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        #expect(said == "docker-tar-lab: \(Sentence.interrupted.text(in: language))\n")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }

    @Test func aClosedStandardOutputIsQuiet() async throws {
        let script = "\"$0\" -help | head -c 1 >/dev/null; echo ${PIPESTATUS[0]}"
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/timeout")
        process.arguments = ["-k", "1", "100", "/bin/bash", "-c", script, Binary.url.path]
        let output = Pipe.kept()
        let error = Pipe.kept()
        process.standardOutput = output
        process.standardError = error
        try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in done.resume() }
            do { try process.run() } catch { done.resume(throwing: error) }
        }
        #expect(try output.fileHandleForReading.readToEnd() == Data("0\n".utf8))
        #expect(try (error.fileHandleForReading.readToEnd() ?? Data()).isEmpty)
    }
}
