/// One member of a tar archive that is read.
struct TarEntry: Hashable, Sendable {
    /// What a member is.
    enum Kind: Hashable, Sendable {
        /// A file; its bytes follow its header.
        case file
        /// A folder.
        case folder
        /// A symbolic link to this target, which is read from the folder of the link.
        case symbolicLink(String)
        /// Another name for an earlier member, which is named from the archive's root.
        case hardLink(String)
        /// A device, a pipe, a sparse file, or whatever else this type flag means: nothing that an archive of images holds.
        case other(UInt8)
    }

    /// The name as it stands in the archive.
    var path: String
    /// What it is.
    var kind: Kind
    /// Where its header begins, extended headers before it included.
    var headerOffset: Int64
    /// Where its bytes begin.
    var offset: Int64
    /// How many bytes it has; 0 for all that has none.
    var size: Int64
}

/// What is wrong with a tar archive, as far as its reader is concerned (POSIX.1 pax; Go's archive/tar, which Docker, podman
/// and containerd read with, draws the same lines).
enum TarDamage: Error, Hashable, Sendable {
    /// A header whose checksum is another.
    case checksum
    /// A header's number that cannot be read.
    case number
    /// The archive ends inside a header or a member.
    case truncated
    /// An extended header of more than 1 MiB.
    case extensionTooLong
    /// An extended header that breaks its own rules.
    case extensionMalformed
    /// A block of zeros that no second one follows.
    case halfAnEnd
    /// More members than any archive of images has.
    case tooManyMembers
}

extension TarDamage: CustomStringConvertible {
    /// Technical words, as they stand in causes.
    var description: String {
        switch self {
        case .checksum: "a tar header with a wrong checksum"
        case .number: "a tar header with a number that is none"
        case .truncated: "the archive ends too early"
        case .extensionTooLong: "an extended tar header of more than 1 MiB"
        case .extensionMalformed: "a malformed extended tar header"
        case .halfAnEnd: "one block of zeros amid the archive"
        case .tooManyMembers: "more than \(TarIndex.memberLimit) members"
        }
    }
}
