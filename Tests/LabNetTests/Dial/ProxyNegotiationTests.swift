import NIOCore
import Testing

@testable import LabNet

@Suite struct ProxyNegotiationTests {
    private func relay(
        _ kind: ProxyServer.Kind, to host: String, user: String? = nil, password: String? = nil
    ) throws -> Route.Relay {
        let proxy = ProxyServer(
            kind: kind, host: .name("proxy"), port: 1, user: user, password: password.map(Secret.init))
        return Route.Relay(proxy: proxy, host: try #require(Host(host)), port: 443)
    }

    /// Feeds bytes one at a time, as the worst of networks would.
    private func feed(_ negotiation: inout any ProxyNegotiation, _ bytes: [UInt8]) throws -> [ProxyStep] {
        var buffer = ByteBuffer()
        return try bytes.map { byte in
            buffer.writeInteger(byte)
            return try negotiation.receive(&buffer)
        }.filter { $0 != .wait }
    }

    @Test func connectAsksWithCredentials() throws {
        var negotiation = try relay(.http, to: "a.example", user: "Aladdin", password: "open sesame").negotiation()
        #expect(
            String(decoding: try negotiation.start(), as: UTF8.self)
                == "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n"
                + "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n")
        #expect(try feed(&negotiation, Array("HTTP/1.1 200 OK\r\nVia: x\r\n\r\n".utf8)) == [.established])
    }

    @Test func connectBracketsIPv6() throws {
        var negotiation = try relay(.https, to: "2001:db8::1").negotiation()
        #expect(
            String(decoding: try negotiation.start(), as: UTF8.self)
                == "CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\n\r\n")
        #expect(
            try feed(&negotiation, Array("HTTP/1.0 100 Continue\r\n\r\nHTTP/1.0 204 X\r\n\r\n".utf8)) == [.established])
    }

    @Test(arguments: [
        ("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", NetworkError.Cause.proxyRefused(code: 407)),
        ("HTTP/1.1 403\r\n\r\n", .proxyRefused(code: 403)),
        ("HTTP/1.1 302 Found\r\nLocation: http://x/\r\n\r\n", .proxyRefused(code: 302)),
    ])
    func connectIsRefused(answer: String, cause: NetworkError.Cause) throws {
        var negotiation = try relay(.http, to: "a.example").negotiation()
        #expect(throws: ProxyFailure(cause: cause)) { try feed(&negotiation, Array(answer.utf8)) }
    }

    @Test(arguments: [
        "SSH-2.0-OpenSSH_9.2p1\r\n\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n", "\r\n\r\n",
        "HTTP/1.1 +20 OK\r\n\r\n", "HTTP/1.1 700 OK\r\n\r\n", String(repeating: "x", count: 20_000),
    ])
    func brokenAnswerToConnect(answer: String) throws {
        var negotiation = try relay(.http, to: "a.example").negotiation()
        var buffer = ByteBuffer(string: answer)
        #expect(throws: ProxyFailure.self) { try negotiation.receive(&buffer) }
    }

    @Test func bytesAfterTheHeadAreNotTheTargets() throws {
        var negotiation = try relay(.http, to: "a.example").negotiation()
        var buffer = ByteBuffer(string: "HTTP/1.1 200 OK\r\n\r\nx")
        #expect(throws: ProxyFailure.self) { try negotiation.receive(&buffer) }
    }

    @Test func socksWithNameAndPassword() throws {
        var negotiation = try relay(.socks5h, to: "a.example", user: "me", password: "pw").negotiation()
        #expect(try negotiation.start() == [5, 2, 0, 2])
        #expect(try feed(&negotiation, [5, 2]) == [.send([1, 2] + "me".utf8 + [2] + "pw".utf8)])
        #expect(try feed(&negotiation, [1, 0]) == [.send([5, 1, 0, 3, 9] + "a.example".utf8 + [1, 0xBB])])
        #expect(try feed(&negotiation, [5, 0, 0, 3, 2, 0x61, 0x62, 1, 2]) == [.established])
    }

    @Test func socksWithAddresses() throws {
        var v4 = try relay(.socks5, to: "192.0.2.1").negotiation()
        #expect(try v4.start() == [5, 1, 0])
        #expect(try feed(&v4, [5, 0]) == [.send([5, 1, 0, 1, 192, 0, 2, 1, 1, 0xBB])])
        #expect(try feed(&v4, [5, 0, 0, 1, 0, 0, 0, 0, 0, 0]) == [.established])
        var v6 = try relay(.socks5, to: "::1").negotiation()
        _ = try v6.start()
        #expect(
            try feed(&v6, [5, 0]) == [.send([5, 1, 0, 4] + [UInt8](repeating: 0, count: 15) + [1, 1, 0xBB])])
        #expect(try feed(&v6, [5, 0, 0, 4] + [UInt8](repeating: 0, count: 18)) == [.established])
    }

    @Test(
        arguments: [
            ([[5, 0xFF]], NetworkError.Cause.proxyRefused(code: 0xFF)),
            ([[5, 2], [1, 1]], .proxyRefused(code: 0xFF)),
            ([[5, 0], [5, 5]], .proxyRefused(code: 5)),
            ([[5, 0], [5, 2, 0, 1, 0, 0, 0, 0, 0, 0]], .proxyRefused(code: 2)),
        ] as [([[UInt8]], NetworkError.Cause)])
    func socksIsRefused(answers: [[UInt8]], cause: NetworkError.Cause) throws {
        var negotiation = try relay(.socks5h, to: "a.example", user: "me", password: "pw").negotiation()
        #expect(throws: ProxyFailure(cause: cause)) {
            for answer in answers { _ = try feed(&negotiation, answer) }
        }
    }

    @Test(
        arguments: [
            [[4, 0]], [[5, 1]], [[5, 0], [4, 0]], [[5, 0], [5, 0, 0, 9, 0]], [[0x48, 0x54]],
        ] as [[[UInt8]]])
    func brokenSocks(answers: [[UInt8]]) throws {
        var negotiation = try relay(.socks5h, to: "a.example").negotiation()
        #expect {
            for answer in answers { _ = try feed(&negotiation, answer) }
        } throws: {
            guard case .proxyProtocol? = ($0 as? ProxyFailure)?.cause else { return false }
            return true
        }
    }

    @Test func overlongSocksCredentialsAreRefused() throws {
        let long = String(repeating: "x", count: 256)
        var negotiation = try relay(.socks5h, to: "a.example", user: long, password: long).negotiation()
        #expect { try feed(&negotiation, [5, 2]) } throws: { !"\($0)".contains(long) }
    }
}
