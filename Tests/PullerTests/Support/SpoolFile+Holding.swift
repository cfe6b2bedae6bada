@testable import Puller

extension SpoolFile {
    /// A blob in a file of its own that has no name.
    static func holding(_ bytes: [UInt8], beside path: String) throws -> SpoolFile {
        let file = try ArchiveFile.create(at: path, for: .spool)
        file.discard()
        try file.write(bytes, at: 0)
        return SpoolFile(in: file, at: 0, size: Int64(bytes.count))
    }
}
