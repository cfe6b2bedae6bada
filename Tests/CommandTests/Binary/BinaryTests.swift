import Foundation
import Testing

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
        process.executableURL = url
        process.arguments = words
        process.environment = ["HOME": "/nonexistent", "PATH": "/usr/bin:/bin"].merging(environment) { $1 }
        let output = Pipe()
        let error = Pipe()
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

    @Test func aClosedStandardOutputIsQuiet() async throws {
        let script = "\"$0\" -help | head -c 1 >/dev/null; echo ${PIPESTATUS[0]}"
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", script, Binary.url.path]
        let output = Pipe()
        let error = Pipe()
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
