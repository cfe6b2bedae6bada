import LabNet

extension Scenario.StrangerManner {
    /// The manner with what it takes: a certificate of somebody else, signed by somebody else.
    var manner: Stranger.Manner {
        get throws {
            switch self {
            case .silent: return .silent
            case .reset: return .reset
            case .tls:
                let request = CertificateRequest(names: ["stranger.example"], commonName: "stranger.example")
                return .tls(try ServerIdentity(CertificateAuthority(named: "Somebody else").issue(request)))
            }
        }
    }
}

extension Scenario.RegistryManner {
    /// The door of a registry of this manner.
    ///
    /// - Parameter issue: makes certificates of the lab's own authority.
    func door(
        _ identity: ServerIdentity, issue: (CertificateRequest) throws -> ServerIdentity
    ) throws -> TLSDoor {
        var door = TLSDoor(identity: identity, names: Scenario.censored)
        switch self {
        case .open: return TLSDoor(identity: identity)
        case .needsName: (door.nameless, door.unknown) = (.refused(.alert(112)), .refused(.alert(112)))
        case .needsNameSilently: (door.nameless, door.unknown) = (.refused(.close), .refused(.close))
        case .refusesStrangers: (door.nameless, door.unknown) = (.served, .refused(.alert(112)))
        case .refusesStrangersSilently: (door.nameless, door.unknown) = (.served, .refused(.close))
        case .otherCertificate:
            let request = CertificateRequest(names: ["default.example"], commonName: "default.example")
            let other = try issue(request)
            (door.nameless, door.unknown) = (.shown(other), .shown(other))
        case .refusesEverybody:
            door.names = []
            (door.nameless, door.unknown) = (.refused(.alert(40)), .refused(.alert(40)))
        case .expired:
            let month = 30 * 86_400
            let request = CertificateRequest(names: Lab.hosts, validity: -3 * month ..< -month)
            return TLSDoor(identity: try issue(request))
        }
        return door
    }
}

extension Scenario.MirrorManner {
    /// What is wrong with the registry that it is.
    var fault: LabRegistry.Fault? {
        switch self {
        case .faithful, .stale: nil
        case .lying: .falsifying
        case .refusing: .denying
        }
    }
}
