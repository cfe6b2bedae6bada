import Foundation
import Testing

/// Other people's programs, which judge what we write.
enum Tool: String, CaseIterable {
    case tar, bsdtar, python3, gzip, zstd

    var path: String? {
        ["/usr/bin", "/bin", "/usr/local/bin"].map { "\($0)/\(rawValue)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// What the names of its files end in.
    var ending: String { self == .gzip ? "gz" : "zst" }

    static func areThere(_ tools: Tool...) -> Bool { tools.allSatisfy { $0.path != nil } }

    /// Runs it to its end.
    ///
    /// - Returns: What it wrote to its standard output; an issue is recorded when it fails or complains.
    func run(_ arguments: String...) throws -> String {
        String(decoding: try output(arguments), as: UTF8.self)
    }

    /// As ``run(_:)``, byte for byte.
    func output(_ arguments: [String]) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(filePath: try #require(path))
        process.arguments = arguments
        process.environment = ["LC_ALL": "C.UTF-8", "TZ": "UTC", "PATH": "/usr/bin:/bin"]
        let output = Pipe.kept()
        let complaints = Pipe.kept()
        process.standardOutput = output
        process.standardError = complaints
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        let complaint = try complaints.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0 && complaint.isEmpty, "\(String(decoding: complaint, as: UTF8.self))")
        return [UInt8](text)
    }
}
