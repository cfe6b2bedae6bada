extension Scenario {
    /// What is wrong on this side: the line, the machine, what the user has set.
    static let lines = [
        line("portal", "a captive portal answers every name and every page; its certificate is its own") { scenario in
            scenario.resolvers = Array(repeating: Resolver(delay: .milliseconds(2), content: .portal), count: 3)
            scenario.canaries = [Resolver(delay: .milliseconds(2), content: .portal)]
            scenario.control = .portal
        },
        line("offline", "nothing comes back from anywhere: no resolver, no control, no registry") { scenario in
            scenario.resolvers = Resolver.abroad { $0.content = .silence }
            scenario.control = .swallowed
            scenario.ways = [Way(end: .nobody(.swallowed))]
        },
        line("clock-behind", "this machine's clock is 400 days behind everybody else's") {
            $0.clock.lead = .seconds(400 * 86_400)
        },
        line("clock-ahead", "this machine's clock is 400 days ahead of everybody else's") {
            $0.clock.lead = .seconds(-400 * 86_400)
        },
        line("proxy-dead", "the proxy that the user has set refuses connections; the direct way is clear") {
            $0.proxy = .refused
        },
        line("proxy-silent", "SYNs to the proxy that the user has set are lost; the direct way is clear") {
            $0.proxy = .swallowed
        },
        line(
            "tunnel",
            "a local proxy answers names from 198.18.0.0/15 and carries the connections; in a namespace that has this range"
        ) { scenario in
            scenario.resolvers = Array(repeating: Resolver(delay: .milliseconds(1)), count: 3)
            scenario.canaries = [Resolver(delay: .milliseconds(1))]
            scenario.isTunnel = true
        },
    ]

    private static func line(
        _ name: String, _ explanation: String, _ change: (inout Scenario) -> Void
    ) -> Scenario {
        var scenario = Scenario(name: name, explanation: explanation, resolvers: Resolver.abroad())
        change(&scenario)
        return scenario
    }
}
