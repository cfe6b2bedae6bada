internal import LabNet

/// Address literals inside of text.
enum AddressText {
    /// Replaces address literals that stand as words of their own; brackets around a literal go with it.
    ///
    /// Letters, digits and what joins them make a word: so `a::before` and `v1.2.3.4` hold no address.
    /// - Parameter replacement: what comes in the place of an address; nil leaves it as it stands.
    static func replacing(in text: String, with replacement: (IPAddress) -> String?) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let start = index
            var isCandidate = false
            while index < bytes.count, isPart(bytes[index]) {
                isCandidate = isCandidate || bytes[index] == dot || bytes[index] == colon
                index += 1
            }
            let word = bytes[start..<index]
            if isCandidate, let (head, address, tail) = literal(behindMarksIn: word), let words = replacement(address) {
                result += head
                if result.last == UInt8(ascii: "["), index < bytes.count, bytes[index] == UInt8(ascii: "]") {
                    result.removeLast()
                    index += 1
                }
                result += words.utf8
                result += tail
            } else {
                result += word
            }
            if index < bytes.count, !isPart(bytes[index]) {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static let dot = UInt8(ascii: ".")
    private static let colon = UInt8(ascii: ":")

    private static func isLetter(_ byte: UInt8) -> Bool {
        byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
    }

    private static func isPart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), dot, colon, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "%"):
            true
        default: false
        }
    }

    /// The address that a word is or ends in, with what stands before and behind it: an IPv4 address is named in a word with its
    /// label (`IP:192.0.2.1`, `client_192.0.2.1`).
    private static func literal(
        behindMarksIn word: ArraySlice<UInt8>
    ) -> (head: ArraySlice<UInt8>, address: IPAddress, tail: ArraySlice<UInt8>)? {
        if let (address, tail) = literal(in: word) { return (word.prefix(0), address, tail) }
        for mark in word.indices where [colon, UInt8(ascii: "_"), UInt8(ascii: "-")].contains(word[mark]) {
            // A label ends in a letter; of two numbers neither is the other's.
            guard mark > word.startIndex, isLetter(word[mark - 1]) else { continue }
            let rest = word[(mark + 1)...]
            if let (address, tail) = literal(in: rest), address.family == .ip4 { return (word[...mark], address, tail) }
        }
        return nil
    }

    /// The address that a word is, with what follows it: a port behind IPv4, a sentence's mark behind either.
    private static func literal(in word: ArraySlice<UInt8>) -> (address: IPAddress, tail: ArraySlice<UInt8>)? {
        var head = word
        while let last = head.last, last == dot || last == colon || last == UInt8(ascii: "-") {
            if head.suffix(2).elementsEqual([colon, colon]) { break }
            head.removeLast()
        }
        if let address = address(head) { return (address, word[head.endIndex...]) }
        if let mark = head.firstIndex(of: colon), let address = address(head[..<mark]) {
            return (address, word[mark...])
        }
        // The zone behind an IPv6 literal names an interface of this machine, and goes with it.
        if let mark = head.firstIndex(of: UInt8(ascii: "%")), let address = address(head[..<mark]) {
            return (address, word[head.endIndex...])
        }
        return nil
    }

    private static func address(_ bytes: ArraySlice<UInt8>) -> IPAddress? {
        IPAddress(String(decoding: bytes, as: UTF8.self))
    }
}
