import Foundation
import Synchronization
import Testing

@testable import CensorLab
@testable import LabNet

/// Every box before every server in every family, with two clean addresses and a round trip of 150 ms.
///
/// `LAB_MATRIX=FILE` appends a line a cell to a file: box, server, family, the rung that worked, milliseconds.
@Suite(.timeLimit(.minutes(2))) struct MatrixTests {
    private struct Case: Sendable, CustomTestStringConvertible {
        let box: MatrixCell.Box
        let family: MatrixCell.Family
        var testDescription: String { "\(box.rawValue), \(family.rawValue)" }
    }

    private static let cases = MatrixCell.Box.allCases.flatMap { box in
        MatrixCell.Family.allCases.map { Case(box: box, family: $0) }
    }

    @Test(arguments: cases) private func whateverCanWorkIsFoundAndNothingIsSentIntoAPenalty(_ test: Case) async throws {
        // Six networks at once: the time is spent waiting.
        try await withThrowingTaskGroup { group in
            for server in MatrixCell.Server.allCases {
                group.addTask {
                    try await judge(MatrixCell(box: test.box, server: server, family: test.family))
                }
            }
            try await group.waitForAll()
        }
    }

    private func judge(_ cell: MatrixCell) async throws {
        let lab = try await Lab.start(cell.scenario, image: LabImage(repository: "a/b", tag: "c", variants: []))
        let log = ObservationLog()
        let start = ContinuousClock.now
        let outcome = await visit(lab, of: cell, log: log)
        let duration = ContinuousClock.now - start
        await lab.stop()

        let handshakes = log.handshakes.map {
            "\($0.strategy) at \($0.endpoint?.description ?? "?"): \($0.failure.map { "\($0)" } ?? "verified")"
        }
        let story = "\(cell.description): \(handshakes.joined(separator: "; "))"
        let rung = log.handshakes.first { $0.failure == nil }?.strategy
        switch outcome {
        case .success(let status):
            #expect(status == 401, "\(story)")
            #expect(rung.map(cell.workingRungs.contains) == true, "\(story)")
            try Self.record(cell, rung, duration)
        case .failure(let error):
            #expect(cell.workingRungs.isEmpty, "\(story)")
            let error = try #require(error as? NetworkError)
            #expect(error.showsInterference, "\(story): \(error)")
            // Every handshake that was made stands in the error.
            let untold = log.handshakes.filter { handshake in
                !([error] + error.attempts).contains { attempt in
                    attempt.endpoint == handshake.endpoint && attempt.strategy == handshake.strategy
                        && attempt.cause == handshake.failure
                }
            }
            #expect(untold.isEmpty, "\(story)")
        }
        let penalised = lab.journal.entries.filter { entry in
            if case .judged(_, _, .penalised) = entry.event { true } else { false }
        }
        #expect(penalised.isEmpty, "sent into a penalty: \(story)")
    }

    private func visit(_ lab: Lab, of cell: MatrixCell, log: ObservationLog) async -> Result<Int, any Error> {
        do {
            let folder = try ScratchFolder()
            var configuration = TransportConfiguration()
            configuration.mode = .lab(ResolverList(resolvers: []))
            configuration.trust.authorityFile = try folder.write(lab.authority, to: "ca.pem")
            // Short, for the networks where nothing works; what works is found without waiting for it.
            configuration.timeouts.handshake = .seconds(3)
            if cell.box == .narrow { configuration.segmentSize = MatrixCell.narrowMaximum }
            let candidates = cell.addresses(of: lab).map { Candidate(address: $0, trust: .trusted) }
            let transport = try Transport.testing(
                configuration, resolver: TableResolver([Lab.registryHost: candidates]), log: log)
            let port = try #require(lab.registry.first).port
            let answer = try await transport.get("https://\(Lab.registryHost):\(port)/v2/")
            await transport.close()
            return .success(answer.status)
        } catch {
            return .failure(error)
        }
    }

    private static let file = Mutex(())

    private static func record(_ cell: MatrixCell, _ rung: ServerNameStrategy?, _ duration: Duration) throws {
        guard let path = ProcessInfo.processInfo.environment["LAB_MATRIX"] else { return }
        let line =
            "\(cell.box.rawValue),\(cell.server.rawValue),\(cell.family.rawValue),\(rung.map { "\($0)" } ?? ""),"
            + "\(Int(duration / .milliseconds(1)))\n"
        try file.withLock { _ in
            let file = try #require(fopen(path, "a"))
            fputs(line, file)
            fclose(file)
        }
    }
}

/// The matrix' own model.
struct MatrixModelTests {
    private func rungs(_ box: MatrixCell.Box, _ server: MatrixCell.Server) -> Set<ServerNameStrategy> {
        MatrixCell(box: box, server: server, family: .ip4).workingRungs
    }

    @Test func knowsWhatWorks() {
        let all: Set<ServerNameStrategy> = [.omit, .recordsAndSegments, .disorder, .segments, .records, .plain]
        #expect(rungs(.none, .open) == all)
        #expect(rungs(.none, .needsName) == all.subtracting([.omit]))
        #expect(rungs(.segmentsReset, .open) == [.omit, .recordsAndSegments, .disorder, .records])
        #expect(rungs(.recordsBlackhole, .refusesStrangers) == [.omit])
        #expect(rungs(.recordsReset, .otherCertificate).isEmpty)
        #expect(rungs(.namelessReset, .open) == [.recordsAndSegments, .disorder, .records])
        #expect(rungs(.everyHelloReset, .open).isEmpty)
        #expect(rungs(.fragmentsReset, .needsName) == [.records, .plain])
        #expect(rungs(.fragmentsAndNamesReset, .needsName) == [.records])
    }
}
