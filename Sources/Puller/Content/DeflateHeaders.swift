internal import CZlib

/// Has zlib read what stands before the data: the header of a member (RFC 1952, 2.3) and of each block (RFC 1951, 3.2.3).
///
/// zlib refuses codes that are incomplete, which ISA-L takes as long as no stream uses what is missing from them. Nothing
/// is inflated here.
final class DeflateHeaders {
    // zlib keeps a pointer to the stream in its state, so it must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    // inflate() refuses a null pointer even where there is no room behind it, and writes nothing to it.
    private let noOutput = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)

    // Bits of z_stream.data_type (zlib.h, inflate): the last block, before a block's header, behind it.
    private static let isLast: Int32 = 64
    private static let isBeforeBlock: Int32 = 128
    private static let isBehindHeader: Int32 = 256

    /// Begins before the header of a member.
    ///
    /// - Throws: `.undecodable` when there is no memory.
    init() throws(PullError.Cause) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard zlib_inflate_init_gzip(stream) == Z_OK else { throw .undecodable("gzip: no memory") }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        noOutput.deallocate()
    }

    /// Begins before the header of a member.
    func startMember() throws(PullError.Cause) { try check(inflateReset2(stream, 16 + MAX_WBITS)) }

    /// Reads on in the header of a member, and removes what it has read from `rest`.
    ///
    /// - Returns: Whether the header has ended.
    /// - Throws: `.undecodable` on one that is none.
    func readMember(_ rest: inout UnsafeRawBufferPointer) throws(PullError.Cause) -> Bool {
        rest = rest.rest(from: try read(rest, Z_BLOCK))
        return stream.pointee.data_type & Self.isBeforeBlock != 0
    }

    /// Begins before the header of a block, with the bits that come before the next byte.
    ///
    /// - Throws: `.undecodable` where they are a header that is none.
    func startBlock(_ bits: LooseBits) throws(PullError.Cause) {
        try check(inflateReset2(stream, -MAX_WBITS))
        stream.pointee.data_type = 0  // It would still speak of the block before.
        var bits = bits
        let odd = bits.takeOdd()
        try check(inflatePrime(stream, Int32(odd.count), Int32(odd.value)))
        for _ in 0..<bits.count / 8 {
            guard let byte = bits.takeByte() else { break }
            _ = try withUnsafeBytes(of: byte) { byte throws(PullError.Cause) in try readBlock(byte) }
        }
    }

    /// Reads on in the header of a block; bytes behind its end are left alone.
    ///
    /// - Returns: Once the header has ended, whether the block is the last one of its member.
    /// - Throws: `.undecodable` on a header that is none.
    func readBlock(_ bytes: UnsafeRawBufferPointer) throws(PullError.Cause) -> Bool? {
        if stream.pointee.data_type & Self.isBehindHeader == 0 { _ = try read(bytes, Z_TREES) }
        let type = stream.pointee.data_type
        return type & Self.isBehindHeader == 0 ? nil : type & Self.isLast != 0
    }

    private func read(_ bytes: UnsafeRawBufferPointer, _ flush: Int32) throws(PullError.Cause) -> Int {
        // zlib counts in 32 bits, and no header but a member's name or comment is longer than 300 bytes.
        let piece = UnsafeRawBufferPointer(rebasing: bytes.prefix(Int(Int32.max)))
        stream.pointee.take(piece)
        stream.pointee.next_out = noOutput
        stream.pointee.avail_out = 0
        let code = inflate(stream, flush)
        // Z_BUF_ERROR only says that there was nothing to read.
        if code != Z_BUF_ERROR { try check(code) }
        return piece.count - Int(stream.pointee.avail_in)
    }

    private func check(_ code: Int32) throws(PullError.Cause) {
        guard code == Z_OK else { throw stream.pointee.cause(code) }
    }
}
