import Foundation
import Testing

@testable import LabNet

@Suite struct ResolverListTests {
    private func endpoint(_ literal: String, _ port: UInt16 = 53) throws -> Endpoint {
        Endpoint(address: try #require(IPAddress(literal)), port: port)
    }

    @Test func aListOnTheCommandLineIsAskedAlone() throws {
        #expect(try ResolverList.parse(list: "1.1.1.1").fallsBackOnSystem == false)
        #expect(try ResolverList.parse(file: "1.1.1.1").fallsBackOnSystem)
        #expect(ResolverList.defaults.fallsBackOnSystem)
    }

    @Test func readsEveryForm() throws {
        let text =
            "\u{FEFF}# head\r\n 1.1.1.1 # one\n\n1.0.0.1:5353\n[2001:db9::1]:54\n[2001:db9::1]\n\t2001:db9::2\n1.1.1.1:53\n"
        #expect(
            try ResolverList.parse(file: text).resolvers == [
                ResolverAddress(endpoint("1.1.1.1")), ResolverAddress(endpoint("1.0.0.1", 5353)),
                ResolverAddress(endpoint("2001:db9::1", 54)), ResolverAddress(endpoint("2001:db9::1")),
                ResolverAddress(endpoint("2001:db9::2")),
            ])
        #expect(
            try ResolverList.parse(list: "127.0.0.1:5300, ::1 ,[::1]:5301").resolvers.map(\.endpoint) == [
                endpoint("127.0.0.1", 5300), endpoint("::1"), endpoint("::1", 5301),
            ])
    }

    /// Each as it is written, where it leads, and how it is written back.
    @Test(arguments: [
        ("udp://8.8.8.8", "8.8.8.8", 53, ResolverAddress.Carrier.datagrams, "8.8.8.8:53"),
        ("tcp://8.8.8.8", "8.8.8.8", 53, .stream, "tcp://8.8.8.8"),
        ("TCP://[2001:db9::1]:5353", "2001:db9::1", 5353, .stream, "tcp://[2001:db9::1]:5353"),
        ("tls://9.9.9.9", "9.9.9.9", 853, .tls(.address(.v4(0x0909_0909))), "tls://9.9.9.9"),
        ("tls://9.9.9.9:53", "9.9.9.9", 53, .tls(.address(.v4(0x0909_0909))), "tls://9.9.9.9:53"),
        (
            "tls://1.1.1.1@one.one.one.one", "1.1.1.1", 853, .tls(.name("one.one.one.one")),
            "tls://1.1.1.1@one.one.one.one"
        ),
        (
            "tls://[2606:4700:4700::1111]:853@One.One.One.One", "2606:4700:4700::1111", 853,
            .tls(.name("one.one.one.one")), "tls://[2606:4700:4700::1111]@one.one.one.one"
        ),
        (
            "tls://2606:4700:4700::1111", "2606:4700:4700::1111", 853,
            .tls(.address(.v6(high: 0x2606_4700_4700_0000, low: 0x1111))), "tls://[2606:4700:4700::1111]"
        ),
        (
            "https://1.1.1.1/dns-query", "1.1.1.1", 443, .https(.address(.v4(0x0101_0101)), path: "/dns-query"),
            "https://1.1.1.1/dns-query"
        ),
        (
            "https://1.1.1.1", "1.1.1.1", 443, .https(.address(.v4(0x0101_0101)), path: "/dns-query"),
            "https://1.1.1.1/dns-query"
        ),
        (
            "https://1.1.1.1:8443@cloudflare-dns.com/a/b?c=d", "1.1.1.1", 8443,
            .https(.name("cloudflare-dns.com"), path: "/a/b?c=d"), "https://1.1.1.1:8443@cloudflare-dns.com/a/b?c=d"
        ),
        ("https://1.1.1.1/", "1.1.1.1", 443, .https(.address(.v4(0x0101_0101)), path: "/"), "https://1.1.1.1/"),
    ])
    func readsEveryCarrier(
        _ text: String, _ address: String, _ port: UInt16, _ carrier: ResolverAddress.Carrier, _ written: String
    ) throws {
        let resolver = try ResolverAddress(parsing: text)
        #expect(resolver == ResolverAddress(try endpoint(address, port), over: carrier))
        #expect(resolver.description == written)
        #expect(try ResolverAddress(parsing: written) == resolver)
    }

    @Test(arguments: [
        ("dns.google", ResolverListError.Problem.notAnAddress), ("1.2.3", .notAnAddress),
        ("1.2.3.4.5:53", .notAnAddress),
        ("[1.2.3.4]:53", .notAnAddress), ("[::1", .notAnAddress), ("dns.google:53", .notAnAddress),
        ("fe80::1%eth0", .notAnAddress), ("2001:53", .notAnAddress),
        ("1.1.1.1:0", .badPort), ("1.1.1.1:65536", .badPort), ("1.1.1.1:", .badPort), ("1.1.1.1:+53", .badPort),
        ("1.1.1.1:\u{0665}3", .badPort), ("[::1]:", .badPort), ("[::1]53", .badPort), ("[::1]:dns", .badPort),
        ("0.0.0.0", .notUnicast), ("::", .notUnicast), ("255.255.255.255", .notUnicast),
        ("224.0.0.251:5353", .notUnicast), ("tls://ff02::fb", .notUnicast),
        ("ff02::fb", .notUnicast), ("", .empty), ("tls://", .empty), ("https:///dns-query", .empty),
        ("quic://9.9.9.9", .unknownScheme("quic")), ("://9.9.9.9", .unknownScheme("")),
        ("http://1.1.1.1/dns-query", .unknownScheme("http")),
        ("tls://dns.google", .notAnAddress), ("https://dns.google/dns-query", .notAnAddress),
        ("tls://dns.google@8.8.8.8", .notAnAddress), ("tls:9.9.9.9", .notAnAddress),
        ("9.9.9.9@dns.quad9.net", .nameWithoutTLS), ("tcp://9.9.9.9@dns.quad9.net", .nameWithoutTLS),
        ("tls://9.9.9.9@", .badName), ("tls://9.9.9.9@a..b", .badName), ("tls://9.9.9.9@1.1.1.1", .badName),
        ("tls://9.9.9.9@[::1]", .badName), ("tls://9.9.9.9@a@b", .badName), ("tls://9.9.9.9@a b", .badName),
        ("tls://9.9.9.9@a:853", .badName),
        ("tls://9.9.9.9/", .badPath), ("9.9.9.9/dns-query", .badPath), ("https://1.1.1.1/dns-query{?dns}", .badPath),
        ("https://1.1.1.1/dns query", .badPath), ("https://1.1.1.1/\u{E9}", .badPath),
    ])
    func saysWhatIsWrongAndWhere(_ entry: String, _ problem: ResolverListError.Problem) {
        #expect(throws: ResolverListError(place: .item(2), text: entry, problem: problem)) {
            try ResolverList.parse(list: "1.1.1.1,\(entry)")
        }
        guard !entry.isEmpty else { return }
        #expect(throws: ResolverListError(place: .line(3), text: entry, problem: problem)) {
            try ResolverList.parse(file: "# list\n1.1.1.1\n\(entry) # bad\n")
        }
    }

    @Test func refusesEmptyAndEndlessLists() {
        for text in ["# nothing\n\n", "canary 192.0.2.1\n"] {
            #expect(throws: ResolverListError(place: .whole, text: "", problem: .empty)) {
                try ResolverList.parse(file: text)
            }
        }
        #expect(throws: ResolverListError(place: .item(1), text: "", problem: .empty)) {
            try ResolverList.parse(list: "")
        }
        let many = (0...100).map { "1.1.1.\($0)" }
        #expect(throws: ResolverListError(place: .line(101), text: "1.1.1.100", problem: .tooMany(limit: 100))) {
            try ResolverList.parse(file: many.joined(separator: "\n"))
        }
    }

    @Test func carriersOfOneAddressAreDifferentResolvers() throws {
        let list = try ResolverList.parse(
            list: "9.9.9.9,tls://9.9.9.9,udp://9.9.9.9:53,tls://9.9.9.9:853,tcp://9.9.9.9")
        #expect(list.resolvers.map(\.description) == ["9.9.9.9:53", "tls://9.9.9.9", "tcp://9.9.9.9"])
    }
}

