internal import CAres
internal import Glibc

/// The work that an interface takes off the kernel's hands, and a pair of virtual ones never does: what passes over it
/// are then half-made checksums, and segments of 64 kB that no wire carries. A censor looks at true packets.
package enum Offloads {
    /// Switches checksums, segmentation and joining off, on one interface of this namespace (SIOCETHTOOL).
    ///
    /// - Throws: `LabFailure` where the kernel refuses.
    package static func turnOff(interface: String) throws {
        let number = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw LabFailure(call: "socket") }
        defer { close(number) }
        for command in [ETHTOOL_STXCSUM, ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO] {
            try set(UInt32(command), of: interface, through: number)
        }
    }

    private static func set(_ command: UInt32, of interface: String, through number: Int32) throws {
        var value = ethtool_value(cmd: command, data: 0)
        var request = ifreq()
        let name = Array(interface.utf8)
        try withUnsafeMutableBytes(of: &request.ifr_ifrn) { field in
            // One byte is left zero, which ends the name.
            guard name.count < field.count else { throw LabFailure("\(interface) is no interface's name") }
            field.copyBytes(from: name)
        }
        try withUnsafeMutablePointer(to: &value) { value in
            try value.withMemoryRebound(to: CChar.self, capacity: MemoryLayout<ethtool_value>.size) { bytes in
                request.ifr_ifru.ifru_data = bytes
                guard ioctl(number, UInt(SIOCETHTOOL), &request) == 0 else {
                    throw LabFailure(call: "the offloads of \(interface)")
                }
            }
        }
    }
}
