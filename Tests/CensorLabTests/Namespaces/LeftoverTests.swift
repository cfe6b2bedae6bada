import Foundation
import Testing

@testable import CensorLab

/// What a lab leaves behind on the machine: nothing, and after a crash nothing that the next one does not remove.
@Suite(.serialized, .enabled(if: HostilePath.isPossible, Comment(rawValue: HostilePath.condition)))
struct LeftoverTests {
    private static func links() async throws -> String {
        let result = try await Program.run("ip", ["-o", "link", "show"])
        // Up or down, and counters, are other people's business.
        return result.output.split(separator: "\n").compactMap { $0.split(separator: ":").dropFirst().first }
            .joined(separator: ",")
    }

    private static func namespaces(of lab: pid_t) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/run/netns")) ?? []
        return names.filter { $0.hasPrefix("censor-lab-\(lab)-") }
    }

    @Test(.timeLimit(.minutes(5)), arguments: [SIGINT, SIGTERM]) func aLabThatIsEndedRemovesEverything(signal: Int32)
        async throws
    {
        let before = try await Self.links()
        try await withFolder { folder in
            let path = try await HostilePath.start("clear", in: folder)
            #expect(Self.namespaces(of: path.child.process).count == 4)
            kill(path.child.process, signal)
            #expect(try await path.child.wait() == 0)
            #expect(Self.namespaces(of: path.child.process).isEmpty)
        }
        #expect(try await Self.links() == before)
    }

    @Test(.timeLimit(.minutes(5))) func whatACrashHasLeftTheNextLabRemoves() async throws {
        try await withFolder { folder in
            let crashed = try await HostilePath.start("clear", in: folder)
            let living = try await HostilePath.start("clear", in: folder)
            kill(crashed.child.process, SIGKILL)
            _ = try await crashed.child.wait()
            #expect(Self.namespaces(of: crashed.child.process).count == 4)
            let next = try await HostilePath.start("clear", in: folder)
            #expect(Self.namespaces(of: crashed.child.process).isEmpty)
            #expect(Self.namespaces(of: living.child.process).count == 4)
            try await next.stop()
            try await living.stop()
        }
    }

    @Test(.timeLimit(.minutes(2))) func whoIsNotRootIsTold() async throws {
        // Another user, who may nevertheless read: a build or a whole system can lie in a folder of root's own.
        let result = try await Program.run(
            "setpriv",
            [
                "--reuid", "65534", "--clear-groups", "--inh-caps", "+dac_read_search", "--ambient-caps",
                "+dac_read_search",
            ]
                + [HostilePath.built("censor-lab"), "netns", "clear"])
        #expect(result.status != 0)
        #expect(result.output.contains("need root"), "\(result.output)")
    }

    @Test func everyPathScenarioHasANameOfItsOwnAndALine() {
        #expect(Set(PathScenario.all.map(\.name)).count == PathScenario.all.count)
        #expect(PathScenario.all.allSatisfy { !$0.explanation.isEmpty && !$0.explanation.contains("\n") })
    }
}