@Suite struct CanaryListTests {
    private func canaries(_ text: String) throws -> [String] {
        try ResolverList.parse(canaries: text, beside: []).map(\.description)
    }

    @Test func oneOfEachFamily() throws {
        let list = try ResolverList.parse(
            file: "1.1.1.1\ncanary\t 192.0.2.1 # reason\ncanary [2001:db9::2]:5353\n9.9.9.9")
        #expect(list.resolvers.map(\.description) == ["1.1.1.1:53", "9.9.9.9:53"])
        #expect(list.canaries.map(\.description) == ["192.0.2.1:53", "[2001:db9::2]:5353"])
        #expect(try ResolverList.parse(list: "1.1.1.1").canaries == [])
        #expect(try canaries("192.0.2.1:5353, 2001:db9::2") == ["192.0.2.1:5353", "[2001:db9::2]:53"])
    }

    @Test(arguments: [
        ("192.0.2.1,192.0.2.2", "192.0.2.2", ResolverListError.Problem.secondCanary),
        ("2001:db9::1,2001:db9::2", "2001:db9::2", .secondCanary),
        ("192.0.2.1,tls://9.9.9.9", "tls://9.9.9.9", .notAnAddress),
        ("192.0.2.1,", "", .empty),
        ("192.0.2.1,dns.google", "dns.google", .notAnAddress),
        ("192.0.2.1,::", "::", .notUnicast),
    ])
    func saysWhatIsWrong(_ text: String, _ entry: String, _ problem: ResolverListError.Problem) {
        #expect(throws: ResolverListError(place: .item(2), text: entry, problem: problem)) { try canaries(text) }
    }

