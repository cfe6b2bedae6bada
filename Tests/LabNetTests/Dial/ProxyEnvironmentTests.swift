import Testing

@testable import LabNet

@Suite struct ProxyEnvironmentTests {
    private static func origin(_ text: String) throws -> Origin { try #require(HTTPURL(text)).origin }

    private static func choice(_ environment: [String: String], _ url: String) throws -> String? {
        try ProxyEnvironment(environment).proxy(for: origin(url)).map { "\($0.kind) \($0.host):\($0.port)" }
    }

    @Test(
        arguments: [
            ([:], "https://a.example/", nil),
            (["HTTPS_PROXY": "http://p:1"], "https://a.example/", "http p:1"),
            (["https_proxy": "http://p:1"], "https://a.example/", "http p:1"),
            (["Https_Proxy": "http://p:1"], "https://a.example/", "http p:1"),
            (["HTTPS_PROXY": "http://p:1", "https_proxy": "http://q:2"], "https://a.example/", "http q:2"),
            (["HTTPS_PROXY": "http://p:1"], "http://a.example/", nil),
            (["HTTP_PROXY": "http://p:1"], "http://a.example/", "http p:1"),
            (["HTTP_PROXY": "http://p:1", "REQUEST_METHOD": "GET"], "http://a.example/", nil),
            (["http_proxy": "http://p:1", "REQUEST_METHOD": "GET"], "http://a.example/", "http p:1"),
            (["ALL_PROXY": "socks5h://p"], "https://a.example/", "socks5h p:1080"),
            (["ALL_PROXY": "socks5h://p", "HTTPS_PROXY": "q"], "https://a.example/", "http q:80"),
            (["ALL_PROXY": "socks5h://p", "HTTPS_PROXY": ""], "https://a.example/", "socks5h p:1080"),
            (["ALL_PROXY": "p"], "https://localhost:5000/", nil),
            (["ALL_PROXY": "p"], "https://127.1.2.3/", nil),
            (["ALL_PROXY": "p"], "https://[::1]/", nil),
            (["ALL_PROXY": "p", "NO_PROXY": "a.example"], "https://a.example/", nil),
            (["ALL_PROXY": "p", "no_proxy": "a.example"], "https://b.example/", "http p:80"),
        ] as [([String: String], String, String?)])
    func chooses(environment: [String: String], url: String, expected: String?) throws {
        #expect(try Self.choice(environment, url) == expected)
    }

    @Test func malformedVariableIsAnErrorAndNotADirectConnection() {
        #expect(throws: ProxyServer.URLError.unknownScheme("socks4")) {
            try Self.choice(["ALL_PROXY": "socks4://p"], "https://a.example/")
        }
    }

    @Test(arguments: [
        ("*", "https://a.example/", true),
        ("a.example", "https://a.example/", true),
        ("a.example", "https://b.a.example/", true),
        ("a.example", "https://ba.example/", false),
        (".a.example", "https://a.example/", false),
        (".a.example", "https://b.a.example/", true),
        ("*.a.example", "https://b.a.example/", true),
        ("A.Example", "https://a.example/", true),
        ("x, a.example ,y", "https://a.example/", true),
        ("x a.example y", "https://a.example/", true),
        ("a.example:443", "https://a.example/", true),
        ("a.example:5000", "https://a.example/", false),
        ("192.0.2.1", "https://192.0.2.1/", true),
        ("192.0.2.1", "https://192.0.2.11/", false),
        ("192.0.2.1:443", "https://192.0.2.1/", true),
        ("192.0.2.1:80", "https://192.0.2.1/", false),
        ("192.0.2.0/24", "https://192.0.2.200/", true),
        ("192.0.2.0/25", "https://192.0.2.200/", false),
        ("192.0.2.128/25", "https://192.0.2.200/", true),
        ("0.0.0.0/0", "https://192.0.2.200/", true),
        ("2001:db8::/33", "https://[2001:db8::5]/", true),
        ("2001:db8::/33", "https://[2001:db8:8000::5]/", false),
        ("2001:db8::5", "https://[2001:db8::5]/", true),
        ("[2001:db8::5]:443", "https://[2001:db8::5]/", true),
        ("[2001:db8::5]", "https://[2001:db8::5]/", true),
        ("192.0.2.0/33,10/8,:80,a b:c,[", "https://192.0.2.1/", false),
        ("", "https://a.example/", false),
    ])
    func excepts(list: String, url: String, expected: Bool) throws {
        #expect(ProxyExceptions(list).cover(try Self.origin(url)) == expected)
    }
}
