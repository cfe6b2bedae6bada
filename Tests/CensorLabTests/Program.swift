import Foundation

/// Other people's programs, as judges.
enum Program {
    /// What a program has said.
    struct Result {
        var status: Int32
        /// Standard output and standard error, as they came.
        var output: String
    }

    static func exists(_ name: String) -> Bool { path(of: name) != nil }

    /// Runs a program to its end. Its input is empty; after `patience` seconds it is killed.
    static func run(_ name: String, _ arguments: [String], patience: Int = 60) async throws -> Result {
        let process = Process()
        process.executableURL = URL(filePath: path(of: "timeout") ?? "/usr/bin/timeout")
        process.arguments = ["-k", "1", String(patience), path(of: name) ?? name] + arguments
        process.standardInput = FileHandle.nullDevice
        // A file holds any amount of output; a pipe that nobody empties would stop the program.
        let output = FileManager.default.temporaryDirectory.appending(path: "output-\(UUID().uuidString)")
        guard FileManager.default.createFile(atPath: output.path, contents: nil) else {
            throw CocoaError(.fileWriteUnknown)
        }
        defer { try? FileManager.default.removeItem(at: output) }
        let handle = try FileHandle(forWritingTo: output)
        process.standardOutput = handle
        process.standardError = handle
        let status = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        return Result(status: status, output: String(decoding: try Data(contentsOf: output), as: UTF8.self))
    }

    private static func path(of name: String) -> String? {
        let path = (ProcessInfo.processInfo.environment["PATH"] ?? "") + ":/usr/sbin:/sbin"
        let folders = path.split(separator: ":").map(String.init)
        return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}

/// A folder that is gone when the body returns.
func withFolder<Value>(_ body: (URL) async throws -> Value) async throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appending(path: "censor-lab-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder)
}
