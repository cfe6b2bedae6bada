import Puller

/// What every byte of a layer goes through, and a header of tar.
enum ArchiveBenchmark {
    private static let size = 32 << 20
    /// As layers come from a file.
    private static let piece = 256 * 1024

    @Sendable static func run() async throws {
        let layer = LayerSample.bytes(size)
        let table = MicroBenchmark("Archive; a layer of \(size >> 20) MiB, speed in its inflated bytes")
        headers(table)
        try table.time("SHA-256", bytes: size) {
            var digester = try Digester.start(.sha256)
            layer.withUnsafeBytes { digester.update($0) }
            return try digester.finalize().description.utf8.count
        }
        let gzip = try LayerSample.gzip(layer)
        for engine in GzipEngine.available {
            try table.time("inflate gzip, \(gzip.count >> 20) MiB, by \(engine)", bytes: size) {
                try inflate(gzip, by: engine)
            }
        }
        let zstd = try LayerSample.zstd(layer)
        try table.time("inflate zstd, \(zstd.count >> 20) MiB", bytes: size) { try inflate(zstd) }
    }

    private static func headers(_ table: borrowing MicroBenchmark) {
        let short = ArchiveMember(path: "manifest.json", content: .bytes([]), mode: 0o100644, modified: 0)
        let long = ArchiveMember(
            path: String(repeating: "folder/", count: 40) + "layer.tar", content: .bytes([]), mode: 0o100644,
            modified: 0)
        table.time("tar header, ustar") { TarHeader.bytes(of: short, size: 12345).count }
        table.time("tar header, pax") { TarHeader.bytes(of: long, size: 1 << 40).count }
    }

    private static func inflate(_ bytes: [UInt8], by engine: GzipEngine = .fastest) throws -> Int {
        var inflater = Inflater(gzip: engine)
        var count = 0
        try bytes.withUnsafeBytes { all in
            for start in stride(from: 0, to: all.count, by: piece) {
                let piece = UnsafeRawBufferPointer(rebasing: all[start..<min(all.count, start + piece)])
                try inflater.push(piece) { count += $0.count }
            }
        }
        try inflater.finish { count += $0.count }
        return count
    }
}
