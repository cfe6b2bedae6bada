import Foundation
import LabNet
import Puller
import Testing

@testable import docker_tar_lab

/// The summary of a sync.
@Suite struct SyncListingTests {
    private func rows() throws -> [ImageSync.Row] {
        func row(_ name: String, _ outcome: ImageSync.Outcome, _ time: Duration) throws -> ImageSync.Row {
            ImageSync.Row(image: try ImageReference(parsing: name), outcome: outcome, elapsed: time)
        }
        return [
            try row("nginx", .brought(.init(fetched: 2_000_000, shared: 500)), .milliseconds(12_345)),
            try row("a.io/b:c", .present, .zero),
            try row("gone", .failed(Sample.pull(.notFound(""))), .seconds(1)),
            try row("late", .interrupted, .zero),
        ]
    }

    @Test func theTable() throws {
        let lines = SyncListing(try rows()).lines(in: .english)
        #expect(
            lines == [
                "  Image         Outcome        Fetched  Shared  Seconds",
                "  nginx:latest  done              2 MB   500 B     12.3",
                "  a.io/b:c      there already      0 B     0 B      0.0",
                "  gone:latest   failed             0 B     0 B      1.0",
                "  late:latest   not done           0 B     0 B      0.0",
                "1 done, 1 there already, 2 not; 2 MB fetched, 500 B shared.",
            ])
        #expect(SyncListing(try rows()).lines(in: .chinese).last?.contains("完成 1 个") == true)
    }

    @Test func theJSON() throws {
        let text = try SyncListing(try rows()).json(isLab: false).joined(separator: "\n")
        let entries = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
        #expect(entries.map { $0["outcome"] as? String } == ["done", "present", "failed", "interrupted"])
        #expect(entries[0]["image"] as? String == "docker.io/library/nginx:latest")
        #expect(entries[0]["bytesFetched"] as? Int == 2_000_000)
        #expect(entries[0]["bytesShared"] as? Int == 500)
        #expect(entries[0]["seconds"] as? Double == 12.345)
        #expect(entries[2]["exitCode"] as? Int == 3)
        #expect(entries[0]["exitCode"] == nil)
    }

    @Test func theWorstCounts() throws {
        #expect(SyncListing(Array(try rows().prefix(2))).exitCode(isLab: false) == .done)
        #expect(SyncListing(Array(try rows().prefix(3))).exitCode(isLab: false) == .notFound)
        #expect(SyncListing(try rows()).exitCode(isLab: false) == .interrupted)
        #expect(ExitCode.worst(of: [.notFound, .verification, .network]) == .verification)
        #expect(ExitCode.worst(of: []) == .done)
    }
}
