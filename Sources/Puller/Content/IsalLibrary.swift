internal import CIsal

/// ISA-L's `igzip`, where this machine has it: found when gzip is first inflated, and not when the program is loaded,
/// since most machines do not have it and the program has to start on all of them.
struct IsalLibrary: @unchecked Sendable {
    /// The library's functions. Never freed, and constant once they have been found, which is why it is Sendable.
    let functions: UnsafePointer<isal_library>

    /// The library; nil where it is not there, was not there when this was built, or does not pass its test.
    static let onThisMachine: IsalLibrary? = {
        let functions = UnsafeMutablePointer<isal_library>.allocate(capacity: 1)
        functions.initialize(to: isal_library())
        let library = IsalLibrary(functions: functions)
        guard isal_open(functions), library.canGoOnInsideAByte() else {
            functions.deallocate()
            return nil
        }
        return library
    }()

    /// Whether the library leaves the bits behind a block where ``IsalMember`` takes them from. 2.30 to 2.32.0 do,
    /// 2.32.1 clears them.
    private func canGoOnInsideAByte() -> Bool {
        let text = (0..<180).map { UInt8($0 * $0 % 23) + 97 }
        var inflated = [UInt8](repeating: 0, count: text.count + 1)
        let hasEnded = Self.sample.withUnsafeBytes { sample in
            inflated.withUnsafeMutableBytes { output in
                var rest = sample
                guard let (written, hasEnded) = try? IsalMember(self).inflate(&rest, into: output) else { return false }
                return hasEnded && rest.isEmpty && written == text.count
            }
        }
        return hasEnded && inflated.dropLast() == text[...]
    }

    /// Three blocks of sixty bytes, which refer back to one another, and two empty ones between them that end inside a
    /// byte (zlib's Z_PARTIAL_FLUSH).
    private static let sample: [UInt8] = [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x4a, 0x4c, 0x4a, 0xcd, 0x2a, 0x4c,
        0xce, 0x4b, 0x29, 0xce, 0xcd, 0x4c, 0x4f, 0xcf, 0xcc, 0x2d, 0x4e, 0xc9, 0x4b, 0x2e, 0xcc, 0x4a,
        0x4d, 0x4a, 0x24, 0x46, 0x18, 0x20, 0x80, 0x28, 0x11, 0x06, 0x08, 0x30, 0x4a, 0x84, 0x01, 0x98,
        0x53, 0x50, 0xd4, 0xb4, 0x00, 0x00, 0x00,
    ]
}
