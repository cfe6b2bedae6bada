internal import CZlib

/// The boundary to zlib's deflate.
enum Gzip {
    /// One gzip member (RFC 1952) without name or time, so that equal bytes give equal files.
    ///
    /// - Throws: `LabFailure` when zlib has no memory.
    static func compress(_ bytes: [UInt8]) throws -> [UInt8] {
        var stream = z_stream()
        // 16 asks for gzip's framing in place of zlib's; level 1, since a lab's image is made while somebody waits.
        let status = deflateInit2_(
            &stream, 1, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else { throw LabFailure("zlib cannot compress: \(status)") }
        defer { deflateEnd(&stream) }
        guard bytes.count <= UInt32.max else { throw LabFailure("a layer of the lab is limited to 4 GiB") }
        var input = bytes
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
        let result = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                return deflate(&stream, Z_FINISH)
            }
        }
        guard result == Z_STREAM_END else { throw LabFailure("zlib cannot compress: \(result)") }
        output.removeLast(Int(stream.avail_out))
        return output
    }
}
