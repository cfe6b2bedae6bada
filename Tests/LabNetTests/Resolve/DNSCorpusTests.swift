import Foundation
import Testing

@testable import LabNet

/// Malformed DNS through the codec. The sanitizers run this suite too: they see what an assertion cannot.
///
/// With `CORPUS_TIMES` in the environment it prints the longest time that one packet took.
@Suite struct DNSCorpusTests {
    private static let questions: [(String, DNSRecordType)] = [("registry-1.docker.io", .a), ("a.example", .aaaa)]

    @Test func everyPacketIsReadOrRefusedWithinItsBounds() throws {
        var read = 0
        var refused = 0
        var longest = Duration.zero
        for (name, type) in Self.questions {
            let query = try DNSQuery.sample(name, type, hasCookie: true)
            let corpus = DNSCorpus(query: query)
            for packet in corpus.handmade + corpus.mutants(6_000, seed: 20_26) {
                let start = ContinuousClock.now
                defer { longest = max(longest, .now - start) }
                do {
                    let message = try DNSMessage(packet, answering: query)
                    read += 1
                    #expect(message.answers.count <= DNSMessage.maximumRecords)
                    #expect((message.claim?.addresses.count ?? 0) <= message.answers.count)
                    #expect(message.responseCode <= 0xfff)
                } catch {
                    refused += 1
                }
            }
        }
        if ProcessInfo.processInfo.environment["CORPUS_TIMES"] != nil { print("longest: \(longest)") }
        // No figure, only a guard: a packet that can make the reader go in circles takes longer than any machine is slow.
        #expect(longest < .milliseconds(200))
        // Neither side may have starved: a reader that refuses everything would pass otherwise.
        #expect(read > 500 && refused > 1_000, "\(read) read, \(refused) refused")
        #expect(read + refused > 12_000)
    }
}
