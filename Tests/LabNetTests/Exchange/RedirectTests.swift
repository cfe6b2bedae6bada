import NIOHTTP1
import Testing

@testable import LabNet

@Suite struct RedirectTests {
    private func following(
        _ status: Int, _ location: String?, from url: String = "https://a.example/v2/x?y=1", method: HTTPMethod = .GET,
        count: Int = 0
    ) throws -> HTTPRequest? {
        let request = HTTPRequest(
            method: method, url: try #require(HTTPURL(url)), headers: ["accept": "x"], authorization: Secret("token"))
        let headers = location.map { HTTPHeaders([("location", $0)]) } ?? [:]
        return try Redirect.following(request, status: status, headers: headers, count: count)
    }

    @Test(arguments: [301, 302, 303, 307, 308], [HTTPMethod.GET, .HEAD])
    func followsWithItsMethod(status: Int, method: HTTPMethod) throws {
        let next = try #require(try following(status, "https://cdn.example/blob?sig=1", method: method))
        #expect(next.method == method)
        #expect(next.url.description == "https://cdn.example/blob?sig=1")
        #expect(next.headers["accept"] == ["x"])
        #expect(next.authorization == nil)
    }

    @Test(arguments: [
        ("/v2/z", "https://a.example/v2/z", true),
        ("z?a=b", "https://a.example/v2/z?a=b", true),
        ("//b.example/z", "https://b.example/z", false),
        ("https://a.example:443/z", "https://a.example/z", true),
        ("https://a.example:444/z", "https://a.example:444/z", false),
        ("https://A.EXAMPLE/z", "https://a.example/z", true),
        ("https://b.a.example/z", "https://b.a.example/z", false),
    ])
    func authorizationStaysWithItsOrigin(location: String, url: String, stays: Bool) throws {
        let next = try #require(try following(307, location))
        #expect(next.url.description == url)
        #expect((next.authorization != nil) == stays)
    }

    @Test(arguments: [200, 204, 300, 304, 305, 306, 401, 404, 500])
    func otherStatusIsReturned(status: Int) throws {
        #expect(try following(status, "/z") == nil)
    }

    @Test(arguments: [HTTPMethod.POST, .PUT, .PATCH, .DELETE])
    func otherMethodIsReturned(method: HTTPMethod) throws {
        #expect(try following(307, "/z", method: method) == nil)
    }

    @Test func clearTextMayBecomeSecureAndNeverTheReverse() throws {
        #expect(try following(301, "https://a.example/", from: "http://a.example/")?.authorization == nil)
        #expect { try following(301, "http://a.example/?token=1") } throws: {
            guard case .redirect? = ($0 as? NetworkError)?.cause else { return false }
            return !"\($0)".contains("token=1")
        }
    }

    @Test(arguments: [nil, "ftp://a.example/", "https://user:pw@a.example/", "https:///x"])
    func malformedLocationIsAnError(location: String?) {
        #expect {
            _ = try following(302, location)
        } throws: {
            guard case .redirect? = ($0 as? NetworkError)?.cause else { return false }
            return true
        }
    }

    @Test func tenAndNoMore() throws {
        #expect(try following(302, "/z", count: 9) != nil)
        #expect(throws: NetworkError.self) { try following(302, "/z", count: 10) }
    }
}