    /// What a resolver answers would be taken for forged, wherever it is heard.
    @Test func noResolverIsACanary() throws {
        #expect(
            throws: ResolverListError(place: .line(1), text: "192.0.2.1", problem: .canaryIsResolver)
        ) { try ResolverList.parse(file: "canary 192.0.2.1\n192.0.2.1\n") }
        #expect(try ResolverList.parse(file: "canary 192.0.2.1\n192.0.2.1:54\n").canaries.count == 1)
        #expect(throws: ResolverListError(place: .line(2), text: "", problem: .empty)) {
            try ResolverList.parse(file: "1.1.1.1\ncanary\n")
        }
        #expect(throws: ResolverListError(place: .line(1), text: "canaries", problem: .notAnAddress)) {
            try ResolverList.parse(file: "canaries\n1.1.1.1\n")
        }
    }
}

@Suite struct DefaultResolversTests {
    private let list = ResolverList.defaults

    @Test func fileAndSourceAreOne() throws {
        let top = URL(filePath: #filePath).appending(path: "../../../../resolvers.default.txt").standardized
        #expect(try ResolverList.parse(file: String(contentsOf: top, encoding: .utf8)) == list)
        #expect(list.resolvers.count == ResolverList.defaultResolvers.count)
        #expect(Set(list.canaries.map(\.address.family)) == [.ip4, .ip6])
    }

    @Test func everybodyIsPublicAndAtHisUsualPort() {
        for resolver in list.resolvers {
            #expect(!resolver.endpoint.address.isSpecialPurpose, "\(resolver)")
            #expect(resolver.endpoint.port == ResolverAddress.defaultPort(of: resolver.carrier), "\(resolver)")
        }
        let known = Set(list.resolvers.map(\.endpoint.address))
        #expect(
            list.canaries.allSatisfy { !$0.address.isSpecialPurpose && !known.contains($0.address) && $0.port == 53 })
    }

    /// The order is the order of asking, and most names are found by the first wave.
    @Test func theFirstSixAreOfEveryKind() {
        let first = list.resolvers.prefix(6)
        for family in IPAddress.Family.allCases {
            let own = first.filter { $0.endpoint.address.family == family }
            #expect(own.contains { $0.carrier == .datagrams } && own.contains(where: \.isEncrypted), "\(family)")
        }
        #expect(first.count { $0.isEncrypted } >= 2)
        #expect(Set(first.map { $0.endpoint.address.bytes.prefix(2) }).count >= 5)
    }
}

@Suite struct LocalKnowledgeTests {
    @Test(arguments: [
        ("registry", true), ("a.local", true), ("x.lan", true), ("x.y.internal", true), ("x.corp", true),
        ("x.home.arpa", true),
        ("localhost", true), ("a.localhost", true), ("registry.example", false), ("notlocal.example", false),
        ("xlan.org", false),
        ("local.example", false), ("home.arpa", true), ("arpa.home.example", false),
    ])
    func keepsLocalNamesFromPublicResolvers(_ name: String, _ isLocal: Bool) {
        #expect(LocalName.matches(name) == isLocal)
    }

    @Test func readsHostsFiles() async {
        let file = Array(
            """
            # comment
            192.0.2.1\tOne one.example # one.more
            not-an-address two.example
            2001:db8::1 one.example\r
            192.0.2.1 one.example
            192.0.2.2 #two.example
            """.utf8)
        #expect(
            HostsFile.addresses(of: "one.example", in: file) == [
                .v4(0xc000_0201), .v6(high: 0x2001_0db8_0000_0000, low: 1),
            ])
        #expect(HostsFile.addresses(of: "one", in: file) == [.v4(0xc000_0201)])
        #expect(HostsFile.addresses(of: "one.more", in: file) == [])
        #expect(HostsFile.addresses(of: "two.example", in: file) == [])
        #expect(await HostsFile(path: "/nonexistent/hosts").addresses(of: "one") == [])
    }

    @Test(arguments: [
        ("0.1.2.3", true), ("10.1.2.3", true), ("11.0.0.0", false), ("100.63.255.255", false), ("100.64.0.0", true),
        ("127.0.0.1", true), ("169.254.1.1", true), ("172.15.255.255", false), ("172.31.255.255", true),
        ("192.0.0.8", true),
        ("192.0.2.1", true), ("192.168.0.1", true), ("198.18.0.1", true), ("198.20.0.0", false), ("198.51.100.7", true),
        ("203.0.113.7", true), ("203.0.114.7", false), ("223.255.255.255", false), ("224.0.0.1", true),
        ("240.0.0.1", true),
        ("255.255.255.255", true), ("8.8.8.8", false), ("::", true), ("::1", true), ("::2", false), ("100::1", true),
        ("100:0:0:1::", false), ("2001::1", true), ("2001:1::1", false), ("2001:db8:ffff::1", true),
        ("2001:db9::", false),
        ("fc00::1", true), ("fdff::1", true), ("fe00::1", false), ("fe80::1", true), ("fec0::1", false),
        ("ff02::1", true),
        ("2606:4700:4700::1111", false),
    ])
    func knowsSpecialPurposeAddresses(_ literal: String, _ isSpecial: Bool) throws {
        #expect(try #require(IPAddress(literal)).isSpecialPurpose == isSpecial)
    }
}
