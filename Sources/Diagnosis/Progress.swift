package import LabNet

/// What an examination is at, told while it runs.
package enum Progress: Hashable, Sendable {
    /// This host has come to this stage; hosts run side by side, and new ones may be met on the way.
    case host(Origin, HostFindings.Role, Stage)
    /// All is examined.
    case finished

    /// The stages of one host, in their order.
    package enum Stage: String, Hashable, Sendable, CaseIterable {
        /// DNS.
        case names
        /// TCP, and TLS with every kind of hello.
        case hellos
        /// What is served behind it.
        case registry
        /// The host is done.
        case done
    }
}
