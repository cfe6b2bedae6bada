import Foundation
import LabNet
import Testing

@testable import CensorLab
@testable import LabNet

@Suite struct HelloShapeTests {
    private static let shaped: [ServerNameStrategy] = [.records, .segments, .recordsAndSegments, .disorder]
    private static let hosts = ["registry-1.docker.io", "ghcr.io", "x.org", "x.y", "localhost", "a.example.co.uk"]

    private func flight(_ name: String, _ form: HelloForm = .standard) throws -> [UInt8] {
        let context = try makeContext(trusting: CertificateAuthority(named: "root"), form: form)
        return try context.session(for: parse(name), port: 443, strategy: .plain).firstFlight().flatMap(\.self)
    }

    /// The fragments of the records in a stream, each checked against RFC 8446 5.1.
    private func fragments(of stream: [UInt8]) throws -> [[UInt8]] {
        var rest = stream[...]
        var fragments: [[UInt8]] = []
        while !rest.isEmpty {
            let head = Array(rest.prefix(5))
            try #require(head.count == 5)
            #expect(Array(head[..<3]) == [22, 3, 1])
            let count = Int(head[3]) << 8 | Int(head[4])
            #expect(count > 0)
            try #require(rest.count >= 5 + count)
            fragments.append(Array(rest.dropFirst(5).prefix(count)))
            rest = rest.dropFirst(5 + count)
        }
        return fragments
    }

    @Test(arguments: shaped, hosts)
    func theMessageIsTheSame(_ strategy: ServerNameStrategy, _ name: String) throws {
        let flight = try flight(name)
        let segments = try #require(HelloShape.segments(of: flight, strategy: strategy))
        #expect(segments.allSatisfy { !$0.isEmpty })
        #expect(ClientHello.message(in: segments.flatMap(\.self)) == ClientHello.message(in: flight))
    }

    @Test(arguments: hosts)
    func recordsAreCutInsideTheName(_ name: String) throws {
        let segments = try #require(HelloShape.segments(of: flight(name), strategy: .records))
        #expect(segments.count == 1)
        try expectHidden(name, in: fragments(of: segments.flatMap(\.self)))
    }

    @Test(arguments: hosts)
    func segmentsAreCutInsideTheName(_ name: String) throws {
        let flight = try flight(name)
        let segments = try #require(HelloShape.segments(of: flight, strategy: .segments))
        #expect(segments.flatMap(\.self) == flight)
        try expectHidden(name, in: segments)
    }

    @Test(arguments: hosts)
    func bothCutsTogether(_ name: String) throws {
        let segments = try #require(HelloShape.segments(of: flight(name), strategy: .recordsAndSegments))
        try expectHidden(name, in: fragments(of: segments.flatMap(\.self)))
        try expectHidden(name, in: segments)
        for segment in segments.dropFirst() {
            #expect(segment.first != 22, "a later segment begins with a record")
        }
    }

    @Test(arguments: HelloForm.allCases, shaped)
    func everyFormIsCutInsideTheName(_ form: HelloForm, _ strategy: ServerNameStrategy) throws {
        let flight = try flight("registry-1.docker.io", form)
        let segments = try #require(HelloShape.segments(of: flight, strategy: strategy))
        let stream = segments.flatMap(\.self)
        #expect(ClientHello.message(in: stream) == ClientHello.message(in: flight))
        let pieces = strategy == .segments ? segments : try fragments(of: stream)
        try expectHidden("registry-1.docker.io", in: pieces)
    }

    /// A hello in the manner of a library that sends much: an extension of so many bytes stands before the name.
    private func longFlight(padding: Int) throws -> [UInt8] {
        let message = try #require(ClientHello.message(in: flight("registry.example")))
        // Header, version and random; then session ID, suites and compression, and the length of the extensions.
        var start = 4 + 2 + 32
        start += 1 + Int(message[start])
        start += 2 + Int(message[start]) << 8 + Int(message[start + 1])
        start += 1 + Int(message[start]) + 2
        let length = Int(message[start - 2]) << 8 | Int(message[start - 1])
        func number(_ value: Int) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xFF)] }
        try #require(length == message.count - start)
        var long = Array(message[..<(start - 2)]) + number(length + padding + 4)
        long += number(21) + number(padding) + [UInt8](repeating: 0, count: padding) + message[start...]
        let body = long.count - 4
        long.replaceSubrange(1..<4, with: [UInt8(body >> 16), UInt8(body >> 8 & 0xFF), UInt8(body & 0xFF)])
        return HelloShape.records(of: long, version: [3, 1], cuts: []).flatMap(\.self)
    }

    @Test(arguments: [1300, 16_200, 16_384, 40_000], shaped)
    func longHellosAreCutInsideTheName(_ padding: Int, _ strategy: ServerNameStrategy) throws {
        let flight = try longFlight(padding: padding)
        let segments = try #require(HelloShape.segments(of: flight, strategy: strategy))
        let stream = segments.flatMap(\.self)
        let message = try #require(ClientHello.message(in: flight))
        #expect(message.count > padding)
        #expect(ClientHello.message(in: stream) == message)
        let records = try fragments(of: stream)
        #expect(records.allSatisfy { $0.count <= 1 << 14 })
        try expectHidden("registry.example", in: strategy == .segments ? segments : records)
        #expect(HelloShape.segments(of: flight, strategy: .plain) == [flight])
    }

    /// No piece shows the name, nor any of its labels but the last (a label of one byte cannot be cut).
    private func expectHidden(_ name: String, in pieces: [[UInt8]]) throws {
        #expect(pieces.count > 1)
        let labels = name.split(separator: ".")
        let secrets = [name[...]] + (labels.count > 1 ? labels.dropLast() : labels).filter { $0.count > 1 }
        for piece in pieces {
            for secret in secrets {
                #expect(Data(piece).range(of: Data(secret.utf8)) == nil, "\(secret) is whole")
            }
        }
    }

    @Test(arguments: [ServerNameStrategy.plain, .omit, .alter("other.example")])
    func theOthersStayWhole(_ strategy: ServerNameStrategy) throws {
        let flight = try flight("ghcr.io")
        #expect(HelloShape.segments(of: flight, strategy: strategy) == [flight])
    }

    @Test(arguments: shaped)
    func aFlightThatCannotBeCutIsNotShown(_ strategy: ServerNameStrategy) throws {
        let flight = try flight("ghcr.io")
        #expect(HelloShape.segments(of: Array(flight.dropLast()), strategy: strategy) == nil)
        #expect(HelloShape.segments(of: flight + [22, 3, 1, 0, 1, 1], strategy: strategy) == nil)
        #expect(HelloShape.segments(of: [], strategy: strategy) == nil)
    }
}
