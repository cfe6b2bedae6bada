import Foundation
import LabNet
import Testing

@testable import Puller

/// Docker's and podman's files as tables.
@Suite struct CredentialBookTests {
    private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    private static func host(_ registry: String) throws -> CredentialHost {
        CredentialHost(try ImageReference(parsing: "\(registry)/a/b").registry(scheme: .https))
    }

    private func look(
        _ auths: String, _ registry: String, kind: CredentialBook.Kind = .docker, repository: String = "a/b"
    ) throws -> Credential? {
        try CredentialBook(#"{"auths":{\#(auths)}}"#, kind: kind)
            .credential(for: Self.host(registry), repository: repository)
    }

    private static let me = Credential.password(user: "me", Secret("pass:word"))
    private static let auth = #"{"auth":"\#(base64("me:pass:word"))"}"#

    @Test(
        arguments: [
            (#"{"auth":"\#(base64("me:pass:word"))"}"#, me),
            (#"{"auth":"\#(base64("me:pass:word").replacingOccurrences(of: "=", with: ""))"}"#, me),
            (#"{"auth":"\#(base64("me:pass:word\0\0"))","email":"x@y"}"#, me),
            (#"{"username":"me","password":"pass:word"}"#, me),
            (#"{"auth":"","username":"me","password":"pass:word"}"#, me),
            (#"{"auth":"\#(base64("me:"))","identitytoken":"it"}"#, .identityToken(Secret("it"))),
            (#"{"auth":"\#(base64("<token>:it"))"}"#, .identityToken(Secret("it"))),
            (#"{"registrytoken":"rt"}"#, .registryToken(Secret("rt"))), ("{}", nil),
            (#"{"auth":"\#(base64("me:"))"}"#, nil), (#"{"username":"me"}"#, nil),
        ] as [(String, Credential?)])
    func readsAnEntry(_ entry: String, _ credential: Credential?) throws {
        #expect(try look(#""r.io":\#(entry)"#, "r.io") == credential)
    }

    @Test(
        arguments: [
            ("r.io", "r.io", true), ("https://r.io", "r.io", true), ("http://R.io/v1/", "r.io", true),
            ("r.io:443", "r.io", true), ("r.io", "r.io:443", true), ("r.io:5000", "r.io:5000", true),
            ("https://r.io:5000/v2/", "r.io:5000", true), ("r.io/namespace", "r.io", true),
            ("r.io", "r.io:5000", false), ("r.io:5000", "r.io", false), ("r.io:80", "r.io", false),
            ("r.io", "a.r.io", false), ("a.r.io", "r.io", false), ("r.io.evil", "r.io", false), ("", "r.io", false),
            ("/r.io", "r.io", false), ("user@r.io", "r.io", false), ("ftp://r.io", "r.io", false),
            ("localhost:5000", "localhost:5000", true), ("[2001:DB8::1]:5000", "[2001:db8::1]:5000", true),
            ("https://index.docker.io/v1/", "docker.io", true), ("index.docker.io", "docker.io", true),
            ("docker.io", "docker.io", true), ("registry-1.docker.io", "docker.io", true),
            ("https://registry-1.docker.io/v2/", "docker.io", true), ("auth.docker.io", "docker.io", false),
            ("docker.io", "docker.io.evil:443", false),
        ])
    func aKeyMeansOneHost(_ key: String, _ registry: String, _ isFound: Bool) throws {
        #expect((try look(#""\#(key)":\#(Self.auth)"#, registry) == Self.me) == isFound)
    }

    @Test func theExactKeyGoesFirstAndEmptyOnesCountForNothing() throws {
        let other = #"{"auth":"\#(Self.base64("other:x"))"}"#
        #expect(try look(#""http://r.io":\#(other),"r.io":\#(Self.auth)"#, "r.io") == Self.me)
        #expect(try look(#""r.io":{},"https://r.io":\#(Self.auth)"#, "r.io") == Self.me)
        #expect(
            try look(#""docker.io":\#(other),"https://index.docker.io/v1/":\#(Self.auth)"#, "docker.io") == Self.me)
    }

    @Test(arguments: [
        ("a/b", "ab"), ("a/b/c", "abc"), ("a/b/c/d", "abc"), ("a/x", "a"), ("ab", "host"), ("x/a/b", "host"),
    ])
    func podmansLongestKeyCounts(_ repository: String, _ user: String) throws {
        let entries = [("r.io", "host"), ("r.io/a", "a"), ("r.io/a/b", "ab"), ("r.io/a/b/c", "abc"), ("s.io/a/b", "s")]
        let auths = entries.map { #""\#($0.0)":{"auth":"\#(Self.base64("\($0.1):x"))"}"# }.joined(separator: ",")
        #expect(
            try look(auths, "r.io", kind: .podman, repository: repository) == .password(user: user, Secret("x")))
    }

    @Test func podmansKeyForANamespaceIsForNoOther() throws {
        #expect(try look(#""r.io/other":\#(Self.auth)"#, "r.io", kind: .podman) == nil)
        #expect(
            try look(#""docker.io/library":\#(Self.auth)"#, "docker.io", kind: .podman, repository: "library/x")
                == Self.me)
        #expect(try look(#""https://index.docker.io/v1/":\#(Self.auth)"#, "docker.io", kind: .podman) == Self.me)
    }

    @Test(arguments: [
        ("{", "JSON"), ("[]", "JSON"), ("\u{1}", "JSON"), (#"{"auths":[]}"#, "auths"),
        (#"{"auths":{"r.io":{"auth":7}}}"#, "auths[r.io][auth]"), (#"{"credHelpers":{"r.io":7}}"#, "credHelpers[r.io]"),
        (#"{"credsStore":{}}"#, "credsStore"),
    ])
    func saysWhatIsWrong(_ text: String, _ part: String) {
        #expect(throws: CredentialProblem.malformed(part)) { try CredentialBook(text, kind: .docker) }
    }

    @Test(arguments: [("auth", "!!!"), ("auth", base64("nobody")), ("registrytoken", #"a\r\nX: y"#)])
    func saysWhichEntryIsWrong(_ field: String, _ value: String) {
        #expect(throws: CredentialProblem.malformed("auths[r.io][\(field)]")) {
            try look(#""r.io":{"\#(field)":"\#(value)"}"#, "r.io")
        }
    }

    @Test func anEmptyFileHoldsNothingAndAHugeOneIsRefused() throws {
        for text in ["", " \n", "{}", #"{"auths":{}}"#, #"{"auths":null}"#] {
            let book = try CredentialBook(text, kind: .podman)
            #expect(try book.credential(for: Self.host("r.io"), repository: "a") == nil)
            #expect(try book.helper(for: Self.host("r.io")) == nil)
        }
        let huge = "{}" + String(repeating: " ", count: 1 << 20)
        #expect(throws: CredentialProblem.tooLarge(limit: 1 << 20)) { try CredentialBook(huge, kind: .docker) }
    }

    @Test(
        arguments: [
            (#"{"credsStore":"desktop"}"#, "docker-credential-desktop"),
            (#"{"credsStore":"desktop","credHelpers":{"r.io":"ecr-login"}}"#, "docker-credential-ecr-login"),
            (#"{"credHelpers":{"s.io":"ecr-login"}}"#, nil), (#"{"credsStore":""}"#, nil),
            (#"{"credsStore":"desktop","credHelpers":{"r.io":""}}"#, nil),
        ] as [(String, String?)])
    func knowsTheHelper(_ text: String, _ program: String?) throws {
        #expect(try CredentialBook(text, kind: .docker).helper(for: Self.host("r.io"))?.program == program)
    }

    @Test(arguments: ["../x", "/bin/sh", "a/b", "a b", "x;y", "ü", "a\u{0}b", "$(id)"]) func aPathIsNoHelper(
        _ name: String
    ) throws {
        let escaped = String(decoding: try JSONEncoder().encode(name), as: UTF8.self)
        let book = try CredentialBook(#"{"credsStore":\#(escaped)}"#, kind: .docker)
        #expect(throws: CredentialProblem.helperName(name)) { try book.helper(for: Self.host("r.io")) }
    }
}

/// In which order all of it is looked at.
@Suite(.timeLimit(.minutes(1))) struct AccountsTests {
    private static func entry(_ user: String) -> String { #"{"username":"\#(user)","password":"x"}"# }

    private func user(
        _ accounts: Accounts, _ image: String = "r.io/a/b", mirror: String? = nil
    ) async throws -> String? {
        let endpoint = try RegistryEndpoint(
            ImageReference(parsing: image), mirror: mirror.map { try RegistryMirror(parsing: $0) }, plainHTTP: false)
        return try await accounts.credential(for: endpoint, clock: .system)?.user
    }

    @Test func whatIsTypedGoesFirstThenDockersThenPodmans() async throws {
        let podman = #"{"auths":{"r.io":\#(Self.entry("podman"))}}"#
        var accounts = Accounts.stored(podman: podman)
        #expect(try await user(accounts) == "podman")
        accounts = .stored(docker: #"{"auths":{"r.io":\#(Self.entry("docker"))}}"#, podman: podman)
        #expect(try await user(accounts) == "docker")
        try accounts.add(.password(user: "typed", Secret("x")), for: "R.io")
        #expect(try await user(accounts) == "typed")
        #expect(try await user(accounts, "nginx", mirror: "http://r.io") == "typed")
        accounts.registry = .password(user: "registry", Secret("x"))
        #expect(try await user(accounts) == "registry")
        #expect(try await user(accounts, "nginx", mirror: "r.io") == "typed")
        #expect(try await user(accounts, "r.io/a/b", mirror: "m.example") == nil)
        #expect(try await user(Accounts()) == nil)
    }

    @Test func aHostHasOneAccount() throws {
        var accounts = Accounts()
        let one = Credential.password(user: "one", Secret("x"))
        try accounts.add(one, for: "r.io")
        #expect(throws: Accounts.HostRefused.self) { try accounts.add(one, for: "r.io:443") }
        try accounts.add(one, for: "r.io:5000")
        try accounts.add(one, for: "docker.io")
        for text in ["registry-1.docker.io", "", "a b", "r.io/x", "https://r.io", "u@r.io", "r.io:0"] {
            #expect(throws: Accounts.HostRefused.self, "\(text)") { try accounts.add(one, for: text) }
        }
    }

    @Test func aBrokenFileIsNamed() async throws {
        let error = await #expect(throws: PullError.self) { try await user(.stored(docker: "{")) }
        #expect(
            error
                == PullError(
                    step: .credential, place: "/home/me/.docker/config.json", cause: .credential(.malformed("JSON"))))
        let second = await #expect(throws: PullError.self) { try await user(.stored(podman: #"{"auths":7}"#)) }
        #expect(second?.place == "/run/me/auth.json")
    }
}
