import Testing

@testable import Puller

@Suite struct ForetoldSizeTests {
    private func blob(_ type: String, _ size: Int64) throws -> Descriptor {
        Descriptor(mediaType: type, digest: try Digester.digest(of: []), size: size)
    }

    @Test(arguments: [
        ("application/vnd.oci.image.layer.v1.tar+gzip", Int64?(4)),
        ("application/vnd.docker.image.rootfs.diff.tar.gzip; charset=x", 4),
        ("application/vnd.oci.image.layer.v1.tar", 0), ("application/vnd.oci.image.layer.v1.tar+zstd", nil),
        ("application/octet-stream", nil), ("", nil),
    ])
    func whoTells(_ type: String, _ tail: Int64?) throws {
        #expect(try ForetoldSize.tail(of: blob(type, 5_000_000)) == tail)
    }

    /// Of each the compressed size and the inflated one, at and around the places where the field begins anew.
    private static let sizes: [(Int64, Int64)] = {
        let turn: Int64 = 4_294_967_296
        return [
            (100, 100), (100, 101), (100, turn - 1), (turn - 5, turn - 4), (turn - 5, turn), (turn - 5, 2 * turn - 6),
            (turn, turn), (turn + 5, turn + 5), (turn + 5, 2 * turn), (turn + 5, 2 * turn + 4),
        ]
    }()

    @Test(arguments: sizes)
    func isTheFirstThatTheLayerDoesNotExceed(_ compressed: Int64, _ inflated: Int64) throws {
        let tail = (0..<4).map { UInt8(truncatingIfNeeded: inflated >> (8 * Int64($0))) }
        #expect(try ForetoldSize.of(blob("x+gzip", compressed), tail: tail) == inflated)
    }

    @Test func nothingIsMadeOfTooLittleOrTooMuch() throws {
        #expect(try ForetoldSize.of(blob("x+gzip", 100), tail: [1, 2, 3]) == nil)
        #expect(try ForetoldSize.of(blob("x+gzip", 17), tail: [1, 2, 3, 4]) == nil)
        #expect(try ForetoldSize.of(blob("x+gzip", .max), tail: [0, 0, 0, 0]) == nil)
        #expect(try ForetoldSize.of(blob("x.tar", 77), tail: []) == 77)
    }
}
