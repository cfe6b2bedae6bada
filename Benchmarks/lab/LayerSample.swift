import Puller

/// Bytes that compress about as a layer of software does (three to one by gzip), the same in every run.
enum LayerSample {
    /// Half text, some of whose lines come again, a third records of small numbers as in programs, and some noise as in what
    /// is compressed already.
    static func bytes(_ count: Int) -> [UInt8] {
        var state: UInt64 = 0x9e37_79b9_7f4a_7c15
        func random(_ limit: Int) -> Int {
            // xorshift64
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state >> 33) % limit
        }
        let words = (0..<1000).map { _ in (0..<(2 + random(8))).map { _ in UInt8(97 + random(26)) } + [32] }
        func line() -> [UInt8] { (0..<8).flatMap { _ in words[min(random(1000), random(1000))] } + [10] }
        let lines = (0..<300).map { _ in line() }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8192)
        while bytes.count < count {
            switch random(12) {
            case 0...5: for _ in 0..<60 { bytes += random(2) == 0 ? line() : lines[min(random(300), random(300))] }
            case 6...9:
                for _ in 0..<400 {
                    bytes += [0x48, UInt8(0x80 + random(16)), 0x05, UInt8(random(64)), UInt8(random(4)), 0, 0]
                }
            default: for _ in 0..<300 { bytes.append(UInt8(random(256))) }
            }
        }
        return Array(bytes.prefix(count))
    }

    /// Compressed as most builders do: gzip, level 6.
    static func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
        var output: [UInt8] = []
        var encoder = try GzipDeflate.start()
        try bytes.withUnsafeBytes { try encoder.push($0) { output.append(contentsOf: $0) } }
        try encoder.finish { output.append(contentsOf: $0) }
        return output
    }

    /// Compressed as BuildKit's zstd.
    static func zstd(_ bytes: [UInt8]) throws -> [UInt8] {
        var output: [UInt8] = []
        var encoder = try ZstandardEncoder.start()
        try bytes.withUnsafeBytes { try encoder.push($0) { output.append(contentsOf: $0) } }
        try encoder.finish { output.append(contentsOf: $0) }
        return output
    }
}
