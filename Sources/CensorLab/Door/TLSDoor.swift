/// How a server lets TLS clients in.
package struct TLSDoor: Sendable {
    /// What it shows to whoever is let in, name or no name.
    package var identity: ServerIdentity
    /// The names that a hello must carry one of; nil lets everybody in.
    package var names: NameList?
    /// What the others get.
    package var refusal = Refusal.alert(112)

    /// How a server turns a hello away.
    package enum Refusal: Hashable, Sendable {
        /// A fatal alert, 112 being unrecognized_name (RFC 6066 3).
        case alert(UInt8)
        /// A close without a word.
        case close
    }

    /// A door that is open for every hello, or for those with one of these names.
    package init(identity: ServerIdentity, names: NameList? = nil) {
        self.identity = identity
        self.names = names
    }

    /// Whether a hello is let in.
    func admits(_ reading: Reading) -> Bool {
        guard let names else { return true }
        if case .name(let name) = reading { return names.contains(name) }
        return false
    }
}
