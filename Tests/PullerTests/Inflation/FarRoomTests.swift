import Testing

@testable import Puller

/// Layers that wait behind the archive, in its own file, until all places are known.
@Suite(.timeLimit(.minutes(2))) struct FarRoomTests {
    private func layers(_ sizes: Int64...) throws -> [LayerContent] {
        try sizes.enumerated().map { number, size in
            let digest = try Digester.digest(of: [UInt8(number)])
            return LayerContent(blob: Descriptor(mediaType: "x", digest: digest, size: size), diffID: digest)
        }
    }

    @Test func roomsAreApartAndTakeNoDisk() throws {
        let folder = try ScratchFolder()
        let file = try ArchiveFile.create(at: folder.path("a.tar"))
        let layers = try layers(1, 5_000_000, 40 << 30)
        let targets = FarRoom.targets(for: layers, in: file)
        var end: Int64 = 0
        for layer in layers {
            let target = try #require(targets[layer])
            #expect(!target.isFinal && target.room >= 64 * layer.blob.size)
            #expect(target.starts.count == 1 && target.starts[0] >= end)
            end = target.starts[0] + target.room
        }
        // Room for the archive itself is in front of them.
        #expect(try #require(targets[layers[0]]).starts[0] == end / 2)
        #expect(try file.allocated() == 0)
    }

    @Test func sizesBeyondAnyDiskHaveNoRoom() throws {
        let folder = try ScratchFolder()
        let file = try ArchiveFile.create(at: folder.path("a.tar"))
        for layers in try [layers(.max), layers(1 << 57, 1), layers(1 << 56, 1 << 56)] {
            #expect(FarRoom.targets(for: layers, in: file).isEmpty)
        }
        #expect(try file.allocated() == 0)
    }

    @Test func isMovedAndGivenBack() throws {
        let folder = try ScratchFolder()
        let file = try ArchiveFile.create(at: folder.path("a.tar"))
        let bytes = Noise.bytes(3_500_001)
        let far: Int64 = 1 << 30
        try bytes.withUnsafeBytes { try file.write($0, at: far, isFinal: false) }
        try file.move(far..<far + Int64(bytes.count), to: [513, 8_000_000])
        try file.resize(to: 12_000_000)
        #expect(try file.allocated() < 7_100_000)
        var copy = [UInt8](repeating: 1, count: bytes.count)
        for start: Int64 in [513, 8_000_000] {
            #expect(try copy.withUnsafeMutableBytes { try file.read(into: $0, at: start) } == bytes.count)
            #expect(copy == bytes)
        }
    }
}
