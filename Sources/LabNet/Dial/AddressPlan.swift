/// The order in which a host's candidates are dialled (RFC 8305 4).
///
/// Trusted candidates come before doubtful ones; among equals the families take turns, beginning with the family of
/// the resolver's best candidate, and each family keeps the resolver's order.
package struct AddressPlan: Hashable, Sendable {
    /// The candidates that may be dialled, first to last; no address occurs twice.
    package let candidates: [Candidate]

    /// Orders what a lookup has yielded.
    ///
    /// - Parameter family: candidates of a family that it does not allow are left out.
    package init(_ candidates: [Candidate], family: AddressFamilyPolicy) {
        var seen: Set<IPAddress> = []
        // The trusted first, so that an address which occurs with both degrees of trust keeps the better one.
        let usable = [Candidate.Trust.trusted, .doubtful]
            .flatMap { trust in candidates.filter { $0.trust == trust } }
            .filter { family.allows($0.address.family) && seen.insert($0.address).inserted }
        self.candidates =
            Self.interleaved(usable.filter { $0.trust == .trusted })
            + Self.interleaved(usable.filter { $0.trust == .doubtful })
    }

    private static func interleaved(_ candidates: [Candidate]) -> [Candidate] {
        guard let first = candidates.first?.address.family else { return [] }
        let leading = candidates.filter { $0.address.family == first }
        let other = candidates.filter { $0.address.family != first }
        return (0..<max(leading.count, other.count)).flatMap { index in
            [leading, other].compactMap { $0.indices.contains(index) ? $0[index] : nil }
        }
    }
}
