import Foundation
import Synchronization
import Testing

@testable import Puller

/// What `verify` says of right archives, and of each thing that can be wrong.
@Suite struct VerifyTests {
    @Test(arguments: StoredImagesTests.goldens)
    func goldenArchivesAreSound(name: String) async throws {
        let report = try await StoredImages.verify(GoldenImage.folder.appending(path: name).path)
        #expect(report.problems.isEmpty, "\(report.problems)")
        #expect(report.images.map(\.id.hex) == [StoredImagesTests.config])
        #expect(report.images.first?.layers == 4)
        #expect(report.images.first?.platform == (try Platform(parsing: "amd64")))
        let refusals = report.verdicts.filter { !$0.loads }
        #expect(refusals.isEmpty, "\(refusals)")
    }

    @Test func aFolderHasNoVerdicts() async throws {
        let report = try await StoredImages.verify(GoldenImage.folder.appending(path: "image").path)
        #expect(report.layout == .ociFolder)
        #expect(report.problems.isEmpty, "\(report.problems)")
        #expect(report.verdicts.isEmpty)
        #expect(report.images.count == 2)
    }

    /// The archive of Docker 29 with one member's bytes changed.
    private static func report(_ name: String = "docker-29-containerd.tar", _ spoil: (inout TarBench) throws -> Void)
        async throws -> ArchiveReport
    {
        let folder = try ScratchFolder()
        let opened = try OpenFile(GoldenImage.folder.appending(path: name).path)
        var tar = TarBench()
        for entry in try TarIndex(opened, size: opened.size).entries {
            if entry.kind == .folder {
                tar.folder(entry.path)
            } else if case .symbolicLink(let target) = entry.kind {
                tar.link(entry.path, to: target)
            } else {
                tar.file(entry.path, try opened.bytes(at: entry.offset, count: Int(entry.size)))
            }
        }
        try spoil(&tar)
        tar.end()
        try Data(tar.bytes).write(to: URL(filePath: folder.path("a.tar")))
        return try await StoredImages.verify(folder.path("a.tar"))
    }

    @Test func howFarItIsIsToldPieceByPiece() async throws {
        let path = GoldenImage.folder.appending(path: "docker-20.10.tar").path
        let steps = Mutex<[Int64]>([])
        let wholes = Mutex<Set<Int64>>([])
        _ = try await StoredImages.verify(path) { read, all in
            steps.withLock { $0.append(read) }
            wholes.withLock { _ = $0.insert(all) }
        }
        let opened = try OpenFile(path)
        let files = try TarIndex(opened, size: opened.size).entries.filter { $0.kind == .file }
        let told = steps.withLock(\.self)
        #expect(wholes.withLock(\.self) == [files.map(\.size).reduce(0, +)])
        #expect(told == told.sorted())
        #expect(told.last == files.map(\.size).reduce(0, +))
        #expect(Set(told).count > files.filter { $0.size > 0 }.count, "large members are told of while they are read")
    }

    @Test func whatIsSuperfluousIsTold() async throws {
        let report = try await Self.report { $0.file("readme", "hello") }
        #expect(report.problems == [ArchiveProblem(member: "readme", kind: .superfluous)])
        #expect(report.isSound)
    }

