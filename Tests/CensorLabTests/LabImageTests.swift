import Foundation
import NIOCore
import Puller
import Testing

@testable import CensorLab

struct LabImageTests {
    private static let files = [
        LayerFile(path: "usr/bin/tool", content: .bytes(Array("#!/bin/sh\n".utf8), isExecutable: true)),
        LayerFile(path: "usr/bin-other", content: .bytes([], isExecutable: false)),
        LayerFile(path: "bin", content: .link("usr/bin")),
        LayerFile(
            path: String(repeating: "long-folder/", count: 12) + "file",
            content: .bytes([1, 2, 3], isExecutable: false)),
        LayerFile(path: String(repeating: "x", count: 300), content: .bytes([], isExecutable: false)),
    ]

    @Test(.enabled(if: Program.exists("tar"), "tar is not installed")) func tarReadsALayer() async throws {
        try await withFolder { folder in
            let archive = folder.appending(path: "layer.tar.gz")
            try Data(LabImage.Layer(Self.files).blob.readableBytesView).write(to: archive)
            let list = try await Program.run("tar", ["-tzvf", archive.path])
            #expect(list.status == 0, "\(list.output)")
            let lines = list.output.split(separator: "\n").map(String.init)
            #expect(lines.first?.hasPrefix("lrwxrwxrwx") == true)
            #expect(lines.first?.hasSuffix("bin -> usr/bin") == true)
            #expect(lines.contains { $0.hasPrefix("-rwxr-xr-x") && $0.hasSuffix(" usr/bin/tool") })
            #expect(lines.contains { $0.hasPrefix("drwxr-xr-x") && $0.hasSuffix(" usr/bin/") })
            #expect(lines.contains { $0.hasSuffix("long-folder/file") })
            #expect(!lines.contains { $0.contains("xxx") })
            let extracted = try await Program.run("tar", ["-xzf", archive.path, "-C", folder.path])
            #expect(extracted.status == 0, "\(extracted.output)")
            #expect(try Data(contentsOf: folder.appending(path: "bin/tool")) == Data("#!/bin/sh\n".utf8))
        }
    }

    @Test func equalFilesGiveEqualDigests() throws {
        let (one, other) = (try LabImage.Layer(Self.files), try LabImage.Layer(Self.files.reversed()))
        #expect(one.descriptor == other.descriptor)
        #expect(one.diffID == other.diffID)
        #expect(try LabImage.small().root == LabImage.small().root)
    }

    @Test func digestsAreSHA256() throws {
        // FIPS 180-2, B.1.
        let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(try Digest(of: Array("abc".utf8)).description == "sha256:" + hex)
    }

    @Test func everyDocumentAndBlobStandsUnderItsDigest() throws {
        let image = try LabImage.small()
        for (digest, document) in image.documents { #expect(try Digest(of: document.bytes) == digest) }
        for (digest, blob) in image.blobs { #expect(try Digest(of: blob.readableBytesView) == digest) }
        #expect(image.documents.count == 3)
        // Two configurations, one shared layer, one own layer each.
        #expect(image.blobs.count == 5)
    }

    @Test func anUpperLayerLeavesTheLowerOnesFilesAlone() async throws {
        try await withFolder { folder in
            for name in ["one", "two"] {
                try Data(name.utf8).write(to: folder.appending(path: name))
            }
            var lower = MachineFiles(budget: 100, longest: 100)
            lower.take(file: folder.appending(path: "one").path)
            var upper = MachineFiles(budget: 100, longest: 100, above: lower.files)
            upper.take(folder: folder.path)
            #expect(upper.files.map(\.path) == [String(folder.appending(path: "two").path.dropFirst())])
            var poor = MachineFiles(budget: 100, longest: 2)
            poor.take(folder: folder.path)
            #expect(poor.files.isEmpty)
        }
    }

    @Test func thisMachineGivesAnImageOfFiveLayersAndTensOfMegabytes() throws {
        let image = try LabImage.madeHere()
        #expect(image.blobs.count == 4 + 2 + 2)
        #expect(image.size > 5_000_000)
    }
}
