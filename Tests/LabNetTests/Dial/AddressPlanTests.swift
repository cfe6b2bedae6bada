import Testing

@testable import LabNet

@Suite struct AddressPlanTests {
    private func candidates(_ text: String) -> [Candidate] {
        text.split(separator: " ").compactMap { item in
            IPAddress(item.drop { $0 == "?" }).map {
                Candidate(address: $0, trust: item.hasPrefix("?") ? .doubtful : .trusted)
            }
        }
    }

    @Test(arguments: [
        ("192.0.2.1 192.0.2.2 2001:db8::1", AddressFamilyPolicy.ip, "192.0.2.1 2001:db8::1 192.0.2.2"),
        ("2001:db8::1 2001:db8::2 192.0.2.1", .ip, "2001:db8::1 192.0.2.1 2001:db8::2"),
        ("192.0.2.1 2001:db8::1", .ip4, "192.0.2.1"),
        ("192.0.2.1 2001:db8::1", .ip6, "2001:db8::1"),
        ("192.0.2.1", .ip6, ""),
        ("?192.0.2.1 192.0.2.2 ?2001:db8::1 192.0.2.3", .ip, "192.0.2.2 192.0.2.3 ?192.0.2.1 ?2001:db8::1"),
        ("192.0.2.1 192.0.2.1", .ip, "192.0.2.1"),
        ("?192.0.2.1 192.0.2.1", .ip, "192.0.2.1"),
        ("", .ip, ""),
    ])
    func orders(given: String, family: AddressFamilyPolicy, expected: String) {
        #expect(AddressPlan(candidates(given), family: family).candidates == candidates(expected))
    }
}
