/// How a server lets TLS clients in.
package struct TLSDoor: Sendable {
    /// What it shows to whoever is served.
    package var identity: ServerIdentity
    /// The names that are its own; nil for every name.
    package var names: NameList?
    /// What a hello without a name gets.
    package var nameless = Welcome.served
    /// What a hello with a name that is not its own gets, or with none that can be read.
    package var unknown = Welcome.served

    /// What a hello gets.
    package enum Welcome: Sendable {
        /// The server itself.
        case served
        /// Another certificate, and the server behind it: the default of a host that serves many.
        case shown(ServerIdentity)
        /// Nothing.
        case refused(Refusal)
    }

    /// How a server turns a hello away.
    package enum Refusal: Hashable, Sendable {
        /// A fatal alert, 112 being unrecognized_name (RFC 6066 3).
        case alert(UInt8)
        /// A close without a word.
        case close
    }

    /// A door that is open for every hello, or, with names, for those that carry one of them.
    package init(identity: ServerIdentity, names: NameList? = nil) {
        self.identity = identity
        self.names = names
        guard names != nil else { return }
        nameless = .refused(.alert(112))
        unknown = .refused(.alert(112))
    }

    /// What this hello gets.
    func welcome(_ reading: Reading) -> Welcome {
        switch reading {
        case .nameless: nameless
        case .name(let name): names?.contains(name) ?? true ? .served : unknown
        case .unreadable: names == nil ? .served : unknown
        }
    }
}
