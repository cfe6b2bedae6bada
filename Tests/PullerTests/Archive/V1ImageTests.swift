import Foundation
import Testing

@testable import Puller

@Suite struct V1ImageTests {
    private static let diffID = "sha256:" + String(repeating: "0", count: 64)

    private func json(_ config: [UInt8], _ format: V1Format = .docker2010) throws -> [UInt8] {
        let diffID = try #require(Digest(Self.diffID))
        let link = try #require(try V1Image(config: config, format: format).chain(of: [diffID]).last)
        let head = Array("{\"id\":\"\(link.id)\",".utf8)
        #expect(link.json.starts(with: head))
        return [UInt8(ascii: "{")] + link.json.dropFirst(head.count)
    }

    /// The fixture is a list of configurations, each followed by what Go 1.19.8 wrote when it had read it into the structs
    /// of moby 20.10 and written those, or by ERR where it could not.
    @Test func readsAndWritesAsGoDoes() throws {
        let file = GoldenImage.folder.deletingLastPathComponent().appending(path: "v1image-go1.19.txt")
        let lines = try [UInt8](Data(contentsOf: file)).split(separator: UInt8(ascii: "\n")).map(Array.init)
        try #require(lines.count.isMultiple(of: 2) && lines.count > 100)
        for position in stride(from: 0, to: lines.count, by: 2) {
            let (config, expected) = (lines[position], String(decoding: lines[position + 1], as: UTF8.self))
            let name = String(decoding: config, as: UTF8.self)
            if expected == "ERR" {
                #expect(throws: PullError.Cause.self, "\(name)") { _ = try json(config) }
            } else {
                #expect(try Array(expected.utf8) == json(config), "\(name)")
            }
        }
    }

    /// The same for later releases: after each configuration come the forms of Docker 26 and 28, and of 29. Later Go has
    /// other escapes for two characters alone.
    @Test func readsAndWritesAsLaterReleasesDo() throws {
        let file = GoldenImage.folder.deletingLastPathComponent().appending(path: "v1image-later-go1.19.txt")
        let lines = try [UInt8](Data(contentsOf: file)).split(separator: UInt8(ascii: "\n")).map(Array.init)
        try #require(lines.count.isMultiple(of: 3) && lines.count > 200)
        for position in stride(from: 0, to: lines.count, by: 3) {
            for (release, line) in [(DockerRelease.docker26, 1), (.docker28, 1), (.docker29, 2)] {
                let config = lines[position]
                var expected = String(decoding: lines[position + line], as: UTF8.self)
                let name = "\(release): \(String(decoding: config, as: UTF8.self))"
                if release != .docker26 {
                    expected.replace("\\u0008", with: "\\b")
                    expected.replace("\\u000c", with: "\\f")
                }
                if expected == "ERR" {
                    #expect(throws: PullError.Cause.self, "\(name)") { _ = try json(config, release.v1Format) }
                } else {
                    let written = try String(decoding: json(config, release.v1Format), as: UTF8.self)
                    #expect(expected == written, "\(name)")
                }
            }
        }
    }

    /// Up to 20.10 an image without a time is of the year 1, which no file can be; later ones know that it has none.
    @Test func absentTime() throws {
        let config = Array(#"{"os":"linux"}"#.utf8)
        #expect(try V1Image(config: config).created == 0)
        for release in DockerRelease.allCases {
            #expect(try V1Image(config: config, format: release.v1Format).created == nil)
        }
        let zero = Array(#"{"created":"0001-01-01T00:00:00Z"}"#.utf8)
        for release in DockerRelease.allCases {
            #expect(try V1Image(config: zero, format: release.v1Format).created == 0)
        }
    }

    /// What Go 1.19 lets pass, later ones do not, and nobody writes.
    @Test(arguments: [
        #"{"created":"2020-01-02T3:04:05Z"}"#, #"{"created":"2020-01-02T03:04:05+24:00"}"#, "null",
    ])
    func isStricterThanGo(config: String) {
        #expect(throws: PullError.Cause.self) { _ = try V1Image(config: Array(config.utf8)) }
    }

    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59Z", 0), ("2024-03-05T06:07:08.987654321Z", 1_709_618_828),
            ("2024-02-29T23:59:59+08:00", 1_709_222_399), ("2262-04-11T23:47:16Z", 9_223_372_036),
            ("2262-04-11T23:47:17Z", 0), ("0001-01-01T00:00:00Z", 0), ("1970-01-01T01:00:00+02:00", 0),
        ] as [(String, Int64)])
    func fileTimes(created: String, seconds: Int64) throws {
        #expect(try V1Image(config: Array(#"{"created":"\#(created)"}"#.utf8)).created == seconds)
    }

    @Test func zeroTime() throws {
        let zero = try #require(GoTime(Array(GoTime.zero.text.utf8)))
        #expect(zero == GoTime.zero)
    }

    /// Deep nesting is an error and no crash, wherever it stands.
    @Test(arguments: ["[", "{\"a\":", "[{\"a\":"])
    func depthIsBounded(opening: String) {
        let config = Array(("{\"x\":" + String(repeating: opening, count: 100_000)).utf8)
        #expect(throws: PullError.Cause.malformed("JSON: too deep")) { _ = try V1Image(config: config) }
    }

    /// Every prefix and every flipped byte of a real configuration is read or refused.
    @Test func survivesDamage() throws {
        let config = try GoldenImage.image(tag: "single").config
        for count in stride(from: 0, to: config.count, by: 7) {
            #expect(throws: PullError.Cause.self) { _ = try V1Image(config: Array(config.prefix(count))) }
        }
        var refused = 0
        for position in stride(from: 0, to: config.count, by: 5) {
            var damaged = config
            damaged[position] ^= 0x15
            do { _ = try json(damaged) } catch { refused += 1 }
        }
        #expect(refused > 0)
    }
}
