import Foundation
import Testing

/// One byte in the registry's storage is flipped; the pull must notice, whichever byte it was.
@Suite(.serialized)
struct SpoiledContentTests {
    enum Part: String, CaseIterable { case index, manifest, config, firstLayer, lastLayer }

    @Test(arguments: Part.allCases, [[], ["-format", "docker-20.10"]])
    func aFlippedByteEndsInSevenAndLeavesNoFile(part: Part, layout: [String]) async throws {
        let registry = try await SecureRegistry(name: "localhost", repositories: ["demo/small"])
        let layoutFolder = try Scratch()
        defer { layoutFolder.remove() }
        try await Program.must("\(TestImage.fixtures)/make-image", [layoutFolder.path("image"), "3", "1"])
        try await registry.push(layoutFolder.path("image"), to: "demo/small")
        let digest = try digest(of: part, in: layoutFolder.path("image"))
        let file = registry.storage(of: digest)
        var bytes = try Data(contentsOf: file)
        // A letter in the middle of a value, so that a spoiled document still parses and only its digest is wrong.
        let place = bytes.count - (part == .firstLayer || part == .lastLayer ? 20 : 30)
        bytes[place] ^= 0x01
        try bytes.write(to: file)

        let scratch = try Scratch()
        defer { scratch.remove() }
        let outcome = try await Tool.run(
            [
                "pull", "\(registry.host)/demo/small", "-ca-file", registry.certificates.authority, "-username",
                SecureRegistry.user, "-output", scratch.path("a.tar"),
            ] + layout,
            environment: ["DOCKER_TAR_LAB_PASSWORD": SecureRegistry.password])
        #expect(outcome.status == 7, "\(outcome.output)\(outcome.error)")
        #expect(scratch.listing.isEmpty)
    }

    private func digest(of part: Part, in layout: String) throws -> String {
        let layout = try OCILayout(layout)
        return switch part {
        case .index: layout.index
        case .manifest: layout.manifest
        case .config: layout.config
        case .firstLayer: layout.layers.first ?? ""
        case .lastLayer: layout.layers.last ?? ""
        }
    }
}
