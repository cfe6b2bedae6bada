import LabNet
import NIOHTTP1
import Synchronization
import Testing

@testable import Puller

/// The tags of a repository, page by page, from servers that keep to the rules and others.
@Suite(.timeLimit(.minutes(1))) struct TagTests {
    private static let base = "/v2/lab/img1/tags/list?n=1000"

    /// A registry that answers by the request's target, with a page and the Link field beside it.
    private static func registry(_ pages: [String: (tags: String, link: String?)]) -> FakeHost {
        FakeHost { request in
            guard let page = pages[request.url.target] else { return (404, [:], "") }
            var headers: HTTPHeaders = ["Content-Type": "application/json"]
            if let link = page.link { headers.add(name: "Link", value: link) }
            return (200, headers, page.tags)
        }
    }

    private func tags(
        _ hosts: [String: FakeHost], of name: String = "registry.example/lab/img1", mirrors: [String] = []
    ) async throws -> [String] {
        var access = RegistryAccess()
        access.mirrors = try mirrors.map { try RegistryMirror(parsing: $0) }
        var patience = try PullBench().patience
        patience.policy.attempts = 1
        let puller = Puller(
            transport: FakeInternet(hosts), access: access, patience: patience, standardOutput: -1)
        return try await puller.tags(of: try ImageReference(parsing: name))
    }

    @Test(arguments: [
        "</v2/lab/img1/tags/list?n=2&last=b>; rel=\"next\"", "<?n=2&last=b>;rel=next",
        "<https://registry.example/v2/lab/img1/tags/list?n=2&last=b>; title=\"a, b\"; rel=\"prev next\"",
        "</elsewhere>; rel=first, </v2/lab/img1/tags/list?n=2&last=b>; rel=\"next\"",
        // A registry behind a proxy names its inner host: it is not asked, but who was asked before.
        "<http://inner.example:5000/v2/lab/img1/tags/list?n=2&last=b>; rel=\"next\"",
    ])
    func pagesFollowOneAnother(link: String) async throws {
        let registry = Self.registry([
            Self.base: (#"{"name":"lab/img1","tags":["b","a"]}"#, link),
            "/v2/lab/img1/tags/list?n=2&last=b": (#"{"tags":["c","a"]}"#, nil),
        ])
        #expect(try await tags(["registry.example": registry]) == ["b", "a", "c"])
    }

    @Test(arguments: [
        (#"{"name":"lab/img1","tags":null}"#, []), (#"{"name":"lab/img1"}"#, []), (#"{"tags":[]}"#, []),
        (#"{"tags":["ok","","-no","a b","\u001b[31m","é","ok"]}"#, ["ok"]),
    ])
    func whatIsNoTagIsLeftOut(page: String, expected: [String]) async throws {
        #expect(try await tags(["registry.example": Self.registry([Self.base: (page, nil)])]) == expected)
    }

    @Test(arguments: ["[]", "{", "<html>", #"{"tags":"a"}"#, #"{"tags":[1]}"#])
    func whatIsNoListIsRefused(page: String) async throws {
        let error = await #expect(throws: PullError.self) {
            try await tags(["registry.example": Self.registry([Self.base: (page, nil)])])
        }
        #expect(error?.step == .tags)
        #expect(error?.cause == .malformed("not a list of tags"))
    }

    @Test func aListThatLeadsBackToItselfIsRefused() async throws {
        let registry = Self.registry([
            Self.base: (#"{"tags":["a"]}"#, "</v2/lab/img1/tags/list?last=a>; rel=next"),
            "/v2/lab/img1/tags/list?last=a": (#"{"tags":["b"]}"#, "<?n=1000>; rel=next"),
        ])
        let error = await #expect(throws: PullError.self) { try await tags(["registry.example": registry]) }
        #expect(error?.cause == .malformed("a list of tags without an end"))
    }

    @Test func aListThatNeverEndsIsRefused() async throws {
        let count = Mutex(0)
        let endless = FakeHost { _ in
            let page = count.withLock { count in
                count += 1
                return count
            }
            return (200, ["Link": "<?last=\(page)>; rel=next"], #"{"tags":["t\#(page)"]}"#)
        }
        let error = await #expect(throws: PullError.self) { try await tags(["registry.example": endless]) }
        #expect(error?.cause == .malformed("a list of tags without an end"))
        #expect(count.withLock(\.self) == 10_000)
    }

    @Test func aRepositoryThatIsNotThereIsNamed() async throws {
        let error = await #expect(throws: PullError.self) { try await tags(["registry.example": Self.registry([:])]) }
        #expect(error?.cause == .notFound(""))
        #expect(error?.place == "registry.example")
    }

    @Test func mirrorsAreAskedInTurnAndToldWhichRegistryIsMeant() async throws {
        let mirror = Self.registry([
            "/v2/hub/lab/img1/tags/list?n=1000&ns=registry.example": (#"{"tags":["a"]}"#, "<?last=a>; rel=next"),
            "/v2/hub/lab/img1/tags/list?last=a&ns=registry.example": (#"{"tags":["b"]}"#, nil),
        ])
        let hosts = ["dead.example": Self.registry([:]), "mirror.example": mirror]
        #expect(try await tags(hosts, mirrors: ["dead.example", "mirror.example/hub"]) == ["a", "b"])
    }

    @Test(
        arguments: [
            ([], nil), (["no angle brackets; rel=next"], nil), (["</a>"], nil), (["</a>; rel=prev"], nil),
            (["</a>; title=\"rel=next\""], nil), (["</a>; REL=Next"], "/a"), (["</a>; rel = \"x next\""], "/a"),
            (["</a>; rel=prev", "</b>; rel=next"], "/b"), (["<unclosed; rel=next"], nil), (["<>; rel=next"], ""),
        ] as [([String], String?)])
    func theLinkField(values: [String], target: String?) {
        #expect(LinkField.next(in: values) == target)
    }
}
