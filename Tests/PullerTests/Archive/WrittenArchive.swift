@testable import Puller

/// Archives as the pipeline writes them, from their members and the blobs.
enum WrittenArchive {
    /// Writes the members in their order, layers inflated where the layout wants them so.
    ///
    /// - Parameter blob: brings the bytes of a blob.
    static func bytes(of members: [ArchiveMember], blob: (Digest) throws -> [UInt8]) throws -> [UInt8] {
        let folder = try ScratchFolder()
        try write(members, to: folder.path("image.tar"), blob: blob)
        return try folder.bytes("image.tar")
    }

    /// As ``bytes(of:blob:)``, into a file.
    static func write(_ members: [ArchiveMember], to path: String, blob: (Digest) throws -> [UInt8]) throws {
        let archive = try ArchiveFile.create(at: path)
        let stream = try ArchiveStream(to: archive)
        for member in members {
            switch member.content {
            case .inflated(let layer, _):
                try stream.append(member.holding(inflate(blob(layer.digest), pieces: 1 << 20)))
            case .blob(let layer): try stream.append(member.holding(blob(layer.digest)))
            default: try stream.append(member)
            }
        }
        _ = try stream.finish()
        try archive.commit(replacing: true)
    }
}

extension ArchiveMember {
    /// The member, with these bytes in it.
    fileprivate func holding(_ bytes: [UInt8]) -> ArchiveMember {
        ArchiveMember(path: path, content: .bytes(bytes), mode: mode, modified: modified, owner: owner)
    }
}
