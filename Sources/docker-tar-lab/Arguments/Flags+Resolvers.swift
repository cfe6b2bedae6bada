internal import LabNet

/// Whom a lookup asks.
extension Flags {
    /// `-dns-servers` replaces the user's own list, which replaces the one that is built in; `-canary` and `-no-canary`
    /// replace the canaries of whichever it is.
    func mode(
        under family: AddressFamilyPolicy, in surroundings: Surroundings
    ) throws(UsageError) -> TransportConfiguration.Mode {
        guard lab else {
            try refuseCanaries()
            return .ordinary(resolvers: try plainResolvers(under: family))
        }
        var list: ResolverList
        if let given = try givenResolvers(under: family) {
            list = given
        } else {
            list = try Self.ownResolvers(in: surroundings) ?? ResolverList.defaults
        }
        if noCanary { list.canaries = [] }
        if let canary { list.canaries = try canaries(canary, beside: list.resolvers, under: family) }
        return .lab(list)
    }

    private func givenResolvers(under family: AddressFamilyPolicy) throws(UsageError) -> ResolverList? {
        guard let dnsServers else { return nil }
        let list: ResolverList
        do { list = try ResolverList.parse(list: dnsServers) } catch {
            throw .invalidValue(.dnsServers, dnsServers, .reason(error))
        }
        guard list.resolvers.contains(where: { family.allows($0.endpoint.address.family) }) else {
            throw .invalidValue(.dnsServers, dnsServers, .expectedResolversOf(family.rawValue))
        }
        return list
    }

    /// What an ordinary lookup can ask.
    private func plainResolvers(under family: AddressFamilyPolicy) throws(UsageError) -> [Endpoint] {
        guard let dnsServers, let list = try givenResolvers(under: family) else { return [] }
        guard list.resolvers.allSatisfy({ $0.carrier == .datagrams }) else {
            throw .invalidValue(.dnsServers, dnsServers, .expectedPlainResolvers)
        }
        return list.resolvers.map(\.endpoint)
    }

    private func refuseCanaries() throws(UsageError) {
        if canary != nil { throw .needs(.canary, Flag.lab.spelling) }
        if noCanary { throw .needs(.noCanary, Flag.lab.spelling) }
    }

    private func canaries(
        _ text: String, beside resolvers: [ResolverAddress], under family: AddressFamilyPolicy
    ) throws(UsageError) -> [Endpoint] {
        if noCanary { throw .conflict(Flag.canary.spelling, Flag.noCanary.spelling) }
        let canaries: [Endpoint]
        do { canaries = try ResolverList.parse(canaries: text, beside: resolvers) } catch {
            throw .invalidValue(.canary, text, .reason(error))
        }
        guard canaries.contains(where: { family.allows($0.address.family) }) else {
            throw .invalidValue(.canary, text, .expectedResolversOf(family.rawValue))
        }
        return canaries
    }

    /// The user's own list; nil where there is none.
    static func ownResolvers(in surroundings: Surroundings) throws(UsageError) -> ResolverList? {
        guard let path = configuration("resolvers.txt", in: surroundings.environment) else { return nil }
        let text: String?
        do { text = try surroundings.read(path) } catch {
            throw .resolverFile(path: path, .errno(error.errno))
        }
        guard let text else { return nil }
        do { return try ResolverList.parse(file: text) } catch {
            throw .resolverFile(path: path, .reason(error))
        }
    }

    /// A file of the user's own settings (XDG Base Directory Specification: a relative `XDG_CONFIG_HOME` is ignored).
    static func configuration(_ name: String, in environment: [String: String]) -> String? {
        if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") {
            return "\(folder)/docker-tar-lab/\(name)"
        }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
        return "\(home)/.config/docker-tar-lab/\(name)"
    }
}
