import NIOCore
import NIOHTTP1
import Testing

@testable import LabNet

@Suite struct HTTP1StateTests {
    private func head(
        _ status: Int, _ headers: HTTPHeaders = [:], version: HTTPVersion = .http1_1
    ) -> HTTPClientResponsePart {
        .head(HTTPResponseHead(version: version, status: .init(statusCode: status), headers: headers))
    }

    private func started() -> HTTP1State {
        var state = HTTP1State()
        #expect(state.begin() == true)
        state.requestWritten()
        return state
    }

    @Test func oneExchangeAfterTheOther() {
        var state = started()
        #expect(!state.isReusable)
        #expect(state.begin() == false, "one at a time")
        guard case .head(let head) = state.receive(head(200, ["content-length": "1"])) else {
            Issue.record("no head")
            return
        }
        #expect(head.status == .ok)
        #expect(state.isReceivingBody)
        #expect(state.receive(.body(ByteBuffer(string: "x"))) == .body(ByteBuffer(string: "x")))
        #expect(state.receive(.body(ByteBuffer())) == .wait)
        #expect(state.receive(.end(nil)) == .end)
        #expect(state.isReusable)
        #expect(state.begin() == true)
    }

    @Test(arguments: [
        (HTTPHeaders([("connection", "close")]), HTTPVersion.http1_1, false),
        (HTTPHeaders(), .http1_0, false),
        (HTTPHeaders([("connection", "keep-alive")]), .http1_0, true),
        (HTTPHeaders(), .http1_1, true),
    ])
    func reuse(headers: HTTPHeaders, version: HTTPVersion, expected: Bool) {
        var state = started()
        _ = state.receive(head(204, headers, version: version))
        _ = state.receive(.end(nil))
        #expect(state.isReusable == expected)
    }

    @Test func answerBeforeTheRequestIsOutEndsTheConnection() {
        var state = HTTP1State()
        #expect(state.begin() == true)
        _ = state.receive(head(413))
        #expect(state.receive(.end(nil)) == .end)
        #expect(!state.isReusable)
    }

    @Test func interimResponsesArePassedOverUpToALimit() {
        var state = started()
        for _ in 0..<HTTP1State.interimLimit { #expect(state.receive(head(103)) == .wait) }
        guard case .fail(.protocolViolation) = state.receive(head(100)) else {
            Issue.record("over the limit")
            return
        }
        #expect(state.receive(head(200)) == .wait)
    }

    @Test(
        arguments: [
            (101, [:], HTTPVersion.http1_1),
            (600, [:], .http1_1), (99, [:], .http1_1),
            (200, ["content-length": "5", "transfer-encoding": "chunked"], .http1_1),
            (200, ["transfer-encoding": "gzip, chunked"], .http1_1),
            (200, ["transfer-encoding": "chunked"], .http1_0),
        ] as [(Int, HTTPHeaders, HTTPVersion)])
    func refuses(status: Int, headers: HTTPHeaders, version: HTTPVersion) {
        var state = started()
        guard case .fail(.protocolViolation) = state.receive(head(status, headers, version: version)) else {
            Issue.record("accepted")
            return
        }
        #expect(!state.isReusable)
        #expect(state.receive(.end(nil)) == .wait)
    }

    @Test func responseThatNobodyAskedForIsRefused() {
        var state = HTTP1State()
        guard case .fail(.protocolViolation) = state.receive(head(200)) else {
            Issue.record("accepted")
            return
        }
        #expect(state.begin() == false)
    }

    @Test func closeFailsOnlyWhatIsInHand() {
        var idle = HTTP1State()
        #expect(idle.close(.closedEarly) == .wait)
        #expect(idle.begin() == false)
        var waiting = started()
        #expect(waiting.close(.reset) == .fail(.reset))
        #expect(waiting.close(.closedEarly) == .wait, "told once")
        var receiving = started()
        _ = receiving.receive(head(200))
        #expect(receiving.close(.closedEarly) == .fail(.closedEarly))
    }
}
