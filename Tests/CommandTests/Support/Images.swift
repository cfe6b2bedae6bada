import Foundation

/// Images that tests serve.
enum TestImage {
    /// The fixtures' folder in the source tree.
    static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Fixtures").path

    /// An OCI layout with five layers, 119 MB in all, for linux/amd64 and linux/arm64 under the tag `latest`; made once a run.
    static func big() async throws -> String { try await bigLayout.value }

    /// The synthetic image of the golden archives, as an OCI layout with the tags `single` and `multi`.
    static let golden = "\(fixtures)/golden/image"

    /// What real Docker wrote for it.
    static func goldenArchive(_ name: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: "\(fixtures)/golden/\(name)"))
    }

    private static let bigLayout = Task {
        let scratch = try Scratch()
        try await Program.must("\(fixtures)/make-image", [scratch.path("image"), "5", "24"])
        return scratch.path("image")
    }
}
