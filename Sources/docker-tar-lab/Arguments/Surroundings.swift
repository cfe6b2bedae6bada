internal import FoundationEssentials
internal import Glibc
internal import LabNet

/// What reading a command line needs of the machine; a test puts a table in its place.
struct Surroundings: Sendable {
    /// The environment.
    var environment: [String: String]
    /// Whether a folder stands under a path.
    var isFolder: @Sendable (_ path: String) -> Bool
    /// The text of a small file; nil when there is none.
    var read: @Sendable (_ path: String) throws(FileUnreadable) -> String?
    /// Everything on standard input, up to a limit.
    var input: @Sendable () -> String
    /// Seconds since 1970.
    var time: @Sendable () -> Int64
    /// The addresses of this machine's interfaces.
    var ownAddresses: @Sendable () -> Set<IPAddress> = { [] }

    /// A file is there and cannot be read.
    struct FileUnreadable: Error, Hashable, Sendable {
        /// Why.
        var errno: Int32
    }

    /// The machine itself. Its functions block; they are called before anything runs beside them.
    static var machine: Surroundings {
        Surroundings(
            environment: ProcessInfo.processInfo.environment, isFolder: isFolder, read: readFile,
            input: { String(decoding: (try? bytes(of: STDIN_FILENO)) ?? [], as: UTF8.self) },
            time: { Int64(Glibc.time(nil)) }, ownAddresses: interfaceAddresses)
    }

    @Sendable private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    @Sendable private static func readFile(_ path: String) throws(FileUnreadable) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw FileUnreadable(errno: errno)
        }
        defer { close(descriptor) }
        return String(decoding: try bytes(of: descriptor), as: UTF8.self)
    }

    /// All bytes of a descriptor; what exceeds a mebibyte is no list of resolvers and no password.
    private static func bytes(of descriptor: Int32) throws(FileUnreadable) -> [UInt8] {
        var whole: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count == 0 { return whole }
            if count < 0 {
                if errno == EINTR { continue }
                throw FileUnreadable(errno: errno)
            }
            whole += piece.prefix(count)
            if whole.count > 1 << 20 { throw FileUnreadable(errno: EFBIG) }
        }
    }
}
