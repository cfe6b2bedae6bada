/// A path that loses datagrams, each by chance and independent of the others.
package struct Loss: Hashable, Sendable {
    /// How probable it is that one is lost, 0 to 1.
    package var probability: Double
    /// What the chances come from: the same seed loses the same ones.
    package var seed: UInt64

    /// Joins the two.
    package init(probability: Double, seed: UInt64) {
        self.probability = probability
        self.seed = seed
    }
}

/// A generator whose numbers follow from its state (SplitMix64).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
