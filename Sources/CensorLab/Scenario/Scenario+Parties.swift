package import LabNet

extension Scenario {
    /// One way to the registry, with an address of its own.
    package struct Way: Hashable, Sendable {
        /// The family of that address.
        package var family: IPAddress.Family
        /// The box on it.
        package var box: TLSBox.Rules
        /// Where it leads.
        package var end: End

        /// A clear way of IPv4 to the server, unless said otherwise.
        package init(_ family: IPAddress.Family = .ip4, box: TLSBox.Rules = .clear(), end: End = .server) {
            self.family = family
            self.box = box
            self.end = end
        }

        /// Where a way leads.
        package enum End: Hashable, Sendable {
            /// Through its box to the server.
            case server
            /// Nowhere; no box is asked.
            case nobody(DeadEnd)
            /// To somebody who carries everything on, and shows certificates for the true names of an authority of his own.
            case interceptor
        }
    }

    /// What becomes of connections where nobody is.
    package enum DeadEnd: Hashable, Sendable {
        /// They are refused.
        case refused
        /// Their SYNs are lost.
        case swallowed
    }

    /// What a stranger does with those who connect.
    package enum StrangerManner: Sendable {
        /// Accepts and says nothing.
        case silent
        /// Accepts and resets.
        case reset
        /// Speaks TLS, with a certificate for other names of another authority.
        case tls
    }

    /// What the registry makes of a hello.
    package enum RegistryManner: Hashable, Sendable {
        /// Shows its certificate, which is valid for all its hosts, name or no name.
        case open
        /// Demands a name of its own; the rest gets alert 112.
        case needsName
        /// The same, with a close without a word in place of the alert.
        case needsNameSilently
        /// Shows a certificate for another name to whoever does not give one of its own.
        case otherCertificate
        /// Serves those without a name; those with the name of somebody else get alert 112.
        case refusesStrangers
        /// The same, with a close without a word in place of the alert.
        case refusesStrangersSilently
        /// Answers every hello with alert 40: a server whose TLS is broken.
        case refusesEverybody
        /// Shows a certificate that ran out a month ago.
        case expired
    }

    /// What becomes of those who want the control.
    package enum ControlManner: Hashable, Sendable {
        /// Its page, over TLS behind the box of the registry's first way, and over plain HTTP.
        case served
        /// A captive portal's page and certificate.
        case portal
        /// Their SYNs are lost.
        case swallowed
    }

    /// What a mirror serves.
    package enum MirrorManner: Hashable, Sendable {
        /// The registry's image.
        case faithful
        /// An older image under the same tag.
        case stale
        /// Other manifests than it says.
        case lying
        /// Nothing: it refuses everybody with status 403.
        case refusing
    }
}
