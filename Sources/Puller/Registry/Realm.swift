internal import LabNet

/// A token server that a registry names, vetted before anything is sent to it.
///
/// A registry could name an address inside the user's own network, or plain HTTP, and so make this program ask there
/// (with the user's password). The transport judges names by the address that is dialled; here literals and names are.
enum Realm {
    /// Reads a realm and judges it against the registry that names it.
    ///
    /// - Throws: `PullError.Cause.realmRefused` with the reason.
    static func vetted(_ text: String, for registry: Origin) throws(PullError.Cause) -> HTTPURL {
        guard let realm = HTTPURL(text) else { throw .realmRefused("not an http(s) URL without user name: \(text)") }
        if realm.origin == registry { return realm }
        guard realm.origin.scheme == .https || registry.scheme == .http else {
            throw .realmRefused("plain HTTP: \(realm.withoutQuery)")
        }
        let kind = NetworkKind(realm.origin.host)
        let isNeighbour = realm.origin.host == registry.host || kind == NetworkKind(registry.host)
        guard kind == .global || isNeighbour else {
            throw .realmRefused("an address of another network: \(realm.withoutQuery)")
        }
        return realm
    }
}
