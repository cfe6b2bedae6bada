import LabNet

/// The control, or a captive portal in everybody's place.
extension LabParts {
    /// The page over plain HTTP first, on a free port, and TLS on the port that all servers share.
    mutating func startControl(_ scenario: Scenario) async throws -> Lab.Control {
        let port = entrances.first?.port ?? 0
        let made: Lab.Control
        switch scenario.control {
        case .served: made = try await serveControl(port: port, behind: scenario.ways.first?.box.onTheLine ?? .clear())
        case .portal: made = try await servePortal(port: port)
        case .swallowed:
            let page = try await Abyss.start(at: Endpoint(address: address(.control), port: 0))
            parties.append(page)
            let secure = try await Abyss.start(at: Endpoint(address: address(.control), port: port))
            parties.append(secure)
            made = Lab.Control(secure: secure.endpoint, page: page.endpoint)
        }
        control = made
        return made
    }

    private mutating func serveControl(port: UInt16, behind box: TLSBox.Rules) async throws -> Lab.Control {
        let place = Endpoint(address: address(.control), port: 0)
        let page = try await WebServer.start(
            WebPage(), behind: nil, at: place, clock: clock, journal: journal, party: "control")
        parties.append(page)
        let door = TLSDoor(identity: try identity(CertificateRequest(names: [Lab.controlHost])))
        let server = try await WebServer.start(
            WebPage(), behind: door, at: Endpoint(address: address(.servers), port: 0), clock: clock, journal: journal,
            party: "control")
        parties.append(server)
        let entrance = Endpoint(address: address(.control), port: port)
        let gate = try await TLSBox.start(box, at: entrance, before: server.endpoint, journal: journal)
        parties.append(gate)
        return Lab.Control(secure: gate.endpoint, page: page.endpoint)
    }

    /// Whatever name and page are asked for, here is the portal's.
    private mutating func servePortal(port: UInt16) async throws -> Lab.Control {
        let content = WebPage(portal: "http://login.portal.example/?from=here")
        let address = address(.portal)
        let page = try await WebServer.start(
            content, behind: nil, at: Endpoint(address: address, port: 0), clock: clock, journal: journal,
            party: "portal")
        parties.append(page)
        let owner = try CertificateAuthority(named: "Portal", by: clock)
        let request = CertificateRequest(names: ["login.portal.example"], commonName: "login.portal.example")
        let door = TLSDoor(identity: try ServerIdentity(owner.issue(request.dated(by: clock))))
        let secure = try await WebServer.start(
            content, behind: door, at: Endpoint(address: address, port: port), clock: clock, journal: journal,
            party: "portal")
        parties.append(secure)
        portal = address
        return Lab.Control(secure: secure.endpoint, page: page.endpoint)
    }
}

extension TLSBox.Rules {
    /// What of a box everybody behind it meets who crosses the same border: its reader of names, and the path's width.
    /// Blocks by address, cut and slow streams are for those who are meant.
    fileprivate var onTheLine: Self {
        var rules = self
        (rules.blocked, rules.cut, rules.bytesPerSecond) = (nil, nil, nil)
        return rules
    }
}
