import Testing

@testable import Puller

@Suite struct ArchivePlanTests {
    private func blob(size: Int64) throws -> ArchiveMember {
        let digest = try #require(Digest("sha256:" + String(repeating: "0", count: 64)))
        let descriptor = Descriptor(mediaType: "application/octet-stream", digest: digest, size: size)
        return ArchiveMember(path: "blob", content: .blob(descriptor), mode: 0o444, modified: 0)
    }

    @Test func nothingButTheEnd() throws {
        let plan = try #require(try ArchivePlan([]))
        #expect(plan.totalSize == 1024 && plan.entries.isEmpty)
    }

    @Test func placesFollowOneAnother() throws {
        let plan = try #require(try ArchivePlan([blob(size: 0), blob(size: 1), blob(size: 512), blob(size: 8 << 30)]))
        #expect(plan.entries.map(\.headerOffset) == [0, 512, 1536, 2560])
        #expect(plan.entries.map(\.contentOffset) == [512, 1024, 2048, 4096])
        #expect(plan.totalSize == 4096 + 8 << 30 + 1024)
    }

    @Test func noPlanWithoutSizes() throws {
        let image = try GoldenImage.image(tag: "single")
        #expect(try ArchivePlan(ArchiveLayout.docker2010(saveTime: 0).members(of: [image])) == nil)
    }

    @Test(arguments: [[Int64.max], [Int64.max - 1000, 1000], [-1], [.min]])
    func refusesImpossibleSizes(sizes: [Int64]) throws {
        let members = try sizes.map { try blob(size: $0) }
        #expect {
            _ = try ArchivePlan(members)
        } throws: { error in
            if case .malformed = error as? PullError.Cause { true } else { false }
        }
    }
}
