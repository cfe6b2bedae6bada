import Testing

@testable import Puller

@Suite struct PlatformTests {
    static let aliases: [(String, String)] = [
        ("amd64", "amd64"), ("x86_64", "amd64"), ("x86-64", "amd64"), ("X86_64", "amd64"), ("linux/amd64", "amd64"),
        ("linux/x86_64", "amd64"), ("amd64/v1", "amd64"), ("amd64/v2", "amd64v2"), ("linux/amd64/v3", "amd64v3"),
        ("amd64v2", "amd64v2"),
        ("armv5", "armv5"), ("armv6", "armv6"), ("armv7", "armv7"), ("arm/v7", "armv7"), ("arm/7", "armv7"),
        ("linux/arm/v6", "armv6"), ("armhf", "armv7"), ("armel", "armv6"), ("arm", "armv7"), ("armv7l", "armv7"),
        ("arm32v5", "armv5"),
        ("arm64v8", "arm64v8"), ("arm64", "arm64v8"), ("arm64/v8", "arm64v8"), ("aarch64", "arm64v8"),
        ("linux/arm64/8", "arm64v8"), ("arm64/v8.0", "arm64v8"), ("arm64/v9", "arm64v9"),
        ("386", "386"), ("i386", "386"), ("i686", "386"), ("x86", "386"),
        ("mips64le", "mips64le"), ("ppc64le", "ppc64le"), ("s390x", "s390x"), ("riscv64", "riscv64"),
        ("loong64", "loong64"), ("loongarch64", "loong64"),
        ("x64", "amd64"), ("i486", "386"), ("i586", "386"), ("x86_32", "386"), ("linux/i386", "386"),
        ("armv6l", "armv6"), ("linux/armhf", "armv7"), ("linux/armel", "armv6"), ("armv8", "arm64v8"),
        ("armv8l", "arm/v8"), ("arm/v8", "arm/v8"), ("linux/arm/8", "arm/v8"), ("linux/aarch64", "arm64v8"),
        ("mips64el", "mips64le"), ("mipsel", "mipsle"), ("ppc64el", "ppc64le"), ("powerpc64le", "ppc64le"),
        ("windows/amd64", "windows/amd64"), ("Windows/x86_64", "windows/amd64"), ("freebsd/arm64", "freebsd/arm64v8"),
    ]

    @Test(arguments: aliases) func reads(_ text: String, _ listName: String) throws {
        let platform = try Platform(parsing: text)
        #expect(platform.listName == listName)
        #expect(platform.normalised == platform)
        #expect(try Platform(parsing: listName) == platform)
    }

    @Test func takesAnUnheardOfArchitectureWithItsSystem() throws {
        #expect(try Platform(parsing: "linux/sw64") == Platform(os: "linux", architecture: "sw64"))
    }

    @Test func readsBuildsOfWindows() throws {
        #expect(
            try Platform(parsing: "windows(10.0.20348)/amd64")
                == Platform(os: "windows", architecture: "amd64", osVersion: "10.0.20348"))
    }

    static let nonsense = [
        "", "/", "linux", "windows", "amd63", "linux/", "/amd64", "linux/amd64/", "a/b/c/d", "linux/amd64/v2/x",
        "amd64 ", "amd64\n", "armv7/v6", "sw64", "sw64/v1", "windows(/amd64", "windows()/amd64", "windows(1/amd64",
        "ärm",
    ]

    @Test(arguments: nonsense) func refuses(_ text: String) {
        #expect(throws: PlatformError(text: text)) { try Platform(parsing: text) }
    }

    static let table: [(wanted: String, offered: String, fits: Bool)] = [
        ("amd64", "amd64", true), ("amd64", "amd64/v1", true), ("amd64", "amd64/v2", false), ("amd64", "386", false),
        ("amd64/v3", "amd64/v2", true), ("amd64/v3", "amd64", true), ("amd64/v2", "amd64/v3", false),
        ("386", "amd64", false),
        ("arm", "arm/v7", true), ("arm/v7", "arm/v6", true), ("arm/v7", "arm/v5", true), ("arm/v6", "arm/v7", false),
        ("arm/v5", "arm/v6", false), ("arm64", "arm/v7", false), ("arm/v7", "arm64", false),
        ("linux/arm/v8", "arm/v7", true),
        ("arm64", "arm64/v8", true), ("arm64/v8", "arm64", true), ("arm64", "arm64/v9", false),
        ("arm64", "arm64/v8.1", false),
        ("arm64/v8.2", "arm64/v8.1", true), ("arm64/v8.2", "arm64", true), ("arm64/v9", "arm64/v8.5", true),
        ("arm64/v9", "arm64/v8.6", false), ("arm64/v9.1", "arm64/v9", true), ("arm64/v9.1", "arm64/v8.6", true),
        ("amd64", "windows/amd64", false), ("windows/amd64", "amd64", false),
        ("windows/amd64", "windows(10.0.17763.4252)/amd64", true),
        ("windows(10.0.17763)/amd64", "windows(10.0.17763.4252)/amd64", true),
        ("windows(10.0.1776)/amd64", "windows(10.0.17763.4252)/amd64", false),
        ("windows(10.0.17763)/amd64", "windows/amd64", false),
        ("s390x", "ppc64le", false), ("arm64", "arm/v8", false), ("arm/v8", "arm64", false), ("386", "386", true),
        ("amd64/v3", "386", false), ("riscv64", "riscv64", true), ("arm/v6", "arm/v5", true),
        ("windows(10.0.17763.1)/amd64", "windows(10.0.17763.4252)/amd64", false),
    ]

    @Test(arguments: table) func matches(_ row: (wanted: String, offered: String, fits: Bool)) throws {
        #expect(try Platform(parsing: row.wanted).accepts(Platform(parsing: row.offered)) == row.fits)
    }

    @Test(arguments: [
        ("arm/v7", ["arm/v5", "arm/v6", "arm64", "386"], 1),
        ("arm/v7", ["arm64", "arm/v5", "arm/v7"], 2),
        ("amd64/v3", ["386", "amd64", "amd64/v2", "amd64/v4"], 2),
        ("amd64", ["windows/amd64", "386", "amd64/v2", "amd64"], 3),
        ("arm64", ["arm64/v9", "arm64/v8", "arm64"], 1),
    ])
    func choosesTheBest(_ wanted: String, _ offered: [String], _ chosen: Int) throws {
        let index = try Self.index(offered.map { try Platform(parsing: $0) })
        #expect(try index.manifest(for: Platform(parsing: wanted)) == index.manifests[chosen])
    }

    @Test func neverChoosesAnotherArchitectureOrAnAttestation() throws {
        let wanted = try Platform(parsing: "amd64")
        var index = try Self.index([
            Platform(os: "linux", architecture: "386"), Platform(os: "unknown", architecture: "unknown"),
            Platform(os: "linux", architecture: "arm64"),
        ])
        #expect(index.manifest(for: wanted) == nil)
        #expect(index.images.count == 2)
        index.manifests[0].platform?.architecture = "amd64"
        index.manifests[0].annotations = ["vnd.docker.reference.type": "attestation-manifest"]
        #expect(index.manifest(for: wanted) == nil)
    }

    static func index(_ platforms: [Platform]) throws -> ImageIndex {
        let entries = try platforms.enumerated().map { number, platform in
            let hex = String(repeating: "\(number)", count: 64)
            return Descriptor(
                mediaType: MediaType.ociManifest, digest: try #require(Digest(algorithm: .sha256, hex: hex)), size: 1,
                platform: platform)
        }
        return ImageIndex(bytes: [], descriptor: entries[0], manifests: entries)
    }
}
