import LabNet

extension Scenario {
    /// What is done to DNS.
    static let names = addresses + denials + resolvers

    /// Forged addresses, and what speaks for them or against them.
    private static let addresses = [
        forging("poisoned-dns", "three injectors answer before the true resolvers do", tripleCensors),
        forging("dns-silent-strangers", "the same; the forged addresses accept TCP and say nothing", tripleCensors) {
            $0.stranger = .silent
        },
        forging("dns-rude-strangers", "the same; the forged addresses accept TCP and reset", tripleCensors) {
            $0.stranger = .reset
        },
        forging(
            "dns-aaaa", "forged answers to questions for IPv6 alone, of which the registry has no address",
            [injector { $0.families = [.ip6] }]),
        forging("dns-a", "forged answers to questions for IPv4 alone", [injector { $0.families = [.ip4] }]),
        forging("dns-late", "a forged answer comes 40 ms after the true one", []) { scenario in
            for index in scenario.resolvers.indices {
                let delay = scenario.resolvers[index].delay + .milliseconds(40)
                scenario.resolvers[index].injectors = [injector(delay: delay)]
            }
        },
        forging("dns-mirrored", "forged answers give OPT and cookie back, and come just before the true ones", []) {
            scenario in
            for index in scenario.resolvers.indices {
                let delay = scenario.resolvers[index].delay - .milliseconds(10)
                let mirror = injector(delay: delay) {
                    $0.mirrorsOPT = true
                    $0.mirrorsCookie = true
                }
                scenario.resolvers[index].injectors = [mirror]
            }
        },
        forging(
            "dns-near", "forged answers give OPT and cookie back, and differ in hop limit and time alone",
            [
                injector {
                    $0.mirrorsOPT = true
                    $0.mirrorsCookie = true
                    $0.hopLimit = 55
                }
            ]),
    ]

    /// Forged answers without an address.
    private static let denials: [Scenario] = {
        let codes: [(name: String, words: String, flags: UInt16)] = [
            ("formerr", "say that the query is malformed, so that clients give up EDNS", 0x8181),
            ("servfail", "say that the resolver has failed", 0x8182),
            ("nxdomain", "say that the name does not exist", 0x8183),
            ("refused", "say that the resolver refuses", 0x8185),
            ("nodata", "say that the name has no address", 0x8180),
            ("truncated", "are truncated, so that clients turn to TCP, which is reset", 0x8380),
        ]
        let denials = codes.map { code in
            let denier = injector {
                $0.answer = .nothing
                $0.flags = code.flags
            }
            return forging("dns-\(code.name)", "forged answers \(code.words)", [denier]) { scenario in
                guard code.name == "truncated" else { return }
                for index in scenario.resolvers.indices { scenario.resolvers[index].resetsTCP = true }
            }
        }
        let alias = injector { $0.answer = .alias(Lab.detour) }
        let mistaken = injector { $0.mistakesID = true }
        return denials + [
            forging("dns-alias", "forged answers are an alias, whose address is a stranger's", [alias]),
            forging("dns-wrong-id", "forged answers carry another ID than the query", [mistaken]),
        ]
    }()

    /// Resolvers that lie, are dead, or are reached another way.
    private static let resolvers = [
        forging("dns-hijack", "somebody answers all of port 53, the canary too; a resolver behind TLS is honest", []) {
            scenario in
            let hijacker = Resolver(delay: .milliseconds(6), content: .pollution(alias: true))
            scenario.resolvers = [hijacker, hijacker, hijacker, secure(.tls)]
            scenario.canaries = [hijacker]
        },
        forging("dns-canary", "three injectors, and an address where nobody but them answers", tripleCensors) {
            $0.canaries = [Resolver(delay: .zero, injectors: tripleCensors, content: .silence)]
        },
        forging("dns-polluted", "the nearest of the resolvers is polluted itself; the others are honest", []) {
            $0.resolvers.insert(Resolver(delay: .milliseconds(5), content: .pollution(alias: false)), at: 0)
        },
        forging("dns-all-polluted", "every resolver is polluted, each with another address; nobody tells the truth", [])
        {
            $0.resolvers = Resolver.abroad { $0.content = .scatteredPollution }
        },
        forging(
            "dns-all-hijacked", "somebody answers all of port 53, the canary too, and there is no other resolver", []
        ) {
            scenario in
            let hijacker = Resolver(delay: .milliseconds(6), content: .pollution(alias: false))
            scenario.resolvers = [hijacker, hijacker, hijacker]
            scenario.canaries = [hijacker]
        },
        forging("dns-polluted-tls", "three injectors, and a resolver behind TLS that lies", tripleCensors) {
            $0.resolvers.insert(secure(.tls, .pollution(alias: false)), at: 0)
        },
        forging("dns-tls", "three injectors, TCP is reset; resolvers behind TLS and HTTPS are honest", tripleCensors) {
            scenario in
            for index in scenario.resolvers.indices { scenario.resolvers[index].resetsTCP = true }
            scenario.resolvers += [secure(.tls), secure(.https(path: "/dns-query"))]
        },
        forging("dns-dead", "30 of 35 resolvers are dead", []) { scenario in
            let dead = Resolver(delay: .zero, content: .silence)
            scenario.resolvers = Array(repeating: dead, count: 30) + scenario.resolvers + scenario.resolvers.prefix(2)
        },
        forging("dns-loss", "three injectors, and three of ten datagrams are lost", tripleCensors) { scenario in
            // Of three, all may lose the same answer twice; nobody's list is so short.
            scenario.resolvers += scenario.resolvers
            for index in scenario.resolvers.indices {
                scenario.resolvers[index].loss = Loss(probability: 0.3, seed: UInt64(index))
            }
        },
    ]

    private static func secure(_ carrier: SecureResolver.Carrier, _ content: Content = .truth) -> Resolver {
        Resolver(delay: .milliseconds(150), content: content, carrier: .secure(carrier))
    }

    private static func injector(
        delay: Duration = .milliseconds(8), _ change: (inout Injector) -> Void = { _ in }
    ) -> Injector {
        var injector = Injector(names: censored, delay: delay, addresses: [])
        change(&injector)
        return injector
    }

    private static func forging(
        _ name: String, _ explanation: String, _ injectors: [Injector], _ change: (inout Scenario) -> Void = { _ in }
    ) -> Scenario {
        var scenario = Scenario(
            name: name, explanation: explanation, resolvers: Resolver.abroad(injectors: injectors))
        change(&scenario)
        return scenario
    }
}
