internal import LabNet

/// Where an archive's bytes go in their order, compressed on the way if so wished.
struct ArchiveOutput: ~Copyable {
    /// What takes the bytes.
    enum Sink: ~Copyable {
        /// A file that is still partial, from its beginning on.
        case file(ArchiveFile)
        /// A pipe or a terminal.
        case pipe(FileDescriptor)
        /// A request that is being sent.
        case request(any HTTPBodyWriting)
    }

    private var delivery: Delivery
    private var compressor: Compressor

    /// How many bytes have reached the sink.
    var written: Int64 { delivery.written }

    /// Begins with no bytes.
    ///
    /// - Throws: `.unsupported` when the compression cannot be begun.
    init(to sink: consuming Sink, compression: ArchiveRequest.Compression) throws(PullError.Cause) {
        compressor = try Compressor(compression)
        delivery = Delivery(sink: sink)
    }

    /// Writes the next bytes.
    ///
    /// - Throws: `.disk`, `.outputClosed`; `CancellationError`.
    mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
        try compressor.push(bytes, to: &delivery)
    }

    /// Writes so many zeros, at most `TarHeader.end.count`.
    ///
    /// - Throws: `.disk`, `.outputClosed`; `CancellationError`.
    mutating func writeZeros(_ count: Int) throws {
        try TarHeader.end.withUnsafeBytes { try write(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
    }

    /// Ends the compression.
    ///
    /// - Returns: How many bytes have reached the sink.
    /// - Throws: `.disk`, `.outputClosed`; `CancellationError`.
    mutating func finish() throws -> Int64 {
        try compressor.finish(to: &delivery)
        return written
    }
}

/// The sink, and how many bytes it has got.
private struct Delivery: ~Copyable {
    let sink: ArchiveOutput.Sink
    var written: Int64 = 0

    mutating func callAsFunction(_ bytes: UnsafeRawBufferPointer) throws {
        switch sink {
        case .file(let file): try file.write(bytes, at: written)
        case .pipe(let pipe): try pipe.append(bytes)
        case .request(let body): try body.write(bytes)
        }
        written += Int64(bytes.count)
    }
}

/// What stands before the sink: at most one of the two.
private struct Compressor: ~Copyable {
    private var gzip: GzipDeflate?
    private var zstd: ZstandardEncoder?

    init(_ compression: ArchiveRequest.Compression) throws(PullError.Cause) {
        switch compression {
        case .none: break
        case .gzip: gzip = try GzipDeflate.start()
        case .zstd: zstd = try ZstandardEncoder.start()
        }
    }

    mutating func push(_ bytes: UnsafeRawBufferPointer, to delivery: inout Delivery) throws {
        if gzip == nil, zstd == nil { return try delivery(bytes) }
        try gzip?.push(bytes) { try delivery($0) }
        try zstd?.push(bytes) { try delivery($0) }
    }

    mutating func finish(to delivery: inout Delivery) throws {
        try gzip?.finish { try delivery($0) }
        try zstd?.finish { try delivery($0) }
    }
}
