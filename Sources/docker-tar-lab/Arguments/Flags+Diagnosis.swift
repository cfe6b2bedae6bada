internal import Diagnosis
internal import LabNet
internal import Puller

/// What a diagnosis is asked for.
extension Flags {
    /// Reads the targets and where the reports go.
    ///
    /// - Parameters:
    ///   - words: the targets; none for those that are usual.
    ///   - transport: the way there, in lab mode.
    func diagnosis(
        of words: [String], over transport: TransportConfiguration, in surroundings: Surroundings
    ) throws(UsageError) -> DiagnosisRequest {
        guard case .lab(let list) = transport.mode else { throw .needs(.action, Flag.lab.spelling) }
        let setting = Setting(
            family: transport.family, control: try controlHost(among: list),
            proxy: try Self.proxy(of: transport, in: surroundings.environment), overrides: transport.overrides)
        var request = DiagnosisRequest(
            targets: try targets(words), setting: setting, resolvers: list,
            resolverOrigin: try resolverOrigin(in: surroundings), ownFlags: ownFlags)
        request.reportPath = try path(report, of: .report)
        if let json { request.json = json == "-" ? .standardOutput : try path(json, of: .json).map { .file($0) } }
        if let path = request.reportPath, request.json == .file(path) {
            throw .conflict("\(Flag.report.spelling) \(path)", "\(Flag.json.spelling) \(path)")
        }
        request.redacts = !noRedact
        request.whereabouts = surroundings.whereabouts
        return request
    }

    /// What was typed, and the mirrors beside it.
    private func targets(_ words: [String]) throws(UsageError) -> [Target] {
        let mirrors = try typedMirrors().map(\.description)
        do throws(TargetError) {
            if words.isEmpty { return try Target.defaults(mirrors: mirrors) }
            var targets: [Target] = []
            for word in words { targets.append(try Target(parsing: word)) }
            // A mirror stands for Docker Hub, as everybody's does.
            let image = targets.compactMap(\.image).first { $0.domain == ImageReference.dockerHub }
            for mirror in mirrors {
                targets.append(try Target(mirror: mirror, of: image ?? WellKnownRegistry.dockerHub.image))
            }
            return targets
        } catch {
            if let reference = error.reference { throw .invalidImage(error.text, .reason(reference)) }
            throw .invalidTarget(error.text)
        }
    }

    /// `HOST`, `HOST:PORT`, or with a second port after a comma where its page over plain HTTP is.
    private func controlHost(among list: ResolverList) throws(UsageError) -> Control {
        guard let control else { return Control(resolvers: list) }
        let parts = control.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
        guard let url = HTTPURL("https://\(parts[0])/"), url.target == "/",
            let page = parts.count < 2 ? 80 : UInt16(parts[1]), page > 0
        else { throw .invalidValue(.control, control, .expectedControl) }
        return Control(host: url.origin.host, port: url.origin.port, pagePort: page, resolvers: list)
    }

    private func path(_ text: String?, of flag: Flag) throws(UsageError) -> String? {
        guard let text else { return nil }
        guard !text.isEmpty, text != "-", !text.hasSuffix("/") else { throw .invalidValue(flag, text, .expectedFile) }
        return text
    }

    private func resolverOrigin(in surroundings: Surroundings) throws(UsageError) -> Occasion.ResolverOrigin {
        if dnsServers != nil { return .given }
        return try Self.ownResolvers(in: surroundings) == nil ? .builtIn : .file
    }

    /// The proxy that is looked at; lab mode takes the environment's as little as an ordinary pull in lab mode does.
    private static func proxy(
        of transport: TransportConfiguration, in environment: [String: String]
    ) throws(UsageError) -> Setting.Proxy? {
        switch transport.proxy {
        case .none: return nil
        case .always(let server): return Setting.Proxy(server, isUsed: true)
        case .environment:
            let hub = Origin(scheme: .https, host: .name("registry-1.docker.io"))
            // A variable that cannot be read is an ordinary pull's trouble, which reports it.
            return (try? ProxyEnvironment(environment).proxy(for: hub)).map { Setting.Proxy($0, isUsed: false) }
        }
    }

    /// What of this command line a pull needs as well; a proxy's password is not repeated.
    private var ownFlags: OwnFlags {
        var own = OwnFlags()
        func add(_ flag: Flag, _ value: String?, to settings: inout [OwnFlags.Setting]) {
            if let value { settings.append(.init(flag: flag, value: value)) }
        }
        add(.network, network, to: &own.common)
        add(.hello, hello, to: &own.common)
        add(.mss, mss, to: &own.common)
        for text in resolve { add(.resolve, text, to: &own.common) }
        for text in trust { add(.trust, text, to: &own.common) }
        add(.authorityFile, authorityFile, to: &own.common)
        add(.authorityFolder, authorityFolder, to: &own.common)
        if let proxy, !proxy.contains("@") { add(.proxy, proxy, to: &own.common) }
        add(.dnsServers, dnsServers, to: &own.lab)
        add(.dnsTimeout, dnsTimeout, to: &own.lab)
        add(.canary, canary, to: &own.lab)
        if noCanary { own.lab.append(.init(flag: .noCanary)) }
        return own
    }
}

extension Target {
    /// The image that is asked for there.
    fileprivate var image: ImageReference? {
        switch kind {
        case .registry(_, let image): image
        case .mirror(_, let image, _): image
        case .host: nil
        }
    }
}
