import COpenSSL
import LabNet
import NIOCore
import Testing

@testable import CensorLab
@testable import LabNet

/// Carries bytes between two sessions until neither has anything to say.
///
/// - Returns: what the client's handshake came to; the server's failure is only what the client's alert says.
func shake(_ client: TLSSession, _ server: TLSSession) throws -> TLSSummary? {
    for segment in try client.firstFlight() { server.receive(ByteBuffer(bytes: segment)) }
    while true {
        _ = try? server.handshake()
        guard let answer = server.takeOutgoing() else { return client.summary }
        client.receive(answer)
        _ = try client.handshake()
        for more in try client.handshakeFlight() { server.receive(more) }
    }
}

/// Moves what one session has to say to the other, and reads it there.
func carry(from sender: TLSSession, to receiver: TLSSession) throws -> (text: String, result: TLSSession.ReadResult) {
    if let bytes = sender.takeOutgoing() { receiver.receive(bytes) }
    var plaintext = ByteBuffer()
    let result = try receiver.read(into: &plaintext)
    return (String(buffer: plaintext), result)
}

@Suite struct HandshakeTests {
    private let root: CertificateAuthority
    private let issued: IssuedCertificate
    private let host = Host.name("registry.example")

    init() throws {
        root = try CertificateAuthority(named: "root")
        issued = try root.issue(
            CertificateRequest(names: ["registry.example"], addresses: [#require(IPAddress("192.0.2.1"))]))
    }

    /// A server, or a box on the way, asks for another key share: the hello that follows carries the name once more.
    @Test(arguments: [ServerNameStrategy.records, .segments, .recordsAndSegments, .disorder])
    func theSecondHelloIsCutLikeTheFirst(_ strategy: ServerNameStrategy) throws {
        let server = try TestServer(issued, version: TLS1_3_VERSION, groups: "P-384").session()
        let client = try makeContext(trusting: root).session(for: host, port: 443, strategy: strategy)
        for segment in try client.firstFlight() { server.receive(ByteBuffer(bytes: segment)) }
        _ = try server.handshake()
        client.receive(try #require(server.takeOutgoing()))
        #expect(try client.handshake() == nil)
        let second = try client.handshakeFlight()
        let name = Array("registry".utf8)
        #expect(second.count > 1 || strategy == .records)
        for part in second { #expect(Array(part.readableBytesView).firstRange(of: name) == nil) }
        let hello = second.flatMap { Array($0.readableBytesView) }.drop { $0 != 22 }
        let message = try #require(ClientHello.message(in: Array(hello)))
        #expect(message.firstRange(of: name) != nil, "it is a hello, and has the name")
        for part in second { server.receive(part) }
        #expect(try shake(client, server)?.protocolVersion == "TLSv1.3")
    }

    @Test func closeNotifyInPlaceOfAnAnswerIsAnAlert() throws {
        let client = try makeContext(trusting: root).session(for: host, port: 443, strategy: .omit)
        _ = try client.firstFlight()
        client.receive(ByteBuffer(bytes: [21, 3, 3, 0, 2, 1, 0]))
        #expect(throws: TLSFailure(.alert(0))) { try client.handshake() }
    }

    private static let strategies: [ServerNameStrategy] = [
        .plain, .records, .segments, .recordsAndSegments, .disorder, .omit, .alter("www.example.com"),
    ]

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION], strategies)
    func everyStrategyShakesHands(_ version: Int32, _ strategy: ServerNameStrategy) throws {
        let server = try TestServer(issued, version: version).session()
        let client = try makeContext(trusting: root).session(for: host, port: 443, strategy: strategy)
        let summary = try #require(try shake(client, server))
        #expect(summary.protocolVersion == (version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3"))
        #expect(summary.applicationProtocol == "http/1.1")
        #expect(summary.certificate?.names == ["registry.example", "192.0.2.1"])

        try client.write(ByteBuffer(string: "ping"))
        #expect(try carry(from: client, to: server) == ("ping", .needsMore))
        try server.write(ByteBuffer(string: "pong"))
        #expect(try carry(from: server, to: client) == ("pong", .needsMore))
        server.close()
        #expect(try carry(from: server, to: client) == ("", .closed))
    }

    @Test func anAddressIsVerifiedAsOne() throws {
        let client = try makeContext(trusting: root).session(
            for: parse("192.0.2.1"), port: 443, strategy: .plain)
        #expect(try shake(client, TestServer(issued).session()) != nil)
    }

    @Test func nothingPassesBeforeTheHandshakesEnd() throws {
        let client = try makeContext(trusting: root).session(for: host, port: 443, strategy: .plain)
        _ = try client.firstFlight()
        var plaintext = ByteBuffer()
        #expect(throws: TLSFailure.self) { try client.write(ByteBuffer(string: "secret")) }
        #expect(throws: TLSFailure.self) { try client.read(into: &plaintext) }
        client.close()
        #expect(client.takeOutgoing() == nil)
    }

    @Test func theFirstFlightIsGivenOnce() throws {
        let client = try makeContext(trusting: root).session(for: host, port: 443, strategy: .plain)
        #expect(try client.firstFlight().count == 1)
        #expect(try client.firstFlight().isEmpty)
    }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func aServerThatNeedsTheNameSaysSo(_ version: Int32) throws {
        let server = try TestServer(issued, version: version, needsName: true)
        let nameless = try makeContext(trusting: root).session(for: host, port: 443, strategy: .omit)
        #expect(throws: TLSFailure(.alert(112))) { try shake(nameless, server.session()) }
        let named = try makeContext(trusting: root).session(for: host, port: 443, strategy: .records)
        #expect(try shake(named, server.session()) != nil)
    }

    @Test(arguments: ["HTTP/1.1 400 Bad Request\r\n\r\n", "\u{15}\u{3}\u{1}\0\u{2}\u{2}\u{28}", "\0\0\0\0\0\0\0\0"])
    func otherBytesThanTLS(_ bytes: String) throws {
        let client = try makeContext(trusting: root).session(for: host, port: 443, strategy: .plain)
        _ = try client.firstFlight()
        client.receive(ByteBuffer(string: bytes))
        let failure = try #require(throws: TLSFailure.self) { try client.handshake() }
        switch failure.cause {
        case .alert(40): #expect(bytes.hasPrefix("\u{15}"))
        case .tls(let words): #expect(!words.isEmpty)
        default: Issue.record("\(failure)")
        }
    }

    @Test func oldVersionsAreNotSpoken() throws {
        let server = try TestServer(issued, version: TLS1_1_VERSION).session()
        let client = try makeContext(trusting: root).session(for: host, port: 443, strategy: .plain)
        #expect(throws: TLSFailure.self) { try shake(client, server) }
    }

    @Test func largeWritesComeThroughWhole() throws {
        let server = try TestServer(issued).session()
        let client = try makeContext(trusting: root).session(for: host, port: 443, strategy: .plain)
        _ = try shake(client, server)
        let text = String(repeating: "0123456789abcdef", count: 20_000)
        try server.write(ByteBuffer(string: text))
        #expect(try carry(from: server, to: client) == (text, .needsMore))
    }

    @Test func damagedRecordsAreRefused() throws {
        let server = try TestServer(issued).session()
        let client = try makeContext(trusting: root).session(for: host, port: 443, strategy: .plain)
        _ = try shake(client, server)
        try server.write(ByteBuffer(string: "pong"))
        var record = try #require(server.takeOutgoing())
        let last = record.writerIndex - 1
        record.setInteger(try #require(record.getInteger(at: last, as: UInt8.self)) ^ 1, at: last)
        client.receive(record)
        var plaintext = ByteBuffer()
        #expect(throws: TLSFailure.self) { try client.read(into: &plaintext) }
        #expect(plaintext.readableBytes == 0)
    }
}
