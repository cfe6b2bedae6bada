import Foundation
import LabNet
import NIOCore
import NIOHTTP1
import Testing

@testable import Puller

@Suite struct HTTPDateTests {
    @Test(arguments: [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
        ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Thu, 29 Feb 2024 23:59:60 GMT", 1_709_251_200), ("Sat, 01 Mar 2025 00:00:00 GMT", 1_740_787_200),
        ("Friday, 31-Dec-49 00:00:00 GMT", 2_524_521_600),
    ])
    func reads(_ text: String, _ seconds: Int64) {
        #expect(HTTPDate.secondsSince1970(text) == seconds)
    }

    @Test(arguments: [
        "", "soon", "Sun, 06 Nov 1994", "Sun, 06 Xxx 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:00:00 GMT", "1:2:3 4:5:6",
        "Sun, 99999999999999999999 Nov 1994 00:00:00 GMT",
    ])
    func refuses(_ text: String) {
        #expect(HTTPDate.secondsSince1970(text) == nil)
    }
}

@Suite struct RetryTests {
    @Test(arguments: [
        ("120", Duration.seconds(120)), (" 0 ", .seconds(0)), ("Sun, 06 Nov 1994 08:49:37 GMT", .seconds(37)),
        ("Sun, 06 Nov 1994 08:48:00 GMT", .seconds(0)),
    ])
    func readsRetryAfter(_ field: String, _ wait: Duration) {
        #expect(Refusal.retryAfter(field, now: 784_111_740) == wait)
    }

    @Test(arguments: ["", "-5", "soon", "1.5", "1e3"]) func refusesRetryAfter(_ field: String) {
        #expect(Refusal.retryAfter(field, now: 0) == nil)
    }

    @Test func waitsDoubleUpToALimitAndEnd() {
        let policy = RetryPolicy(attempts: 10)
        let waits = (1...9).map { policy.wait(afterFailures: $0, retryAfter: nil, random: 1) }
        #expect(waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30].map { Duration.seconds($0) })
        #expect(policy.wait(afterFailures: 10, retryAfter: nil, random: 1) == nil)
        #expect(policy.wait(afterFailures: 1, retryAfter: nil, random: 0) == .milliseconds(250))
    }

    @Test func honoursTheServersWaitWithinReason() {
        let policy = RetryPolicy()
        #expect(policy.wait(afterFailures: 1, retryAfter: .seconds(7), random: 0) == .seconds(7))
        #expect(policy.wait(afterFailures: 1, retryAfter: .seconds(6 * 3600), random: 0) == nil)
    }

    @Test func knowsWhatMayPass() {
        func passes(_ cause: PullError.Cause, established: Bool = false) -> Bool {
            PullError(step: .manifest, place: "r", cause: cause).mayPass(established: established)
        }
        func network(_ step: Step, _ cause: NetworkError.Cause) -> PullError.Cause {
            .network(NetworkError(step: step, host: "r", cause: cause))
        }
        for status in [408, 500, 502, 503, 504] { #expect(passes(.status(status, ""))) }
        for status in [400, 410, 416, 501, 505] { #expect(!passes(.status(status, ""))) }
        #expect(passes(.rateLimited("", retryAfter: nil)))
        #expect(!passes(.notFound("")))
        #expect(!passes(.unauthorised(status: 403, "")))
        #expect(passes(.sizeMismatch(expected: 2, actual: 1)))
        #expect(!passes(.sizeMismatch(expected: 1, actual: 2)))
        #expect(passes(network(.exchange, .reset)))
        #expect(!passes(network(.dial, .refused)))
        #expect(passes(network(.dial, .refused), established: true))
        let problem = NetworkError.CertificateProblem(code: 18, reason: "", names: [], fingerprint: nil)
        #expect(!passes(network(.secure, .certificate(problem)), established: true))
    }
}

@Suite struct BlobRangeTests {
    @Test(
        arguments: [
            (200, nil, 50, 50), (206, "bytes 50-99/100", 50, 0), (206, "bytes 50-70/100", 50, 0),
            (206, "BYTES 50-99/*", 50, 0), (206, "bytes 0-99/100", 0, 0),
        ] as [(Int, String?, Int64, Int64)])
    func accepts(_ status: Int, _ field: String?, _ offset: Int64, _ discarded: Int64) throws {
        #expect(
            try BlobRange.discarded(status: status, contentRange: field, offset: offset, size: 100) == discarded)
    }

    @Test(
        arguments: [
            nil, "", "bytes", "bytes 49-99/100", "bytes 51-99/100", "bytes 50-100/100", "bytes 50-99/101",
            "bytes 99-50/100",
            "bytes */100", "bytes 50-99", "items 50-99/100", "bytes +50-99/100", "bytes 50-99/99", "bytes 50--99/100",
            "bytes 50-99999999999999999999/*",
        ] as [String?])
    func refuses(_ field: String?) {
        #expect(throws: BlobRange.Unusable.self) {
            try BlobRange.discarded(status: 206, contentRange: field, offset: 50, size: 100)
        }
    }

