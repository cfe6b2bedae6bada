/// Why a list of resolvers cannot be used, and where in it.
package struct ResolverListError: Error, Hashable, Sendable {
    /// The line or item at fault.
    package var place: Place
    /// What stands there, as it was given.
    package var text: String
    /// What is wrong with it.
    package var problem: Problem

    /// Where in a list something stands; both count from 1.
    package enum Place: Hashable, Sendable {
        /// A line of a file.
        case line(Int)
        /// An item between commas.
        case item(Int)
        /// No single entry.
        case whole
    }

    /// What can be wrong with an entry.
    package enum Problem: Error, Hashable, Sendable {
        /// There is nothing.
        case empty
        /// Neither an IPv4 nor an IPv6 literal; names are not allowed, for who should resolve them?
        case notAnAddress
        /// The unspecified address, a multicast one or a broadcast: nobody can be asked there.
        case notUnicast
        /// The port is not a number from 1 to 65535.
        case badPort
        /// A scheme that is not spoken.
        case unknownScheme(String)
        /// What stands after `@` is no host name.
        case badName
        /// `@NAME` where there is no certificate that could carry the name.
        case nameWithoutTLS
        /// A path that cannot stand in a request, or one on anything but `https`.
        case badPath
        /// A second canary of one family.
        case secondCanary
        /// A canary where a resolver of the list listens: what that answers would be taken for forged.
        case canaryIsResolver
        /// More resolvers than can be asked.
        case tooMany(limit: Int)
    }
}
