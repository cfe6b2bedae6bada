import Foundation
import Synchronization

/// How another program ended, and what it said.
struct Outcome {
    var status: Int32
    var output: String
    var error: String
    var bytes: Data { Data(output.utf8) }
}

/// A program that a test needs is missing, or did not do what the test's setting needs.
struct SettingFailed: Error, CustomStringConvertible {
    var description: String
}

/// Other people's programs, and our own binaries, as processes.
enum Program {
    /// The binaries that this test run has built, beside the test bundle.
    static func built(_ name: String) -> String {
        let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent(name).path
    }

    /// The first place on PATH, and the administrator's folders, where a program stands.
    static func find(_ name: String) -> String? {
        if name.contains("/") { return FileManager.default.isExecutableFile(atPath: name) ? name : nil }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let folders = path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"]
        return folders.map { "\($0)/\(name)" }.first(where: FileManager.default.isExecutableFile(atPath:))
    }

    /// Runs a program to its end. What it prints goes through files, so that no pipe can fill.
    static func run(
        _ name: String, _ arguments: [String], environment: [String: String] = [:], input: Data = Data(),
        in folder: Scratch? = nil, whileRunning: (Process) async throws -> Void = { _ in }
    ) async throws -> Outcome {
        guard let path = find(name) else { throw SettingFailed(description: "\(name) is not installed") }
        let scratch = try Scratch()
        defer { scratch.remove() }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = plainEnvironment.merging(environment) { $1 }
        if let folder { process.currentDirectoryURL = folder.url }
        let (out, err) = (try scratch.file("out"), try scratch.file("err"))
        process.standardOutput = out
        process.standardError = err
        let stdin = try scratch.file("in", contents: input)
        process.standardInput = stdin
        let (ended, end) = AsyncStream.makeStream(of: Void.self)
        process.terminationHandler = { _ in end.finish() }
        try process.run()
        try await whileRunning(process)
        for await _ in ended {}
        if process.isRunning { process.terminate() }
        return Outcome(status: process.terminationStatus, output: scratch.text("out"), error: scratch.text("err"))
    }

    /// Runs a program that must succeed.
    @discardableResult
    static func must(
        _ name: String, _ arguments: [String], environment: [String: String] = [:], input: Data = Data(),
        in folder: Scratch? = nil
    ) async throws -> String {
        let outcome = try await run(name, arguments, environment: environment, input: input, in: folder)
        guard outcome.status == 0 else {
            let words = "\(name) \(arguments.joined(separator: " ")) ended in \(outcome.status)"
            throw SettingFailed(description: "\(words)\n\(outcome.output)\n\(outcome.error)")
        }
        return outcome.output
    }

    /// The environment without anything that would steer a client: no proxy, no language, no home of the person who tests.
    static var plainEnvironment: [String: String] {
        let kept: Set<String> = ["PATH", "LD_LIBRARY_PATH", "TMPDIR"]
        let inherited = ProcessInfo.processInfo.environment.filter { kept.contains($0.key) }
        return inherited.merging(["HOME": "/nonexistent", "LC_ALL": "C.UTF-8"]) { $1 }
    }
}

/// A folder of a test's own; its name is short because sockets and podman set a limit to paths.
struct Scratch {
    let url: URL
    var path: String { url.path }

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("dtl-\(UUID().uuidString.prefix(13))")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    func remove() { try? FileManager.default.removeItem(at: url) }

    /// The path of something in the folder.
    func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    /// A file that is open for reading and writing.
    func file(_ name: String, contents: Data = Data()) throws -> FileHandle {
        try contents.write(to: url.appendingPathComponent(name))
        guard let handle = FileHandle(forUpdatingAtPath: path(name)) else {
            throw SettingFailed(description: "cannot open \(path(name))")
        }
        return handle
    }

    /// Writes a file and returns its path.
    func write(_ name: String, _ text: String) throws -> String {
        let target = url.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: target)
        return target.path
    }

    func text(_ name: String) -> String {
        String(decoding: (try? Data(contentsOf: url.appendingPathComponent(name))) ?? Data(), as: UTF8.self)
    }

    /// Everything below the folder, by relative path, in order.
    var listing: [String] { (FileManager.default.subpaths(atPath: path) ?? []).sorted() }
}
