import LabNet
import Testing

@testable import Diagnosis

@Suite struct RedactionTextTests {
    private func redaction() -> Redaction {
        Redaction(of: Planted.findings, hiding: Planted.whereabouts)
    }

    /// Words from the network, and what of them is left.
    @Test(arguments: [
        ("nothing to hide, error 62 at depth 0", "nothing to hide, error 62 at depth 0"),
        ("Bearer dtl-t0ken-abcdef", "Bearer …"),
        ("Authorization: Basic YWxpY2U6aHVudGVyMg==", "Authorization: … …"),
        ("\"token\":\"abc\"", "\"token\":\"…\""), ("x-amz-signature=s1gnature&x=1", "x-amz-signature=…&x=1"),
        ("mail alice:hunter2@registry-1.docker.io", "mail …@registry-1.docker.io"),
        ("/home/alice/x and /Users/alice", "/home/…/x and /home/…"),
        ("eyJhbGciOiJSUzI1NiIsInR5cCI.x", "….x"), ("see ACME-NAS now", "see host-1 now"),
        ("acme-nasty", "acme-nasty"), ("https://quay.io/v2/?a=b#c", "https://quay.io/v2/"),
        ("https://quay.io", "https://quay.io"), ("http://unknown.net/login", "http://host-1/…"),
        ("client 198.51.100.1 is blocked", "client address-1 is blocked"),
        ("[fe80::1%eth0]:80 refused", "private-1:80 refused"), ("10.23.45.67:5000", "private-1:5000"),
        ("31.13.94.37 stays", "31.13.94.37 stays"), ("at 127.0.0.1:80.", "at 127.0.0.1:80."),
        ("v1.2.3.4-rc", "v1.2.3.4-rc"), ("Your IP:198.51.100.1", "Your IP:address-1"),
        ("artifact acme/payroll:7 not found in payroll", "artifact image-1:7 not found in …"),
    ])
    func words(text: String, left: String) {
        var redaction = redaction()
        #expect(redaction.text(text) == left)
    }

    @Test(arguments: [
        ("https://registry-1.docker.io/v2/", "https://registry-1.docker.io/v2/"),
        (
            "https://registry-1.docker.io/v2/library/nginx/manifests/latest?ns=x",
            "https://registry-1.docker.io/v2/library/nginx/manifests/latest"
        ),
        (
            "https://registry-1.docker.io/v2/acme/payroll/blobs/sha256:00",
            "https://registry-1.docker.io/v2/image-1/blobs/…"
        ),
        ("https://hub.acme-widgets.de:8443/v2/", "https://host-1:8443/v2/"),
        (
            "https://hub.acme-widgets.de:8443/v2/library/payroll/manifests/7",
            "https://host-1:8443/v2/image-1/manifests/…"
        ),
        ("https://hub.acme-widgets.de/some/where", "https://host-1/…"),
        ("https://quay.io/blobs/0123456789abcdef0123456789abcdef/data", "https://quay.io/blobs/…/data"),
        ("http://[2001:db8:77::5]:80/x", "http://own-1:80/…"), ("http://10.23.45.67/", "http://private-1/"),
        ("https://a:b@c@quay.io/", "https://quay.io/"), ("https://%zz/", "https://…"),
    ])
    func urls(text: String, left: String) {
        var redaction = redaction()
        #expect(redaction.url(text) == left)
    }

    @Test(arguments: [
        ("socks5h://127.0.0.1:1080", "socks5h://127.0.0.1:1080"),
        ("http://u:p@localhost:3128", "http://localhost:3128"),
        ("http://u:p@proxy.acme-widgets.de:3128", "http://proxy-1:3128"), ("192.168.178.9:8080", "proxy-1:8080"),
        ("http://[fd00::7]:8080", "http://proxy-1:8080"),
    ])
    func proxies(text: String, left: String) {
        var redaction = redaction()
        #expect(redaction.proxy(text) == left)
    }

    @Test func aResolversNameAndPathAreHiddenWithIt() {
        var redaction = redaction()
        let texts = Planted.resolvers.map { redaction.resolver($0) }
        #expect(texts[0] == Planted.resolvers[0])
        #expect(texts[3] == Planted.resolvers[3])
        guard case .https(.name(let name), let path) = texts[4].carrier else {
            Issue.record("the carrier is kept")
            return
        }
        #expect(name.hasPrefix("host-") && path == "/dns-query")
    }

    /// Addresses are replaced where they stand by themselves, and nowhere else.
    @Test(arguments: [
        ("240.0.0.1:53", "x:53"), ("[240.0.0.1]", "x"), ("\"240.0.0.1\"", "\"x\""),
        ("<td>240.0.0.1</td>", "<td>x</td>"),
        ("[100::1]:443", "x:443"), ("100::1.", "x."), ("1240.0.0.1", "1240.0.0.1"), ("240.0.0.1.2", "240.0.0.1.2"),
        ("a240.0.0.1", "a240.0.0.1"), ("a::before{x:y}", "a::before{x:y}"),
        ("(240.0.0.1, 240.0.0.2)", "(x, 240.0.0.2)"),
        ("240.0.0.1-240.0.0.1", "240.0.0.1-240.0.0.1"), ("tls://[100::1]:853@n", "tls://x:853@n"), ("", ""),
    ])
    func spelled(text: String, left: String) {
        let hidden = Set([Planted.address("240.0.0.1"), Planted.address("100::1")])
        #expect(AddressText.replacing(in: text) { hidden.contains($0) ? "x" : nil } == left)
    }
}
