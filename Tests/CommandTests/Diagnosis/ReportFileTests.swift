import Foundation
import Testing

@testable import docker_tar_lab

/// Reports on the disk: whole or not at all, and for nobody else's eyes.
@Suite struct ReportFileTests {
    @Test func aReportIsWholeAndItsOwnersAlone() async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        try await ReportFile(path: scratch.path("a.html")).write("first")
        try await ReportFile(path: scratch.path("a.html")).write("second, 中文")
        #expect(scratch.text("a.html") == "second, 中文")
        #expect(scratch.listing == ["a.html"])
        let mode = try FileManager.default.attributesOfItem(atPath: scratch.path("a.html"))[.posixPermissions]
        #expect(mode as? Int == 0o600)
    }

    @Test func aLinkIsReplacedAndNotFollowed() async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let victim = try scratch.write("victim", "untouched")
        try FileManager.default.createSymbolicLink(atPath: scratch.path("a.html"), withDestinationPath: victim)
        try await ReportFile(path: scratch.path("a.html")).write("report")
        #expect(scratch.text("victim") == "untouched")
    }

    @Test(arguments: [("absent/a.html", Int32(2)), ("folder", 21)])
    func whatCannotBeWrittenLeavesNothing(name: String, errno: Int32) async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        try FileManager.default.createDirectory(atPath: scratch.path("folder"), withIntermediateDirectories: true)
        let path = scratch.path(name)
        await #expect(throws: ReportFile.Unwritable(path: path, errno: errno)) {
            try await ReportFile(path: path).write("report")
        }
        #expect(scratch.listing == ["folder"])
        let error = ReportFile.Unwritable(path: path, errno: errno)
        #expect(ExitCode(error, isLab: true) == .disk)
        let lines = ErrorReport(circumstances: Sample.circumstances, language: .english).lines(for: error)
        #expect(lines.first?.contains(path) == true)
    }

    @Test func anInterruptedDiagnosisWritesNothing() async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await ReportFile(path: scratch.path("a.html")).write("report")
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(scratch.listing.isEmpty)
    }
}
