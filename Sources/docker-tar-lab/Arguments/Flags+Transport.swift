internal import LabNet

extension Flags {
    /// The way to the registry.
    func transport(in surroundings: Surroundings) throws(UsageError) -> TransportConfiguration {
        var configuration = TransportConfiguration()
        configuration.family = try family()
        configuration.mode = try mode(under: configuration.family, in: surroundings)
        configuration.serverName = try serverName()
        if let dnsTimeout { configuration.holdOnWindow = try Self.duration(dnsTimeout, of: .dnsTimeout) }
        configuration.overrides = try overrides()
        configuration.trust = try trustConfiguration()
        configuration.proxy = try proxyPolicy()
        configuration.userAgent = "docker-tar-lab/\(version)"
        return configuration
    }

    private func family() throws(UsageError) -> AddressFamilyPolicy {
        guard let network else { return .ip }
        guard let family = AddressFamilyPolicy(rawValue: network) else {
            throw .invalidValue(.network, network, .expectedFamily)
        }
        return family
    }

    /// `-dns-servers` replaces the user's own list, which replaces the one that is built in.
    private func mode(
        under family: AddressFamilyPolicy, in surroundings: Surroundings
    ) throws(UsageError) -> TransportConfiguration.Mode {
        if let dnsServers {
            let list: ResolverList
            do { list = try ResolverList.parse(list: dnsServers) } catch {
                throw .invalidValue(.dnsServers, dnsServers, .reason(error))
            }
            guard list.resolvers.contains(where: { family.allows($0.endpoint.address.family) }) else {
                throw .invalidValue(.dnsServers, dnsServers, .expectedResolversOf(family.rawValue))
            }
            if lab { return .lab(list) }
            guard list.resolvers.allSatisfy({ $0.carrier == .datagrams }) else {
                throw .invalidValue(.dnsServers, dnsServers, .expectedPlainResolvers)
            }
            return .ordinary(resolvers: list.resolvers.map(\.endpoint))
        }
        guard lab else { return .ordinary(resolvers: []) }
        return .lab(try Self.ownResolvers(in: surroundings) ?? ResolverList.defaults)
    }

    private static func ownResolvers(in surroundings: Surroundings) throws(UsageError) -> ResolverList? {
        guard let path = resolverPath(surroundings.environment) else { return nil }
        let text: String?
        do { text = try surroundings.read(path) } catch {
            throw .resolverFile(path: path, .errno(error.errno))
        }
        guard let text else { return nil }
        do { return try ResolverList.parse(file: text) } catch {
            throw .resolverFile(path: path, .reason(error))
        }
    }

    /// The user's list (XDG Base Directory Specification: a relative `XDG_CONFIG_HOME` is ignored).
    static func resolverPath(_ environment: [String: String]) -> String? {
        if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") {
            return "\(folder)/docker-tar-lab/resolvers.txt"
        }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
        return "\(home)/.config/docker-tar-lab/resolvers.txt"
    }

    private func serverName() throws(UsageError) -> ServerNamePolicy? {
        guard let sni else { return nil }
        switch sni {
        case "auto": return .auto
        case "plain", "real": return .always(.plain)
        case "records": return .always(.records)
        case "segments": return .always(.segments)
        case "records+segments", "split": return .always(.recordsAndSegments)
        case "omit": return .always(.omit)
        case "alter", "alter:": throw .invalidValue(.sni, sni, .expectedAlterName)
        default:
            guard sni.hasPrefix("alter:") else { throw .invalidValue(.sni, sni, .expectedServerName) }
            guard case .name(let name)? = Host(sni.dropFirst("alter:".count)) else {
                throw .invalidValue(.sni, sni, .expectedAlterName)
            }
            return .always(.alter(name))
        }
    }

    private func overrides() throws(UsageError) -> [String: [IPAddress]] {
        var overrides: [String: [IPAddress]] = [:]
        for text in resolve {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, case .name(let name)? = Host(parts[0]) else {
                throw .invalidValue(.resolve, text, .expectedOverride)
            }
            for item in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
                guard case .address(let address)? = Host(item) else {
                    throw .invalidValue(.resolve, text, .expectedOverride)
                }
                overrides[name, default: []].append(address)
            }
        }
        return overrides
    }

    private func trustConfiguration() throws(UsageError) -> TrustConfiguration {
        var configuration = TrustConfiguration()
        if authorityFile == "" { throw .invalidValue(.authorityFile, "", .expectedSomething) }
        if authorityFolder == "" { throw .invalidValue(.authorityFolder, "", .expectedSomething) }
        configuration.authorityFile = authorityFile
        configuration.authorityFolder = authorityFolder
        for text in trust {
            do {
                let pin = try CertificatePin(text)
                configuration.pins[pin.key] = pin.digest
            } catch {
                throw .invalidValue(.trust, text, .reason(error))
            }
        }
        return configuration
    }

    private func proxyPolicy() throws(UsageError) -> ProxyPolicy {
        guard let proxy else { return .environment }
        guard proxy != "none" else { return .none }
        guard !proxy.isEmpty else { throw .invalidValue(.proxy, "", .expectedSomething) }
        do { return .always(try ProxyServer(url: proxy)) } catch {
            // The URL may hold a password, so the part at fault is named and nothing else.
            throw .invalidValue(.proxy, "…", .reason(error))
        }
    }

    /// Whether connections may go through a proxy: one was named, or the environment has one and nothing forbids it.
    func mayUseProxy(in environment: [String: String]) -> Bool {
        if let proxy { return proxy != "none" }
        let names: Set = ["https_proxy", "http_proxy", "all_proxy"]
        return !lab && environment.contains { names.contains($0.key.lowercased()) && !$0.value.isEmpty }
    }

    /// Reads `2`, `2s`, `1.5s`, `1500ms`: seconds where there is no unit.
    static func duration(_ text: String, of flag: Flag) throws(UsageError) -> Duration {
        let isMilliseconds = text.hasSuffix("ms")
        let digits = isMilliseconds ? text.dropLast(2) : text.hasSuffix("s") ? text.dropLast() : text[...]
        let isNumber = digits.allSatisfy { $0 == "." || $0.isASCII && $0.isNumber }
        guard isNumber, let number = Double(digits) else { throw .invalidValue(flag, text, .expectedDuration) }
        let milliseconds = isMilliseconds ? number : number * 1000
        guard (50...60_000).contains(milliseconds) else { throw .invalidValue(flag, text, .expectedDuration) }
        return .microseconds(Int64((milliseconds * 1000).rounded()))
    }
}
