internal import LabNet

/// Address literals inside of text.
enum AddressText {
    /// Replaces address literals that stand as words of their own; brackets around a literal go with it.
    ///
    /// - Parameter replacement: what comes in the place of an address; nil leaves it as it stands.
    static func replacing(in text: String, with replacement: (IPAddress) -> String?) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        var rest = text[...]
        while !rest.isEmpty {
            let other = rest.prefix { !isPart($0) }
            result += other
            rest = rest[other.endIndex...]
            let word = rest.prefix(while: isPart)
            rest = rest[word.endIndex...]
            guard let found = literal(in: word), let words = replacement(found.address) else {
                result += word
                continue
            }
            if result.last == "[", rest.first == "]" {
                result.removeLast()
                rest = rest.dropFirst()
            }
            result += words + found.tail
        }
        return result
    }

    /// Letters, digits and what joins them: so `a::before` and `v1.2.3.4` are words that hold no address.
    private static func isPart(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || ".:-_%".contains(character))
    }

    /// The address that a word is, with what may follow it: a port behind an IPv4 literal, a sentence's mark behind either.
    private static func literal(in word: Substring) -> (address: IPAddress, tail: Substring)? {
        guard word.contains(".") || word.contains(":") else { return nil }
        var head = word
        while let last = head.last, ".:-_".contains(last), !head.hasSuffix("::") { head.removeLast() }
        if let address = IPAddress(head) { return (address, word[head.endIndex...]) }
        // A port behind IPv4; a zone behind IPv6, which is an interface of this machine, goes with its address.
        if let colon = head.firstIndex(of: ":"), let address = IPAddress(head[..<colon]) {
            return (address, word[colon...])
        }
        if let percent = head.firstIndex(of: "%"), let address = IPAddress(head[..<percent]) {
            return (address, word[head.endIndex...])
        }
        return nil
    }
}
