import Foundation
import LabNet
import Testing

@testable import CensorLab
@testable import LabNet

@Suite struct ClientHelloTests {
    /// A hello as the library writes it for this host.
    private func flight(_ name: String, _ strategy: ServerNameStrategy = .plain) throws -> [UInt8] {
        let context = try makeContext(trusting: CertificateAuthority(named: "root"))
        let segments = try context.session(for: parse(name), port: 443, strategy: strategy).firstFlight()
        return segments.flatMap(\.self)
    }

    private func name(in flight: [UInt8]) throws -> String? {
        let message = try #require(ClientHello.message(in: flight))
        return ClientHello.locateServerName(in: message).map { String(decoding: message[$0], as: UTF8.self) }
    }

    @Test(arguments: ["registry-1.docker.io", "a.b", "localhost", String(repeating: "abcdefghi.", count: 25) + "io"])
    func findsTheName(_ host: String) throws {
        #expect(try name(in: flight(host)) == host)
    }

    @Test(arguments: ["192.0.2.1", "2001:db8::1"])
    func anAddressIsNeverNamed(_ literal: String) throws {
        #expect(try name(in: flight(literal)) == nil)
        #expect(try name(in: flight(literal, .recordsAndSegments)) == nil)
    }

    @Test func omittedAndAlteredNames() throws {
        #expect(try name(in: flight("ghcr.io", .omit)) == nil)
        #expect(try name(in: flight("ghcr.io", .alter("www.example.com"))) == "www.example.com")
    }

    @Test func fitsOneSegment() throws {
        #expect(try flight("production.cloudflare.docker.com").count < 600)
    }

    @Test func everyTruncationIsIncomplete() throws {
        let flight = try flight("registry-1.docker.io")
        for count in 0..<flight.count {
            #expect(ClientHello.message(in: flight.prefix(count)) == nil)
        }
        let message = try #require(ClientHello.message(in: flight))
        for count in 0..<message.count {
            #expect(ClientHello.locateServerName(in: Array(message.prefix(count))) == nil)
        }
    }

    @Test func bytesAfterTheMessageAreIgnored() throws {
        let flight = try flight("registry-1.docker.io")
        #expect(ClientHello.message(in: flight + [20, 3, 3, 0, 1, 1]) == ClientHello.message(in: flight))
    }

    /// Whatever stands in the bytes, a range that is found lies within them.
    @Test func mutationsNeverLeadOutside() throws {
        let message = try #require(ClientHello.message(in: try flight("registry-1.docker.io")))
        var random = SystemRandomNumberGenerator()
        for position in message.indices {
            for value in [0, 1, 0x7F, 0xFF, UInt8.random(in: 0...255, using: &random)] {
                var mutated = message
                mutated[position] = value
                if let range = ClientHello.locateServerName(in: mutated) {
                    #expect(range.lowerBound >= 0 && range.upperBound <= mutated.count && !range.isEmpty)
                }
                _ = ClientHello.message(
                    in: [22, 3, 1, UInt8(mutated.count >> 8), UInt8(mutated.count & 0xFF)] + mutated)
            }
        }
    }

    @Test(
        arguments: [
            [], [22], [22, 3, 1, 0, 0], [21, 3, 1, 0, 2, 1, 0], [22, 2, 1, 0, 1, 1], [22, 3, 1, 0, 1, 2],
            Array("GET / HTTP/1.1\r\n\r\n".utf8), [22, 3, 1, 0xFF, 0xFF] + [UInt8](repeating: 1, count: 0xFFFF),
        ] as [[UInt8]])
    func otherBytesAreNoHello(_ bytes: [UInt8]) {
        #expect(ClientHello.message(in: bytes) == nil)
    }
}
