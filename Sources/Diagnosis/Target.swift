package import LabNet
package import Puller

/// Something that a user wants to reach: an image, a registry or any host.
package struct Target: Hashable, Sendable {
    /// As it was typed: `nginx`, `ghcr.io`, `https://quay.io/v2/`.
    package var text: String
    /// What stands behind it.
    package var kind: Kind

    /// Puts the parts together.
    package init(text: String, kind: Kind) {
        self.text = text
        self.kind = kind
    }

    /// What a target can be.
    package enum Kind: Hashable, Sendable {
        /// A registry, by a small image in it that is asked for; nil where none is known, and `/v2/` alone is asked.
        case registry(Origin, image: ImageReference?)
        /// A mirror, with what it stands for.
        case mirror(Origin, image: ImageReference, prefix: String)
        /// A host that may be no registry.
        case host(Origin)
    }

    /// Where it is.
    package var origin: Origin {
        switch kind {
        case .registry(let origin, _), .mirror(let origin, _, _), .host(let origin): origin
        }
    }
}
