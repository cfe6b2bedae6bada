import Foundation
import LabNet
import Puller
import Testing

@testable import docker_tar_lab

@Suite struct JournalTests {
    /// What a journal writes to standard error and to the log.
    private func written(
        toError: Bool, toFile: Bool, isQuiet: Bool = false, _ body: (Journal) -> Void
    ) async throws -> (error: [Substring], log: [Substring]) {
        let error = Pipe.kept()
        let log = Pipe.kept()
        let console = Console(
            output: -1, error: error.fileHandleForWriting.fileDescriptor, log: log.fileHandleForWriting.fileDescriptor)
        body(Journal(console: console, language: .english, toError: toError, toFile: toFile, isQuiet: isQuiet))
        await console.drain()
        func read(_ pipe: Pipe) throws -> [Substring] {
            try pipe.fileHandleForWriting.close()
            let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
            return String(decoding: data, as: UTF8.self).split(separator: "\n")
        }
        return (try read(error), try read(log))
    }

    private func observation(_ event: Observation.Event) -> Observation {
        Observation(
            event: event, host: "ghcr.io", endpoint: IPAddress("192.0.2.1").map { Endpoint(address: $0, port: 443) },
            start: .milliseconds(12), duration: .microseconds(3400))
    }

    private func everything(_ journal: Journal) {
        journal.observed(observation(.connected(failure: nil)))
        journal.observed(observation(.handshake(.records, protocolVersion: nil, failure: .resetAfterHello)))
        journal.observed(observation(.notice(.proxyIgnoredInLabMode)))
        journal.happened(.planned(layers: [Sample.layer(1, size: 1000)]))
        journal.happened(.retrying(layer: 0, attempt: 1, reason: Sample.pull(.status(503, "\u{1B}[2Jbusy"))))
        journal.happened(.rateLimit(remaining: 99))
        journal.happened(.rateLimit(remaining: 3))
        journal.failed(["docker-tar-lab: cannot pull x", "  Failed: y"])
    }

    @Test func debugShowsEveryStepOnce() async throws {
        let (error, log) = try await written(toError: true, toFile: false, everything)
        #expect(log == [])
        #expect(error[0] == "[DEBUG] 12.0 ms TCP ghcr.io 192.0.2.1:443: connected (3.4 ms)")
        #expect(
            error[1].hasPrefix("[WARNING] 12.0 ms TLS ghcr.io 192.0.2.1:443: name: records: the connection was reset"))
        #expect(error[2].hasPrefix("Note: lab mode goes direct"))
        #expect(error[3] == "[INFO] 1 layers, 1 kB")
        #expect(error[4] == "[WARNING] layer 1 is fetched again (1): the server answered 503: “busy”")
        #expect(error[5] == "[INFO] the registry allows 99 more pulls for now.")
        #expect(error[6] == "Note: the registry allows 3 more pulls for now.")
        #expect(error.count == 7, "the error's report is said by itself")
    }

    @Test func theLogHoldsEverythingWithTimeAndLevel() async throws {
        let (error, log) = try await written(toError: false, toFile: true, everything)
        #expect(error.count == 2, "the notices alone")
        #expect(log.count == 9)
        let levels = log.map { $0.split(separator: " ")[1] }
        #expect(
            levels == [
                "[DEBUG]", "[WARNING]", "[INFO]", "[INFO]", "[WARNING]", "[INFO]", "[INFO]", "[ERROR]", "[ERROR]",
            ])
        #expect(log.allSatisfy { $0.prefixMatch(of: #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /#) != nil })
    }

    @Test func sizesBeyondAnySumAreWrittenAsTheGreatest() async throws {
        let layers = [Sample.layer(1, size: .max), Sample.layer(2, size: .max)]
        let error = try await written(toError: true, toFile: false) { $0.happened(.planned(layers: layers)) }.error
        #expect(error == ["[INFO] 2 layers, 9.2 EB"])
    }

    @Test func withoutBothOnlyNoticesAreSaidAndQuietNotEvenThose() async throws {
        #expect(try await written(toError: false, toFile: false, everything).error.count == 2)
        #expect(try await written(toError: false, toFile: false, isQuiet: true, everything).error == [])
    }

    @Test func everyObservationIsOneLineInBothLanguages() {
        let failure = NetworkError.Cause.refused
        let address = IPAddress("192.0.2.1").map { [Candidate(address: $0, trust: .doubtful)] } ?? []
        let events: [Observation.Event] = [
            .query(detail: "A 1.1.1.1"), .verdict(detail: "early"), .resolved(address, failure: nil),
            .resolved([], failure: .noSuchName), .connected(failure: failure), .proxied(target: "h:1", failure: nil),
            .proxied(target: "h:1", failure: failure), .handshake(.omit, protocolVersion: "TLSv1.3", failure: nil),
            .exchanged(method: "GET", url: "https://h/v2/", status: 200, bytes: 2, failure: nil),
            .exchanged(method: "GET", url: "https://h/v2/", status: nil, bytes: 0, failure: failure),
            .exchanged(method: "GET", url: "https://h/v2/", status: 200, bytes: 16384, failure: failure),
        ]
        for event in events {
            let sentence = Sentence.observation(observation(event))
            #expect(sentence.en.contains("ghcr.io") && sentence.zh.contains("ghcr.io"))
            #expect(!sentence.en.contains("\n") && sentence.en != sentence.zh)
        }
        #expect(Sentence.observation(observation(.resolved(address, failure: nil))).en.contains("192.0.2.1(?)"))
        for language in Language.allCases {
            let broken = Sentence.observation(
                observation(.exchanged(method: "GET", url: "https://h/b", status: 206, bytes: 16384, failure: .reset)))
            #expect(broken.text(in: language).contains("206") && broken.text(in: language).contains("16384"))
        }
    }

    @Test func timestamps() {
        #expect(Timestamp.text(seconds: 0, milliseconds: 7) == "1970-01-01T00:00:00.007Z")
        #expect(Timestamp.text(seconds: 1_709_208_000, milliseconds: 0) == "2024-02-29T12:00:00.000Z")
    }
}
