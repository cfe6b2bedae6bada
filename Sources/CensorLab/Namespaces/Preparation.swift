internal import Glibc

/// What is done to a namespace from within before its links come up.
package enum Preparation {
    /// Makes true packets pass over these interfaces, and the namespace a router where that is wanted.
    ///
    /// - Throws: `LabFailure`.
    package static func run(forwards: Bool, interfaces: [String]) throws {
        for interface in interfaces { try Offloads.turnOff(interface: interface) }
        guard forwards else { return }
        try set("net/ipv4/ip_forward", to: "1")
        if access("/proc/sys/net/ipv6", F_OK) == 0 { try set("net/ipv6/conf/all/forwarding", to: "1") }
    }

    private static func set(_ name: String, to value: String) throws {
        let number = open("/proc/sys/\(name)", O_WRONLY | O_CLOEXEC)
        guard number >= 0 else { throw LabFailure(call: name) }
        defer { close(number) }
        guard write(number, value, value.utf8.count) == value.utf8.count else { throw LabFailure(call: name) }
    }
}