    @Test func duplicatesAndWhatLeadsOutside() async throws {
        let report = try await Self.report { tar in
            tar.file("oci-layout", #"{"imageLayoutVersion":"1.0.0"}"#)
            tar.file("../evil", "x")
            tar.link("loop", to: "loop")
            tar.raw("device", type: "3")
        }
        #expect(report.problems.contains(ArchiveProblem(member: "oci-layout", kind: .duplicate)))
        #expect(report.problems.contains(ArchiveProblem(member: "../evil", kind: .leadsOutside)))
        #expect(report.problems.contains(ArchiveProblem(member: "loop", kind: .leadsOutside)))
        #expect(report.problems.contains(ArchiveProblem(member: "device", kind: .unexpectedKind)))
        #expect(!report.isSound)
    }

    @Test func aBombIsFoundOut() async throws {
        let folder = try ScratchFolder()
        // A terabyte of zeros would be 32 MB of this; a hundredth of a per cent of it is over this limit too.
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        var deflated: [UInt8] = []
        var encoder = try ZstandardEncoder.start(level: 3)
        for _ in 0..<200 { try zeros.withUnsafeBytes { try encoder.push($0) { deflated += $0 } } }
        try encoder.finish { deflated += $0 }
        var tar = TarBench()
        tar.file("manifest.json", #"[{"Config":"config.json","RepoTags":null,"Layers":["layer.tar"]}]"#)
        let id = String(repeating: "0", count: 64)
        tar.file(
            "config.json",
            #"{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["sha256:\#(id)"]}}"#)
        tar.file("layer.tar", deflated)
        tar.end()
        try Data(tar.bytes).write(to: URL(filePath: folder.path("a.tar")))
        let report = try await StoredImages.verify(folder.path("a.tar"), limit: 100 << 20)
        #expect(report.problems.map(\.kind).contains { if case .undecodable = $0 { true } else { false } })
        // Compressed as a whole, it is not even inflated.
        try Data(deflated).write(to: URL(filePath: folder.path("b.tar")))
        let whole = try await StoredImages.verify(folder.path("b.tar"), limit: 100 << 20)
        #expect(whole.verdicts.allSatisfy { $0.refusal == .unreadable })
        #expect(try folder.names() == ["a.tar", "b.tar"])
        await #expect(throws: PullError.self) {
            _ = try await StoredImages.open(try StoredContents(opening: folder.path("a.tar"), limit: 100 << 20))
        }
    }

    /// A header may say any size that 64 bits hold, and a list may name its member as often as it likes.
    @Test func sizesBeyondAnySumDoNotEndTheProgram() async throws {
        let folder = try ScratchFolder()
        var tar = TarBench()
        let id = String(repeating: "0", count: 64)
        let ids = Array(repeating: "\"sha256:\(id)\"", count: 3).joined(separator: ",")
        tar.file("manifest.json", #"[{"Config":"config.json","RepoTags":null,"Layers":["l.tar","l.tar","l.tar"]}]"#)
        tar.file(
            "config.json",
            #"{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[\#(ids)]}}"#)
        // 2^62 bytes, none of which is there.
        tar.raw("l.tar", size: [0x80, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0])
        try Data(tar.bytes).write(to: URL(filePath: folder.path("a.tar")))
        let report = try await StoredImages.verify(folder.path("a.tar"))
        #expect(report.images.map(\.size) == [.max])
        #expect(!report.isSound)
    }

    @Test func sizesBeyondAnySumInAManifestDoNotEndTheProgram() async throws {
        let type = "application/vnd.oci.image.layer.v1.tar"
        let layer = #"{"mediaType":"\#(type)","digest":"sha256:\#(String(repeating: "1", count: 64))","#
        func report(of size: Int64) async throws -> ArchiveReport {
            let folder = try ScratchFolder()
            var tar = TarBench()
            func blob(_ text: String) throws -> String {
                let digest = try Digester.digest(of: Array(text.utf8))
                tar.file(digest.blobPath, text)
                return #""digest":"\#(digest)","size":\#(text.utf8.count)}"#
            }
            let config = try blob(#"{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]}}"#)
            let layers = Array(repeating: layer + #""size":\#(size)}"#, count: 2).joined(separator: ",")
            let manifest = try blob(
                #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociManifest)","#
                    + #""config":{"mediaType":"\#(MediaType.ociConfig)",\#(config),"layers":[\#(layers)]}"#)
            tar.file("oci-layout", #"{"imageLayoutVersion":"1.0.0"}"#)
            tar.file(
                "index.json",
                #"{"schemaVersion":2,"manifests":[{"mediaType":"\#(MediaType.ociManifest)",\#(manifest)]}"#)
            tar.end()
            try Data(tar.bytes).write(to: URL(filePath: folder.path("a.tar")))
            return try await StoredImages.verify(folder.path("a.tar"))
        }
        let largest = try await report(of: 1 << 46)
        #expect(largest.images.map(\.size) == [1 << 47])
        let absurd = try await report(of: .max)
        #expect(absurd.images.isEmpty)
        #expect(absurd.problems.contains { $0.kind == .malformed("a descriptor with an absurd size") })
    }

    @Test func whatIsNotThereCannotBeOpened() async throws {
        await #expect(throws: PullError(step: .stored, place: "/nonexistent/a.tar", cause: .disk(errno: ENOENT))) {
            _ = try await StoredImages.verify("/nonexistent/a.tar")
        }
        await #expect(throws: PullError(step: .stored, place: "/dev/zero", cause: .disk(errno: EINVAL))) {
            _ = try await StoredImages.open("/dev/zero")
        }
    }
}
