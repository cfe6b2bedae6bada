internal import CIsal

/// Members inflated by ISA-L, one block at a time, behind headers that zlib has read: the boundary to `isal_inflate`.
///
/// ISA-L alone would take streams that zlib, Go and Docker refuse (``DeflateHeaders``), and loses its place in a member's
/// header that comes in parts. So it sees neither: each block is a stream of its own to it, which begins inside a byte, is
/// marked as the last one, and refers back to what was inflated before.
final class IsalMember: GzipMemberInflating {
    private enum Place {
        case header
        case betweenBlocks
        /// Inside a block; `isLast` is known once zlib has read the whole header.
        case block(isLast: Bool?)
        /// In the checksum and the length; so many bytes of them have come.
        case trailer(Int)
    }

    private let library: IsalLibrary
    private let state: UnsafeMutableRawPointer
    private let headers: DeflateHeaders
    private var output: SlidingOutput
    private var place = Place.header
    /// What ISA-L has read behind the block before.
    private var bits = LooseBits()
    /// CRC-32 and length, modulo 2^32, of what this member has handed on, and what its trailer says of them.
    private var (crc, length, trailer): (UInt32, UInt32, UInt64) = (0, 0, 0)

    /// Begins before the first byte of a member.
    ///
    /// - Throws: `.undecodable` when there is no memory.
    init(_ library: IsalLibrary, outputSize: Int) throws(PullError.Cause) {
        self.library = library
        headers = try DeflateHeaders()
        output = SlidingOutput(size: outputSize)
        state = .allocate(byteCount: isal_state_size(), alignment: 16)
        isal_init(library.functions, state)
    }

    deinit { state.deallocate() }

    func startAnew() throws(PullError.Cause) {
        try headers.startMember()
        output.startMember()
        place = .header
        bits = LooseBits()
        (crc, length, trailer) = (0, 0, 0)
    }

    func inflate(
        _ rest: inout Slice<UnsafeRawBufferPointer>, into sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Bool {
        while try step(&rest, into: sink) {
            guard case .trailer(let count) = place else { continue }
            if count == 4 { try checkCRC(into: sink) }
            if count == 8 {
                guard trailer >> 32 == length else { throw PullError.Cause.undecodable("gzip: incorrect length check") }
                return true
            }
        }
        try handOn(to: sink)
        return false
    }

    /// Goes on to the next place; false where that needs more than `rest`, all of which has then been taken.
    private func step(
        _ rest: inout Slice<UnsafeRawBufferPointer>, into sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Bool {
        switch place {
        case .header:
            guard try headers.readMember(&rest) else { return false }
            place = .betweenBlocks
        case .betweenBlocks:
            // A block's first three bits have to be there before ISA-L sees them.
            while bits.count < 3 {
                guard let byte = rest.popFirst() else { return false }
                bits.append(byte)
            }
            try startBlock()
            place = .block(isLast: nil)
        case .block(var isLast):
            if isLast == nil { isLast = try headers.readBlock(UnsafeRawBufferPointer(rebasing: rest)) }
            place = .block(isLast: isLast)
            guard try inflateBlock(&rest, into: sink) else { return false }
            try endBlock(isLast: isLast)
        case .trailer(let count):
            guard let byte = bits.takeByte() ?? rest.popFirst() else { return false }
            trailer |= UInt64(byte) << UInt64(8 * count)
            place = .trailer(count + 1)
        }
        return true
    }

    private func startBlock() throws(PullError.Cause) {
        try headers.startBlock(bits)
        let window = output.window.bindMemory(to: UInt8.self)
        // The lowest bit is BFINAL.
        let code = isal_begin(
            library.functions, state, bits.value | 1, Int32(bits.count), window.baseAddress, UInt32(window.count))
        guard code == ISAL_DECOMP_OK else { throw .undecodable("gzip: ISA-L error \(code)") }
    }

    private func endBlock(isLast: Bool?) throws(PullError.Cause) {
        guard let isLast, let bits = LooseBits(isal_bits(state), count: Int(isal_bit_count(state))) else {
            throw .undecodable("gzip: invalid block")
        }
        self.bits = bits
        place = .betweenBlocks
        if isLast {
            _ = self.bits.takeOdd()
            place = .trailer(0)
        }
    }

    /// Inflates to the end of the block; false where that needs more than `rest`.
    private func inflateBlock(
        _ rest: inout Slice<UnsafeRawBufferPointer>, into sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Bool {
        repeat {
            if output.room.isEmpty { try handOn(to: sink) }
            // ISA-L counts in 32 bits.
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Int(Int32.max)))
            let room = output.room
            var (input, target) = (
                piece.bindMemory(to: UInt8.self).baseAddress, room.bindMemory(to: UInt8.self).baseAddress
            )
            var (unread, free) = (UInt32(piece.count), UInt32(room.count))
            let code = isal_inflate_some(library.functions, state, &input, &unread, &target, &free)
            guard code == ISAL_DECOMP_OK, unread <= piece.count, free <= room.count else {
                throw PullError.Cause.undecodable("gzip: ISA-L error \(code)")
            }
            rest = rest.dropFirst(piece.count - Int(unread))
            output.fill(room.count - Int(free))
            if isal_has_ended(state) { return true }
            // It has been known to stand still on what cannot be inflated.
            guard unread < piece.count || free < room.count || piece.isEmpty else {
                throw PullError.Cause.undecodable("gzip: invalid block")
            }
            if rest.isEmpty && free > 0 { return false }
        } while true
    }

    private func checkCRC(into sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        try handOn(to: sink)
        guard trailer == crc else { throw PullError.Cause.undecodable("gzip: incorrect data check") }
    }

    private func handOn(to sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        try output.handOn { bytes in
            crc = isal_crc32(
                library.functions, crc, bytes.bindMemory(to: UInt8.self).baseAddress, UInt64(bytes.count))
            length &+= UInt32(truncatingIfNeeded: bytes.count)
            try sink(bytes)
        }
    }
}
