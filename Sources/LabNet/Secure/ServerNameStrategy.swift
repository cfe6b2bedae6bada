/// How one ClientHello treats the server name (SNI, RFC 6066 3).
public enum ServerNameStrategy: Hashable, Sendable {
    /// The true name, as everybody sends it.
    case plain
    /// The true name, the hello cut into several TLS records inside the name (RFC 8446 5.1).
    case records
    /// The true name, the hello cut into several TCP segments inside the name.
    case segments
    /// Both cuts.
    case recordsAndSegments
    /// Both cuts, and the first segment does not get past the first router: TCP sends it again, so that it arrives after
    /// the rest. Costs about 1.3 round trips. Inside a proxy's tunnel, where no segment of ours reaches the router that
    /// counts, it is ``recordsAndSegments``.
    case disorder
    /// No server name at all.
    case omit
    /// Another name, which the user gave.
    case alter(String)

    /// Whether the hello shows the true name, however cut.
    public var carriesTrueName: Bool {
        switch self {
        case .omit, .alter: false
        default: true
        }
    }
}

/// What `-sni` asks for.
public enum ServerNamePolicy: Hashable, Sendable {
    /// Lab mode's own choice: the strategies that give nothing away first.
    case auto
    /// One strategy and no other.
    case always(ServerNameStrategy)
}

extension ServerNameStrategy {
    /// The strategy as `-sni` takes it.
    package var spelling: String {
        switch self {
        case .plain: "plain"
        case .records: "records"
        case .segments: "segments"
        case .recordsAndSegments: "records+segments"
        case .disorder: "disorder"
        case .omit: "omit"
        case .alter(let name): "alter:\(name)"
        }
    }
}
