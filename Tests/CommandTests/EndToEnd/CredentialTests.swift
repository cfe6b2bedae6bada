import Foundation
import Testing

/// Accounts as Docker and podman have kept them, against Debian's registry.
@Suite(.serialized) struct CredentialTests {
    /// Pulls in a home of its own; nothing else is in the environment.
    private func pull(
        _ image: String, home: Scratch, environment: [String: String] = [:], _ flags: [String] = []
    ) async throws -> Outcome {
        let result = try Scratch()
        defer { result.remove() }
        let outcome = try await Tool.run(
            ["pull", image, "-plain-http", "-output", result.path("a.tar")] + flags,
            environment: ["HOME": home.path].merging(environment) { $1 })
        #expect(result.listing == (outcome.status == 0 ? ["a.tar"] : []))
        return outcome
    }

    private func helper(_ script: String, in home: Scratch) throws -> [String: String] {
        let path = try home.write("bin/docker-credential-canary", "#!/bin/sh\n\(script)\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return ["PATH": "\(home.path("bin")):/usr/bin:/bin"]
    }

    @Test func dockersFileIsEnough() async throws {
        let registry = try await LoginRegistry()
        let home = try Scratch()
        defer { home.remove() }
        let nobody = try await pull(registry.image, home: home)
        #expect(nobody.status == 4, "\(nobody.error)")
        #expect(nobody.error.contains("docker login"))

        _ = try home.write(
            ".docker/config.json", #"{"auths":{"http://\#(registry.host)/v2/":{"auth":"\#(LoginRegistry.encoded)"}}}"#)
        let known = try await pull(registry.image, home: home)
        #expect(known.status == 0, "\(known.error)")
        // What is typed goes before the file, wrong as it is.
        let typed = try await pull(
            registry.image, home: home, environment: ["DOCKER_TAR_LAB_PASSWORD": "wrong"], ["-username", "me"])
        #expect(typed.status == 4, "\(typed.error)")
        let account = try await pull(
            registry.image, home: try Scratch(),
            environment: ["DOCKER_TAR_LAB_PASSWORD_127_0_0_1_\(registry.port)": LoginRegistry.password],
            ["-login", "\(registry.host)=\(LoginRegistry.user)"])
        #expect(account.status == 0, "\(account.error)")
    }

    @Test func aBrokenFileIsNamedInBothLanguages() async throws {
        let registry = try await LoginRegistry()
        let home = try Scratch()
        defer { home.remove() }
        let path = try home.write(".docker/config.json", #"{"auths":{"r.io":{"auth":7}},"x":"swordfish"}"#)
        for (language, words) in [("en", "the file is not as it should be"), ("zh", "文件内容有误")] {
            let outcome = try await pull(registry.image, home: home, ["-lang", language])
            #expect(outcome.status == 4)
            #expect(outcome.error.contains(path) && outcome.error.contains(words), "\(outcome.error)")
            #expect(outcome.error.contains("auths[r.io][auth]"))
            #expect(!outcome.error.contains("swordfish"))
        }
    }

    @Test func aHelperIsAsked() async throws {
        let registry = try await LoginRegistry()
        let home = try Scratch()
        defer { home.remove() }
        _ = try home.write(".docker/config.json", #"{"credHelpers":{"\#(registry.host)":"canary"}}"#)
        let missing = try await pull(registry.image, home: home, environment: ["PATH": "/usr/bin:/bin"])
        #expect(missing.status == 4)
        #expect(missing.error.contains("docker-credential-canary"), "\(missing.error)")

        let answer = #"{"ServerURL":"x","Username":"\#(LoginRegistry.user)","Secret":"\#(LoginRegistry.password)"}"#
        let script = """
            test "$1" = get && test "$(cat)" = "\(registry.host)" && echo '\(answer)'
            """
        let outcome = try await pull(registry.image, home: home, environment: try helper(script, in: home))
        #expect(outcome.status == 0, "\(outcome.error)")
        let nothing = "cat >/dev/null; echo credentials not found in native keychain; exit 1"
        let unknown = try await pull(registry.image, home: home, environment: try helper(nothing, in: home))
        #expect(unknown.status == 4)
        #expect(unknown.error.contains("-username"), "\(unknown.error)")
    }

    @Test(.enabled("podman is not installed") { Program.find("podman") != nil })
    func whatPodmanLoginWritesIsRead() async throws {
        let registry = try await LoginRegistry()
        let home = try Scratch()
        defer { home.remove() }
        let file = home.path("containers/auth.json")
        try FileManager.default.createDirectory(atPath: home.path("containers"), withIntermediateDirectories: true)
        try await Program.must(
            "podman",
            home.podmanStore + [
                "login", "--tls-verify=false", "--authfile", file, "-u", LoginRegistry.user, "--password-stdin",
                registry.host,
            ], environment: ["HOME": home.path], input: Data(LoginRegistry.password.utf8))
        for environment in [
            ["REGISTRY_AUTH_FILE": file], ["XDG_RUNTIME_DIR": home.path], ["XDG_CONFIG_HOME": home.path],
        ] {
            let outcome = try await pull(registry.image, home: home, environment: environment)
            #expect(outcome.status == 0, "\(environment)\n\(outcome.error)")
        }
        #expect(try await pull(registry.image, home: home).status == 4)
    }
}

/// An identity token, exchanged at a token server for what Debian's registry takes.
@Suite(.serialized) struct IdentityTokenPullTests {
    private static let secret = "identity/\(UUID().uuidString)"

    /// A token server: RFC 6749's exchange by POST where it knows one, and Basic by GET. It writes down what it
    /// refuses.
    private static let server = """
        import base64, http.server, sys, urllib.parse
        port, secret, token, posts = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4] == "posts"
        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self, status, text):
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                print("POST", flush=True)
                if not posts:
                    return self.answer(404, "")
                fields = urllib.parse.parse_qs(body, strict_parsing=True)
                expected = {"grant_type": ["refresh_token"], "client_id": ["docker-tar-lab"], "refresh_token": [secret],
                    "service": ["registry.test"], "scope": ["repository:lab/img1:pull"]}
                if fields != expected or "Authorization" in self.headers:
                    return self.answer(401, str(fields))
                self.answer(200, '{"access_token":"%s","expires_in":300,"scope":"x"}' % token)
            def do_GET(self):
                print("GET", flush=True)
                basic = "Basic " + base64.b64encode(("<token>:" + secret).encode()).decode()
                if posts or self.headers.get("Authorization") != basic:
                    return self.answer(401, "")
                self.answer(200, '{"token":"%s"}' % token)
            def log_message(self, *arguments): pass
        http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
        """

    @Test(.enabled("python3 is not installed") { Program.find("python3") != nil }, arguments: [true, false])
    func itIsExchangedAsTheTokenServerWantsIt(byPOST: Bool) async throws {
        let tokens = try await TokenAuth()
        let (port, tokenPort) = (try Loopback.freePort(), try Loopback.freePort())
        let registry = try await RealServer.registry(
            port: port, auth: tokens.configuration(realm: "http://127.0.0.1:\(tokenPort)/token"))
        let token = try await tokens.token(repositories: ["lab/img1"])
        let scratch = try Scratch()
        let script = try scratch.write("tokens.py", Self.server)
        let tokenServer = try await Server(
            "python3", [script, "\(tokenPort)", Self.secret, token, byPOST ? "posts" : "gets"], scratch: scratch
        ) { Loopback.accepts("127.0.0.1", tokenPort) }
        try await Program.must(
            "skopeo",
            [
                "copy", "--preserve-digests", "--dest-tls-verify=false", "--dest-registry-token", token,
                "oci:\(TestImage.golden):single", "docker://127.0.0.1:\(port)/lab/img1:single",
            ])
        let home = try Scratch()
        defer { home.remove() }
        _ = try home.write(
            ".docker/config.json", #"{"auths":{"127.0.0.1:\#(port)":{"auth":"","identitytoken":"\#(Self.secret)"}}}"#)
        let outcome = try await Tool.run(
            ["pull", "127.0.0.1:\(port)/lab/img1:single", "-plain-http", "-output", home.path("a.tar")],
            environment: ["HOME": home.path])
        #expect(outcome.status == 0, "\(outcome.error)\n\(tokenServer.log)")
        #expect(tokenServer.log.split(separator: "\n") == (byPOST ? ["POST"] : ["POST", "GET"]))
        withExtendedLifetime(registry) {}
    }
}
