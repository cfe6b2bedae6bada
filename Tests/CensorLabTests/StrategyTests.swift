import Foundation
import LabNet
import NIOCore
import NIOPosix
import Testing

@testable import CensorLab

/// The client's own hellos before the boxes: which strategy gets past which reader, and to which server.
struct StrategyTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var strategy: ServerNameStrategy
        var reader: Reading.Reader
        var needsName: Bool
        var arrives: Bool
        var testDescription: String { "\(strategy) before \(reader), name needed: \(needsName)" }
    }

    private static let table: [Case] = [
        Case(strategy: .plain, reader: .segments, needsName: false, arrives: false),
        Case(strategy: .plain, reader: .records, needsName: false, arrives: false),
        Case(strategy: .plain, reader: .packets, needsName: false, arrives: false),
        Case(strategy: .records, reader: .packets, needsName: true, arrives: true),
        Case(strategy: .segments, reader: .segments, needsName: false, arrives: false),
        Case(strategy: .segments, reader: .records, needsName: false, arrives: false),
        Case(strategy: .records, reader: .segments, needsName: true, arrives: true),
        Case(strategy: .records, reader: .records, needsName: true, arrives: false),
        Case(strategy: .recordsAndSegments, reader: .segments, needsName: true, arrives: true),
        Case(strategy: .recordsAndSegments, reader: .records, needsName: true, arrives: false),
        Case(strategy: .omit, reader: .segments, needsName: false, arrives: true),
        Case(strategy: .omit, reader: .records, needsName: false, arrives: true),
        Case(strategy: .omit, reader: .records, needsName: true, arrives: false),
        Case(strategy: .alter("free.example"), reader: .records, needsName: false, arrives: true),
        Case(strategy: .alter("free.example"), reader: .records, needsName: true, arrives: false),
    ]

    @Test(arguments: table) func reachesTheServerOrNot(_ test: Case) async throws {
        let host = "registry.lab.example"
        let authority = try CertificateAuthority(named: "test")
        let identity = try ServerIdentity(authority.issue(CertificateRequest(names: [host])))
        let any = Endpoint(address: .v4(0x7F00_0001), port: 0)
        let journal = Journal()
        let door = TLSDoor(identity: identity, names: test.needsName ? ["lab.example"] : nil)
        let server = try await LabRegistry.start(.init(tls: door), images: [], at: any, journal: journal)
        let rules = TLSBox.Rules(reader: test.reader, names: ["lab.example"])
        let box = try await TLSBox.start(rules, at: any, before: server.endpoint, journal: journal)
        let outcome = try await withFolder { folder in
            let file = folder.appending(path: "ca.pem").path
            try authority.certificate.write(toFile: file, atomically: true, encoding: .utf8)
            var trust = TrustConfiguration()
            trust.authorityFile = file
            let context = try TLSContext(trust: trust, environment: [:])
            return await shakeHands(context, host: host, strategy: test.strategy, at: box.endpoint)
        }
        await box.stop()
        await server.stop()
        switch outcome {
        case .success: #expect(test.arrives)
        case .failure(let failure):
            #expect(!test.arrives, "\(failure)")
            let isTurnedAway = journal.events.contains { if case .greeted = $0 { true } else { false } }
            #expect((failure as? TLSFailure)?.cause == (isTurnedAway ? .alert(112) : .resetAfterHello))
        }
    }

    private func shakeHands(
        _ context: TLSContext, host: String, strategy: ServerNameStrategy, at endpoint: Endpoint
    ) async -> Result<TLSSummary, any Error> {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let handshake = loop.makePromise(of: TLSSummary.self)
        do {
            let channel = try await ClientBootstrap(group: loop)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let session = try context.session(for: .name(host), port: 443, strategy: strategy)
                        let handler = TLSHandler(session: session, handshake: handshake)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                }
                .connect(to: SocketAddress(endpoint)).get()
            let summary = try await handshake.futureResult.get()
            try await channel.close()
            return .success(summary)
        } catch {
            handshake.fail(error)
            return .failure(error)
        }
    }
}
