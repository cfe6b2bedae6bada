import CensorLab
import Testing

@testable import Diagnosis

/// A scenario of the lab, and what a diagnosis has to say of it: the table that `docs/diagnosis.md` shows.
struct LabelledScenario: CustomTestStringConvertible, Sendable {
    var name: String
    var condition: Condition
    /// Whether something works there that the diagnosis can find out.
    var hasWay: Bool
    var testDescription: String { name }

    private init(_ name: String, _ condition: Condition, way hasWay: Bool = true) {
        (self.name, self.condition, self.hasWay) = (name, condition, hasWay)
    }

    /// Those that any machine can run.
    static let all = clear + names + boxes + connections + servers + lines
    /// The one that takes a namespace.
    static let tunnel = LabelledScenario("tunnel", .tunnel)

    private static let clear = [
        "clear", "far", "v6-only", "needs-name-clear", "nameless-only",
    ]
    .map { LabelledScenario($0, .clear) }

    private static let names = [
        LabelledScenario("poisoned-dns", .dns),
        LabelledScenario("dns-a", .dns),
        LabelledScenario("dns-aaaa", .dns),
        LabelledScenario("dns-mirrored", .dns),
        LabelledScenario("dns-near", .dns),
        LabelledScenario("dns-nxdomain", .dns),
        LabelledScenario("dns-servfail", .dns),
        LabelledScenario("dns-alias", .dns),
        LabelledScenario("dns-silent-strangers", .dns),
        LabelledScenario("dns-canary", .dns),
        LabelledScenario("dns-polluted", .dns),
        LabelledScenario("dns-all-polluted", .dns, way: false),
        LabelledScenario("dns-hijack", .dns),
        LabelledScenario("dns-all-hijacked", .dns, way: false),
        LabelledScenario("dns-tls", .dns),
        LabelledScenario("dns-loss", .dns),
        // This machine's own resolver is one of the dead.
        LabelledScenario("dns-dead", .dns),
    ]

    private static let boxes = [
        LabelledScenario("packets-reset", .sni),
        LabelledScenario("sni-reset", .sni),
        LabelledScenario("records-reset", .sni),
        LabelledScenario("sni-blackhole", .sni),
        LabelledScenario("records-blackhole", .sni),
        LabelledScenario("sni-alert", .sni),
        LabelledScenario("sni-forgetful", .sni),
        LabelledScenario("nameless-blackhole", .sni),
        LabelledScenario("server-alert", .sni),
        LabelledScenario("demo", .sni),
        LabelledScenario("no-way", .sni, way: false),
        LabelledScenario("token-blocked", .sni),
        LabelledScenario("storage-blocked", .sni),
    ]

    private static let connections = [
        LabelledScenario("address-swallowed", .ip),
        LabelledScenario("v4-swallowed", .ip),
        LabelledScenario("v6-swallowed", .ip),
        LabelledScenario("v4-blocked", .ip),
        LabelledScenario("token-swallowed", .ip),
        LabelledScenario("intercepted", .tls, way: false),
        LabelledScenario("half-intercepted", .tls),
        LabelledScenario("stream-resets", .frozen),
        LabelledScenario("freeze-16k", .frozen),
        LabelledScenario("all-freeze-16k", .frozen, way: false),
        LabelledScenario("storage-frozen", .frozen, way: false),
        LabelledScenario("throttled", .throttled),
        LabelledScenario("small-mtu", .mtu),
    ]

    private static let servers = [
        LabelledScenario("server-refused", .down, way: false),
        LabelledScenario("server-gone", .down, way: false),
        LabelledScenario("server-500", .down, way: false),
        LabelledScenario("server-broken", .down, way: false),
        LabelledScenario("server-expired", .down, way: false),
        LabelledScenario("server-403", .denied, way: false),
        LabelledScenario("mirror", .clear),
        LabelledScenario("mirror-stale", .mirror, way: false),
        LabelledScenario("mirror-lying", .mirror, way: false),
        LabelledScenario("mirror-refusing", .mirror, way: false),
    ]

    private static let lines = [
        LabelledScenario("portal", .portal, way: false),
        LabelledScenario("offline", .offline, way: false),
        LabelledScenario("clock-behind", .clock, way: false),
        LabelledScenario("clock-ahead", .clock, way: false),
        LabelledScenario("proxy-dead", .proxy),
        LabelledScenario("proxy-silent", .proxy),
    ]
}

extension LabelledScenario {
    /// The table in Markdown.
    static var markdown: String {
        let rows = (all + [tunnel]).map { label in
            let explanation = Scenario.named(label.name)?.explanation ?? ""
            let code = label.condition.exitCode(hasWay: label.hasWay)
            return "| `\(label.name)` | \(explanation) | `\(label.condition.rawValue)` | "
                + "\(label.hasWay ? "yes" : "no") | \(code) |"
        }
        return (["| scenario | what is done | class | a way | exit code |", "|---|---|---|---|---|"] + rows)
            .joined(separator: "\n")
    }
}
