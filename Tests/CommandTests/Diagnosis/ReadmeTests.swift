import Foundation
import Testing

@testable import docker_tar_lab

/// Both READMEs say the same, as far as that can be counted.
@Suite struct ReadmeTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../..").standardized

    private static func lines(_ name: String) throws -> [String] {
        try String(contentsOf: root.appendingPathComponent(name), encoding: .utf8).components(separatedBy: "\n")
    }

    /// The lines outside of blocks of code.
    private func prose(_ name: String) throws -> [String] {
        var isCode = false
        return try Self.lines(name).filter { line in
            if line.hasPrefix("```") { isCode.toggle() }
            return !isCode
        }
    }

    private func headings(_ name: String) throws -> [Int] {
        try prose(name).filter { $0.hasPrefix("#") }.map { $0.prefix { $0 == "#" }.count }
    }

    /// The flags that a table's rows begin with, in their order.
    private func rows(_ name: String) throws -> [[String]] {
        try prose(name).filter { $0.hasPrefix("| `-") }.map { line in
            let cell = line.split(separator: "|").first ?? ""
            return cell.matches(of: /-[a-z][a-z\-]*/).map { String($0.output) }
        }
    }

    private func links(_ name: String) throws -> [String] {
        try prose(name).flatMap { $0.matches(of: /\]\(([^)]+)\)/).map { String($0.output.1) } }
    }

    @Test func bothHaveTheSameParts() throws {
        #expect(try headings("README.md") == headings("README.zh-CN.md"))
        #expect(try rows("README.md") == rows("README.zh-CN.md"))
        #expect(try headings("docs/risks.md") == headings("docs/risks.zh-CN.md"))
        let counts = try ["README.md", "README.zh-CN.md"].map { try Self.lines($0).count { $0.hasPrefix("- ") } }
        #expect(counts[0] == counts[1])
    }

    @Test(arguments: ["README.md", "README.zh-CN.md"]) func everyFlagStandsInIt(name: String) throws {
        let table = try prose(name).filter { $0.hasPrefix("| `-") }.joined()
        let flags = Set(table.matches(of: /`(-[a-z][a-z\-]*)/).map { String($0.output.1) })
        let missing = Flag.allCases.filter { $0 != .help && !flags.contains($0.spelling) }
        #expect(missing.isEmpty)
        #expect(flags.contains("-h"))
    }

    @Test(arguments: ["README.md", "README.zh-CN.md"]) func everyExitCodeStandsInIt(name: String) throws {
        let line = try #require(try prose(name).first { $0.hasPrefix("Exit codes: ") || $0.hasPrefix("退出码：") })
        let list = line.drop { $0 != ":" && $0 != "：" }.dropFirst()
        let codes = list.split(separator: "·").compactMap {
            Int32($0.prefix { $0 == " " || $0.isNumber }.filter(\.isNumber))
        }
        #expect(Set(codes) == Set(ExitCode.allCases.map(\.rawValue)))
        #expect(codes.count == ExitCode.allCases.count)
    }

    @Test(arguments: ["README.md", "README.zh-CN.md", "docs/risks.md", "docs/risks.zh-CN.md"])
    func everyLinkLeadsSomewhere(name: String) throws {
        let folder = Self.root.appendingPathComponent(name).deletingLastPathComponent()
        let local = try links(name).filter { !$0.contains("://") }
        #expect(!local.isEmpty)
        for link in local {
            let path = folder.appendingPathComponent(link).path
            #expect(FileManager.default.fileExists(atPath: path), "\(link) in \(name)")
        }
    }

    @Test func theyLeadToEachOtherAndToTheRisks() throws {
        #expect(try links("README.md").contains("README.zh-CN.md"))
        #expect(try links("README.zh-CN.md").contains("README.md"))
        #expect(try links("README.md").contains("docs/risks.md"))
        #expect(try links("README.zh-CN.md").contains("docs/risks.zh-CN.md"))
    }

    @Test(arguments: ["README.zh-CN.md", "docs/risks.zh-CN.md"]) func chineseIsChinese(name: String) throws {
        let paragraphs = try prose(name).filter { !$0.hasPrefix("|") && !$0.hasPrefix("[") }
            .map { $0.replacing(/`[^`]*`|\]\([^)]*\)/, with: "") }
        for line in paragraphs where line.count > 20 {
            let han = line.unicodeScalars.count { (0x4E00...0x9FFF).contains($0.value) }
            #expect(han * 5 > line.count, "\(line.prefix(60))")
        }
    }
}
