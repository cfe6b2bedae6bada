internal import LabNet

/// A token server that a registry names, vetted before anything is sent to it.
///
/// A registry could name an address inside the user's own network, or plain HTTP, and so make this program ask there
/// (with the user's password). Literals and names are judged here; the address that is dialled, by the transport.
struct Realm: Hashable, Sendable {
    /// Where to ask.
    let url: HTTPURL
    /// At which addresses: the registry's own origin is free, another one may be on the Internet or in the network that
    /// the registry answered from.
    let reach: Reach

    /// Reads a realm and judges it against the registry that names it.
    ///
    /// - Parameter network: where the registry answered from; nil for what its literal or name tells.
    /// - Throws: `PullError.Cause.realmRefused` with the reason.
    init(_ text: String, for registry: Origin, in network: NetworkKind? = nil) throws(PullError.Cause) {
        guard let url = HTTPURL(text) else { throw .realmRefused("not an http(s) URL without user name: \(text)") }
        let own = NetworkKind(registry.host)
        self.url = url
        reach = url.origin == registry ? .anywhere : Reach(from: network ?? own)
        if url.origin == registry { return }
        guard url.origin.scheme == .https || registry.scheme == .http else {
            throw .realmRefused("plain HTTP: \(url.withoutQuery)")
        }
        let kind = NetworkKind(url.origin.host)
        guard kind == .global || url.origin.host == registry.host || kind == own || kind == network else {
            throw Self.elsewhere(url)
        }
    }

    /// Why a realm in another network is refused.
    static func elsewhere(_ url: HTTPURL) -> PullError.Cause {
        .realmRefused("an address of another network: \(url.withoutQuery)")
    }
}
