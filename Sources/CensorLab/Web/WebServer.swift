package import LabNet
import NIOCore
import NIOHTTP1

/// A web server, behind TLS or in the clear.
package final class WebServer: Sendable {
    /// Where it listens.
    package var endpoint: Endpoint { listener.endpoint }
    private let listener: Listener

    private init(listener: Listener) { self.listener = listener }

    /// Serves until it is stopped.
    ///
    /// - Parameters:
    ///   - content: its answers.
    ///   - door: TLS, and what a hello must say; nil for plain HTTP.
    ///   - party: who it is in the journal.
    static func start(
        _ content: any WebContent, behind door: TLSDoor?, at wanted: Endpoint, clock: WorldClock = WorldClock(),
        journal: Journal, party: String
    ) async throws -> WebServer {
        let listener = try await Listener.start(at: wanted) { channel in
            let speakHTTP: @Sendable (any Channel) throws -> Void = { channel in
                try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                try channel.pipeline.syncOperations.addHandler(
                    WebConnection(content, clock: clock, journal: journal, party: party))
            }
            if let door {
                let gate = DoorHandler(door, journal: journal, party: party, behind: speakHTTP)
                try channel.pipeline.syncOperations.addHandler(gate)
            } else {
                try speakHTTP(channel)
            }
        }
        return WebServer(listener: listener)
    }

    /// Closes every connection.
    package func stop() async { await listener.stop() }
}

/// One page, whatever is asked for.
struct WebPage: WebContent {
    /// Where a captive portal leads everybody; nil for a page of one's own.
    var portal: String?

    func answer(to head: HTTPRequestHead) -> WebAnswer {
        guard let portal else {
            return WebAnswer(
                status: .ok, headers: ["Content-Type": "text/plain"], body: ByteBuffer(string: "nothing to see here\n"))
        }
        return WebAnswer(status: .found, headers: ["Location": portal], body: ByteBuffer(string: "log in first\n"))
    }
}
