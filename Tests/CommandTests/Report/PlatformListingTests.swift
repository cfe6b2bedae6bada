import Foundation
import Puller
import Testing

@testable import docker_tar_lab

@Suite struct PlatformListingTests {
    private let listing = PlatformListing(
        [
            ("linux", "amd64", nil, nil), ("linux", "arm", "v5", nil), ("linux", "arm", "v7", nil),
            ("linux", "arm64", "v8", nil), ("linux", "386", nil, nil), ("linux", "mips64le", nil, nil),
            ("linux", "ppc64le", nil, nil), ("linux", "s390x", nil, nil),
            ("windows", "amd64", nil, "10.0.20348.2762"),
        ].enumerated().map { number, row in
            AvailablePlatform(
                platform: Platform(os: row.0, architecture: row.1, variant: row.2, osVersion: row.3),
                digest: Sample.digest(number))
        })

    @Test func theFormThatScriptsKnow() {
        #expect(
            listing.lines == [
                "Available Architecture:", "amd64", "armv5", "armv7", "arm64v8", "386", "mips64le", "ppc64le", "s390x",
                "windows/amd64 10.0.20348.2762",
            ])
    }

    @Test func jsonHoldsDigestsAndAllParts() throws {
        let text = try listing.json().joined(separator: "\n")
        let rows = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: String]])
        #expect(rows.count == 9)
        #expect(rows[0] == ["name": "amd64", "os": "linux", "architecture": "amd64", "digest": "\(Sample.digest(0))"])
        #expect(rows[2]["variant"] == "v7")
        #expect(rows[8]["os.version"] == "10.0.20348.2762")
    }

    @Test func digestsStandInOneColumn() {
        let columns = listing.table.map { row in row.firstRange(of: "sha256:").map { row[..<$0.lowerBound].count } }
        #expect(Set(columns).count == 1)
        #expect(PlatformListing([]).table == [])
    }
}
