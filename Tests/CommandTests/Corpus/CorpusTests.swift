import Foundation
import Testing

@testable import Puller

/// The verdicts of `verify` on every archive of the corpus are those of the engines.
@Suite(
    .serialized,
    .enabled(if: ["gzip", "bzip2", "xz", "zstd"].allSatisfy { Program.find("/usr/bin/\($0)") != nil }))
struct CorpusTests {
    private static func write(_ one: Corpus.Case, in scratch: Scratch) throws -> String {
        let path = scratch.path("\(one.name).tar")
        try Data(one.make()).write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test func allAreMeasured() throws {
        let names = Corpus.all.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(try MeasuredVerdicts().names == Set(names))
        #expect(names.count >= 60)
    }

    @Test func verdictsAreThoseThatWereMeasured() async throws {
        let measured = try MeasuredVerdicts()
        let scratch = try Scratch()
        defer { scratch.remove() }
        for one in Corpus.all {
            let report = try await StoredImages.verify(try Self.write(one, in: scratch))
            for verdict in report.verdicts {
                guard let loads = measured.loads(one.name, in: verdict.engine) else { continue }
                #expect(
                    verdict.loads == loads,
                    "\(one.name), \(verdict.engine): \(String(describing: verdict.refusal))")
            }
        }
    }

    /// What nobody can load is never called sound, and what everybody loads can be opened.
    @Test func problemsAreNamed() async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        for one in Corpus.all {
            let path = try Self.write(one, in: scratch)
            let report = try await StoredImages.verify(path)
            if one.name.hasSuffix("-right") {
                #expect(report.problems.isEmpty, "\(one.name): \(report.problems)")
                #expect(report.images.count == 1)
            }
            if report.verdicts.allSatisfy({ !$0.loads }) { #expect(!report.isSound, "\(one.name)") }
            if report.isSound, report.verdicts.allSatisfy(\.loads) {
                _ = try await StoredImages.open(path)
            }
        }
    }

    // MARK: The engines themselves

    /// Every third archive, which takes minutes; all of them where a variable says so, as after a change to the verdicts.
    private static let asked =
        ProcessInfo.processInfo.environment["CORPUS"] == "all"
        ? Corpus.all : Corpus.all.enumerated().filter { $0.offset % 3 == 0 }.map(\.element)

    @Test func manyAreAsked() { #expect(Self.asked.count >= 60) }

    @Test(.enabled(if: getuid() == 0 && Program.find("dockerd") != nil, "the daemon runs as root only"))
    func docker2010Agrees() async throws {
        let (server, host) = try await RealServer.docker()
        defer { withExtendedLifetime(server) {} }
        try await Self.compare(.docker2010) { one, path in try await Self.load(path, into: host) }
    }

    /// Docker 28 with a graphdriver store: itself where a variable names its socket, else as it was measured.
    @Test func docker28Agrees() async throws {
        let socket = ProcessInfo.processInfo.environment["DOCKER_28_SOCKET"]
        let measured = try MeasuredVerdicts()
        try await Self.compare(.docker28) { one, path in
            guard let socket else { return try #require(measured.loads(one.name, in: .docker28) as Bool?) }
            return try await Self.load(path, into: "unix://\(socket)")
        }
    }

    @Test(.enabled(if: getuid() == 0 && Program.find("podman") != nil))
    func podmanAgrees() async throws {
        let storage = try Scratch()
        defer { storage.remove() }
        let podman = storage.podmanStore
        try await Self.compare(.podman) { _, path in
            let outcome = try await Program.run("podman", podman + ["load", "-i", path])
            // With no image in the archive it says that it has loaded one without a name.
            return outcome.status == 0 && outcome.output.contains(/Loaded image: \S/)
        }
    }

    private static func compare(
        _ engine: Engine, load: (_ one: Corpus.Case, _ path: String) async throws -> Bool
    ) async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        for one in asked {
            let path = try write(one, in: scratch)
            let report = try await StoredImages.verify(path)
            let verdict = report.verdicts.first { $0.engine == engine }
            let loads = try await load(one, path)
            #expect(verdict?.loads == loads, "\(one.name): \(String(describing: verdict?.refusal))")
            try FileManager.default.removeItem(atPath: path)
        }
    }

    /// Whether the daemon says that it has loaded the archive, and has an image that it had not.
    private static func load(_ path: String, into host: String) async throws -> Bool {
        func images() async throws -> Set<Substring> {
            let listed = try await Program.must(
                "docker", ["-H", host, "images", "-a", "--no-trunc", "--format", "{{.ID}} {{.Repository}}:{{.Tag}}"])
            return Set(listed.split(separator: "\n"))
        }
        let before = try await images()
        let outcome = try await Program.run("docker", ["-H", host, "load", "-q", "-i", path])
        let isUnpacked = !(outcome.output + outcome.error).contains("Error unpacking")
        let added = try await images().subtracting(before)
        return outcome.status == 0 && isUnpacked && !added.isEmpty
    }
}
