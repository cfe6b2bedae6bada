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
    private var window = DeflateWindow()
    private var place = Place.header
    /// What ISA-L has read behind the block before.
    private var bits = LooseBits()
    /// CRC-32 and length, modulo 2^32, of what this member has inflated to, and what its trailer says of them.
    private var (crc, length, trailer): (UInt32, UInt32, UInt64) = (0, 0, 0)

    /// Begins before the first byte of a member.
    ///
    /// - Throws: `.undecodable` when there is no memory.
    init(_ library: IsalLibrary) throws(PullError.Cause) {
        self.library = library
        headers = try DeflateHeaders()
        state = .allocate(byteCount: isal_state_size(), alignment: 16)
        isal_init(library.functions, state)
    }

    deinit { state.deallocate() }

    func startAnew() throws(PullError.Cause) {
        try headers.startMember()
        window.removeAll()
        place = .header
        bits = LooseBits()
        (crc, length, trailer) = (0, 0, 0)
    }

    func inflate(
        _ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(PullError.Cause) -> (written: Int, hasEnded: Bool) {
        var room = Room(output)
        defer { window.append(room.filled) }
        while try step(&input, into: &room) {
            guard case .trailer(let count) = place else { continue }
            if count == 4, trailer != sum(&room) { throw .undecodable("gzip: incorrect data check") }
            if count == 8 {
                guard trailer >> 32 == length else { throw .undecodable("gzip: incorrect length check") }
                return (room.count, true)
            }
        }
        _ = sum(&room)
        return (room.count, false)
    }

    /// Adds what is new in the output to the checksum and the length of the member.
    ///
    /// - Returns: the checksum.
    private func sum(_ room: inout Room) -> UInt32 {
        let new = room.takeUnsummed()
        crc = isal_crc32(library.functions, crc, new.bindMemory(to: UInt8.self).baseAddress, UInt64(new.count))
        length &+= UInt32(truncatingIfNeeded: new.count)
        return crc
    }

    /// Goes on to the next place; false where that needs more room, or more than `rest`, all of which has then been taken.
    private func step(
        _ rest: inout UnsafeRawBufferPointer, into room: inout Room
    ) throws(PullError.Cause) -> Bool {
        switch place {
        case .header:
            guard try headers.readMember(&rest) else { return false }
            place = .betweenBlocks
        case .betweenBlocks:
            // A block's first three bits have to be there before ISA-L sees them.
            while bits.count < 3 {
                guard let byte = rest.takeByte() else { return false }
                bits.append(byte)
            }
            try startBlock(behind: room.filled)
            place = .block(isLast: nil)
        case .block(var isLast):
            if isLast == nil { isLast = try headers.readBlock(rest) }
            place = .block(isLast: isLast)
            guard try inflateBlock(&rest, into: &room) else { return false }
            try endBlock(isLast: isLast)
        case .trailer(let count):
            guard let byte = bits.takeByte() ?? rest.takeByte() else { return false }
            trailer |= UInt64(byte) << UInt64(8 * count)
            place = .trailer(count + 1)
        }
        return true
    }

    private func startBlock(behind output: UnsafeRawBufferPointer) throws(PullError.Cause) {
        try headers.startBlock(bits)
        let window = window.bytes(behind: output).bindMemory(to: UInt8.self)
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

    /// Inflates to the end of the block; false where that needs more room, or more than `rest`.
    private func inflateBlock(
        _ rest: inout UnsafeRawBufferPointer, into room: inout Room
    ) throws(PullError.Cause) -> Bool {
        while true {
            // ISA-L counts in 32 bits.
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Int(Int32.max)))
            let output = UnsafeMutableRawBufferPointer(rebasing: room.free.prefix(Int(Int32.max)))
            guard !output.isEmpty else { return false }
            var (input, target) = (
                piece.bindMemory(to: UInt8.self).baseAddress, output.bindMemory(to: UInt8.self).baseAddress
            )
            var (unread, free) = (UInt32(piece.count), UInt32(output.count))
            let code = isal_inflate_some(library.functions, state, &input, &unread, &target, &free)
            guard code == ISAL_DECOMP_OK, unread <= piece.count, free <= output.count else {
                throw .undecodable("gzip: ISA-L error \(code)")
            }
            rest = rest.rest(from: piece.count - Int(unread))
            room.fill(output.count - Int(free))
            if isal_has_ended(state) { return true }
            // It has been known to stand still on what cannot be inflated.
            guard unread < piece.count || free < output.count || piece.isEmpty else {
                throw .undecodable("gzip: invalid block")
            }
            if rest.isEmpty && free > 0 { return false }
        }
    }
}

/// Where inflated bytes go, and how far they have come.
private struct Room {
    /// How many bytes are filled.
    private(set) var count = 0
    private let output: UnsafeMutableRawBufferPointer
    private var summed = 0

    init(_ output: UnsafeMutableRawBufferPointer) { self.output = output }

    var filled: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: output[..<count]) }

    var free: UnsafeMutableRawBufferPointer { output.rest(from: count) }

    /// Says that the first bytes of what was free have been written.
    mutating func fill(_ bytes: Int) { count += bytes }

    /// What has been filled since the last time.
    mutating func takeUnsummed() -> UnsafeRawBufferPointer {
        defer { summed = count }
        return UnsafeRawBufferPointer(rebasing: output[summed..<count])
    }
}

extension UnsafeRawBufferPointer {
    /// Takes the first byte; nil where there is none.
    fileprivate mutating func takeByte() -> UInt8? {
        guard let byte = first else { return nil }
        self = rest(from: 1)
        return byte
    }
}
