import Synchronization

@testable import Puller

/// Bytes that no compressor likes, and that differ in every block.
enum Noise {
    private static let block = HostilePullTests.noise(1 << 16)

    /// So many bytes, quickly.
    static func bytes(_ count: Int, seed: UInt8 = 0) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + block.count)
        var number: UInt32 = 0
        while bytes.count < count {
            let start = bytes.count
            bytes += block
            for place in 0..<4 { bytes[start + place] = UInt8(truncatingIfNeeded: number >> (8 * UInt32(place))) }
            bytes[start + 4] = seed
            number += 1
        }
        return Array(bytes.prefix(count))
    }
}

/// One image of noise in a registry of its own.
struct NoiseImage {
    let registry = FakeRegistry("lab/big", speaksTLS: false)
    let image: ServedImage
    static let name = "127.0.0.1:5055/lab/big"

    init(layers sizes: Int..., seed: UInt8 = 0) throws {
        image = try ServedImage(layers: sizes.enumerated().map { Noise.bytes($1, seed: seed + UInt8($0)) })
        image.serve(in: registry)
    }

    /// The name of a layer's blob.
    func layer(_ number: Int = 0) -> String { "blobs/\(image.layers[number].digest)" }

    /// The ranges that a layer was asked for by, in the order of the requests.
    func ranges(_ number: Int = 0) -> [String?] {
        registry.requests.filter { $0.path.hasSuffix(layer(number)) }.map(\.range)
    }

    /// Makes a pull fail when so many bytes of a layer have come.
    ///
    /// - Parameter refusals: how many requests are refused after that: one for each connection.
    func breakOff(_ number: Int = 0, after count: Int, refusals: Int = 1) {
        let path = "/v2/lab/big/\(layer(number))"
        registry.state.withLock { state in
            state.faults[path] = [.cut(after: count)] + Array(repeating: .status(403), count: refusals)
        }
    }
}
