internal import LabNet

/// What stands for hidden things: numbered in the order in which they first came, each kind by itself.
struct Pseudonyms {
    /// What a hidden thing is; the word says so.
    enum Kind: String {
        case own, `private`, resolver, address, host, image, proxy
    }

    private var counts: [Kind: Int] = [:]
    private var words: [String: String] = [:]
    private var addresses: [IPAddress: IPAddress] = [:]
    private var all: Set<String> = []
    /// What the addresses that stand for others are called.
    private(set) var spellings: [IPAddress: String] = [:]

    /// Whether nothing was hidden.
    var isEmpty: Bool { all.isEmpty }

    /// Whether a text is one of the words that were given out.
    func areWords(_ text: String) -> Bool { all.contains(text) }

    /// The word for a name of any kind.
    mutating func word(for name: String, _ kind: Kind) -> String {
        let key = "\(kind) \(name)"
        if let known = words[key] { return known }
        let word = next(kind)
        words[key] = word
        return word
    }

    /// The word for an address.
    mutating func word(for address: IPAddress, _ kind: Kind) -> String {
        let stand = self.address(for: address, kind)
        return spellings[stand] ?? "\(stand)"
    }

    /// The address that stands for one; of the same family.
    mutating func address(for address: IPAddress, _ kind: Kind) -> IPAddress {
        if let known = addresses[address] { return known }
        let number = addresses.count + 1
        let stand: IPAddress =
            switch address.family {
            case .ip4: .v4(0xf000_0000 | UInt32(truncatingIfNeeded: number & 0xff_ffff))
            case .ip6: .v6(high: 0x0100_0000_0000_0000, low: UInt64(number))
            }
        addresses[address] = stand
        spellings[stand] = next(kind)
        return stand
    }

    /// Whether an address is of the ranges that these are taken from: a true one there has to give way.
    static func isOne(_ address: IPAddress) -> Bool {
        switch address {
        case .v4(let number): number >> 28 == 0xf
        case .v6(let high, _): high == 0x0100_0000_0000_0000
        }
    }

    private mutating func next(_ kind: Kind) -> String {
        counts[kind, default: 0] += 1
        let word = "\(kind.rawValue)-\(counts[kind, default: 0])"
        all.insert(word)
        return word
    }
}
