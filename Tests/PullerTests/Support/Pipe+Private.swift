import Foundation

extension Pipe {
    /// A pipe that no program inherits which another test happens to start meanwhile: with a copy of its writing end alive
    /// elsewhere, its end would never be seen.
    static func kept() -> Pipe {
        let pipe = Pipe()
        for handle in [pipe.fileHandleForReading, pipe.fileHandleForWriting] {
            _ = fcntl(handle.fileDescriptor, F_SETFD, FD_CLOEXEC)
        }
        return pipe
    }
}
