import LabNet

extension Scenario {
    /// What boxes do to hellos and to streams.
    static let boxes: [Scenario] = {
        let readers: [(name: String, reader: Reading.Reader, words: String)] = [
            ("sni", .segments, "a box that puts TCP segments together"),
            ("records", .records, "a box that puts TCP segments and TLS records together"),
        ]
        let actions: [(name: String, action: TLSBox.Action, words: String)] = [
            ("reset", .reset, "resets connections to blocked names"),
            ("blackhole", .blackhole, "swallows connections to blocked names"),
            ("alert", .alert(40), "answers blocked names with an alert in the server's place"),
        ]
        let readersByAction = readers.flatMap { reader in
            actions.map { action in
                var box = TLSBox.Rules.byName(reader.reader, action.action)
                // Who answers in the server's place lets the next connection speak for itself.
                if case .alert = action.action { box.residual = nil }
                return behind("\(reader.name)-\(action.name)", "\(reader.words) \(action.words)", box)
            }
        }
        return readersByAction + [
            behind(
                "packets-reset",
                "a box that reads each TCP segment alone and resets; no residual. A single segment is all that it sees here",
                .byName(.packets).with { $0.residual = nil }),
            behind(
                "sni-forgetful", "the same as sni-reset, without a penalty for what comes later",
                .byName(.segments).with { $0.residual = nil }),
            behind(
                "nameless-reset", "a box that resets hellos without a name, and those with a blocked one",
                .byName(.segments).with { $0.nameless = .reset }),
            behind(
                "nameless-blackhole", "a box that swallows hellos without a name, and those with a blocked one",
                .byName(.segments, .blackhole).with { $0.nameless = .blackhole }),
            behind(
                "nameless-only", "a box that swallows hellos without a name, and minds no name",
                .clear().with { $0.nameless = .blackhole }),
            behind(
                "two-segments", "a box that swallows every hello that comes in more than one TCP segment",
                .clear().with { $0.fragmented = .blackhole }),
        ]
    }()

    /// What servers make of hellos.
    static let servers: [Scenario] = {
        let manners: [(name: String, words: String, manner: RegistryManner)] = [
            (
                "server-alert", "a registry that demands its name, and answers the rest with alert 112",
                .needsName
            ),
            ("server-close", "a registry that demands its name, and closes on the rest", .needsNameSilently),
            (
                "server-default", "a registry that shows a certificate for another name to hellos without its own",
                .otherCertificate
            ),
            (
                "server-strangers-alert",
                "a registry that answers foreign names with alert 112, and serves hellos without one",
                .refusesStrangers
            ),
            (
                "server-strangers-close", "a registry that closes on foreign names, and serves hellos without one",
                .refusesStrangersSilently
            ),
        ]
        return manners.map { manner in
            var scenario = behind(manner.name, manner.words, .byName(.segments))
            scenario.registry = manner.manner
            return scenario
        }
    }()

    /// What paths do, whatever is said on them.
    static let paths = [
        along("v6-only", "the registry has an address of IPv6 alone", [Way(.ip6)]),
        along(
            "v4-blocked", "connections to the registry's IPv4 addresses are swallowed; IPv6 is clear",
            [blocked(.ip4), blocked(.ip4), Way(.ip6)]),
        along(
            "v6-blocked", "connections to the registry's IPv6 address are swallowed; IPv4 is clear",
            [blocked(.ip6), Way(.ip4)]),
        along(
            "v4-named", "a box reads names on the ways of IPv4 and resets; IPv6 is clear",
            Way.two(.byName(.records)) + [Way(.ip6)]),
        along(
            "v4-swallowed", "SYNs to the registry's IPv4 addresses are lost; IPv6 is clear",
            [Way(end: .nobody(.swallowed)), Way(end: .nobody(.swallowed)), Way(.ip6)]),
        along(
            "v6-swallowed", "SYNs to the registry's IPv6 address are lost; IPv4 is clear",
            [Way(.ip6, end: .nobody(.swallowed)), Way(), Way()]),
        along(
            "address-swallowed", "SYNs to one of the registry's two addresses are lost; the other is clear",
            [Way(end: .nobody(.swallowed)), Way()]),
        along(
            "intercepted",
            "somebody on the way shows certificates for the true names, of an authority that nobody trusts",
            [Way(end: .interceptor), Way(end: .interceptor)]),
        along(
            "half-intercepted", "the same on the way to one of the two addresses; the other is clear",
            [Way(end: .interceptor), Way()]),
        along(
            "far",
            "the registry is 150 ms away, there and back",
            Way.two(.clear(roundTrip: .milliseconds(150)))),
        along(
            "mid-blob-resets", "every connection is reset after 4 MB of answers",
            Way.two(.clear().with { $0.cut = .init(afterBytes: 4 << 20, action: .reset) })),
        along(
            "freeze-16k", "streams from the registry's first address freeze after 16 kB; the second is clear",
            [Way(box: .clear().with { $0.cut = .init(afterBytes: 16 << 10, action: .blackhole) }), Way()]),
        along(
            "stream-resets", "every connection is reset after 64 kB of answers",
            Way.two(.clear().with { $0.cut = .init(afterBytes: 64 << 10, action: .reset) })),
        along(
            "all-freeze-16k", "streams from the registry freeze after 16 kB, at every address",
            Way.two(.clear().with { $0.cut = .init(afterBytes: 16 << 10, action: .blackhole) })),
        along(
            "throttled", "answers of the registry come at 16 kB a second",
            Way.two(.clear().with { $0.bytesPerSecond = 16 << 10 })),
        along(
            "small-mtu",
            "no TCP segment over 536 bytes gets through, and nobody says so: clients need a smaller maximum",
            Way.two(.clear().with { $0.segmentLimit = 536 })),
    ]

    private static func blocked(_ family: IPAddress.Family) -> Way {
        Way(family, box: .clear().with { $0.blocked = .blackhole })
    }

    private static func behind(_ name: String, _ explanation: String, _ box: TLSBox.Rules) -> Scenario {
        along(name, explanation, Way.two(box))
    }

    private static func along(_ name: String, _ explanation: String, _ ways: [Way]) -> Scenario {
        Scenario(name: name, explanation: explanation, resolvers: Resolver.abroad(), ways: ways)
    }
}
