import Testing

@testable import Puller

@Suite struct VerifiedLayerTests {
    // FIPS 180-2, appendix B.1 and C.1.
    @Test(arguments: [
        (Digest.Algorithm.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            .sha512,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        ),
    ])
    func digestsOfABC(algorithm: Digest.Algorithm, hex: String) throws {
        #expect(try Digester.digest(algorithm, of: Array("abc".utf8)).hex == hex)
        var digester = try Digester.start(algorithm)
        for byte in "abc".utf8 { [byte].withUnsafeBytes { digester.update($0) } }
        #expect(try digester.finalize().hex == hex)
    }

    @Test func aDigestEndsOnce() throws {
        var digester = try Digester.start(.sha256)
        _ = try digester.finalize()
        do {
            _ = try digester.finalize()
            Issue.record("ended twice")
        } catch {
            #expect(error == .unsupported("sha256"))
        }
    }

    private let abc = Array("abc".utf8)

    private func push(_ bytes: [UInt8], to layer: VerifiedLayer) throws {
        try bytes.withUnsafeBytes { try layer.update($0) }
    }

    @Test func takesTheRightBytes() throws {
        let layer = try VerifiedLayer(diffID: Digester.digest(of: abc))
        try push(Array("a".utf8), to: layer)
        try push([], to: layer)
        try push(Array("bc".utf8), to: layer)
        #expect(layer.received == 3)
        try layer.finish()
    }

    @Test func refusesAnotherDigest() throws {
        let expected = try Digester.digest(of: Array("abd".utf8))
        let actual = try Digester.digest(of: abc)
        let layer = try VerifiedLayer(diffID: expected)
        try push(abc, to: layer)
        #expect(throws: PullError.Cause.diffIDMismatch(expected: expected, actual: actual)) { try layer.finish() }
    }

    @Test func refusesASecondEnd() throws {
        let layer = try VerifiedLayer(diffID: Digester.digest(of: abc))
        try push(abc, to: layer)
        try layer.finish()
        #expect(throws: PullError.Cause.self) { try layer.finish() }
    }
}
