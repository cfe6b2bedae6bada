import LabNet
import Testing

@testable import docker_tar_lab

@Suite struct TransportArgumentTests {
    private func transport(
        _ line: String, _ surroundings: Surroundings = surroundings()
    ) throws -> TransportConfiguration {
        try invocation("pull nginx " + line, surroundings).transport
    }

    private func resolvers(_ configuration: TransportConfiguration) -> (lab: Bool, [String]) {
        switch configuration.mode {
        case .ordinary(let resolvers): (false, resolvers.map(\.description))
        case .lab(let list): (true, list.resolvers.map(\.description))
        }
    }

    @Test func theFlagReplacesTheUsersListAndThatTheBuiltinOne() throws {
        let home = surroundings(
            environment: ["HOME": "/home/me"],
            files: ["/home/me/.config/docker-tar-lab/resolvers.txt": "# mine\n9.9.9.9\n[2620:fe::fe]:5353\n"])
        let xdg = surroundings(
            environment: ["HOME": "/home/me", "XDG_CONFIG_HOME": "/xdg"],
            files: [
                "/xdg/docker-tar-lab/resolvers.txt": "1.1.1.1\n",
                "/home/me/.config/docker-tar-lab/resolvers.txt": "9.9.9.9\n",
            ])
        let relative = surroundings(
            environment: ["HOME": "/home/me", "XDG_CONFIG_HOME": "xdg"],
            files: ["/home/me/.config/docker-tar-lab/resolvers.txt": "9.9.9.9\n"])
        #expect(resolvers(try transport("")) == (false, []))
        #expect(resolvers(try transport("", home)) == (false, []))
        #expect(resolvers(try transport("-lab")) == (true, ResolverList.defaults.resolvers.map(\.description)))
        #expect(resolvers(try transport("-lab", home)) == (true, ["9.9.9.9:53", "[2620:fe::fe]:5353"]))
        #expect(resolvers(try transport("-lab", xdg)) == (true, ["1.1.1.1:53"]))
        #expect(resolvers(try transport("-lab", relative)) == (true, ["9.9.9.9:53"]))
        #expect(
            resolvers(try transport("-lab -dns-servers 8.8.8.8:5353,::1", home)) == (
                true, ["8.8.8.8:5353", "[::1]:53"]
            ))
        #expect(resolvers(try transport("-dns-servers 8.8.8.8", home)) == (false, ["8.8.8.8:53"]))
    }

    @Test func aBadListOfOnesOwnIsAUsageErrorWithItsLine() throws {
        let path = "/home/me/.config/docker-tar-lab/resolvers.txt"
        let bad = surroundings(environment: ["HOME": "/home/me"], files: [path: "9.9.9.9\ndns.google\n"])
        let error = #expect(throws: UsageError.self) { try transport("-lab", bad) }
        guard case .resolverFile(path, let reason)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.en.contains("line 2") && reason.en.contains("dns.google"))
        let denied = surroundings(environment: ["XDG_CONFIG_HOME": "/denied"])
        #expect(throws: UsageError.resolverFile(path: "/denied/docker-tar-lab/resolvers.txt", .errno(13))) {
            try transport("-lab", denied)
        }
    }

    @Test(arguments: [
        ("2", Duration.seconds(2)), ("2s", .seconds(2)), ("1500ms", .milliseconds(1500)), ("0.5", .milliseconds(500)),
        ("1.5s", .milliseconds(1500)), ("50ms", .milliseconds(50)), ("60", .seconds(60)),
    ])
    func times(text: String, expected: Duration) throws {
        #expect(try transport("-dns-timeout \(text)").holdOnWindow == expected)
    }

    @Test(arguments: [
        ("auto", ServerNamePolicy.auto), ("plain", .always(.plain)), ("real", .always(.plain)),
        ("records", .always(.records)), ("segments", .always(.segments)),
        ("records+segments", .always(.recordsAndSegments)), ("split", .always(.recordsAndSegments)),
        ("disorder", .always(.disorder)), ("omit", .always(.omit)),
        ("alter:www.example.com", .always(.alter("www.example.com"))),
    ])
    func strategies(text: String, expected: ServerNamePolicy) throws {
        #expect(try transport("-sni \(text)").serverName == expected)
    }

    private func list(_ line: String, _ surroundings: Surroundings = surroundings()) throws -> ResolverList {
        guard case .lab(let list) = try transport("-lab " + line, surroundings).mode else {
            throw UsageError.needs(.canary, "-lab")
        }
        return list
    }

    @Test func everyCarrierIsAskedInTheLab() throws {
        let text = "9.9.9.9,tcp://8.8.8.8,tls://9.9.9.9,tls://1.1.1.1@one.one.one.one,https://1.1.1.1/dns-query"
        #expect(
            try list("-dns-servers \(text)").resolvers.map(\.description) == [
                "9.9.9.9:53", "tcp://8.8.8.8", "tls://9.9.9.9", "tls://1.1.1.1@one.one.one.one",
                "https://1.1.1.1/dns-query",
            ])
    }

    @Test func canariesComeWithTheListUnlessTheUserSaysOtherwise() throws {
        let home = surroundings(
            environment: ["HOME": "/home/me"],
            files: ["/home/me/.config/docker-tar-lab/resolvers.txt": "9.9.9.9\ncanary 192.0.2.9\n"])
        func canaries(_ line: String, _ surroundings: Surroundings = surroundings()) throws -> [String] {
            try list(line, surroundings).canaries.map(\.description)
        }
        #expect(try canaries("") == ResolverList.defaults.canaries.map(\.description))
        #expect(try canaries("").count == 2)
        #expect(try canaries("", home) == ["192.0.2.9:53"])
        #expect(try canaries("-dns-servers 1.1.1.1", home) == [])
        #expect(try canaries("-dns-servers 1.1.1.1 -canary 192.0.2.1:54", home) == ["192.0.2.1:54"])
        #expect(try canaries("-canary 192.0.2.1,2001:db8::1", home) == ["192.0.2.1:53", "[2001:db8::1]:53"])
        #expect(try canaries("-no-canary", home) == [])
        #expect(try canaries("-no-canary") == [])
        #expect(try list("-no-canary").resolvers == ResolverList.defaults.resolvers)
    }

    @Test(arguments: [("standard", HelloForm.standard), ("small", .small), ("tls12", .tls12)])
    func hellos(text: String, expected: HelloForm) throws {
        #expect(try transport("-hello \(text)").hello == expected)
        #expect(try transport("").hello == .standard)
    }

    @Test func segments() throws {
        #expect(try transport("").segmentSize == nil)
        #expect(try [88, 536, 32_767].map { try transport("-mss \($0)").segmentSize } == [88, 536, 32_767])
    }

    @Test func theMemoryIsWhereCachesAre() throws {
        let home = ["HOME": "/home/me"]
        let xdg = home.merging(["XDG_CACHE_HOME": "/xdg"]) { $1 }
        func folder(_ line: String, _ environment: [String: String]) throws -> String? {
            try transport(line, surroundings(environment: environment)).memoryFolder
        }
        #expect(try folder("-lab", home) == "/home/me/.cache/docker-tar-lab")
        #expect(try folder("-lab", xdg) == "/xdg/docker-tar-lab")
        #expect(try folder("-lab", ["HOME": "/home/me", "XDG_CACHE_HOME": "xdg"]) == "/home/me/.cache/docker-tar-lab")
        #expect(try folder("-lab", ["HOME": "me", "XDG_CACHE_HOME": ""]) == nil)
        #expect(try folder("-lab", [:]) == nil)
        #expect(try folder("-lab -no-memory", xdg) == nil)
        #expect(try folder("", xdg) == nil)
        #expect(try folder("-lab -forget", xdg) == "/xdg/docker-tar-lab")
    }

    @Test func familiesAddressesPinsProxies() throws {
        #expect(try transport("").family == .ip)
        #expect(try transport("-network ip6").family == .ip6)
        #expect(try transport("").serverName == nil)
        let overrides = try transport("-resolve GHCR.io=192.0.2.1,::1 -resolve ghcr.io=[::2]").overrides
        #expect(overrides == ["ghcr.io": ["192.0.2.1", "::1", "::2"].compactMap { IPAddress($0) }])
        let fingerprint = String(repeating: "ab", count: 32)
        let trust = try transport(
            "-trust a.example:5000=sha256:\(fingerprint) -trust b=sha256:\(fingerprint) -ca-file f -ca-dir d"
        ).trust
        #expect(trust.pins.keys.sorted() == ["a.example:5000", "b"])
        #expect(trust.pins["b"] == [UInt8](repeating: 0xAB, count: 32))
        #expect(trust.authorityFile == "f" && trust.authorityFolder == "d")
        guard case .environment = try transport("").proxy, case .none = try transport("-proxy none").proxy,
            case .always(let proxy) = try transport("-proxy socks5h://u:p%40@h.example").proxy
        else {
            Issue.record("wrong proxy policies")
            return
        }
        #expect(proxy.kind == .socks5h && proxy.port == 1080 && proxy.user == "u" && proxy.password?.reveal() == "p@")
    }
}
