import Testing

@testable import LabNet

@Suite struct ProxyServerTests {
    @Test(arguments: [
        ("proxy.example", ProxyServer(kind: .http, host: .name("proxy.example"), port: 80)),
        ("proxy.example:3128", ProxyServer(kind: .http, host: .name("proxy.example"), port: 3128)),
        ("HTTP://Proxy.Example:3128/", ProxyServer(kind: .http, host: .name("proxy.example"), port: 3128)),
        ("https://proxy.example", ProxyServer(kind: .https, host: .name("proxy.example"), port: 443)),
        ("socks5://127.0.0.1", ProxyServer(kind: .socks5, host: .address(.v4(0x7F00_0001)), port: 1080)),
        (
            "socks5h://u:p@[::1]:9050",
            ProxyServer(
                kind: .socks5h, host: .address(.v6(high: 0, low: 1)), port: 9050, user: "u", password: Secret("p"))
        ),
        (
            "http://a%40b:c%3Ad@proxy:1/x?y#z",
            ProxyServer(kind: .http, host: .name("proxy"), port: 1, user: "a@b", password: Secret("c:d"))
        ),
        (
            "http://u:p:q@w@proxy:1",
            ProxyServer(kind: .http, host: .name("proxy"), port: 1, user: "u", password: Secret("p:q@w"))
        ),
        ("http://u@proxy", ProxyServer(kind: .http, host: .name("proxy"), port: 80, user: "u")),
    ])
    func reads(text: String, expected: ProxyServer) throws {
        #expect(try ProxyServer(url: text) == expected)
    }

    @Test(arguments: [
        ("socks4://proxy", ProxyServer.URLError.unknownScheme("socks4")),
        ("ftp://proxy", .unknownScheme("ftp")),
        ("", .badHost("")),
        ("http://", .badHost("")),
        ("http://u:p@", .badHost("")),
        ("http://a b:1", .badHost("a b")),
        ("http://::1:80", .badHost("::1")),
        ("http://proxy:0", .badPort("0")),
        ("http://proxy:65536", .badPort("65536")),
        ("http://proxy:+80", .badPort("+80")),
        ("http://u:%zz@proxy", .badCredentials),
        ("http://u:%4@proxy", .badCredentials),
        ("http://u:%ff@proxy", .badCredentials),
        ("http://u%0d%0aX:y@proxy", .badCredentials),
    ])
    func refuses(text: String, expected: ProxyServer.URLError) {
        #expect(throws: expected) { try ProxyServer(url: text) }
    }

    @Test func noErrorHoldsThePassword() {
        for text in ["http://u:hunter2@", "http://u:hunter2@proxy:x", "gopher://u:hunter2@proxy", "u:hunter2@pro xy"] {
            #expect { try ProxyServer(url: text) } throws: { !"\($0)".contains("hunter2") }
        }
    }
}
