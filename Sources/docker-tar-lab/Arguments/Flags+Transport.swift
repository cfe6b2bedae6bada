internal import LabNet

extension Flags {
    /// The way to the registry.
    func transport(in surroundings: Surroundings) throws(UsageError) -> TransportConfiguration {
        var configuration = TransportConfiguration()
        configuration.family = try family()
        configuration.mode = try mode(under: configuration.family, in: surroundings)
        configuration.serverName = try serverName()
        configuration.hello = try helloForm()
        configuration.segmentSize = try segmentSize()
        configuration.memoryFolder = try memoryFolder(in: surroundings)
        if let dnsTimeout { configuration.holdOnWindow = try Self.duration(dnsTimeout, of: .dnsTimeout) }
        try setTimeout(of: &configuration)
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

    private func serverName() throws(UsageError) -> ServerNamePolicy? {
        guard let sni else { return nil }
        switch sni {
        case "auto": return .auto
        case "plain", "real": return .always(.plain)
        case "records": return .always(.records)
        case "segments": return .always(.segments)
        case "records+segments", "split": return .always(.recordsAndSegments)
        case "disorder": return .always(.disorder)
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

    private func helloForm() throws(UsageError) -> HelloForm {
        guard let hello else { return .standard }
        guard let form = HelloForm(rawValue: hello) else { throw .invalidValue(.hello, hello, .expectedHello) }
        return form
    }

    /// Linux takes no other sizes for TCP_MAXSEG (TCP_MIN_MSS and MAX_TCP_WINDOW in its source; tried on 6.18).
    private func segmentSize() throws(UsageError) -> Int? {
        guard let mss else { return nil }
        guard let size = Int(mss), (88...32_767).contains(size) else {
            throw .invalidValue(.mss, mss, .expectedSegmentSize)
        }
        return size
    }

    private func memoryFolder(in surroundings: Surroundings) throws(UsageError) -> String? {
        guard lab else {
            if noMemory { throw .needs(.noMemory, Flag.lab.spelling) }
            return nil
        }
        return noMemory ? nil : MemoryFile.customaryFolder(in: surroundings.environment)
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
    ///
    /// - Parameters:
    ///   - range: in milliseconds.
    ///   - expected: what to say of what is none of these.
    static func duration(
        _ text: String, of flag: Flag, within range: ClosedRange<Double> = 50...60_000,
        else expected: Sentence = .expectedDuration
    ) throws(UsageError) -> Duration {
        let isMilliseconds = text.hasSuffix("ms")
        let digits = isMilliseconds ? text.dropLast(2) : text.hasSuffix("s") ? text.dropLast() : text[...]
        let isNumber = digits.allSatisfy { $0 == "." || $0.isASCII && $0.isNumber }
        guard isNumber, let number = Double(digits) else { throw .invalidValue(flag, text, expected) }
        let milliseconds = isMilliseconds ? number : number * 1000
        guard range.contains(milliseconds) else { throw .invalidValue(flag, text, expected) }
        return .microseconds(Int64((milliseconds * 1000).rounded()))
    }
}
