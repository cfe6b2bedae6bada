internal import Glibc

/// Owns one file descriptor: closes it at the end of its life, unless it is given away before.
struct Descriptor: ~Copyable, Sendable {
    /// The number, lent: it is closed with this value.
    let number: Int32

    /// Takes ownership of an open descriptor.
    init(owning number: Int32) { self.number = number }

    deinit { close(number) }

    /// Gives the descriptor to the caller, who closes it from now on.
    consuming func release() -> Int32 {
        let number = number
        discard self
        return number
    }
}
