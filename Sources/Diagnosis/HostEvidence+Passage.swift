import LabNet

extension HostEvidence {
    private var requests: [HostFindings.Request] { host.passage?.requests ?? [] }

    /// Requests that the server turned away for where they come from.
    ///
    /// 451 says so (RFC 7725). 403 does at a registry's root; elsewhere it may be the image or blob that nobody may see, and
    /// then the server's words are those of a registry.
    var denials: [HostFindings.Request] {
        requests.filter { request in
            if request.status == 451 { return true }
            guard request.status == 403 else { return false }
            if host.role == .host { return Self.speaksOfRegions(request.words) }
            if request.url.hasSuffix("/v2/") { return true }
            return !Self.speaksOfRights(request.words)
        }
    }

    /// The words with which registries answer who may not see an image (distribution-spec, "Error Codes": DENIED,
    /// UNAUTHORIZED).
    private static func speaksOfRights(_ words: String?) -> Bool {
        guard let words = words?.lowercased() else { return false }
        return ["requested access", "denied", "unauthorized", "authentication required", "permission"].contains {
            words.contains($0)
        }
    }

    /// Any site may forbid its root; one that does so for where one comes from says it.
    private static func speaksOfRegions(_ words: String?) -> Bool {
        guard let words = words?.lowercased() else { return false }
        return ["region", "country", "location", "export", "embargo", "sanction"].contains { words.contains($0) }
    }

    /// Requests that the server itself failed at, in the end.
    var breakdowns: [HostFindings.Request] {
        guard let last = requests.last, let status = last.status, (500...599).contains(status), status != 511 else {
            return []
        }
        return [last]
    }

    /// Requests to which an answer had begun, or ought to have, when the stream stopped.
    var cuts: [HostFindings.Request] {
        requests.filter { request in
            guard let failure = request.failure, failure.step == .exchange else { return false }
            return switch failure.cause {
            case .timedOut, .reset, .closedEarly: request.status != nil || failure.cause != .closedEarly
            default: false
            }
        }
    }

    /// Whether something came through whole after the last stream that stopped.
    var hasRecovered: Bool {
        guard let last = requests.last else { return false }
        return last.failure == nil && last.status.map { $0 < 400 } ?? false
    }

    /// Whether streams are reset, and a pull gets through all the same.
    var isAdvancing: Bool { cuts.last?.isAdvancing == true }

    /// A body that came at a crawl, watched for long enough; a few bytes that were long in coming are none.
    var crawl: HostFindings.Request? {
        requests.first { request in
            request.failure == nil && request.elapsed >= .seconds(5) && request.bytes >= 4096
                && StreamRate.isCrawl(bytes: request.bytes, in: request.elapsed)
        }
    }
}

extension HostFindings.Request {
    /// Whether it was reset after it had brought so much that a pull gets through piece by piece: it goes on where a stream
    /// broke. Twice what boxes let through that freeze streams (16 to 20 kB) is progress.
    var isAdvancing: Bool {
        guard let cause = failure?.cause else { return false }
        return (cause == .reset || cause == .closedEarly) && bytes >= 32 << 10
    }
}
