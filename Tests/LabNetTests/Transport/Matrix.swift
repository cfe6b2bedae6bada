@testable import CensorLab
@testable import LabNet

/// One network of the matrix TLS box × server × family.
struct MatrixCell: Sendable {
    let box: Box
    let server: Server
    let family: Family

    /// What stands on both ways to the server.
    enum Box: String, CaseIterable {
        case none
        case segmentsReset, segmentsBlackhole, segmentsAlert
        case recordsReset, recordsBlackhole, recordsAlert
        case namelessReset, namelessBlackhole, everyHelloReset, everyHelloBlackhole
        case fragmentsReset, fragmentsBlackhole, fragmentsAndNamesReset
        case narrow
    }

    /// What the server makes of a hello.
    enum Server: String, CaseIterable {
        case open, needsName, needsNameSilently, otherCertificate, refusesStrangers, refusesStrangersSilently
    }

    /// The two addresses that the name has.
    enum Family: String, CaseIterable { case ip4, ip6, both }
}

extension MatrixCell {
    /// How long the way is, there and back.
    static let roundTrip = Duration.milliseconds(150)

    /// The largest segment of the narrow path, and what a client has to be told for it.
    static let (narrowLimit, narrowMaximum) = (600, 536)

    var rules: TLSBox.Rules {
        var rules = bareRules
        rules.roundTrip = Self.roundTrip
        rules.reaction = .milliseconds(15)
        return rules
    }

    private var bareRules: TLSBox.Rules {
        switch box {
        case .none: .clear()
        case .segmentsReset: .byName(.segments)
        case .segmentsBlackhole: .byName(.segments, .blackhole)
        case .segmentsAlert: .byName(.segments, .alert(40)).with { $0.residual = nil }
        case .recordsReset: .byName(.records)
        case .recordsBlackhole: .byName(.records, .blackhole)
        case .recordsAlert: .byName(.records, .alert(40)).with { $0.residual = nil }
        case .namelessReset: .byName(.segments).with { $0.nameless = .reset }
        case .namelessBlackhole: .byName(.segments, .blackhole).with { $0.nameless = .blackhole }
        case .everyHelloReset: .byName(.records).with { $0.nameless = .reset }
        case .everyHelloBlackhole: .byName(.records, .blackhole).with { $0.nameless = .blackhole }
        case .fragmentsReset: .clear().with { $0.fragmented = .reset }
        case .fragmentsBlackhole: .clear().with { $0.fragmented = .blackhole }
        case .fragmentsAndNamesReset: .byName(.segments).with { $0.fragmented = .reset }
        case .narrow: .clear().with { $0.segmentLimit = Self.narrowLimit }
        }
    }

    var manner: Scenario.RegistryManner {
        switch server {
        case .open: .open
        case .needsName: .needsName
        case .needsNameSilently: .needsNameSilently
        case .otherCertificate: .otherCertificate
        case .refusesStrangers: .refusesStrangers
        case .refusesStrangersSilently: .refusesStrangersSilently
        }
    }

    /// The network as a scenario; of its DNS nothing is used.
    var scenario: Scenario {
        let ways: [Scenario.Way] =
            switch family {
            case .ip4: [.init(.ip4, box: rules), .init(.ip4, box: rules)]
            case .both, .ip6: [.init(.ip6, box: rules), .init(.ip4, box: rules)]
            }
        return Scenario(
            name: description, explanation: "", resolvers: [.init(delay: .zero)], ways: ways, registry: manner)
    }

    /// The addresses that the client is given. Loopback has one address of IPv6; the other is an IPv4 one as a socket of
    /// IPv6 names it (RFC 4291 2.5.5.2).
    func addresses(of lab: Lab) -> [IPAddress] {
        lab.registry.map(\.address).map { address in
            guard family == .ip6, case .v4(let number) = address else { return address }
            return .v6(high: 0, low: 0xFFFF << 32 | UInt64(number))
        }
    }

    var description: String { "\(box.rawValue) × \(server.rawValue) × \(family.rawValue)" }
}

// MARK: - What can work

extension MatrixCell {
    /// The rungs of `auto` that reach this server through this box, if the first hello on an address is made of them.
    var workingRungs: Set<ServerNameStrategy> {
        let ladder: [ServerNameStrategy] = [.omit, .recordsAndSegments, .disorder, .segments, .records, .plain]
        return Set(ladder.filter { passes($0) && isServed($0) })
    }

    /// What the box makes of a hello. In a stream the segments of `disorder` are in order again.
    private func passes(_ rung: ServerNameStrategy) -> Bool {
        let name = Reading.name(Lab.registryHost)
        let reading: Reading =
            switch rung {
            case .omit, .alter: .nameless
            case .plain, .segments: name
            case .records, .recordsAndSegments, .disorder: rules.reader == .segments ? .unreadable : name
            }
        let isCut = [.segments, .recordsAndSegments, .disorder].contains(rung)
        return rules.verdict(on: reading, segments: isCut ? 2 : 1) == .forwarded
    }

    private func isServed(_ rung: ServerNameStrategy) -> Bool {
        switch server {
        case .open, .refusesStrangers, .refusesStrangersSilently: true
        case .needsName, .needsNameSilently, .otherCertificate: rung.carriesTrueName
        }
    }
}
