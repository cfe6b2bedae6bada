import Testing

@testable import Puller

@Suite struct PartialContentsTests {
    private func sample() throws -> PartialContents {
        var contents = PartialContents(
            identity: .init(device: 2049, inode: 17), path: "/home/me/a b.tar",
            blobs: [
                .init(digest: try Digester.digest(of: [1]), size: 100, place: 512),
                .init(digest: try Digester.digest(.sha512, of: [2]), size: 50, place: 0),
            ])
        contents.blobs[0].have = ByteRanges(0..<40)
        contents.blobs[0].have.insert(60..<100)
        contents.blobs[1].have = ByteRanges(0..<50)
        contents.paths.append("/cache/x.data")
        contents.mode = 0o644
        return contents
    }

    @Test func isReadAsItWasWritten() throws {
        let contents = try sample()
        #expect(PartialContents(text: contents.text) == contents)
    }

    /// A process can be killed at any byte of a line: what stands before it holds, and nothing is invented.
    @Test func aRecordThatIsCutSaysLessAndNothingElse() throws {
        let whole = try sample()
        let text = whole.text
        for count in 0..<text.utf8.count {
            let cut = String(decoding: Array(text.utf8).prefix(count), as: UTF8.self)
            guard let contents = PartialContents(text: cut) else { continue }
            #expect(contents.identity == whole.identity)
            for (number, blob) in contents.blobs.enumerated() {
                var both = blob.have
                both.formUnion(whole.blobs[number].have)
                #expect(both == whole.blobs[number].have)
            }
        }
    }

    @Test(arguments: [
        "have 0 0 101", "have 0 5 5", "have 0 9 3", "have 0 -1 5", "have 2 0 1", "have -1 0 1", "have 0 0",
        "have 0 0 1 2", "have x 0 1", "have 0 0 99999999999999999999", "gone 7", "at relative/path", "mode 4095",
        "mode -1", "blob sha256:../../x 1 1", "blob \(FakeRegistry.manifest) 1 1", "what is this",
        "blob sha256:\(FakeRegistry.manifest) 9223372036854775807 9", "blob sha256:\(FakeRegistry.manifest) -1 0", "",
    ])
    func whatIsHostileEndsTheRecord(_ line: String) throws {
        let contents = try sample()
        #expect(PartialContents(text: contents.text + line + "\ngone 0\n") == contents)
    }

    @Test func whatIsGoneIsGone() throws {
        var contents = try sample()
        let text = contents.text + PartialContents.line(goneBlob: 0) + "\nhave 0 10 20\n"
        contents.blobs[0].have = ByteRanges(10..<20)
        #expect(PartialContents(text: text) == contents)
    }

    @Test(
        arguments: [
            (1000, 130, 612), (130, 130, 612), (129, 129, 611), (100, 100, 582), (90, 90, 552), (50, 50, 50),
            (10, 10, 10), (0, 0, 0),
        ] as [(Int64, Int64, Int64)])
    func keepsWhatFits(_ limit: Int64, _ count: Int64, _ end: Int64) throws {
        let (contents, cut) = try sample().fitting(limit)
        #expect(contents.count == count)
        #expect(cut == end)
    }
}
