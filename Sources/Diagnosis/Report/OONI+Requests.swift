internal import LabNet

extension OONI {
    /// A request and what came of it (`df-001-httpt`), without headers and bodies.
    struct Transaction: Encodable {
        let network = "tcp"
        let address: String?
        let failure: OrNull<String>
        let request: Request
        let response: OrNull<Response>
        let t0: Double?
        let t: Double?
        let xHost: String
        let xStrategy: String?
        /// The server's own words about an error.
        let xWords: String?

        struct Request: Encodable {
            let method: String
            let url: String
        }

        struct Response: Encodable {
            let body = ""
            let bodyIsTruncated: Bool
            let code: Int
            /// How many bytes of the body came.
            let xBytes: Int
        }
    }
}

extension OONI.Transaction {
    /// All of a host's, in their order.
    static func list(_ host: HostFindings) -> [OONI.Transaction] {
        guard let passage = host.passage else { return [] }
        return passage.requests.map { OONI.Transaction($0, of: passage, host: host.origin.host.description) }
    }

    private init(_ request: HostFindings.Request, of passage: HostFindings.Passage, host: String) {
        let times = OONI.Times(request.start, request.elapsed)
        let response = request.status.map {
            Response(bodyIsTruncated: request.bytes > 0, code: $0, xBytes: request.bytes)
        }
        self.init(
            address: passage.endpoint.map { "\($0)" }, failure: .init(request.failure.map(OONI.failure)),
            request: Request(method: request.method, url: request.url), response: .init(response), t0: times.t0,
            t: times.t, xHost: host, xStrategy: passage.strategy?.spelling, xWords: request.words)
    }
}

extension OONI.NetworkEvent {
    /// What the bodies of a host's requests brought, where the time is known.
    static func list(_ host: HostFindings) -> [OONI.NetworkEvent] {
        guard let passage = host.passage else { return [] }
        return passage.requests.compactMap { request in
            guard request.bytes > 0, let start = request.start else { return nil }
            return OONI.NetworkEvent(
                address: passage.endpoint.map { "\($0)" }, failure: .init(request.failure.map(OONI.failure)),
                numBytes: request.bytes, operation: "bytes_received_cumulative", t0: OONI.seconds(start),
                t: OONI.seconds(start + request.elapsed))
        }
    }
}
