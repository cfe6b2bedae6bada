internal import Glibc

/// How large a terminal is.
struct TerminalSize: Hashable, Sendable {
    /// Columns; 1 or more.
    var columns: Int
    /// Rows; 1 or more.
    var rows: Int

    /// The size that is assumed where a terminal does not tell its own.
    static let usual = TerminalSize(columns: 80, rows: 24)
}

/// What the kernel says of a descriptor; the boundary to termios.
enum Terminal {
    /// Whether a picture can be drawn there: a terminal that moves its cursor (`TERM` is neither empty nor `dumb`).
    static func canDraw(on descriptor: Int32, environment: [String: String]) -> Bool {
        isatty(descriptor) == 1 && !["", "dumb"].contains(environment["TERM"] ?? "")
    }

    /// The size at this moment; nil where the terminal does not tell (a serial line answers 0 by 0).
    static func size(of descriptor: Int32) -> TerminalSize? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return nil }
        return TerminalSize(columns: Int(size.ws_col), rows: Int(size.ws_row))
    }
}
