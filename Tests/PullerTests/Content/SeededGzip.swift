@testable import Puller

/// Numbers that are the same in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}

/// Streams to spoil, made by a seed.
enum SeededGzip {
    /// Bytes of a few letters and of many, with repetitions near and far.
    static func text(_ count: Int, using random: inout SeededGenerator) -> [UInt8] {
        var text: [UInt8] = []
        while text.count < count {
            let length = Int.random(in: 1...300, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: text += (0..<length).map { _ in UInt8.random(in: 97...104, using: &random) }
            case 1: text += (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            case 2: text += [UInt8](repeating: UInt8.random(in: 0...255, using: &random), count: length)
            default:
                guard !text.isEmpty else { continue }
                let start = Int.random(in: 0..<text.count, using: &random)
                text += text[start..<min(text.count, start + length)]
            }
        }
        return Array(text.prefix(count))
    }

    static func compressed(_ bytes: [UInt8], level: Int32) throws -> [UInt8] {
        var output: [UInt8] = []
        var encoder = try GzipDeflate.start(level: level)
        try bytes.withUnsafeBytes { try encoder.push($0) { output.append(contentsOf: $0) } }
        try encoder.finish { output.append(contentsOf: $0) }
        return output
    }

    /// A stream of one or two members of small texts.
    static func stream(using random: inout SeededGenerator) throws -> [UInt8] {
        try (0..<Int.random(in: 1...2, using: &random)).flatMap { _ in
            let size = Int.random(in: 0...Int.random(in: 1...3000, using: &random), using: &random)
            return try compressed(
                text(size, using: &random), level: [1, 6, 9].randomElement(using: &random) ?? 6)
        }
    }

    /// The stream with one to three things done to it, most of them near its beginning, where the codes stand.
    static func spoiled(_ stream: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
        var spoiled = stream
        for _ in 0..<Int.random(in: 1...3, using: &random) where !spoiled.isEmpty {
            let end = Bool.random(using: &random) ? spoiled.count : min(spoiled.count, 100)
            let place = Int.random(in: 0..<end, using: &random)
            switch Int.random(in: 0..<8, using: &random) {
            case 0...3: spoiled[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 4: spoiled[place] = UInt8.random(in: 0...255, using: &random)
            case 5: spoiled.remove(at: place)
            case 6: spoiled.insert(UInt8.random(in: 0...255, using: &random), at: place)
            default: spoiled.removeLast(Int.random(in: 0...min(40, spoiled.count), using: &random))
            }
        }
        return spoiled
    }
}