    @Test func moreThanWasAskedForIsRefused() throws {
        let asked = { (field: String) in
            try BlobRange.discarded(status: 206, contentRange: field, offset: 50, end: 70, size: 100)
        }
        #expect(try asked("bytes 50-69/100") == 0)
        // Less is allowed (RFC 9110 15.3.7).
        #expect(try asked("bytes 50-59/100") == 0)
        #expect(throws: BlobRange.Unusable.self) { try asked("bytes 50-70/100") }
    }

    @Test func namesA416() {
        #expect(throws: BlobRange.Unusable(cause: .status(416, ""))) {
            try BlobRange.discarded(status: 416, contentRange: "bytes */100", offset: 50, size: 100)
        }
    }
}

@Suite struct ServerWordsTests {
    @Test(
        arguments: [
            (
                #"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"#, "application/json",
                "manifest unknown"
            ),
            (#"{"errors":[{"code":"A"},{"message":"b"}]}"#, nil, "A; b"),
            (#"{"details":"incorrect username or password"}"#, nil, "incorrect username or password"),
            (#"{"message":"no"}"#, "text/html", "no"),
            (#"{"error":"x","error_description":"why"}"#, nil, "why"),
            (#"{"errors":[]}"#, nil, ""),
            ("  Bad gateway\u{1B}[31m", "text/plain", "Bad gateway\u{1B}[31m"),
            ("<html><h1>502</h1>", nil, ""), ("hello", "text/html", ""), ("", nil, ""),
        ] as [(String, String?, String)])
    func keeps(_ body: String, _ type: String?, _ words: String) {
        #expect(ServerWords.words(Array(body.utf8), contentType: type) == words)
    }

    @Test func areCut() {
        let long = String(repeating: "x", count: 5000)
        #expect(ServerWords.words(Array(long.utf8), contentType: nil).count == 300)
        #expect(ServerWords.words(Array(#"{"message":"\#(long)"}"#.utf8), contentType: nil).count == 300)
    }
}

@Suite struct TokenTests {
    private func server(_ realm: String = "https://a.io/token") throws -> TokenServer {
        TokenServer(
            realm: try Realm(realm, for: Origin(scheme: .https, host: .name("r.io"))), service: "my registry&x=y",
            scopes: ["repository:a/b:pull", "x"])
    }

    @Test func asksWithEachScopeOfItsOwn() throws {
        let request = try server().request(as: .password(user: "ü", Secret("p")))
        #expect(
            request.url.description
                == "https://a.io/token?service=my%20registry%26x%3Dy&scope=repository:a/b:pull&scope=x&account=%C3%BC")
        #expect(request.authorization?.reveal() == "Basic w7w6cA==")
        #expect(request.method == .GET && request.body == nil)
        let other = try server("https://a.io/token?k=v").request(as: nil)
        #expect(other.url.description.hasPrefix("https://a.io/token?k=v&service="))
        #expect(other.authorization == nil)
    }

    @Test func anIdentityTokenIsExchangedInABody() throws {
        let request = try server().request(exchanging: Secret("a&b=c"))
        #expect(request.method == .POST)
        #expect(request.url.description == "https://a.io/token")
        #expect(request.headers["Content-Type"] == ["application/x-www-form-urlencoded"])
        #expect(
            request.body?.bytes.map { String(buffer: $0) }
                == "grant_type=refresh_token&client_id=docker-tar-lab&service=my%20registry%26x%3Dy"
                + "&scope=repository:a/b:pull%20x&refresh_token=a%26b%3Dc")
        #expect(request.authorization == nil)
    }

    @Test func aRealmElsewhereIsHeldToItsNetwork() throws {
        #expect(try server().request(as: nil).reach == Reach(from: .global))
        #expect(try server("https://r.io/token").request(exchanging: Secret("t")).reach == .anywhere)
        let registry = Origin(scheme: .https, host: .name("r.io"))
        #expect(try Realm("https://a.io/t", for: registry, in: .private).reach == Reach(from: .private))
        #expect(try Realm("https://10.0.0.1/t", for: registry, in: .private).reach == Reach(from: .private))
        #expect(throws: PullError.Cause.self) { try Realm("https://10.0.0.1/t", for: registry, in: .loopback) }
    }

    @Test func anotherIdentityTokenTakesTheOldOnesPlace() throws {
        let body = #"{"access_token":"a","refresh_token":"next"}"#
        #expect(try Token(Array(body.utf8), asked: .zero).nextIdentityToken == Secret("next"))
        #expect(try Token(Array(#"{"token":"a","refresh_token":""}"#.utf8), asked: .zero).nextIdentityToken == nil)
    }

    @Test(arguments: [
        (#"{"token":"abc"}"#, "Bearer abc", 160), (#"{"access_token":"d","expires_in":300}"#, "Bearer d", 400),
        (#"{"token":"","access_token":"d","expires_in":0}"#, "Bearer d", 100),
        (#"{"token":"a","expires_in":-4}"#, "Bearer a", 100),
        (#"{"token":"a","expires_in":1e300}"#, "Bearer a", 86500),
    ])
    func reads(_ body: String, _ authorization: String, _ expiry: Int) throws {
        let token = try Token(Array(body.utf8), asked: .seconds(100))
        #expect(token.authorization.reveal() == authorization)
        #expect(token.expiry == .seconds(expiry))
    }

    @Test(arguments: [
        "", "{}", "[]", #"{"token":""}"#, #"{"token":"a\r\nX: y"}"#, #"{"token":"a b"}"#, #"{"token":7}"#,
    ])
    func refuses(_ body: String) {
        #expect(throws: PullError.Cause.self) { try Token(Array(body.utf8), asked: .zero) }
    }
}

@Suite struct EndpointTests {
    @Test(
        arguments: [
            ("nginx", nil, "https://registry-1.docker.io/v2/library/nginx/manifests/latest"),
            ("nginx", "m.example", "https://m.example/v2/library/nginx/manifests/latest"),
            (
                "nginx", "m.example:8080/hub/docker.io",
                "https://m.example:8080/v2/hub/docker.io/library/nginx/manifests/latest"
            ),
            ("ghcr.io/a/b", "https://m.example/", "https://m.example/v2/a/b/manifests/latest?ns=ghcr.io"),
            ("ghcr.io/a/b", "http://m.example/p/", "http://m.example/v2/p/a/b/manifests/latest?ns=ghcr.io"),
            (
                "ghcr.io/a/b", "[2001:db8::1]:5000",
                "https://[2001:db8::1]:5000/v2/a/b/manifests/latest?ns=ghcr.io"
            ),
            ("ghcr.io/a/b", "m.example/{registry}", "https://m.example/v2/ghcr.io/a/b/manifests/latest"),
            ("nginx", "m.example/{registry}/", "https://m.example/v2/docker.io/library/nginx/manifests/latest"),
        ] as [(String, String?, String)])
    func asks(_ name: String, _ mirror: String?, _ url: String) throws {
        let endpoint = try RegistryEndpoint(
            ImageReference(parsing: name), mirror: mirror.map { try RegistryMirror(parsing: $0) }, plainHTTP: false)
        #expect(endpoint.manifest("latest").description == url)
        #expect(endpoint.isMirror == (mirror != nil))
        #expect(!endpoint.allowsPlainHTTP)
    }

    @Test(arguments: [
        "", "/", "a b", "m.example/../x", "m.example/a?b", "m.example/%2e", "user@m.example", "ftp://m.example",
        "m.example:0", "{registry}.m.example", "m.example/{other}",
    ])
    func refusesMirrors(_ text: String) {
        #expect(throws: ReferenceError.self) { try RegistryMirror(parsing: text) }
    }

    @Test(arguments: [
        ("localhost:5000/x", true), ("127.9.9.9/x", true), ("[::1]/x", true), ("10.0.0.1/x", false), ("h.io/x", false),
    ])
    func onlyLoopbackMayBePlain(_ name: String, _ mayBePlain: Bool) throws {
        #expect(
            try RegistryEndpoint(ImageReference(parsing: name), mirror: nil, plainHTTP: false).allowsPlainHTTP
                == mayBePlain)
    }
}
