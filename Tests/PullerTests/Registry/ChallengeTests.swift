import LabNet
import Testing

@testable import Puller

@Suite struct ChallengeTests {
    static let table: [(field: String, challenges: [Challenge])] = [
        (
            #"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/nginx:pull""#,
            [
                bearer([
                    "realm": "https://auth.docker.io/token", "service": "registry.docker.io",
                    "scope": "repository:library/nginx:pull",
                ])
            ]
        ),
        (#"BEARER  Realm = "https://a/t" , SERVICE=b"#, [bearer(["realm": "https://a/t", "service": "b"])]),
        (
            "bearer realm=https://a.io/token?x=1,service=s",
            [bearer(["realm": "https://a.io/token?x=1", "service": "s"])]
        ),
        (
            #"Basic realm="a, b", Bearer realm="https://a/t", error="invalid_token""#,
            [
                Challenge(scheme: "basic", parameters: ["realm": "a, b"]),
                bearer(["realm": "https://a/t", "error": "invalid_token"]),
            ]
        ),
        (
            "Negotiate, Basic",
            [Challenge(scheme: "negotiate", parameters: [:]), Challenge(scheme: "basic", parameters: [:])]
        ),
        (#"Basic realm="a \"quoted\" \\ b""#, [Challenge(scheme: "basic", parameters: ["realm": #"a "quoted" \ b"#])]),
        (#"Basic realm="no end"#, [Challenge(scheme: "basic", parameters: ["realm": "no end"])]),
        (#"Bearer realm="https://a/t",realm="https://evil/t""#, [bearer(["realm": "https://a/t"])]),
        (#",, Bearer ,realm="r",,"#, [bearer(["realm": "r"])]),
        (#"realm="r""#, []), ("", []), (" ,", []), ("\u{0}\"=", []),
    ]

    static func bearer(_ parameters: [String: String]) -> Challenge {
        Challenge(scheme: "bearer", parameters: parameters)
    }

    @Test(arguments: table) func reads(_ row: (field: String, challenges: [Challenge])) {
        #expect(Challenge.parse([row.field]) == row.challenges)
    }

    @Test func readsSeveralFields() {
        #expect(Challenge.parse(["Basic realm=x", #"Bearer realm="y""#]).map(\.scheme) == ["basic", "bearer"])
    }
}

@Suite struct RealmTests {
    static let allowed = [
        ("https://registry-1.docker.io", "https://auth.docker.io/token"),
        ("https://r.io", "https://r.io:8443/token?x=1"),
        ("http://localhost:5000", "http://localhost:5001/auth"),
        ("http://127.0.0.1:5000", "http://127.0.0.2/auth"),
        ("http://r.io", "http://auth.r.io/token"),
        ("https://10.1.2.3", "https://192.168.0.1/token"),
        ("https://registry.corp", "https://auth.corp/token"),
        ("https://registry.corp", "https://10.0.0.5/token"),
        ("https://localhost:5000", "https://auth.example.com/token"),
        ("https://[fd00::1]", "https://[fd00::2]/t"),
        ("https://192.168.1.5:5000", "https://192.168.1.5:5000/t"),
    ]

    @Test(arguments: allowed) func allows(_ registry: String, _ realm: String) throws {
        let origin = try #require(HTTPURL(registry)).origin
        #expect(try Realm(realm, for: origin).url.description == realm)
    }

    static let refused = [
        ("https://r.io", "http://r.io/token"),
        ("https://r.io", "http://auth.r.io/token"),
        ("https://r.io", "https://user@auth.r.io/token"),
        ("https://r.io", "https://user:secret@auth.r.io/token"),
        ("https://r.io", "ftp://auth.r.io/token"),
        ("https://r.io", "/token"),
        ("https://r.io", ""),
        ("https://r.io", "https://127.0.0.1/token"),
        ("https://r.io", "https://localhost/token"),
        ("https://r.io", "https://a.localhost/token"),
        ("https://r.io", "https://169.254.169.254/latest"),
        ("https://r.io", "https://10.0.0.1/token"),
        ("https://r.io", "https://172.31.0.1/token"),
        ("https://r.io", "https://192.168.0.1/token"),
        ("https://r.io", "https://100.64.0.1/token"),
        ("https://r.io", "https://0.0.0.0/token"),
        ("https://r.io", "https://[::1]/token"),
        ("https://r.io", "https://[::]/token"),
        ("https://r.io", "https://[::ffff:127.0.0.1]/token"),
        ("https://r.io", "https://[::ffff:10.0.0.1]/token"),
        ("https://r.io", "https://[64:ff9b::a00:1]/token"),
        ("https://r.io", "https://[2002:a00:1::1]/token"),
        ("https://r.io", "https://[fe80::1]/token"),
        ("https://r.io", "https://[fd00::1]/token"),
        ("https://r.io", "https://metadata.google.internal/token"),
        ("https://r.io", "https://intranet/token"),
        ("https://10.0.0.1", "https://127.0.0.1/token"),
        ("https://10.0.0.1", "https://169.254.169.254/token"),
        ("http://127.0.0.1:5000", "http://10.0.0.1/token"),
    ]

    @Test(arguments: refused) func refuses(_ registry: String, _ realm: String) throws {
        let origin = try #require(HTTPURL(registry)).origin
        #expect {
            try Realm(realm, for: origin)
        } throws: { error in
            guard case .realmRefused? = error as? PullError.Cause else { return false }
            return true
        }
    }
}
