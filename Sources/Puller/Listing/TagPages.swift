internal import FoundationEssentials
internal import LabNet
internal import NIOCore
internal import NIOHTTP1

/// The tags of a repository while they come page by page (distribution-spec, "Listing Tags"): a pure state.
struct TagPages: Hashable, Sendable {
    /// The tags so far, in the server's order, each once.
    private(set) var tags: [String] = []
    private var seen: Set<String> = []
    private var asked: Set<String> = []

    /// The largest page that is read, in bytes: some registries send all tags in one.
    static let pageLimit = 16 << 20
    /// No repository that is known has more; a server could go on for ever.
    private static let tagLimit = 250_000
    private static let pageCountLimit = 10_000

    /// Takes one page.
    ///
    /// - Parameters:
    ///   - body: what the server sent.
    ///   - links: the values of its Link field.
    ///   - endpoint: who was asked.
    ///   - url: what was asked for.
    /// - Returns: where the next page is; nil after the last. It is asked of the same server, whatever host the link names:
    ///   registries behind proxies name their inner ones.
    /// - Throws: `.malformed` for what is no list of tags, or one without an end.
    mutating func add(
        _ body: [UInt8], links: [String], of endpoint: RegistryEndpoint, at url: HTTPURL
    ) throws(PullError.Cause) -> HTTPURL? {
        let page: Page
        do { page = try JSONDecoder().decode(Page.self, from: Data(body)) } catch {
            throw .malformed("not a list of tags")
        }
        asked.insert(url.target)
        // What is no tag can be asked for by nobody.
        for tag in page.tags ?? [] where ImageReference.isTag(tag) && seen.insert(tag).inserted { tags.append(tag) }
        guard tags.count <= Self.tagLimit else { throw .malformed("more than \(Self.tagLimit) tags") }
        guard let link = LinkField.next(in: links) else { return nil }
        guard var next = url.resolving(link) else { throw .malformed("a link to the next tags that is no URL") }
        next.origin = url.origin
        next = endpoint.naming(next)
        guard !asked.contains(next.target), asked.count < Self.pageCountLimit else {
            throw .malformed("a list of tags without an end")
        }
        return next
    }

    private struct Page: Decodable {
        var tags: [String]?
    }
}

extension RegistryClient {
    /// The tags of the repository, in the order in which the registry has them.
    ///
    /// - Throws: `PullError`; `CancellationError`.
    func tags() async throws -> [String] {
        var pages = TagPages()
        var next: HTTPURL? = endpoint.tags
        while let url = next {
            // Only before the first page is not reaching the registry an answer.
            let page = try await patience.insist(established: url != endpoint.tags) {
                try await get(url, headers: ["Accept": "application/json"], step: .tags) { response in
                    try await naming(.tags, at: response.url.origin.authority) {
                        let body = try await response.body.collect(upTo: TagPages.pageLimit)
                        return (body: Array(body.readableBytesView), links: response.headers["Link"])
                    }
                }
            }
            next = try await naming(.tags, at: endpoint.origin.authority) {
                try pages.add(page.body, links: page.links, of: endpoint, at: url)
            }
        }
        return pages.tags
    }
}

extension RegistryEndpoint {
    /// Where the tags are, a thousand at a time, which is the most that some registries give.
    fileprivate var tags: HTTPURL {
        naming(HTTPURL(origin: origin, target: "/v2/\(repository)/tags/list?n=1000"))
    }

    /// The same URL, with the registry that is meant in its query where a mirror has to be told.
    fileprivate func naming(_ url: HTTPURL) -> HTTPURL {
        guard let namespace, !url.target.contains("?ns="), !url.target.contains("&ns=") else { return url }
        return HTTPURL(
            origin: url.origin, target: url.target + (url.target.contains("?") ? "&" : "?") + "ns=\(namespace)")
    }
}
