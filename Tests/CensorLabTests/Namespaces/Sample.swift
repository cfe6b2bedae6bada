import Testing

/// Frames as tcpdump has seen them between a client and the lab; it called every checksum correct. The flow labels of
/// IPv6, which no checksum covers, are zero.
struct Sample: Sendable, CustomTestStringConvertible {
    var name: String
    var frame: [UInt8]
    var testDescription: String { name }

    /// What the lab's box has written.
    static let reset4 = bytes(
        """
        f63c83579987569cd0280b120800 45000028000040003f060644c633640a0a4d0102
        01bb96c667eb6cf0b196f51e5014000066310000
        """)
    /// The same over IPv6.
    static let reset6 = bytes(
        """
        f63c83579987569cd0280b1286dd 600000000014063f20010db8001000000000000000000010fd776c6100620000000000000001000
        201bb90182fce51319c46c31450140000a58b0000
        """)

    static let all = [
        Sample(name: "a reset of the box, IPv4", frame: reset4),
        Sample(name: "a reset of the box, IPv6", frame: reset6),
        Sample(
            name: "a SYN of the kernel, IPv4",
            frame: bytes(
                """
                569cd0280b12f63c835799870800 4500003c3e9940004006c6960a4d0102c633640a
                96c601bbb196f3d700000000a002faf010f80000020405b40402080a61136784000000000103030a
                """)),
        Sample(
            name: "a SYN of the kernel, IPv6",
            frame: bytes(
                """
                569cd0280b12f63c8357998786dd 6000000000280640fd776c61006200000000000000010002
                20010db8001000000000000000000010901801bb9c46c1cd00000000a002fd2020b40000
                020405a00402080ac88fd9ad000000000103030a
                """)),
        Sample(
            name: "a query of dig, IPv4",
            frame: bytes(
                """
                569cd0280b12f63c835799870800 45000054677700004011cb9d0a4d0102cb007135c651003500403ce3
                5eab01200001000000000001036f6464036c6162076578616d706c650000010001
                00002904d000000000000c000a000889e0678c5fa5d64a
                """)),
        Sample(
            name: "a query of dig, IPv6",
            frame: bytes(
                """
                569cd0280b12f63c8357998786dd 6000000000401140fd776c6100620000000000000001000220010db8005300000000000000000053
                aafe003500407738a2d701200001000000000001036f6464036c6162076578616d706c6500001c0001
                00002904d000000000000c000a000820ef36c120e2df83
                """)),
    ]

    private static func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = hexadecimal.filter(\.isHexDigit).compactMap(\.hexDigitValue).map(UInt8.init)
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
