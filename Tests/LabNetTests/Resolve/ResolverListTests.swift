import Foundation
import Testing

@testable import LabNet

@Suite struct ResolverListTests {
    private func endpoint(_ literal: String, _ port: UInt16 = 53) throws -> Endpoint {
        Endpoint(address: try #require(IPAddress(literal)), port: port)
    }

    @Test func fileAndSourceAreOne() throws {
        let top = URL(filePath: #filePath).appending(path: "../../../../resolvers.default.txt").standardized
        let parsed = try ResolverList.parse(file: String(contentsOf: top, encoding: .utf8))
        #expect(parsed == ResolverList.defaults)
        #expect(ResolverList.defaults.resolvers.count == ResolverList.defaultLiterals.count)
        #expect(Set(ResolverList.defaults.resolvers.map(\.endpoint.address.family)) == [.ip4, .ip6])
        #expect(
            ResolverList.defaults.resolvers.allSatisfy {
                !$0.endpoint.address.isSpecialPurpose && $0.endpoint.port == 53
            })
    }

    @Test func readsEveryForm() throws {
        let text =
            "\u{FEFF}# head\r\n 1.1.1.1 # one\n\n1.0.0.1:5353\n[2001:db9::1]:54\n[2001:db9::1]\n\t2001:db9::2\n1.1.1.1:53\n"
        #expect(
            try ResolverList.parse(file: text).resolvers.map(\.endpoint) == [
                endpoint("1.1.1.1"), endpoint("1.0.0.1", 5353), endpoint("2001:db9::1", 54), endpoint("2001:db9::1"),
                endpoint("2001:db9::2"),
            ])
        #expect(
            try ResolverList.parse(list: "127.0.0.1:5300, ::1 ,[::1]:5301").resolvers.map(\.endpoint) == [
                endpoint("127.0.0.1", 5300), endpoint("::1"), endpoint("::1", 5301),
            ])
    }

    @Test(arguments: [
        ("dns.google", ResolverListError.Problem.notAnAddress), ("1.2.3", .notAnAddress),
        ("1.2.3.4.5:53", .notAnAddress),
        ("[1.2.3.4]:53", .notAnAddress), ("[::1", .notAnAddress), ("dns.google:53", .notAnAddress),
        ("fe80::1%eth0", .notAnAddress),
        ("1.1.1.1:0", .badPort), ("1.1.1.1:65536", .badPort), ("1.1.1.1:", .badPort), ("1.1.1.1:+53", .badPort),
        ("[::1]:", .badPort), ("[::1]53", .badPort), ("[::1]:dns", .badPort),
        ("tls://9.9.9.9", .unknownScheme("tls")), ("https://1.1.1.1/dns-query", .unknownScheme("https")),
        ("0.0.0.0", .notUnicast), ("::", .notUnicast), ("255.255.255.255", .notUnicast),
        ("224.0.0.251:5353", .notUnicast),
        ("ff02::fb", .notUnicast), ("", .empty),
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
        #expect(throws: ResolverListError(place: .whole, text: "", problem: .empty)) {
            try ResolverList.parse(file: "# nothing\n\n")
        }
        #expect(throws: ResolverListError(place: .item(1), text: "", problem: .empty)) {
            try ResolverList.parse(list: "")
        }
        let many = (0...100).map { "1.1.1.\($0)" }
        #expect(throws: ResolverListError(place: .line(101), text: "1.1.1.100", problem: .tooMany(limit: 100))) {
            try ResolverList.parse(file: many.joined(separator: "\n"))
        }
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

    @Test func readsHostsFiles() {
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
        #expect(HostsFile(path: "/nonexistent/hosts").addresses(of: "one") == [])
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
